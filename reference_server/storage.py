"""What the server needs of a database: a small protocol, so that another one can take the place of SQLite."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from reference_server.booking import Decision


class State(StrEnum):
    """How far a reservation has come."""

    SENT = "SENT"
    CONFIRMED = "CONFIRMED"
    REJECTED = "REJECTED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a citizen asks for: a time of a book, under a key that makes asking again harmless."""

    citizen: str
    idempotency_key: str
    book: str
    start: str


@dataclass(frozen=True, slots=True)
class Sent:
    """The wish is kept as this reservation, now or since an earlier request with the same key."""

    reservation: str


@dataclass(frozen=True, slots=True)
class KeyReused:
    """The citizen used the key before for something else."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A reservation that is not decided; `sent_s` in seconds of Unix time."""

    reservation: str
    sent_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """A wish on record and what became of it; appointment and place are set when it is confirmed."""

    id: str
    wish: Wish
    state: State
    appointment: str | None
    place: int | None

    @property
    def slot(self) -> str:
        """The name of its place, as `AppointmentBook.slot_id` gives it."""
        return f"{self.wish.book}/{self.wish.start}/{self.place}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Everything on record at one moment, in order of arrival; `free` and `capacity` count places."""

    reservations: Sequence[Reservation]
    free: int
    capacity: int


class StorageUnavailable(Exception):
    """The database did not get round to it within its bound, or cannot at all; trying again is safe."""


class Storage(Protocol):
    """Reservations, their answers and the free times. Any method may raise `StorageUnavailable`."""

    def free_days(self, book: str) -> list[tuple[str, int]]:
        """Dates with a free place and how many, ascending: a snapshot."""
        ...

    def free_times(self, book: str, date: str) -> list[tuple[str, int]]:
        """Starts on a date with a free place and how many, ascending: a snapshot."""
        ...

    def send(self, wish: Wish, now_s: float) -> Sent | KeyReused:
        """Keep a wish, for the record system to decide. The time must be one that is offered."""
        ...

    def oldest_waiting(self) -> Waiting | None:
        """The first undecided reservation in order of arrival."""
        ...

    def decide(self, reservation: str, visible_s: float) -> Decision:
        """Give the next place at its time, or none; the citizen sees it from `visible_s` on.

        A reservation that is decided keeps its answer.
        """
        ...

    def is_own(self, citizen: str, reservation: str) -> bool:
        """Whether the reservation exists and is this citizen's."""
        ...

    def answers(self, citizen: str, now_s: float) -> list[Reservation]:
        """The citizen's reservations whose answer is visible, in order of arrival."""
        ...

    def everything(self) -> Record:
        """The whole record, visible or not."""
        ...

    def beat(self, now_s: float) -> None:
        """The record system is alive."""
        ...

    def last_beat_s(self) -> float:
        """When the record system was last alive, in seconds of Unix time; 0 for never."""
        ...
