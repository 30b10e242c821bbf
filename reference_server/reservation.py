"""A reservation from the wish to what became of it, and the refusals on the way: the words that a `Storage` speaks."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from reference_server.doses import BreaksInterval, NoFirst, OutsideInterval
from reference_server.meeting import Meeting


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
    meeting: Meeting = Meeting.PLACE

    @property
    def actor(self) -> str:
        """Who asks: the citizen, or somebody on the citizen's behalf."""
        return self.acting or self.citizen


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """The wish to change an appointment to another start in the same book; the key is new, not the first wish's.

    Without a `meeting` one meets as before.
    """

    citizen: str
    idempotency_key: str
    reservation: str
    start: str
    acting: str | None = None
    meeting: Meeting | None = None


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


Refused: TypeAlias = KeyReused | LimitReached | NoFirst | OutsideInterval
"""Why a wish is not kept, before it comes to a place."""


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
class InLine:
    """The citizen waits for a place in this book, since then in seconds of Unix time, with so many `ahead`."""

    book: str
    since_s: float
    ahead: int


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
    time) when a hold ends, `waited` the place in line that it was given for; None for one that was asked for.
    `cancelled_by` is who gave the appointment back, or changed it: the citizen, or somebody on the citizen's behalf.
    """

    id: str
    wish: Wish
    state: State
    appointment: str | None
    place: int | None
    replaces: str | None = None
    held_until_s: float | None = None
    waited: int | None = None
    cancelled_by: str | None = None

    @property
    def slot(self) -> str:
        """The name of its place, as `AppointmentBook.slot_id` gives it."""
        return f"{self.wish.book}/{self.wish.start}/{self.place}"


NotMoved: TypeAlias = (
    NoSuchReservation | NotConfirmed | TooLate | KeyReused | NoFirst | OutsideInterval | BreaksInterval
)
"""Why an appointment is left as it is when somebody wants to change it."""
