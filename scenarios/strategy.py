"""How a place is given, times are shown and people are let in: what a scenario may compare, one word each."""

from enum import StrEnum
from typing import Final

HOLD_S: Final = 600.0
"""How long a hold lasts. ASSUMPTION: 10 minutes; booking and ticket services use 5 to 15."""


class Strategy(StrEnum):
    """How a reservation gets its place.

    `QUEUED` is Helsenorge's way: sent, decided by the record system in order, answered in the inbox. `IMMEDIATE`
    decides in the request. `HOLD` keeps the place from the moment it is chosen, for a while. `ASSIGN` gives the first
    free place and leaves no choice.
    """

    QUEUED = "queued"
    IMMEDIATE = "immediate"
    HOLD = "hold"
    ASSIGN = "assign"


class Listing(StrEnum):
    """In which order free times are shown: the earliest first, or for each citizen in an order of their own."""

    EARLIEST = "earliest"
    SPREAD = "spread"


class QueueOrder(StrEnum):
    """Who of those that wait in the waiting room is let in next: who came first, or any of them, all alike."""

    FIFO = "fifo"
    RANDOM = "random"
