# pyright: basic, reportArgumentType=false, reportAttributeAccessIssue=false, reportCallIssue=false, reportPrivateImportUsage=false
"""Those who wait in the waiting room, in order of arrival, and since when each has not asked again.

Who leaves from the middle leaves an empty entry behind. Where the order is random, a binary indexed tree counts the
entries that are not empty, so that the k-th of those who wait is found without walking along the line.

Source: Fenwick, "A new data structure for cumulative frequency tables", Software: Practice and Experience 24 (1994).
"""

import numpy as np

from simulation.kernel.codes import NOBODY, NOTHING
from simulation.kernel.rows import ints, part, room_of, visitor_at


@part
def join_line(w, who):
    """Come last."""
    room, v = room_of(w), visitor_at(w, who)
    if room.line_end == room.line_room:
        squeeze(w)
    room.arrivals += 1
    v.number = room.arrivals
    enter_at(w, who, np.int64(room.line_end))
    room.line_end += 1
    room.waiting += 1
    remember(w, who)


@part
def leave_line(w, who):
    """Let in, or forgotten."""
    room, v = room_of(w), visitor_at(w, who)
    ints(room.line)[np.uint64(v.at)] = NOBODY
    count(w, np.int64(v.at), -1)
    v.at = NOBODY
    room.waiting -= 1
    forget(w, who)


@part
def enter_at(w, who, at):
    """Stand at an entry."""
    ints(room_of(w).line)[np.uint64(at)] = who
    visitor_at(w, who).at = at
    count(w, at, 1)


@part
def squeeze(w):
    """Take the empty entries out. Numbers stay: who waits counts those who left before, too."""
    room = room_of(w)
    line, tree = ints(room.line), ints(room.tree)
    if room.random == 1:
        for at in range(room.line_room + 1):
            tree[np.uint64(at)] = 0
    kept = NOTHING
    for at in range(room.line_first, room.line_end):
        who = line[np.uint64(at)]
        if who != NOBODY:
            enter_at(w, who, kept)
            kept += 1
    room.line_first = 0
    room.line_end = kept


@part
def count(w, at, change):
    """Note in the tree that an entry was filled or emptied."""
    room = room_of(w)
    if room.random == 0:
        return
    node = at + 1
    while node <= room.line_room:
        ints(room.tree)[np.uint64(node)] += change
        node += node & -node


@part
def first_in_line(w):
    """Who came first of those who wait; there is somebody."""
    room = room_of(w)
    while ints(room.line)[np.uint64(room.line_first)] == NOBODY:
        room.line_first += 1
    return ints(room.line)[np.uint64(room.line_first)]


@part
def nth_in_line(w, skip):
    """Who comes after so many others; there is somebody."""
    room = room_of(w)
    node, step = NOTHING, np.int64(room.tree_top)
    while step > 0:
        below = node + step
        if below <= room.line_room and ints(room.tree)[np.uint64(below)] <= skip:
            node = below
            skip -= ints(room.tree)[np.uint64(node)]
        step >>= 1
    return ints(room.line)[np.uint64(node)]


@part
def remember(w, who):
    """Who asks now is the last to be forgotten."""
    room, v = room_of(w), visitor_at(w, who)
    v.asked_s = w.now_s
    v.older = room.newest
    v.newer = NOBODY
    if room.newest == NOBODY:
        room.oldest = who
    else:
        visitor_at(w, room.newest).newer = who
    room.newest = who


@part
def forget(w, who):
    """Take somebody out of the order of asking."""
    room, v = room_of(w), visitor_at(w, who)
    if v.older == NOBODY:
        room.oldest = v.newer
    else:
        visitor_at(w, v.older).newer = v.newer
    if v.newer == NOBODY:
        room.newest = v.older
    else:
        visitor_at(w, v.newer).older = v.older
