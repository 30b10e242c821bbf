# pyright: basic, reportArgumentType=false, reportAttributeAccessIssue=false, reportCallIssue=false, reportPrivateImportUsage=false
"""The waiting room, as `reference_server.waiting_room` has it: who is let in when."""

import math

import numpy as np

from simulation.kernel.codes import NOBODY
from simulation.kernel.line import first_in_line, forget, join_line, leave_line, nth_in_line, remember
from simulation.kernel.rows import floats, ints, part, room_of, visitor_at


@part
def visit(w, who):
    """Somebody asks to come in: seconds until the next question, or -1 for who is inside."""
    room, v = room_of(w), visitor_at(w, who)
    while room.inside_count > 0 and visitor_at(w, first_inside(w)).until_s <= w.now_s:
        room.inside_first = (room.inside_first + 1) % room.inside_room
        room.inside_count -= 1
    # Those whose time was over were let go just now, so who has time left is inside.
    if v.until_s <= w.now_s:
        stand_in_line(w, who)
        admit(w)
    return ask_again_s(w, who) if v.until_s <= w.now_s else -1.0


@part
def short_of_lots(w):
    """Whether one event could draw more lots than there are: it lets in those who wait, and who asks."""
    room = room_of(w)
    return room.lots_drawn + room.waiting >= room.lots_room


@part
def first_inside(w):
    """Whose time inside ends first."""
    room = room_of(w)
    return ints(room.inside)[np.uint64(room.inside_first)]


@part
def stand_in_line(w, who):
    """Wait, or go on waiting; who did not ask for too long waits from now on."""
    v = visitor_at(w, who)
    if v.at != NOBODY and has_left(w, who):
        leave_line(w, who)
    if v.at == NOBODY:
        join_line(w, who)
    else:
        forget(w, who)
        remember(w, who)


@part
def has_left(w, who):
    """Whether somebody has not asked for too long."""
    return visitor_at(w, who).asked_s + room_of(w).forgotten_s < w.now_s


@part
def admit(w):
    """Let in whom the rules allow."""
    room = room_of(w)
    if opens_s(w) <= w.now_s:
        while room.oldest != NOBODY and has_left(w, room.oldest):
            leave_line(w, np.int64(room.oldest))
    while room.waiting > 0 and opens_s(w) <= w.now_s:
        who = drawn(w) if room.random == 1 else first_in_line(w)
        leave_line(w, who)
        visitor_at(w, who).until_s = w.now_s + room.session_s
        ints(room.inside)[np.uint64((room.inside_first + room.inside_count) % room.inside_room)] = who
        room.inside_count += 1
        floats(room.admitted)[np.uint64(room.admissions % room.per_minute)] = w.now_s
        room.admissions += 1


@part
def drawn(w):
    """Anybody of those who wait: the k-th lot settles the k-th admission."""
    room = room_of(w)
    lot = floats(room.lots)[np.uint64(room.lots_drawn)]
    room.lots_drawn += 1
    return nth_in_line(w, np.int64(lot * room.waiting))


@part
def opens_s(w):
    """When the next may come in: a place is free, and the minute has room."""
    room = room_of(w)
    at_s = -np.inf
    if room.inside_count >= room.places:
        at_s = visitor_at(w, first_inside(w)).until_s
    if room.admissions >= room.per_minute:
        at_s = max(at_s, floats(room.admitted)[np.uint64(room.admissions % room.per_minute)] + room.minute_s)
    return at_s


@part
def ask_again_s(w, who):
    """In how many whole seconds to ask again."""
    room = room_of(w)
    position = np.int64(room.waiting)
    if room.random == 0:
        position = np.int64(visitor_at(w, who).number - visitor_at(w, first_in_line(w)).number + 1)
    wait_s = max(0.0, opens_s(w) - w.now_s) + (position - 1) / room.per_s
    return np.float64(math.ceil(min(max(wait_s, 1.0), room.ask_again_s)))
