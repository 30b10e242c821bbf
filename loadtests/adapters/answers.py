"""What an adapter is asked and what it may answer: a few frozen values, so that nothing can be half said.

Times are named as everywhere in bolk: a book's id, and the local start to the minute, `2026-11-24T09:30`. A time may
have several places, which count from 1.
"""

from dataclasses import dataclass
from typing import TypeAlias

from scenarios.strategy import Strategy


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for; `start` is None where any time of the book would do."""

    book: str
    start: str | None


@dataclass(frozen=True, slots=True)
class Done:
    """It was done: logged in, cancelled."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """An appointment was made, under the server's id for it.

    `start` is needed only where any time would do, `place` only where a time has several.
    """

    appointment: str
    start: str | None = None
    place: int | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """Somebody else has it. A statement about the place: if nobody can have had it, the server is wrong."""


@dataclass(frozen=True, slots=True)
class Refused:
    """It was not done, for a reason that says nothing about the place: too many requests, not allowed, not yours."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """No definite answer: it may have been done. An `OSError` that leaves an adapter means the same."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The reservation was taken in and is not decided yet; `poll` is asked about it until it is."""

    reservation: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A place is held; `confirm` makes an appointment of it."""

    reservation: str


@dataclass(frozen=True, slots=True)
class Offered:
    """The starts that a list shows as free."""

    starts: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An appointment that stands in the server's own record.

    `citizen` and `key` are those that it was asked for with; None where the record does not keep them.
    """

    appointment: str
    book: str
    start: str
    place: int | None = None
    citizen: int | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The server's whole record: every appointment that stands, whoever has it.

    `settled` says that nothing waits to be decided any more; `free` and `capacity` count places where the server does.
    """

    standing: tuple[Standing, ...]
    settled: bool = True
    free: int | None = None
    capacity: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """A book with its times, each with so many places."""

    id: str
    starts: tuple[str, ...]
    places: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a server offers and promises.

    Attributes
    ----------
    strategy : Strategy
        How it gives places.
    allowed : int or None
        Appointments that one citizen may have in a book at the same time; None where it sets no limit.
    knows_keys : bool
        Whether a reservation that is sent again under the same key is the same reservation.
    hold_s, list_age_s : float
        How long a hold lasts, and how old a list may be, in seconds.
    """

    books: tuple[Book, ...]
    strategy: Strategy = Strategy.IMMEDIATE
    allowed: int | None = None
    knows_keys: bool = True
    hold_s: float = 600.0
    list_age_s: float = 0.0


Settled: TypeAlias = Confirmed | Taken | Refused | Unknown
"""How a reservation, a change or the confirmation of a hold may end."""
