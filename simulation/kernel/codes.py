"""Numbers of enums, as `scenarios` has them (a test holds them against the enums), and of events."""

from typing import Final

import numpy as np

LOGIN, BOOKS, DAYS, SLOTS, RESERVE, INBOX, HOLD, ENTER = np.arange(8)
"""Operations; the phase of a citizen who waits for one is its number."""

CHOOSING, FILLING_IN, POLLING, PAUSING, GONE, AT_THE_DOOR = np.arange(10, 16)
"""Phases between requests."""

QUEUED, IMMEDIATE, HOLDING, ASSIGN = 0, 1, 2, 3
FIRST, PREFERRED, UNIFORM = 0, 1, 2
CONFIRMED, REJECTED, NO_SLOT, _, FAILED, UNKNOWN, ABANDONED = np.arange(7)
STATUS_OK, _, STATUS_FAILED, STATUS_UNKNOWN, STATUS_ABANDONED = np.arange(5)
ENDINGS: Final = 8
"""Where the last attempts of citizens are counted, behind all of them."""

MOST_KEPT: Final = 4
"""Lengths of time that one event can add: two requests, a wait and a journey."""

EHR_COLUMN, HOLD_COLUMN, COLUMNS = 6, 7, 8

STEP, DECIDED, GIVE_BACK, GRANT, GRANT_EHR, RELEASE, REDELIVER, CANCEL = np.arange(8)
OTHERS_COME, GRANT_OTHER, RELOAD, ANSWERED, OTHER_SERVED = np.arange(8, 13)
KIND_BITS: Final = 4
WHO_BITS: Final = 25
MOST_CITIZENS: Final = 1 << WHO_BITS
MOST_EVENTS: Final = 1 << (63 - WHO_BITS - KIND_BITS)
"""A waiting event is one number, (its place in the order of making, who, what): so many fit."""

BOX_BITS: Final = 8
BOXES: Final = 1 << BOX_BITS
RINGS: Final = 8
WORD_BITS: Final = 6
"""Timeouts that are later lie in so many boxes for each digit of their slot; a bit says which boxes are not empty."""

MOST_TIMEOUTS: Final = 4
"""One event makes at most so many."""

LOGIN_STATION, PAGES, EHR = np.arange(3)
SET_ASIDE, NOBODY, NOTHING = np.arange(-2, 1)

DONE, GO_ON, NEEDS_ROOM, TOO_MANY_EVENTS, NEEDS_LOTS = 0, 1, 2, 3, 4
"""Why `advance` came back: DONE when nothing is left that happens before the moment it was to live until."""

(
    LOGIN_LAW,
    PAGE_PATIENCE_LAW,
    ANSWER_PATIENCE_LAW,
    QUEUE_PATIENCE_LAW,
    CHOOSE_LAW,
    FORM_LAW,
    WAIT_LAW,
    REDELIVERY_LAW,
    RELOAD_AFTER_LAW,
) = np.arange(9)
SERVICE_LAW: Final = 9
"""The first of as many as there are columns of service times."""

RESPONSE_LAW: Final = SERVICE_LAW + COLUMNS
"""The first of as many as there are groups that answer alike."""

HINT_BITS: Final = 8
"""One hint at a municipality for so many citizens, as a power of 2."""
