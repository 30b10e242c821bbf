"""What the kernel has in memory: rows of numpy arrays, which it reaches by address."""

from typing import Final

import numpy as np

WAITING: Final = np.dtype([("at_s", "f8"), ("event", "i8")])
STATION: Final = np.dtype([("workers", "i8"), ("busy", "i8"), ("first", "i8"), ("last", "i8")])
JOURNEY: Final = np.dtype(
    [("planned_s", "f8"), ("started_s", "f8"), ("reserved_s", "f8"), ("patience_s", "f8"), ("asked_s", "f8"),
     ("reload_at_s", "f8"), ("citizen", "i4"),
     ("book", "i4"), ("next", "i4"), ("next_ehr", "i4"), ("request", "i8"), ("day", "i8"), ("time", "i8"),
     ("answer", "i8"), ("decision", "i4"), ("held", "i4"), ("day_count", "i4"), ("number", "i2"), ("phase", "i1"),
     ("saw_a_day", "i1"), ("hold_lives", "i1"), ("hold_confirmed", "i1"), ("delivery", "i1"),
     ("reloads", "i1"), ("taken_in", "i1"), ("newest", "i4")], align=True,
)  # fmt: skip
"""`answer` is what the request in service brings: a place, 0 for a rejection or an empty list, NOBODY for none yet.
`decision` is what the record system has said of the reservation on its way, in the same words, or SET_ASIDE; `delivery`
is how often the reservation came there. A page was first asked for at `asked_s`; `newest` is the row that queues for
its latest request: the citizen's own, or one of those behind them all, whose `citizen` is the row of whoever reloaded.
`taken_in` says that a worker has taken the page up before."""

BOOK: Final = np.dtype(
    [("first_slot", "i8"), ("first_day", "i4"), ("end_day", "i4"), ("first_time", "i4"), ("places", "i4"),
     ("open_days", "i4"), ("hint", "i4")]
)  # fmt: skip
DAY: Final = np.dtype([("first_time", "i4"), ("end_time", "i4"), ("open_times", "i4"), ("hint", "i4"), ("book", "i4")])
TIME: Final = np.dtype([("day", "i4"), ("free", "i4"), ("held", "i4"), ("freed", "i4")])
"""Books, their days and their times, all counted through. `hint` is the first day or time that can be open."""

ROOM: Final = np.dtype(
    [(name, "i8") for name in (
        # those who wait in order of arrival, the tree that counts them, those inside, when those of the latest minute
        # were let in, and lots
        "line", "tree", "inside", "admitted", "lots",
        # the rules, and how much there is room for
        "random", "places", "per_minute", "line_room", "tree_top", "inside_room", "lots_room",
        # where it stands
        "line_first", "line_end", "waiting", "arrivals", "oldest", "newest", "inside_first", "inside_count",
        "admissions", "lots_drawn",
    )] + [(name, "f8") for name in ("session_s", "per_s", "forgotten_s", "ask_again_s", "minute_s")]
)  # fmt: skip
"""The waiting room, with what it has by address. `line` and `inside` hold citizens, `admitted` is a ring."""

VISITOR: Final = np.dtype(
    [("until_s", "f8"), ("asked_s", "f8"), ("tired_s", "f8"), ("at", "i8"), ("number", "i8"), ("older", "i8"),
     ("newer", "i8"), ("wants", "i8")]
)  # fmt: skip
"""A citizen at the waiting room: `at` is the entry in the line, `wants` the request that is waited with."""

KEPT_LIST: Final = np.dtype([("since_s", "f8"), ("count", "i4"), ("first", "i4")])
"""A list that is shown for a while: when it was made, how many it has (none: nothing is kept), and the first."""

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
    "preferred", "retries", "work_s", "queue_patience_s",
    # deliveries to the record system where some fail, and when it stands still: pairs of from and until
    "delivery_row", "delivery_failures", "delivery_s", "stops_s",
    "reload_after_s", "reloads",
    # who comes to the log-in, and when, in order; and the timeouts that were made before each was sent to
    "arrivals", "arrive_s", "arrive_after",
    # the platform, and those on their way
    "heap", "present", "stations", "journeys", "books", "days", "times", "taken",
    # the waiting room and those who know it; 0 where there is none
    "room", "visitors",
    # lists that are shown for a while, and what is in them
    "kept_days", "kept_times", "days_shown", "times_shown",
    # the record
    "attempts", "requests",
)  # fmt: skip
COUNTS: Final = (
    # what is the same for everybody
    "strategy", "spread", "holds", "keeps_lists", "tries", "citizens", "present_room", "attempts_room", "requests_room",
    "deliveries", "stops",
    "heap_room",
    # where the run stands: arrivals that came, timeouts that wait, timeouts ever made, the queue of the present
    # moment, rows written
    "arrived", "waiting", "made", "head", "tail", "attempts_made", "requests_made",
    # rows of the citizens; then for reloads one that was given back, and the first that was never taken
    "own_rows", "spare_row", "rows_made",
)  # fmt: skip
LENGTHS: Final = ("poll_s", "hold_s", "list_age_s", "redelivered_after_s", "now_s", "until_s")
WORLD: Final = np.dtype([(name, "i8") for name in (*ADDRESSES, *COUNTS)] + [(name, "f8") for name in LENGTHS])
"""A run: one row, handed from function to function as one pointer.

Arrays are in it by address. A tuple of two dozen arrays in every call took Numba over half a minute to compile, this
takes a few seconds. The price is that nothing checks an index; `simulation.compiled` keeps the arrays alive.
"""
