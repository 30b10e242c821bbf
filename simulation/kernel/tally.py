# pyright: basic, reportArgumentType=false, reportAttributeAccessIssue=false, reportCallIssue=false, reportPrivateImportUsage=false
"""What is counted while a run goes on and no rows are kept: what `scenarios.measures.tally_of` counts in a record.

Lengths of time are kept whole, so that quantiles are exact: as numbers of ticks in four bytes, or as they are where
they are too long for that. There is room for `kept_room` of them, of whichever kind.
"""

import numpy as np

from scenarios.streams import TICK_S
from simulation.kernel import draws
from simulation.kernel.codes import CONFIRMED, ENDINGS, NOBODY, REJECTED, STATUS_ABANDONED, STATUS_OK
from simulation.kernel.rows import confirmed_places, floats, inlined, ints, part, sample_at, small_ints, tally_of

RESPONSES, WAITS, JOURNEYS = np.arange(3)
SOONER_TICKS = 1 << 32
_CONFIRMED_STEPS, _REJECTED_STEPS, _TRIED_STEPS = 0, 1, 2


@inlined
def keep(w, number, length_s):
    """Keep a length of time in one of the samples."""
    w.kept += 1
    s = sample_at(w, number)
    ticks = np.int64(length_s / TICK_S)
    if ticks < SOONER_TICKS:
        small_ints(s.short)[np.uint64(s.shorts)] = ticks
        s.shorts += 1
    else:
        floats(s.long)[np.uint64(s.longs)] = length_s
        s.longs += 1


@inlined
def count_start(w):
    """A request starts. They start in order of time, so that one second is counted at a time."""
    t = tally_of(w)
    second = np.int64(w.now_s)
    if second != t.second:
        t.second = second
        t.in_second = 0
    t.in_second += 1
    t.busiest = max(t.busiest, t.in_second)


@part
def count_request(w, j, ended_s, status):
    """A request has ended."""
    t = tally_of(w)
    t.requests += 1
    if STATUS_OK < status < STATUS_ABANDONED:
        t.errors += 1
    keep(w, RESPONSES, ended_s - j.started_s)


@part
def count_attempt(w, j, outcome, ended_s, slot, reserved_s):
    """An attempt is settled."""
    t = tally_of(w)
    outcomes = ints(w.outcomes)
    if outcomes[outcome] == 0:
        ints(w.met)[t.met] = outcome
        t.met += 1
    outcomes[outcome] += 1
    if j.number > 1:
        outcomes[ENDINGS + j.outcome] -= 1
    outcomes[ENDINGS + outcome] += 1
    if outcome == REJECTED and (j.number == 1 or j.was_rejected == 0):
        t.rejected_citizens += 1
    j.was_rejected = outcome == REJECTED or (j.number > 1 and j.was_rejected == 1)
    j.outcome = outcome
    if outcome == CONFIRMED:
        count_confirmed(w, j, ended_s, slot)
        keep_wait(w, ended_s, reserved_s)
    elif outcome == REJECTED:
        t.first_rejection_s = min(t.first_rejection_s, ended_s)
        keep_wait(w, ended_s, reserved_s)
    if w.step_count > 0:
        count_steps(w, outcome, ended_s, reserved_s)


@part
def keep_wait(w, ended_s, reserved_s):
    """A reservation was answered; one who found no place to hold has sent none."""
    if not np.isnan(reserved_s):
        keep(w, WAITS, ended_s - reserved_s)


@part
def count_confirmed(w, j, ended_s, slot):
    """A place was confirmed, perhaps not for the first time."""
    t = tally_of(w)
    t.last_confirmation_s = max(t.last_confirmation_s, ended_s)
    places = confirmed_places(w)
    if slot != NOBODY and places[np.uint64(slot)] == 0:
        places[np.uint64(slot)] = 1
        t.places += 1
    keep(w, JOURNEYS, ended_s - draws.planned_s(w, j.citizen, j.came_s))


@part
def count_steps(w, outcome, ended_s, reserved_s):
    """What a picture over time shows."""
    if outcome == CONFIRMED:
        count_step(w, _CONFIRMED_STEPS, ended_s)
    elif outcome == REJECTED:
        count_step(w, _REJECTED_STEPS, ended_s)
    if not np.isnan(reserved_s):
        count_step(w, _TRIED_STEPS, reserved_s)


@part
def count_step(w, row, at_s):
    """The first step that ends at or after a moment; those after the last are not counted."""
    edges_s = floats(w.edges_s)
    step = min(np.int64(at_s / edges_s[0]), w.step_count)
    while step > 0 and at_s <= edges_s[step - 1]:
        step -= 1
    while step < w.step_count and at_s > edges_s[step]:
        step += 1
    if step < w.step_count:
        ints(w.steps)[row * w.step_count + step] += 1
