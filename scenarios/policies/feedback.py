"""Feedback: a sender that looks at figures, sends more while they are good, and far fewer when they are not.

Additive increase, multiplicative decrease is the only one of the four linear rules that settles at a fair and full
use whatever it starts from. Source: Chiu and Jain (1989), "Analysis of the increase and decrease algorithms for
congestion avoidance in computer networks", Computer Networks and ISDN Systems 17(1).

Nothing here knows who asks: the simulation and a real send-out keep a `Pace`, look at an `Observation` and do what the
`Decision` says.
"""

from abc import abstractmethod
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from scenarios.part import senseless
from scenarios.policies.fields import Interval, Start
from scenarios.policies.rule import Rule
from scenarios.quantities import Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What a sender can see: figures of the time after `from_s`, up to and with `until_s`.

    Attributes
    ----------
    from_s, until_s : float
        Seconds from the first SMS.
    decided : int
        Reservations of this municipality's citizens that were confirmed or rejected.
    rejected : int
        Those of them that were rejected.
    response_time_p95_s : float, optional
        19 of 20 requests to the platform took no longer; None if there was none.
    """

    from_s: float
    until_s: float
    decided: int = 0
    rejected: int = 0
    response_time_p95_s: float | None = None


class Reason(StrEnum):
    """Why a batch has the size it has."""

    FIRST = "first"
    NO_FIGURES = "no_figures"
    BELOW_TARGET = "below_target"
    ABOVE_TARGET = "above_target"


@dataclass(frozen=True, slots=True)
class Pace:
    """All that a sender remembers from one decision to the next: the size of the last batch, 0 before the first."""

    size: int = 0


@dataclass(frozen=True, slots=True)
class Decision:
    """Send so many SMS now, and why."""

    count: int
    reason: Reason


class Feedback(Rule, frozen=True):
    """A batch every `pause`: by `increase` larger while the figures are at or below the target, else cut by `decrease`.

    Each decision rests on the figures of a `window` that ended `delay` ago; where they say nothing the batch stays.
    """

    kind: str
    first: int = Field(gt=0, description="SMS in the first batch")
    increase: int = Field(gt=0, description="SMS more in the next batch while the figures are good")
    decrease: float = Field(
        default=0.5, gt=0, lt=1, description="the next batch is so many times as large when they are not; ASSUMPTION"
    )
    least: int = Field(default=1, gt=0, description="SMS in the smallest batch")
    most: int = Field(gt=0, description="SMS in the largest batch")
    window: Seconds = Field(default=300.0, gt=0, description="the figures are of so long a time; ASSUMPTION")
    delay: Seconds = Field(default=60.0, ge=0, description="the figures are so old when they are seen; ASSUMPTION")
    pause: Interval
    start: Start

    @model_validator(mode="after")
    def _first_lies_between(self) -> Self:
        if not self.least <= self.first <= self.most:
            raise senseless("first lies outside least and most", "least = 10, first = 50, most = 400")
        return self

    @abstractmethod
    def is_above(self, seen: Observation) -> bool | None:
        """Whether the figures are above the target; None where they say nothing."""

    def decide(self, pace: Pace, seen: Observation) -> tuple[Pace, Decision]:
        """Say how many SMS go now; the same answer to the same question, whoever asks."""
        above = self.is_above(seen)
        if pace.size == 0:
            size, reason = self.first, Reason.FIRST
        elif above is None:
            size, reason = pace.size, Reason.NO_FIGURES
        elif above:
            size, reason = max(self.least, int(pace.size * self.decrease)), Reason.ABOVE_TARGET
        else:
            size, reason = min(self.most, pace.size + self.increase), Reason.BELOW_TARGET
        return Pace(size), Decision(size, reason)
