"""The search for the knee: larger and larger waves until one breaks a limit, then waves where the knee may be.

The rule
--------
1. The first wave is small. As long as waves keep every limit, the next is twice as large; if already the first breaks
   one, the next is half as large. So no wave is more than twice as large as one that was borne.
2. From then on every wave is made at the median of the belief (`loadtests.capacity.belief`), where it tells most. Waves
   near the knee repeat by themselves: what one says by chance, the next ones correct.
3. It ends when the upper end of the 95 % interval is at most `precision` above the lower one, or when waves, time or
   people run out.

A wave during which the load generator was not fit to measure says nothing. It is made once more; a second time running
ends the search, since a larger wave would only tell of the generator.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TypeAlias

from loadtests.capacity.belief import Belief

SPOILED_RUNNING: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How far a search may go: rates in people a minute, `precision` as a share, how many waves, and until when.

    `in_time` says whether there is time for another wave.
    """

    first: float
    least: float
    most: float
    precision: float
    waves: int
    in_time: Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Bore:
    """The wave was measured: the limits that it broke, if any."""

    broken: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Spoiled:
    """The load generator was not fit to measure; why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Wrong:
    """The server contradicted itself or its record: nothing to measure before that is mended."""

    anomaly: str


Seen: TypeAlias = Bore | Spoiled | Wrong


class Ending(StrEnum):
    """Why a search ended; a closed set."""

    FOUND = "found"
    NEVER_BROKE = "never_broke"  # there are no more people to send
    ALWAYS_BROKE = "always_broke"  # even the least wave breaks a limit
    TOO_FEW_WAVES = "too_few_waves"
    NO_TIME = "no_time"
    GENERATOR = "generator"
    ANOMALY = "anomaly"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One wave and what was seen."""

    rate: float
    seen: Seen


@dataclass(slots=True)
class Search:
    """A search and what it has come to; the knee is known when something broke and something did not."""

    bounds: Bounds
    tried: list[Tried] = field(default_factory=list[Tried])
    ending: Ending | None = None
    belief: Belief = field(init=False)

    def __post_init__(self) -> None:
        self.belief = Belief(self.bounds.least, self.bounds.most)

    def run(self, wave: Callable[[float], Seen]) -> Ending:
        """Make waves by the rule until the search ends; `wave` makes one at a rate and says what was seen."""
        rate = self.bounds.first
        while self.ending is None:
            seen = wave(rate)
            self.tried.append(Tried(rate=rate, seen=seen))
            if isinstance(seen, Bore):
                self.belief.learn(rate, broke=bool(seen.broken))
            self.ending = self._ended(rate, seen)
            rate = self._next(rate)
        return self.ending

    @property
    def borne(self) -> float | None:
        """The largest rate at which a wave kept every limit."""
        return max((rate for rate, broke in self._measured() if not broke), default=None)

    @property
    def broken(self) -> float | None:
        """The smallest rate at which a wave broke a limit."""
        return min((rate for rate, broke in self._measured() if broke), default=None)

    @property
    def bracketed(self) -> bool:
        """Whether waves were borne and others not."""
        return self.borne is not None and self.broken is not None

    def _measured(self) -> Iterator[tuple[float, bool]]:
        return ((one.rate, bool(one.seen.broken)) for one in self.tried if isinstance(one.seen, Bore))

    def _next(self, rate: float) -> float:
        last = self.tried[-1].seen
        if not isinstance(last, Bore):
            return rate  # the same once more
        further = rate / 2 if last.broken else rate * 2
        wanted = self.belief.middle if self.bracketed else further
        return min(max(wanted, self.bounds.least), self.bounds.most)

    def _ended(self, rate: float, seen: Seen) -> Ending | None:
        match seen:
            case Wrong():
                ended = Ending.ANOMALY
            case Spoiled():
                last = [one.seen for one in self.tried[-SPOILED_RUNNING:]]
                again = len(last) == SPOILED_RUNNING and all(isinstance(one, Spoiled) for one in last)
                ended = Ending.GENERATOR if again else None
            case Bore(broken):
                ended = self._known() if self.bracketed else self._at_the_end(rate, broke=bool(broken))
        return ended or self._out_of()

    def _at_the_end(self, rate: float, *, broke: bool) -> Ending | None:
        """Whether there is nothing larger, or smaller, to try."""
        if broke:
            return Ending.ALWAYS_BROKE if rate <= self.bounds.least else None
        return Ending.NEVER_BROKE if rate >= self.bounds.most else None

    def _known(self) -> Ending | None:
        low, high = self.belief.interval
        return Ending.FOUND if high <= low * (1 + self.bounds.precision) else None

    def _out_of(self) -> Ending | None:
        if len(self.tried) >= self.bounds.waves:
            return Ending.TOO_FEW_WAVES
        return None if self.bounds.in_time() else Ending.NO_TIME
