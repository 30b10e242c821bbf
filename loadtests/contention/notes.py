"""What the people of the suite write down, and what all of them know of the server."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from loadtests.adapters.answers import About
from loadtests.checker.operations import Cancelling, History, Hold, Listing, Operation, Sending, Snapshot


@dataclass(slots=True, kw_only=True)
class Notes:
    """A history in the making, on one clock; lists grow from many threads, which appending allows.

    `places` are those in play; `left_alone` are times that somebody had taken out of play before the suite began.
    `kept` is, by its key, what each hold gave: the reservation, the book and the start.
    """

    run: str
    about: About
    places: Mapping[str, tuple[str, ...]]
    left_alone: frozenset[str] = frozenset()
    begun_s: float = field(default_factory=time.monotonic)
    sendings: list[Sending] = field(default_factory=list[Sending])
    holds: list[Hold] = field(default_factory=list[Hold])
    cancellings: list[Cancelling] = field(default_factory=list[Cancelling])
    listings: list[Listing] = field(default_factory=list[Listing])
    snapshots: list[Snapshot] = field(default_factory=list[Snapshot])
    kept: dict[str, tuple[str, str, str]] = field(default_factory=dict[str, tuple[str, str, str]])

    def now_s(self) -> float:
        """Seconds since the suite began."""
        return time.monotonic() - self.begun_s

    def places_in(self, book: str) -> int:
        """How many places each time of a book has."""
        return next(one.places for one in self.about.books if one.id == book)

    def operations(self) -> list[Operation]:
        """Everything so far but the snapshots, which belong to no case; in no order."""
        return [*self.sendings, *self.holds, *self.cancellings, *self.listings]

    def history(self, *, final: bool) -> History:
        """Everything so far."""
        return History(
            places=self.places,
            sendings=tuple(self.sendings),
            holds=tuple(self.holds),
            cancellings=tuple(self.cancellings),
            listings=tuple(self.listings),
            snapshots=tuple(self.snapshots),
            final=final,
            allowed=self.about.allowed,
            list_age_s=self.about.list_age_s,
        )
