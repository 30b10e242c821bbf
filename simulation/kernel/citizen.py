# pyright: basic, reportArgumentType=false, reportAttributeAccessIssue=false, reportCallIssue=false, reportPrivateImportUsage=false
"""A citizen's way through the booking."""

import numpy as np

from simulation.kernel import draws
from simulation.kernel.codes import (
    ABANDONED,
    ANSWERED,
    ASSIGN,
    AT_THE_DOOR,
    BOOKS,
    CHOOSING,
    CONFIRMED,
    DAYS,
    FAILED,
    FILLING_IN,
    HOLD,
    HOLDING,
    INBOX,
    LOGIN,
    LOGIN_STATION,
    NO_SLOT,
    NOBODY,
    NOTHING,
    PAGES,
    POLLING,
    QUEUED,
    REJECTED,
    RESERVE,
    SET_ASIDE,
    SLOTS,
    STATUS_ABANDONED,
    STATUS_FAILED,
    STATUS_OK,
    STATUS_UNKNOWN,
    UNKNOWN,
)
from simulation.kernel.door import ask, knock
from simulation.kernel.ending import settle
from simulation.kernel.events import happen_now
from simulation.kernel.journeys import let_go, new_row
from simulation.kernel.record import note_request
from simulation.kernel.reloads import give_row_back, owner
from simulation.kernel.rows import inlined, journey_at, part, small_int_at
from simulation.kernel.stations import leave
from simulation.kernel.waits import pause


@part
def arrive(w, number):
    """The citizen who comes next has opened the page and been through BankID."""
    who = new_row(w)
    j = journey_at(w, who)
    citizen = np.int64(small_int_at(w.arrivals, number))
    j.citizen = citizen
    j.came_s = w.now_s
    if w.tally == 0:
        j.planned_s = draws.planned_s(w, citizen, w.now_s)
    j.patience_s = np.nan
    j.drawn = NOBODY
    j.book = draws.book_of(w, citizen)
    j.request = NOBODY
    j.number = 1
    j.saw_a_day = 1
    j.pending = 0
    ask(w, who, LOGIN)


@part
def begin_try(w, who):
    """The first thing of every try."""
    j = journey_at(w, who)
    if w.strategy == ASSIGN:
        pause(w, who, draws.form_s(w, j), FILLING_IN)
    else:
        ask(w, who, DAYS)


@inlined
def step(w, who):
    """What the citizen waited for is over; go on."""
    j = journey_at(w, owner(w, who))
    phase = j.phase
    if phase < CHOOSING:
        served(w, who)
    elif phase == CHOOSING:
        if w.strategy == HOLDING:
            ask(w, who, HOLD)
        else:
            pause(w, who, draws.form_s(w, j), FILLING_IN)
    elif phase == FILLING_IN:
        ask(w, who, RESERVE)
    elif phase == POLLING:
        ask(w, who, INBOX)
    elif phase == AT_THE_DOOR:
        knock(w, who)
    elif j.number < w.tries:  # the pause before the next try
        j.planned_s = w.now_s
        j.number += 1
        begin_try(w, who)
    else:
        w.ended += 1
        let_go(w, who)


@inlined
def served(w, row):
    """The answer to a request has come: give the worker back; the citizen sees it unless there is a newer one."""
    who = owner(w, row)
    j = journey_at(w, who)
    leave(w, LOGIN_STATION if j.phase == LOGIN else PAGES)
    if row != who:
        give_row_back(w, row)
    if row != j.newest:
        return
    j.reload_at_s = np.nan
    if row == who:
        seen(w, who)
    else:
        happen_now(w, ANSWERED, who)


@part
def seen(w, who):
    """The citizen sees the answer: note the request, and go on or leave."""
    j = journey_at(w, who)
    operation = j.phase
    now_s = w.now_s
    if draws.is_patient(w, j):
        lost = operation == INBOX and j.answer == SET_ASIDE
        note_request(w, j, operation, now_s, STATUS_FAILED if lost else STATUS_OK)
        answered(w, who, operation)
        return
    limit_s = j.asked_s + draws.page_patience_s(w, j)
    note_request(w, j, operation, limit_s, STATUS_UNKNOWN if operation == RESERVE else STATUS_ABANDONED)
    outcome = UNKNOWN if operation == RESERVE else ABANDONED
    if operation < RESERVE:
        settle(w, who, outcome, limit_s, NOBODY, NOTHING, np.nan)
    elif operation == HOLD:
        settle(w, who, outcome, limit_s, j.time, NOTHING, np.nan)
    elif w.strategy == ASSIGN:
        settle(w, who, outcome, limit_s, NOBODY, NOTHING, j.reserved_s)
    else:
        settle(w, who, outcome, limit_s, j.time, NOTHING, j.reserved_s)


@part
def answered(w, who, operation):
    """Read the answer to a request that came in time."""
    j = journey_at(w, who)
    now_s = w.now_s
    if operation == LOGIN:
        ask(w, who, BOOKS)
    elif operation == BOOKS:
        begin_try(w, who)
    elif operation == DAYS:
        j.saw_a_day = j.day != NOBODY
        if j.day == NOBODY:
            settle(w, who, NO_SLOT, now_s, NOBODY, NOTHING, np.nan)
        else:
            ask(w, who, SLOTS)
    elif operation == SLOTS:
        if j.time == NOBODY:
            settle(w, who, NO_SLOT, now_s, NOBODY, NOTHING, np.nan)
        else:
            pause(w, who, draws.choose_s(w, j), CHOOSING)
    else:
        told(w, who, operation)


@part
def told(w, who, operation):
    """Read the answer to a reservation, a hold, or a look in the inbox."""
    j = journey_at(w, who)
    now_s = w.now_s
    if operation == HOLD:
        if j.answer > 0:
            pause(w, who, draws.form_s(w, j), FILLING_IN)
        else:
            settle(w, who, REJECTED, now_s, j.time, NOTHING, j.asked_s)
    elif w.strategy == QUEUED and (operation == RESERVE or j.answer == NOBODY):
        look_again(w, who)
    elif j.answer == SET_ASIDE:
        settle(w, who, FAILED, now_s, j.time, NOTHING, j.reserved_s)
    elif j.answer == NOBODY:  # nothing was left to be assigned
        j.saw_a_day = 0
        settle(w, who, NO_SLOT, now_s, NOBODY, NOTHING, np.nan)
    elif j.answer == 0:
        settle(w, who, REJECTED, now_s, j.time, NOTHING, j.reserved_s)
    else:
        settle(w, who, CONFIRMED, now_s, j.time, j.answer, j.reserved_s)


@part
def look_again(w, who):
    """Wait for the next look in the inbox, or give up if that would be too late."""
    j = journey_at(w, who)
    now_s = w.now_s
    deadline_s = j.reserved_s + draws.answer_patience_s(w, j)
    if now_s + w.poll_s <= deadline_s:
        pause(w, who, w.poll_s, POLLING)
    else:
        settle(w, who, ABANDONED, max(deadline_s, now_s), j.time, NOTHING, j.reserved_s)
