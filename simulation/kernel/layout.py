"""What the kernel has in memory: rows of numpy arrays, which it reaches by address."""

from typing import Final

import numpy as np

WAITING: Final = np.dtype([("at_s", "f8"), ("event", "i8")])
LATER: Final = np.dtype([("at_s", "f8"), ("event", "i8"), ("next", "i4"), ("spare", "i4")])
"""A timeout in the heap of those that are soon, and one in a box of those that are later."""

STATION: Final = np.dtype([("workers", "i8"), ("busy", "i8"), ("first", "i8"), ("last", "i8")])
JOURNEY: Final = np.dtype(
    [("planned_s", "f8"), ("started_s", "f8"), ("reserved_s", "f8"), ("patience_s", "f8"), ("asked_s", "f8"),
     ("reload_at_s", "f8"), ("citizen", "i4"),
     ("book", "i4"), ("next", "i4"), ("next_ehr", "i4"), ("request", "i8"), ("day", "i8"), ("time", "i8"),
     ("answer", "i8"), ("decision", "i4"), ("held", "i4"), ("day_count", "i4"), ("number", "i2"), ("phase", "i1"),
     ("saw_a_day", "i1"), ("hold_lives", "i1"), ("hold_confirmed", "i1"), ("pick", "i1"), ("pending", "i1"),
     ("outcome", "i1"), ("was_rejected", "i1"), ("delivery", "i1"),
     ("reloads", "i1"), ("taken_in", "i1"), ("newest", "i4"),
     ("where", "f8"), ("came_s", "f8"),
     ("word_0", "u8"), ("word_1", "u8"), ("word_2", "u8"), ("word_3", "u8"), ("drawn", "i4")], align=True,
)  # fmt: skip
"""`answer` is what the request in service brings: a place, 0 for a rejection or an empty list, NOBODY for none yet.
`decision` is what the record system has said of the reservation on its way, in the same words, or SET_ASIDE; `delivery`
is how often the reservation came there. A page was first asked for at `asked_s`; `newest` is the row that queues for
its latest request: the citizen's own, or one of those behind them all, whose `citizen` is the row of whoever reloaded.
`taken_in` says that a worker has taken the page up before. `pending` counts what still names the row: a reservation
with the record system, a hold. `came_s` is when the citizen came to the log-in; `patience_s` is drawn when it matters,
and NaN until then. The words are those of the block of service times that was drawn last, number `drawn`."""

BOOK: Final = np.dtype(
    [("first_slot", "i8"), ("first_day", "i4"), ("end_day", "i4"), ("first_time", "i4"), ("places", "i4"),
     ("open_days", "i4"), ("hint", "i4"), ("times", "i4"), ("line_first", "i4"), ("line_last", "i4"), ("spare", "i4")]
)  # fmt: skip
DAY: Final = np.dtype([("first_time", "i4"), ("end_time", "i4"), ("open_times", "i4"), ("hint", "i4"), ("book", "i4")])
TIME: Final = np.dtype([("day", "i4"), ("free", "i4"), ("held", "i4"), ("freed", "i4")])
"""Books, their days and their times, all counted through. `hint` is the first day or time that can be open."""

LAW: Final = np.dtype([("stream", "i8"), ("table", "i8"), ("scale_s", "f8")])
"""How a length of time is drawn: the stream, the address of the quantile table, and what one unit in it is.

Without a table everybody takes `scale_s`."""

GROUP: Final = np.dtype([("begins", "f8"), ("ends", "f8"), ("share", "f8")])
"""Those who answer alike, and their part of the interval (0, 1); the law of group g is number RESPONSE_LAW + g."""

CROWD: Final = np.dtype([("end_citizen", "i8"), ("first", "i8"), ("parts", "i8")])
CROWD_PART: Final = np.dtype([("ends", "f8"), ("kind", "i8")])
WAY: Final = np.dtype([("first", "i8"), ("last", "i8")])
"""Citizens who follow each other, the parts that they have by age, each with a way of answering, and what groups a way
has, the first and the last of them."""

OWNER: Final = np.dtype([("end_citizen", "i8"), ("first_book", "i8"), ("books", "i8")])
"""A municipality: its books, and where its citizens end."""

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

OTHER: Final = np.dtype([("service_s", "f8"), ("next", "i4"), ("station", "i4")])
"""A request of the background load; in the queue of a station row k is number -2 - k, which no citizen is."""

TRAFFIC: Final = np.dtype(
    [("gap_stream", "i8"), ("gap_table", "i8"), ("thinning_stream", "i8"), ("work_stream", "i8"), ("work_table", "i8"),
     ("drawn", "i8"), ("gap_s", "f8"), ("work_s", "f8")]
)  # fmt: skip
"""What comes to a station besides the citizens: how gaps and work are drawn, and how many gaps were drawn so far."""

HOURS: Final = np.dtype([("from_s", "f8"), ("to_s", "f8"), ("share", "f8")])
"""Hours of the day, seconds since midnight, and the share of the most that can come then which does."""

ATTEMPT: Final = np.dtype(
    [("planned_s", "f8"), ("ended_s", "f8"), ("reserved_s", "f8"), ("slot", "i8"), ("asked", "i4"), ("book", "i4"),
     ("citizen", "i4"), ("number", "i2"), ("outcome", "u1"), ("spare", "u1"), ("cancelled_s", "f8")]
)  # fmt: skip
REQUEST: Final = np.dtype(
    [("planned_s", "f8"), ("started_s", "f8"), ("ended_s", "f8"), ("attempt", "i4"), ("operation", "u1"),
     ("status", "u1"), ("spare", "u2")]
)  # fmt: skip
"""Rows of the record, as in `scenarios.columns`."""

TALLY: Final = np.dtype(
    [(name, "i8") for name in ("requests", "errors", "met", "rejected_citizens", "places", "second", "in_second",
                               "busiest")]
    + [(name, "f8") for name in ("first_rejection_s", "last_confirmation_s")]
)  # fmt: skip
SAMPLE: Final = np.dtype([(name, "i8") for name in ("short", "long", "shorts", "longs")])
"""Instead of the record, where only measures are wanted: `scenarios.measures.Tally` as it grows. A sample has its
lengths of time by address: those in ticks of four bytes, and those that are too long for that in seconds."""

ADDRESSES: Final = (
    # the plan, as drawn: one row a citizen, one column a try
    "planned_s", "page_patience_s", "answer_patience_s", "book", "choose_s", "form_s", "wait_s", "where", "pick",
    "preferred", "retries", "work_s", "queue_patience_s",
    # deliveries to the record system where some fail, and when it stands still: pairs of from and until
    "delivery_row", "delivery_failures", "delivery_s", "stops_s",
    "reload_after_s", "reloads",
    # who cancels and when, and who waits on a waiting list
    "cancel_after_s", "joins",
    # or what it is drawn from: laws, groups that answer alike, the share that tries again by try, municipalities, the
    # first of them that a range of citizens has, and the shares of books
    "laws", "groups", "crowds", "crowd_parts", "ways", "retry_shares", "owners", "owner_hints", "book_shares",
    # who comes to the log-in, and when, in order; and the timeouts that were made before each was sent to, if any were
    "arrivals", "arrive_s", "arrive_after",
    # the platform, and those on their way
    "heap", "later", "boxes", "filled", "present", "stations", "journeys", "books", "days", "times", "taken",
    # the waiting room and those who know it; 0 where there is none
    "room", "visitors",
    # the background load: requests that are under way, what comes to each station, and a profile over the day
    "others", "traffic", "hours",
    # lists that are shown for a while, and what is in them
    "kept_days", "kept_times", "days_shown", "times_shown",
    # the record
    "attempts", "requests",
    # or what is counted instead: numbers, outcomes of all attempts and of the last, the order in which they were met,
    # samples, a byte for each place, and a picture over time
    "tally", "outcomes", "met", "samples", "confirmed_places", "edges_s", "steps",
)  # fmt: skip
COUNTS: Final = (
    # what is the same for everybody
    "strategy", "spread", "holds", "keeps_lists", "tries", "citizens", "present_room", "attempts_room",
    "requests_room", "kept_room", "step_count", "deliveries", "stops", "afterwards", "heap_room",
    # rows that are a citizen's own, the others are for reloads; whether they are never used again
    "own_rows", "keeps_journeys",
    # draws on demand: whether, of which seed and replication (in its place of the key)
    "on_demand", "seed", "replication", "reloading", "most_reloads",
    # where the run stands: arrivals that came, timeouts that wait, timeouts ever made, the queue of the present
    # moment, rows written, journeys begun and how many there is room for, and the first that is free again
    "arrived", "waiting", "made", "head", "tail", "attempts_made", "requests_made", "journeys_made", "journeys_room",
    "free", "kept",
    # timeouts in the heap, rows of those that are later, the first that is free again, and the slot of time that the
    # heap holds everything of
    "soon", "later_made", "later_free", "slot",
    # whether the event that happens is the only one of its moment, but for those that it makes
    "alone",
    # a row of a reload that was given back, and the first that was never taken
    "spare_row", "rows_made",
    # the background load: whether there is any, rows of its requests, the first that is free again, hours of the
    # profile, citizens whose journey has ended, and whether more will be sent to than are known
    "background", "others_room", "others_made", "others_free", "hour_count", "ended", "more_come",
)  # fmt: skip
LENGTHS: Final = (
    "poll_s", "hold_s", "list_age_s", "redelivered_after_s", "now_s", "until_s",
    # shares that draws are held against, and what is added to every response
    "first_share", "not_uniform_share", "delivered", "uptake", "failing", "timeout_s", "reload_share", "least_s",
    # the share that comes outside the hours of the profile, and the moment of the first SMS since midnight
    "usual_share", "start_s",
    # slots of time in a second, a power of 2
    "slots_per_s",
    # shorter than this is nobody's patience with a page
    "least_patience_s",
)  # fmt: skip
WORLD: Final = np.dtype([(name, "i8") for name in (*ADDRESSES, *COUNTS)] + [(name, "f8") for name in LENGTHS])
"""A run: one row, handed from function to function as one pointer.

Arrays are in it by address. A tuple of two dozen arrays in every call took Numba over half a minute to compile, this
takes a few seconds. The price is that nothing checks an index; `simulation.compiled` keeps the arrays alive.
"""
