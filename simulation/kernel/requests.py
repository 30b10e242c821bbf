# pyright: basic, reportArgumentType=false, reportAttributeAccessIssue=false, reportCallIssue=false, reportPrivateImportUsage=false
"""What a request reads or commits when its service starts."""

import numpy as np

from simulation.kernel import draws
from simulation.kernel.afterwards import fill
from simulation.kernel.books import cancel, first_day, first_time, reserve
from simulation.kernel.codes import (
    DAYS,
    FIRST,
    GIVE_BACK,
    HOLD,
    HOLD_COLUMN,
    HOLDING,
    IMMEDIATE,
    INBOX,
    NOBODY,
    NOTHING,
    PREFERRED,
    QUEUED,
    RESERVE,
    SLOTS,
    STEP,
    UNIFORM,
)
from simulation.kernel.events import schedule
from simulation.kernel.journeys import no_longer_pending
from simulation.kernel.lists import days_listed, find_day, find_time
from simulation.kernel.record_system import deliver
from simulation.kernel.reloads import owner
from simulation.kernel.rows import book_at, journey_at, part


@part
def hold_place(w, j):
    """Hold the next place of the time chosen."""
    place = reserve(w, j.time)
    if place > 0:
        j.held = place
        j.hold_lives = 1
        j.hold_confirmed = 0
    return place


@part
def confirm_hold(j):
    """Make the held place an appointment, if the hold lives."""
    if j.hold_lives == 0:
        return NOTHING
    j.hold_confirmed = 1
    return np.int64(j.held)


@part
def assign(w, j):
    """Give the first free place there is."""
    if book_at(w, j.book).open_days == 0:
        return NOBODY
    j.time = first_time(w, first_day(w, j.book))
    return reserve(w, j.time)


@part
def choose(w, j):
    """How the citizen picks, and the chance that it takes. In a list of one's own, the first is any."""
    pick = draws.pick(w, j)
    j.pick = UNIFORM if pick == FIRST and w.spread == 1 else pick
    if j.pick != FIRST:
        j.where = draws.where(w, j)


@part
def read_days(w, j):
    """Read the days and pick one."""
    choose(w, j)
    j.day_count = days_listed(w, j.book)
    j.day = find_day(w, j.book, np.int64(j.day_count), j.pick, j.where, wished(w, j))


@part
def read_times(w, j):
    """Read the times of the day and pick one."""
    j.time = find_time(w, j.day, j.pick, j.where, wished(w, j), j.day_count)


@part
def wished(w, j):
    """The time hoped for, by those who hope for one."""
    return draws.preferred(w, j) if j.pick == PREFERRED else NOTHING


@part
def taken_in(w, j):
    """Decide a reservation, or leave that to the record system."""
    if w.strategy == QUEUED:
        j.decision = NOBODY
        return NOTHING
    if w.strategy == IMMEDIATE:
        return reserve(w, j.time)
    if w.strategy == HOLDING:
        return confirm_hold(j)
    return assign(w, j)


@part
def do(w, j):
    """Read or commit what the request asks for."""
    if j.phase == DAYS:
        read_days(w, j)
    elif j.phase == SLOTS:
        read_times(w, j)
    elif j.phase == RESERVE:
        j.answer = taken_in(w, j)
    elif j.phase == INBOX:
        j.answer = j.decision
    elif j.phase == HOLD:
        j.answer = hold_place(w, j)


@part
def granted(w, row):
    """A worker takes the request: read or commit at once, and be busy for the service time."""
    who = owner(w, row)
    j = journey_at(w, who)
    again = j.taken_in
    j.taken_in = 1
    if again == 0 or (j.phase != RESERVE and j.phase != HOLD):  # a form that is sent again is the same wish
        do(w, j)
    column = HOLD_COLUMN if j.phase == HOLD else np.int64(j.phase)
    schedule(w, w.now_s + draws.service_s(w, j, column), STEP, row)
    if again == 1:
        return
    # The process that the work started, if any, begins before anything else happens.
    if j.phase == HOLD and j.answer > 0:
        j.pending += 1
        schedule(w, w.now_s + w.hold_s, GIVE_BACK, who)
    if j.phase == RESERVE and w.strategy == QUEUED:
        j.pending += 1
        deliver(w, who)


@part
def give_back(w, who):
    """A hold that was not confirmed in time is over."""
    j = journey_at(w, who)
    j.hold_lives = j.hold_confirmed
    if j.hold_confirmed == 0:
        cancel(w, j.time, j.held)
        fill(w, np.int64(j.book))
    no_longer_pending(w, who)
