# pyright: basic, reportArgumentType=false, reportAttributeAccessIssue=false, reportCallIssue=false, reportPrivateImportUsage=false
"""The loop: one event after the other, until all is over or room is needed."""

from typing import Any

import numpy as np

from simulation.kernel.afterwards import cancelled
from simulation.kernel.citizen import arrive, seen, step
from simulation.kernel.codes import (
    ANSWERED,
    CANCEL,
    DECIDED,
    DONE,
    EHR,
    GO_ON,
    GRANT,
    GRANT_EHR,
    GRANT_OTHER,
    KIND_BITS,
    MOST_CITIZENS,
    MOST_EVENTS,
    MOST_KEPT,
    MOST_TIMEOUTS,
    NEEDS_LOTS,
    NEEDS_ROOM,
    NOBODY,
    OTHER_SERVED,
    OTHERS_COME,
    REDELIVER,
    RELEASE,
    RELOAD,
    STEP,
    TOO_MANY_EVENTS,
    WHO_BITS,
)
from simulation.kernel.events import bring_near, next_present, pop_earliest
from simulation.kernel.journeys import a_row_is_free
from simulation.kernel.others import granted_other, other_served, others_come
from simulation.kernel.record_system import decided, granted_ehr
from simulation.kernel.reloads import reload
from simulation.kernel.requests import give_back, granted
from simulation.kernel.room import short_of_lots
from simulation.kernel.rows import float_at, inlined, int_at, part, waiting_at
from simulation.kernel.stations import grant_next, join


@inlined
def happen(w, kind, who):
    """Let one event happen."""
    if kind == STEP:
        step(w, who)
    elif kind == GRANT:
        granted(w, who)
    elif kind == RELEASE:
        grant_next(w, who)
    elif kind == GRANT_EHR:
        granted_ehr(w, who)
    elif kind == DECIDED:
        decided(w, who)
    else:
        happen_seldom(w, kind, who)


@part
def happen_seldom(w, kind, who):
    """Let an event happen that not every journey has."""
    if kind == CANCEL:
        cancelled(w, who)
    elif kind == REDELIVER:
        join(w, EHR, who)
    elif kind == RELOAD:
        reload(w, who)
    elif kind == ANSWERED:
        seen(w, who)
    elif kind == OTHERS_COME:
        others_come(w, who)
    elif kind == GRANT_OTHER:
        granted_other(w, who)
    elif kind == OTHER_SERVED:
        other_served(w, who)
    else:
        give_back(w, who)


@inlined
def is_full(w):
    """Whether the next event may find no room.

    One event can note an answer and a question at the door, and settle a try and give somebody a place.
    """
    if w.waiting + MOST_TIMEOUTS > w.heap_room or (w.arrived < w.citizens and not a_row_is_free(w)):
        return True
    if w.background != 0 and w.others_free == NOBODY and w.others_made == w.others_room:
        return True
    if w.tally != 0:
        return w.kept + MOST_KEPT > w.kept_room
    return w.requests_made + 2 > w.requests_room or w.attempts_made + 2 > w.attempts_room


@part
def was_made_first(w):
    """Whether the next to come was expected before the earliest timeout was made, where both are due at once."""
    if w.arrive_after == 0:
        return True
    return int_at(w.arrive_after, w.arrived) <= waiting_at(w, 0).event >> (WHO_BITS + KIND_BITS)


@inlined
def is_alone(w, arrival_s):
    """Whether nothing else happens at this moment."""
    if w.head != w.tail or arrival_s == w.now_s:
        return False
    return w.soon == 0 or waiting_at(w, 0).at_s != w.now_s


@inlined
def due_s(w):
    """When the earliest timeout is due."""
    if w.soon == 0 and w.waiting > 0:
        bring_near(w)
    return waiting_at(w, 0).at_s if w.soon > 0 else np.inf


def advance(world: Any, events: int) -> int:
    """Let so many events happen, from where the last call left; say why it ended."""
    w = world[0]
    who_mask = MOST_CITIZENS - 1
    kind_mask = (1 << KIND_BITS) - 1
    for _ in range(events):
        if is_full(w):
            return NEEDS_ROOM
        if w.room != 0 and short_of_lots(w):
            return NEEDS_LOTS
        if w.made >= MOST_EVENTS - MOST_TIMEOUTS:
            return TOO_MANY_EVENTS
        arrival_s = float_at(w.arrive_s, w.arrived) if w.arrived < w.citizens else np.inf
        timeout_s = due_s(w)
        next_s = min(arrival_s, timeout_s)
        if w.head != w.tail and next_s != w.now_s:
            w.alone = 0
            event = next_present(w)
        elif next_s >= w.until_s:
            return DONE
        else:
            w.now_s = next_s
            if arrival_s < timeout_s or (arrival_s == timeout_s and was_made_first(w)):
                w.alone = 0
                w.arrived += 1
                arrive(w, w.arrived - 1)
                continue
            event = pop_earliest(w)
            w.alone = is_alone(w, arrival_s)
        happen(w, event & kind_mask, (event >> KIND_BITS) & who_mask)
    return GO_ON
