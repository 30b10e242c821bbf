# pyright: basic, reportArgumentType=false, reportAttributeAccessIssue=false, reportCallIssue=false, reportPrivateImportUsage=false
"""Rows of those on the way: had while anything names them, and then used again."""

from simulation.kernel.codes import GONE, NOBODY
from simulation.kernel.rows import journey_at, part


@part
def a_row_is_free(w):
    """Whether one more can come."""
    return w.free != NOBODY or w.journeys_made < w.journeys_room


@part
def new_row(w):
    """A row for one who comes; there is one."""
    if w.free == NOBODY:
        who = w.journeys_made
        w.journeys_made += 1
        return who
    who = w.free
    w.free = journey_at(w, who).next
    return who


@part
def let_go(w, who):
    """The journey is over; its row is free unless something still names it."""
    j = journey_at(w, who)
    j.phase = GONE
    if j.pending == 0 and w.keeps_journeys == 0:
        j.next = w.free
        w.free = who


@part
def no_longer_pending(w, who):
    """A reservation was decided, or a hold has ended."""
    j = journey_at(w, who)
    j.pending -= 1
    if j.phase == GONE:
        let_go(w, who)
