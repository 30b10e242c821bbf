"""What the server needs of a database: a small protocol that SQLite and PostgreSQL both keep.

A reservation is the one thing on record. It is asked for in one of four ways (`send`, `reserve`, `hold`, `assign`), and
only a reservation that is `HELD` or `CONFIRMED` has its place; everything else a place ever was stays on record.
Expected refusals are values. Every method that asks for something takes an idempotency key or can be asked again
without harm.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol, overload

from reference_server.booking import UNLIMITED, Decision, Terms

MOST_DELIVERIES: Final = 10
"""A message that failed this often is set aside.

Source: Helsenorge.Messaging, dead-letter queue after 10 failed attempts.
"""


class State(StrEnum):
    """How far a reservation has come."""

    SENT = "SENT"
    HELD = "HELD"
    CONFIRMED = "CONFIRMED"
    REJECTED = "REJECTED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"
    DEAD_LETTER = "DEAD_LETTER"


ACTIVE: Final = frozenset({State.SENT, State.HELD, State.CONFIRMED})
"""The states that count against the limit of a book."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked for: a time of a book, under a key that makes asking again harmless.

    `citizen` is who the appointment is for; `acting` who asks for it, where that is somebody else. Keys belong to who
    asks.
    """

    citizen: str
    idempotency_key: str
    book: str
    start: str
    acting: str | None = None

    @property
    def actor(self) -> str:
        """Who asks: the citizen, or somebody on the citizen's behalf."""
        return self.acting or self.citizen


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """The wish to change an appointment to another start in the same book; the key is new, not the first wish's."""

    citizen: str
    idempotency_key: str
    reservation: str
    start: str
    acting: str | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """The wish is kept as this reservation, now or since an earlier request with the same key."""

    reservation: str


@dataclass(frozen=True, slots=True)
class KeyReused:
    """Who asks used the key before for something else."""


@dataclass(frozen=True, slots=True)
class LimitReached:
    """The citizen has as many active reservations in the book as its terms allow."""


@dataclass(frozen=True, slots=True)
class NoneFree:
    """No place was free, and nothing is on record of having asked."""


@dataclass(frozen=True, slots=True)
class NoSuchReservation:
    """There is none of this name, or it is somebody else's."""


@dataclass(frozen=True, slots=True)
class NotConfirmed:
    """There is no appointment to cancel or change: not answered yet, rejected, or cancelled before."""


@dataclass(frozen=True, slots=True)
class TooLate:
    """The book's deadline for this has passed."""


@dataclass(frozen=True, slots=True)
class NotHeld:
    """The citizen holds nothing of this name, or no longer."""


@dataclass(frozen=True, slots=True)
class TooOften:
    """The hold was extended as often as is allowed."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A reservation that is not decided; sent, or put off until, `sent_s` in seconds of Unix time."""

    reservation: str
    sent_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """A wish on record and what became of it.

    `appointment` and `place` are set once it is confirmed and stay when it is cancelled: an appointment that stands is
    one whose `state` is `CONFIRMED`. `replaces` names the reservation that it was changed from, `held_until_s` (Unix
    time) when a hold ends.
    """

    id: str
    wish: Wish
    state: State
    appointment: str | None
    place: int | None
    replaces: str | None = None
    held_until_s: float | None = None

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


@dataclass(frozen=True, slots=True, kw_only=True)
class EhrStatus:
    """The record system: its last sign of life (Unix time, 0 for never), what was asked of it and what it does."""

    last_beat_s: float
    asked_to_stop: bool
    stopped: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """How full it is: reservations by state, and places; a state that is missing has none."""

    reservations: Mapping[State, int]
    free: int
    capacity: int


class StorageUnavailable(Exception):
    """The database did not get round to it within its bound, or cannot at all; trying again is safe."""


class Storage(Protocol):
    """Reservations, their answers and the free times. Any method may raise `StorageUnavailable`.

    A start that is asked for must be one that the book offers. A `first_start` is the earliest start, as text, that the
    deadline still allows (`Terms.first_cancellable`), so the clock and its zone stay with the caller.
    """

    def free_days(self, book: str) -> list[tuple[str, int]]:
        """Dates with a free place and how many, ascending: a snapshot."""
        ...

    def free_times(self, book: str, date: str) -> list[tuple[str, int]]:
        """Starts on a date with a free place and how many, ascending: a snapshot."""
        ...

    def version(self, book: str) -> int:
        """Which version of a book's free times is committed: higher after every change to them, 0 for no such book."""
        ...

    @overload
    def send(self, wish: Wish, now_s: float) -> Sent | KeyReused: ...
    @overload
    def send(self, wish: Wish, now_s: float, terms: Terms) -> Sent | KeyReused | LimitReached: ...
    def send(self, wish: Wish, now_s: float, terms: Terms = UNLIMITED) -> Sent | KeyReused | LimitReached:
        """Keep a wish, for the record system to decide. Asking again with the same key changes nothing."""
        ...

    def reserve(self, wish: Wish, now_s: float, terms: Terms = UNLIMITED) -> Reservation | KeyReused | LimitReached:
        """Decide a wish here and now: the reservation is `CONFIRMED` or `REJECTED`, and stays so for this key."""
        ...

    def assign(
        self, wish: Wish, now_s: float, terms: Terms = UNLIMITED
    ) -> Reservation | NoneFree | KeyReused | LimitReached:
        """Confirm the first free place of the book at `wish.start` or later; an empty start is any."""
        ...

    def hold(
        self, wish: Wish, now_s: float, until_s: float, terms: Terms = UNLIMITED
    ) -> Reservation | NoneFree | KeyReused | LimitReached:
        """Keep a place for the citizen until then; nobody else can have it meanwhile.

        Asking again with the key gives the reservation as it is by now, which may be `EXPIRED` or `CONFIRMED`.
        """
        ...

    def extend(
        self, citizen: str, reservation: str, now_s: float, until_s: float, most: int
    ) -> Reservation | NotHeld | TooOften:
        """Prolong a hold that has not ended, at most this many times."""
        ...

    def confirm(self, citizen: str, reservation: str, now_s: float) -> Reservation | NotHeld:
        """Turn a hold that has not ended into an appointment; doing it again changes nothing."""
        ...

    def release(self, citizen: str, reservation: str) -> Reservation | NotHeld:
        """Give up a hold; its place is free at once."""
        ...

    def expire(self, now_s: float) -> int:
        """Free the places whose hold has ended; returns how many."""
        ...

    def cancel(
        self, citizen: str, reservation: str, first_start: str
    ) -> Reservation | NoSuchReservation | NotConfirmed | TooLate:
        """Free the place of an appointment; it stays on record as `CANCELLED`, and doing it again changes nothing."""
        ...

    def change(
        self, move: Move, now_s: float, first_start: str
    ) -> Reservation | NoSuchReservation | NotConfirmed | TooLate | KeyReused:
        """Take a place at the new start and free the old one, both or neither.

        Returns the new reservation, which `replaces` the old. It is `REJECTED` if no place was free there; then the
        old appointment stands.
        """
        ...

    def reservation(self, citizen: str, reservation: str) -> Reservation | NoSuchReservation:
        """One of the citizen's own reservations, visible or not."""
        ...

    def oldest_waiting(self, now_s: float = ...) -> Waiting | None:
        """The first undecided reservation in order of arrival; without those put off beyond `now_s`, if it is given."""
        ...

    def decide(self, reservation: str, visible_s: float) -> Decision:
        """Give the lowest free place at its time, or none; the citizen sees it from `visible_s` on.

        A reservation that is decided keeps its answer, so a message that is delivered again does no harm.
        """
        ...

    def put_off(self, reservation: str, now_s: float, due_s: float) -> State:
        """A delivery failed: the next is due then. After `MOST_DELIVERIES` it is a `DEAD_LETTER`, which shows.

        Returns the state it has then; one that is decided is left as it is.
        """
        ...

    def is_own(self, citizen: str, reservation: str) -> bool:
        """Whether the reservation exists and is this citizen's."""
        ...

    def answers(self, citizen: str, now_s: float) -> list[Reservation]:
        """The citizen's reservations whose answer is visible, in order of arrival; cancelled ones among them."""
        ...

    def unanswered(self, citizen: str, now_s: float) -> list[Reservation]:
        """The citizen's reservations that are sent and have no visible answer yet, in order of arrival."""
        ...

    def everything(self) -> Record:
        """The whole record, visible or not."""
        ...

    def levels(self) -> Levels:
        """How full it is: a snapshot, cheap enough to be asked for all the time."""
        ...

    def beat(self, now_s: float, *, stopped: bool = False) -> None:
        """The record system is alive, at work or stopped."""
        ...

    def last_beat_s(self) -> float:
        """When the record system was last alive, in seconds of Unix time; 0 for never."""
        ...

    def ehr_status(self) -> EhrStatus:
        """Whether the record system is alive and at work."""
        ...

    def ask_ehr(self, *, stop: bool) -> None:
        """Stop the record system, or let it go on: stopped, it decides nothing but gives its sign of life."""
        ...

    def offer(self, times: Sequence[tuple[str, str, int]]) -> int:
        """Offer more: book, start and places of each; all are added or none, and returns how many were new.

        A time that is offered already is left as it is, so offering again changes nothing.
        """
        ...

    def is_offered(self, book: str, start: str) -> bool:
        """Whether the book has a time that starts then, free or not."""
        ...
