"""What clients of a booking server did and saw: the history that is judged.

Moments are seconds on one clock. `returned_s` is infinity where no definite answer came.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias


class Told(StrEnum):
    """What an answer says; a closed set."""

    CONFIRMED = "CONFIRMED"  # it is done
    TAKEN = "TAKEN"  # somebody else has it: a statement about the place
    REFUSED = "REFUSED"  # it was not done, for a reason that says nothing about the place (503, 429, 403, ...)
    UNKNOWN = "UNKNOWN"  # no answer: it may have been done


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A reservation sent once: the same key may be sent again after a time-out.

    `time` is what was asked for, None where any time of the book would do; `place` and `appointment` are what the
    answer named; `replaces` is the appointment that is given up for it, in one step.
    """

    key: str
    citizen: str
    book: str
    time: str | None
    invoked_s: float
    returned_s: float
    told: Told
    place: str | None = None
    appointment: str | None = None
    replaces: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A place asked to be kept for a while; CONFIRMED is granted. It lasts `lasts_s` from some moment until then."""

    citizen: str
    time: str
    invoked_s: float
    returned_s: float
    told: Told
    lasts_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelling:
    """An appointment given back, by whoever may."""

    appointment: str
    invoked_s: float
    returned_s: float
    told: Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The times of one list: those `offered` as free, of all that the list speaks about."""

    times: frozenset[str]
    offered: frozenset[str]
    invoked_s: float
    returned_s: float


@dataclass(frozen=True, slots=True)
class Held:
    """An appointment that stands in the server's record; `key` is that of the reservation that made it, if any."""

    appointment: str
    place: str
    citizen: str
    key: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The server's whole record, read at one moment; `free` and `capacity` count places where the server told."""

    held: tuple[Held, ...]
    invoked_s: float
    returned_s: float
    free: int | None = None
    capacity: int | None = None


Operation: TypeAlias = Sending | Hold | Cancelling | Listing | Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Everything that was seen of a server.

    Attributes
    ----------
    places : mapping
        The places of each time.
    final : bool
        Whether the last snapshot was read when nothing was under way any more.
    whole : bool
        Whether every client's operations are in it; if not, what nobody asked for is no evidence.
    allowed : int or None
        Appointments that one citizen may have in one book at the same time.
    list_age_s, skew_s : float
        How old a list may be by the server's promise; how much clocks of clients may differ.
    """

    places: Mapping[str, tuple[str, ...]]
    sendings: tuple[Sending, ...] = ()
    holds: tuple[Hold, ...] = ()
    cancellings: tuple[Cancelling, ...] = ()
    listings: tuple[Listing, ...] = ()
    snapshots: tuple[Snapshot, ...] = field(default=())
    final: bool = True
    whole: bool = True
    allowed: int | None = None
    list_age_s: float = 0.0
    skew_s: float = 0.0
