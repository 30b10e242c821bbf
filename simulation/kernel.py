# pyright: basic, reportArgumentType=false, reportAttributeAccessIssue=false, reportCallIssue=false, reportPrivateImportUsage=false
"""The journey of `simulation.journey` and the platform of `simulation.world`, compiled: the same events in one loop.

One file, longer than others, for one reason: Numba keeps compiled code by the date and size of the file that holds
the function, and does not see an edit in an imported one. Nothing that is compiled here comes from another file;
numbers of enums are written out, and a test holds them against the enums.

How it agrees with SimPy to the bit
-----------------------------------
Times are float64 and are added in the same order, so every moment is the same number. SimPy orders events by
(time, priority, when they were made). An event made for the present moment is younger than every event that lies
waiting, so it goes to the end of a queue of its own (`_now`), and waiting timeouts go by (time, number) in a heap.
The openings of the page are timeouts too, made first of all: they are sorted once and come before others of the same
time. Process starts are urgent in SimPy, that is next; there is never more than one, and it is simply called.

What stands for what
--------------------
=========================  =====================================================================================
`Journey.live`, `_try`     `_step`: what a citizen does when the wait it is in, `phase`, is over
`Journey._ask`             `_ask` (join the queue), `_granted` (read or commit), `_served` (note the request, go on)
`World.serve`              `_grant_next`, `_granted`, and the release, which is an event of its own
`World.decide`             `_granted` (join the queue of the record system), `_granted_ehr`, `_decided`
`World.hold, _give_back`   `_hold_place`, `_give_back`
`Ledger`                   `_reserve`, `_cancel`, `_find_day`, `_find_time`: counts instead of dictionaries
`Journey._note`            `_settle`
=========================  =====================================================================================
"""

from typing import Any, Final

import numpy as np
from numba import carray, njit, types
from numba.core import cgutils
from numba.extending import intrinsic

# ---- numbers of enums, as `scenarios` has them -------------------------------------------------------------------

LOGIN, BOOKS, DAYS, SLOTS, RESERVE, INBOX, HOLD = np.arange(7)
"""Operations; the phase of a citizen who waits for one is its number."""

CHOOSING, FILLING_IN, POLLING, PAUSING, GONE = np.arange(10, 15)
"""Phases between requests."""

QUEUED, IMMEDIATE, HOLDING, ASSIGN = 0, 1, 2, 3
FIRST, PREFERRED, UNIFORM = 0, 1, 2
CONFIRMED, REJECTED, NO_SLOT, _, _, UNKNOWN, ABANDONED = np.arange(7)
STATUS_OK, _, _, STATUS_UNKNOWN, STATUS_ABANDONED = np.arange(5)
EHR_COLUMN, HOLD_COLUMN, COLUMNS = 6, 7, 8

# ---- events ------------------------------------------------------------------------------------------------------

STEP, DECIDED, GIVE_BACK, GRANT, GRANT_EHR, RELEASE = np.arange(6)  # the first three are timeouts
KIND_BITS: Final = 3
WHO_BITS: Final = 25
MOST_CITIZENS: Final = 1 << WHO_BITS
MOST_EVENTS: Final = 1 << (63 - WHO_BITS - KIND_BITS)
"""A waiting event is one number, (its place in the order of making, who, what): so many fit."""

LOGIN_STATION, PAGES, EHR = np.arange(3)
NOBODY, NOTHING = np.arange(-1, 1)

DONE, GO_ON, NEEDS_ROOM, TOO_MANY_EVENTS = 0, 1, 2, 3
"""Why `advance` came back."""

WAITING: Final = np.dtype([("at_s", "f8"), ("event", "i8")])
STATION: Final = np.dtype([("workers", "i8"), ("busy", "i8"), ("first", "i8"), ("last", "i8")])
JOURNEY: Final = np.dtype(
    [("planned_s", "f8"), ("started_s", "f8"), ("reserved_s", "f8"), ("patience_s", "f8"), ("citizen", "i4"),
     ("book", "i4"), ("next", "i4"), ("next_ehr", "i4"), ("request", "i8"), ("day", "i8"), ("time", "i8"),
     ("answer", "i8"), ("decision", "i4"), ("held", "i4"), ("day_count", "i4"), ("number", "i2"), ("phase", "i1"),
     ("saw_a_day", "i1"), ("hold_lives", "i1"), ("hold_confirmed", "i1")], align=True,
)  # fmt: skip
"""`answer` is what the request in service brings: a place, 0 for a rejection or an empty list, NOBODY for none yet.
`decision` is what the record system has said of the reservation on its way, in the same words."""

BOOK: Final = np.dtype(
    [("first_slot", "i8"), ("first_day", "i4"), ("end_day", "i4"), ("first_time", "i4"), ("places", "i4"),
     ("open_days", "i4"), ("hint", "i4")]
)  # fmt: skip
DAY: Final = np.dtype([("first_time", "i4"), ("end_time", "i4"), ("open_times", "i4"), ("hint", "i4"), ("book", "i4")])
TIME: Final = np.dtype([("day", "i4"), ("free", "i4"), ("held", "i4"), ("freed", "i4")])
"""Books, their days and their times, all counted through. `hint` is the first day or time that can be open."""


ATTEMPT: Final = np.dtype(
    [("planned_s", "f8"), ("ended_s", "f8"), ("reserved_s", "f8"), ("slot", "i8"), ("asked", "i4"), ("book", "i4"),
     ("citizen", "i4"), ("number", "i2"), ("outcome", "u1"), ("spare", "u1")]
)  # fmt: skip
REQUEST: Final = np.dtype(
    [("planned_s", "f8"), ("started_s", "f8"), ("ended_s", "f8"), ("attempt", "i4"), ("operation", "u1"),
     ("status", "u1"), ("spare", "u2")]
)  # fmt: skip
"""Rows of the record, as in `scenarios.columns`."""

ADDRESSES: Final = (
    # the plan, as drawn: one row a citizen, one column a try
    "planned_s", "page_patience_s", "answer_patience_s", "book", "choose_s", "form_s", "wait_s", "where", "pick",
    "preferred", "retries", "work_s",
    # who comes to the log-in, and when, in order
    "arrivals", "arrive_s",
    # the platform, and those on their way
    "heap", "present", "stations", "journeys", "books", "days", "times", "taken",
    # the record
    "attempts", "requests",
)  # fmt: skip
COUNTS: Final = (
    # what is the same for everybody
    "strategy", "spread", "holds", "tries", "citizens", "present_room", "attempts_room", "requests_room",
    # where the run stands: arrivals that came, timeouts that wait, timeouts ever made, the queue of the present
    # moment, rows written
    "arrived", "waiting", "made", "head", "tail", "attempts_made", "requests_made",
)  # fmt: skip
LENGTHS: Final = ("poll_s", "hold_s", "now_s")
WORLD: Final = np.dtype([(name, "i8") for name in (*ADDRESSES, *COUNTS)] + [(name, "f8") for name in LENGTHS])
"""A run: one row, handed from function to function as one pointer.

Arrays are in it by address. A tuple of two dozen arrays in every call took Numba over half a minute to compile, this
takes a few seconds. The price is that nothing checks an index; `simulation.compiled` keeps the arrays alive.
"""


part = njit(no_cpython_wrapper=True, no_cfunc_wrapper=True, error_model="numpy")
"""A piece of `advance`, never called from Python: without wrappers it compiles in a fraction of the time."""


# ---- rows by address ---------------------------------------------------------------------------------------------


@intrinsic
def _pointer(_context, address):
    def generate(_target, builder, _signature, arguments):
        return builder.inttoptr(arguments[0], cgutils.voidptr_t)

    return types.voidptr(address), generate


@part
def _float(address, index):
    return carray(_pointer(address), 1, np.float64)[np.uint64(index)]


@part
def _int(address, index):
    return carray(_pointer(address), 1, np.int64)[np.uint64(index)]


@part
def _taken(w):
    return carray(_pointer(w.taken), 1, np.uint8)


@part
def _present(w):
    return carray(_pointer(w.present), 1, np.int64)


@part
def _waiting(w, index):
    return carray(_pointer(w.heap), 1, WAITING)[np.uint64(index)]


@part
def _station(w, index):
    return carray(_pointer(w.stations), 1, STATION)[np.uint64(index)]


@part
def _journey(w, index):
    return carray(_pointer(w.journeys), 1, JOURNEY)[np.uint64(index)]


@part
def _book(w, index):
    return carray(_pointer(w.books), 1, BOOK)[np.uint64(index)]


@part
def _day(w, index):
    return carray(_pointer(w.days), 1, DAY)[np.uint64(index)]


@part
def _time(w, index):
    return carray(_pointer(w.times), 1, TIME)[np.uint64(index)]


@part
def _attempt(w, index):
    return carray(_pointer(w.attempts), 1, ATTEMPT)[np.uint64(index)]


@part
def _request(w, index):
    return carray(_pointer(w.requests), 1, REQUEST)[np.uint64(index)]


@part
def _try(w, j):
    """Where the plan has what this citizen does in this try."""
    return j.citizen * w.tries + j.number - 1


@part
def _service_s(w, j, column):
    return _float(w.work_s, _try(w, j) * COLUMNS + column)


# ---- the order of events -----------------------------------------------------------------------------------------


@part
def _schedule(w, at_s, kind, who):
    """Make a timeout. One for the present moment queues behind all that wait for it."""
    if at_s == w.now_s:
        _now(w, kind, who)
        return
    event = (w.made << (WHO_BITS + KIND_BITS)) | (who << KIND_BITS) | kind
    w.made += 1
    hole = w.waiting
    w.waiting += 1
    while hole > 0:
        above = (hole - 1) >> 2
        if _waiting(w, above).at_s < at_s or (_waiting(w, above).at_s == at_s and _waiting(w, above).event < event):
            break
        _waiting(w, hole).at_s = _waiting(w, above).at_s
        _waiting(w, hole).event = _waiting(w, above).event
        hole = above
    _waiting(w, hole).at_s = at_s
    _waiting(w, hole).event = event


@part
def _pop(w):
    """Take the earliest timeout out of the heap."""
    earliest = _waiting(w, 0).event
    w.waiting -= 1
    size = w.waiting
    at_s, event = _waiting(w, size).at_s, _waiting(w, size).event
    hole = 0
    while True:
        child = 4 * hole + 1
        if child >= size:
            break
        least = child
        least_s, least_event = _waiting(w, child).at_s, _waiting(w, child).event
        for other in range(child + 1, min(child + 4, size)):
            other_s = _waiting(w, other).at_s
            if other_s < least_s or (other_s == least_s and _waiting(w, other).event < least_event):
                least, least_s, least_event = other, other_s, _waiting(w, other).event
        if at_s < least_s or (at_s == least_s and event < least_event):
            break
        _waiting(w, hole).at_s = least_s
        _waiting(w, hole).event = least_event
        hole = least
    _waiting(w, hole).at_s = at_s
    _waiting(w, hole).event = event
    return earliest


@part
def _now(w, kind, who):
    """Make an event for the present moment."""
    _present(w)[w.tail] = (who << KIND_BITS) | kind
    w.tail += 1
    if w.tail == w.present_room:
        w.tail = 0


@part
def _next_present(w):
    """Take the oldest event of the present moment."""
    event = _present(w)[w.head]
    w.head += 1
    if w.head == w.tail:  # nobody is left: begin at the front again, which stays in the cache
        w.head = w.tail = 0
    elif w.head == w.present_room:
        w.head = 0
    return event


# ---- stations: first come, first served --------------------------------------------------------------------------


@part
def _grant_next(w, station):
    """Give a free worker to the first in the queue: one at a time, as SimPy's resource does."""
    t = _station(w, station)
    if t.first == NOBODY or t.busy >= t.workers:
        return
    who = t.first
    t.busy += 1
    if station == EHR:
        t.first = _journey(w, who).next_ehr
        _now(w, GRANT_EHR, who)
    else:
        t.first = _journey(w, who).next
        _now(w, GRANT, who)


@part
def _join(w, station, who):
    """Queue for a worker."""
    t = _station(w, station)
    if station == EHR:
        _journey(w, who).next_ehr = NOBODY
        if t.first != NOBODY:
            _journey(w, t.last).next_ehr = who
    else:
        _journey(w, who).next = NOBODY
        if t.first != NOBODY:
            _journey(w, t.last).next = who
    if t.first == NOBODY:
        t.first = who
    t.last = who
    _grant_next(w, station)


@part
def _leave(w, station):
    """Give the worker back; the next in the queue is called by an event of its own."""
    _station(w, station).busy -= 1
    _now(w, RELEASE, station)


# ---- the books ---------------------------------------------------------------------------------------------------


@part
def _reserve(w, time):
    """The lowest free place of a time, counted from 1; 0 where there is none."""
    t = _time(w, time)
    if t.free == 0:
        return NOTHING
    day = _day(w, t.day)
    t.free -= 1
    if t.free == 0:
        day.open_times -= 1
        if day.open_times == 0:
            _book(w, day.book).open_days -= 1
    t.held += 1
    if w.holds == 0:
        return np.int64(t.held)
    book = _book(w, day.book)
    base = book.first_slot + np.int64(time - book.first_time) * book.places
    place = t.held - 1
    if t.freed > 0:
        t.freed -= 1
        place = 0
        while _taken(w)[base + place]:
            place += 1
    _taken(w)[base + place] = 1
    return place + 1


@part
def _cancel(w, time, place):
    """Free a place, to be given again."""
    t = _time(w, time)
    day = _day(w, t.day)
    book = _book(w, day.book)
    _taken(w)[book.first_slot + np.int64(time - book.first_time) * book.places + place - 1] = 0
    if t.free == 0:
        if day.open_times == 0:
            book.open_days += 1
        day.open_times += 1
        day.hint = min(day.hint, time)
        book.hint = min(book.hint, t.day)
    t.free += 1
    t.held -= 1
    t.freed += 1


@part
def _first_day(w, book):
    b = _book(w, book)
    while _day(w, b.hint).open_times == 0:
        b.hint += 1
    return np.int64(b.hint)


@part
def _first_time(w, day):
    d = _day(w, day)
    while _time(w, d.hint).free == 0:
        d.hint += 1
    return np.int64(d.hint)


@part
def _open_day(w, day, end_day, skip):
    """The first day from `day` on with a free time, after so many others; NOBODY where there is none."""
    while day < end_day:
        if _day(w, day).open_times > 0:
            if skip == 0:
                return day
            skip -= 1
        day += 1
    return NOBODY


@part
def _open_time(w, time, end_time, skip):
    """The first time from `time` on with a free place, after so many others; NOBODY where there is none."""
    while time < end_time:
        if _time(w, time).free > 0:
            if skip == 0:
                return time
            skip -= 1
        time += 1
    return NOBODY


@part
def _find_day(w, book, pick, where, preferred):
    """The day chosen from those with free times: `choose_day`; NOBODY where there is none."""
    b = _book(w, book)
    if b.open_days == 0:
        return NOBODY
    first = _first_day(w, book)
    if pick == UNIFORM:
        return _open_day(w, first, np.int64(b.end_day), np.int64(where * b.open_days))
    if pick == PREFERRED:
        wished = _open_day(w, max(first, np.int64(_time(w, preferred).day)), np.int64(b.end_day), NOTHING)
        return first if wished == NOBODY else wished
    return first


@part
def _find_time(w, day, pick, where, preferred, day_count):
    """The time chosen from the free ones of a day: `choose_time`; NOBODY where there is none."""
    d = _day(w, day)
    if d.open_times == 0:
        return NOBODY
    first = _first_time(w, day)
    if pick == UNIFORM:
        left = (where * day_count) % 1.0
        return _open_time(w, first, np.int64(d.end_time), np.int64(left * d.open_times))
    if pick == PREFERRED:
        wished = _open_time(w, max(first, preferred), np.int64(d.end_time), NOTHING)
        return first if wished == NOBODY else wished
    return first


# ---- what a request reads or commits when its service starts -----------------------------------------------------


@part
def _hold_place(w, j):
    place = _reserve(w, j.time)
    if place > 0:
        j.held = place
        j.hold_lives = 1
        j.hold_confirmed = 0
    return place


@part
def _confirm_hold(j):
    if j.hold_lives == 0:
        return NOTHING
    j.hold_confirmed = 1
    return np.int64(j.held)


@part
def _assign(w, j):
    if _book(w, j.book).open_days == 0:
        return NOBODY
    j.time = _first_time(w, _first_day(w, j.book))
    return _reserve(w, j.time)


@part
def _choice(w, j):
    """How the citizen picks. In a list of one's own, the first is any."""
    pick = _int(w.pick, _try(w, j))
    return UNIFORM if pick == FIRST and w.spread == 1 else pick


@part
def _read_days(w, j):
    j.day_count = _book(w, j.book).open_days
    preferred = _book(w, j.book).first_time + _int(w.preferred, _try(w, j))
    j.day = _find_day(w, j.book, _choice(w, j), _float(w.where, _try(w, j)), preferred)


@part
def _read_times(w, j):
    preferred = _book(w, j.book).first_time + _int(w.preferred, _try(w, j))
    j.time = _find_time(w, j.day, _choice(w, j), _float(w.where, _try(w, j)), preferred, j.day_count)


@part
def _taken_in(w, j):
    """Decide a reservation, or leave that to the record system."""
    if w.strategy == QUEUED:
        j.decision = NOBODY
        return NOTHING
    if w.strategy == IMMEDIATE:
        return _reserve(w, j.time)
    if w.strategy == HOLDING:
        return _confirm_hold(j)
    return _assign(w, j)


@part
def _do(w, j):
    """Read or commit what the request asks for."""
    if j.phase == DAYS:
        _read_days(w, j)
    elif j.phase == SLOTS:
        _read_times(w, j)
    elif j.phase == RESERVE:
        j.answer = _taken_in(w, j)
    elif j.phase == INBOX:
        j.answer = j.decision
    elif j.phase == HOLD:
        j.answer = _hold_place(w, j)


@part
def _granted(w, who):
    """A worker takes the request: read or commit at once, and be busy for the service time."""
    j = _journey(w, who)
    _do(w, j)
    column = HOLD_COLUMN if j.phase == HOLD else np.int64(j.phase)
    _schedule(w, w.now_s + _service_s(w, j, column), STEP, who)
    # The process that the work started, if any, begins before anything else happens.
    if j.phase == HOLD and j.answer > 0:
        _schedule(w, w.now_s + w.hold_s, GIVE_BACK, who)
    if j.phase == RESERVE and w.strategy == QUEUED:
        _join(w, EHR, who)


@part
def _granted_ehr(w, who):
    """The record system commits the reservation; its answer comes when its work is done."""
    j = _journey(w, who)
    j.held = _reserve(w, j.time)
    _schedule(w, w.now_s + _service_s(w, j, EHR_COLUMN), DECIDED, who)


@part
def _decided(w, who):
    _leave(w, EHR)
    _journey(w, who).decision = _journey(w, who).held


@part
def _give_back(w, who):
    """A hold that was not confirmed in time is over."""
    j = _journey(w, who)
    j.hold_lives = j.hold_confirmed
    if j.hold_confirmed == 0:
        _cancel(w, j.time, j.held)


# ---- a citizen's way ---------------------------------------------------------------------------------------------


@part
def _ask(w, who, operation):
    j = _journey(w, who)
    j.phase = operation
    j.started_s = w.now_s
    _join(w, LOGIN_STATION if operation == LOGIN else PAGES, who)


@part
def _pause(w, who, length_s, phase):
    _journey(w, who).phase = phase
    _schedule(w, w.now_s + length_s, STEP, who)


@part
def _arrive(w, who):
    """The citizen has opened the page and been through BankID."""
    j = _journey(w, who)
    citizen = _int(w.arrivals, who)
    j.citizen = citizen
    j.planned_s = _float(w.planned_s, citizen)
    j.patience_s = _float(w.page_patience_s, citizen)
    j.book = _int(w.book, citizen)
    j.request = NOBODY
    j.number = 1
    j.saw_a_day = 1
    _ask(w, who, LOGIN)


@part
def _begin_try(w, who):
    j = _journey(w, who)
    if w.strategy == ASSIGN:
        _pause(w, who, _float(w.form_s, _try(w, j)), FILLING_IN)
    else:
        _ask(w, who, DAYS)


@part
def _step(w, who):
    """What the citizen waited for is over; go on."""
    j = _journey(w, who)
    phase = j.phase
    if phase < CHOOSING:
        _served(w, who)
    elif phase == CHOOSING:
        if w.strategy == HOLDING:
            _ask(w, who, HOLD)
        else:
            _pause(w, who, _float(w.form_s, _try(w, j)), FILLING_IN)
    elif phase == FILLING_IN:
        j.reserved_s = w.now_s
        _ask(w, who, RESERVE)
    elif phase == POLLING:
        _ask(w, who, INBOX)
    elif j.number < w.tries:  # the pause before the next try
        j.planned_s = w.now_s
        j.number += 1
        _begin_try(w, who)


@part
def _served(w, who):
    """The answer has come: give the worker back, note the request, and go on or leave."""
    j = _journey(w, who)
    operation = j.phase
    _leave(w, LOGIN_STATION if operation == LOGIN else PAGES)
    now_s = w.now_s
    limit_s = j.started_s + j.patience_s
    if now_s <= limit_s:
        _note_request(w, j, operation, now_s, STATUS_OK)
        _answered(w, who, operation)
        return
    _note_request(w, j, operation, limit_s, STATUS_UNKNOWN if operation == RESERVE else STATUS_ABANDONED)
    outcome = UNKNOWN if operation == RESERVE else ABANDONED
    if operation < RESERVE:
        _settle(w, who, outcome, limit_s, NOBODY, NOTHING, np.nan)
    elif operation == HOLD:
        _settle(w, who, outcome, limit_s, j.time, NOTHING, np.nan)
    elif w.strategy == ASSIGN:
        _settle(w, who, outcome, limit_s, NOBODY, NOTHING, j.reserved_s)
    else:
        _settle(w, who, outcome, limit_s, j.time, NOTHING, j.reserved_s)


@part
def _answered(w, who, operation):
    """Read the answer to a request that came in time."""
    j = _journey(w, who)
    now_s = w.now_s
    if operation == LOGIN:
        _ask(w, who, BOOKS)
    elif operation == BOOKS:
        _begin_try(w, who)
    elif operation == DAYS:
        j.saw_a_day = j.day != NOBODY
        if j.day == NOBODY:
            _settle(w, who, NO_SLOT, now_s, NOBODY, NOTHING, np.nan)
        else:
            _ask(w, who, SLOTS)
    elif operation == SLOTS:
        if j.time == NOBODY:
            _settle(w, who, NO_SLOT, now_s, NOBODY, NOTHING, np.nan)
        else:
            _pause(w, who, _float(w.choose_s, _try(w, j)), CHOOSING)
    else:
        _told(w, who, operation)


@part
def _told(w, who, operation):
    """Read the answer to a reservation, a hold, or a look in the inbox."""
    j = _journey(w, who)
    now_s = w.now_s
    if operation == HOLD:
        if j.answer > 0:
            _pause(w, who, _float(w.form_s, _try(w, j)), FILLING_IN)
        else:
            _settle(w, who, REJECTED, now_s, j.time, NOTHING, j.started_s)
    elif w.strategy == QUEUED and (operation == RESERVE or j.answer == NOBODY):
        _look_again(w, who)
    elif j.answer == NOBODY:  # nothing was left to be assigned
        j.saw_a_day = 0
        _settle(w, who, NO_SLOT, now_s, NOBODY, NOTHING, np.nan)
    elif j.answer == 0:
        _settle(w, who, REJECTED, now_s, j.time, NOTHING, j.reserved_s)
    else:
        _settle(w, who, CONFIRMED, now_s, j.time, j.answer, j.reserved_s)


@part
def _look_again(w, who):
    """Wait for the next look in the inbox, or give up if that would be too late."""
    j = _journey(w, who)
    now_s = w.now_s
    deadline_s = j.reserved_s + _float(w.answer_patience_s, j.citizen)
    if now_s + w.poll_s <= deadline_s:
        _pause(w, who, w.poll_s, POLLING)
    else:
        _settle(w, who, ABANDONED, max(deadline_s, now_s), j.time, NOTHING, j.reserved_s)


# ---- the record --------------------------------------------------------------------------------------------------


@part
def _note_request(w, j, operation, ended_s, status):
    """Write a row. Until the attempt is settled, its requests are chained: each names the one before."""
    r = _request(w, w.requests_made)
    r.planned_s = j.started_s
    r.started_s = j.started_s
    r.ended_s = ended_s
    r.operation = operation
    r.status = status
    r.spare = 0
    r.attempt = j.request
    j.request = w.requests_made
    w.requests_made += 1


@part
def _settle(w, who, outcome, ended_s, time, place, reserved_s):
    """Write the attempt down, and try again or be done."""
    j = _journey(w, who)
    a = _attempt(w, w.attempts_made)
    a.planned_s = j.planned_s
    a.ended_s = ended_s
    a.reserved_s = reserved_s
    a.citizen = j.citizen
    a.number = j.number
    a.outcome = outcome
    a.spare = 0
    a.book = j.book
    a.asked = time
    a.slot = NOBODY
    if place > 0:
        book = _book(w, j.book)
        a.slot = book.first_slot + np.int64(time - book.first_time) * book.places + place - 1
    request = j.request
    while request != NOBODY:
        before = _request(w, request).attempt
        _request(w, request).attempt = w.attempts_made
        request = before
    j.request = NOBODY
    w.attempts_made += 1
    again = outcome == REJECTED or (outcome == NO_SLOT and j.saw_a_day == 1)
    if again and _int(w.retries, _try(w, j)) != 0:
        _pause(w, who, _float(w.wait_s, _try(w, j)), PAUSING)
    else:
        j.phase = GONE


# ---- the loop ----------------------------------------------------------------------------------------------------


@part
def _happen(w, kind, who):
    if kind == STEP:
        _step(w, who)
    elif kind == GRANT:
        _granted(w, who)
    elif kind == RELEASE:
        _grant_next(w, who)
    elif kind == GRANT_EHR:
        _granted_ehr(w, who)
    elif kind == DECIDED:
        _decided(w, who)
    else:
        _give_back(w, who)


@njit(cache=True, nogil=True, error_model="numpy")
def advance(world: Any, events: int) -> int:
    """Let so many events happen, from where the last call left; say why it ended."""
    w = world[0]
    who_mask = MOST_CITIZENS - 1
    kind_mask = (1 << KIND_BITS) - 1
    for _ in range(events):
        if w.requests_made == w.requests_room or w.attempts_made == w.attempts_room:
            return NEEDS_ROOM
        if w.made >= MOST_EVENTS - 2:
            return TOO_MANY_EVENTS
        arrival_s = _float(w.arrive_s, w.arrived) if w.arrived < w.citizens else np.inf
        timeout_s = _waiting(w, 0).at_s if w.waiting > 0 else np.inf
        next_s = min(arrival_s, timeout_s)
        if w.head != w.tail and next_s != w.now_s:
            event = _next_present(w)
            _happen(w, event & kind_mask, event >> KIND_BITS)
        elif next_s == np.inf:
            return DONE
        else:
            w.now_s = next_s
            if arrival_s <= timeout_s:
                w.arrived += 1
                _arrive(w, w.arrived - 1)
            else:
                event = _pop(w)
                _happen(w, event & kind_mask, (event >> KIND_BITS) & who_mask)
    return GO_ON
