"""What the people of the suite write down, and what all of them know of the server."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from loadtests.checker.operations import Cancelling, History, Hold, Listing, Operation, Sending, Snapshot
from scenarios.strategy import Strategy


@dataclass(slots=True, kw_only=True)
class Notes:
    """A history in the making, on one clock; lists grow from many threads, which appending allows.

    `hold_s` is how long the server keeps a place. `asked_with` is what was asked for under the keys of holds.
    """

    base_url: str
    login_url: str
    run: str
    strategy: Strategy
    places: Mapping[str, tuple[str, ...]]
    hold_s: float
    allowed: int | None
    begun_s: float = field(default_factory=time.monotonic)
    sendings: list[Sending] = field(default_factory=list[Sending])
    holds: list[Hold] = field(default_factory=list[Hold])
    cancellings: list[Cancelling] = field(default_factory=list[Cancelling])
    listings: list[Listing] = field(default_factory=list[Listing])
    snapshots: list[Snapshot] = field(default_factory=list[Snapshot])
    asked_with: dict[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])

    def now_s(self) -> float:
        """Seconds since the suite began."""
        return time.monotonic() - self.begun_s

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
            allowed=self.allowed,
        )
