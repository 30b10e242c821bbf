"""What can be read off a `Storage` as a whole: the record, how full it is, and how the record system is doing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reference_server.reservation import Reservation, State


@dataclass(frozen=True, slots=True)
class Waitlisted:
    """Somebody's wait for a place in a book, in seconds of Unix time; `ended_s` is None as long as it lasts.

    A wait that ended with a place is one whose `number` a reservation carries as `waited`; another one ended because
    the citizen left, or got a place there by other means.
    """

    number: int
    citizen: str
    acting: str
    book: str
    since_s: float
    ended_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Everything on record at one moment, in order of arrival; `free` and `capacity` count places."""

    reservations: Sequence[Reservation]
    free: int
    capacity: int
    waitlist: Sequence[Waitlisted]


@dataclass(frozen=True, slots=True, kw_only=True)
class EhrStatus:
    """The record system: its last sign of life (Unix time, 0 for never), what was asked of it and what it does."""

    last_beat_s: float
    asked_to_stop: bool
    stopped: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """How full it is: reservations by state, places, and who waits by book; what is missing has none."""

    reservations: Mapping[State, int]
    waiting: Mapping[str, int]
    free: int
    capacity: int
