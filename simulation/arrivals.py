"""Who comes to the log-in, and when, in order: from the arrays of a plan, or drawn block by block."""

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import DTypeLike, NDArray

from scenarios.columns import Rows
from scenarios.plan import IntArray, Plan
from scenarios.plan_source import PlanSource
from scenarios.responding import acting_moments
from scenarios.streams import TICK_S, FloatArray
from scenarios.timeline import Steps

BLOCK: Final = 1 << 16
"""Citizens whose draws are held at a time."""


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Citizens (int32) and the moments at which they come to the log-in."""

    citizens: NDArray[np.int32]
    arrive_s: FloatArray


def of_the_plan(plan: Plan) -> Arrivals:
    """Those who come at the same moment in the order of `citizens_of`."""
    acting = np.flatnonzero(plan.acts == 1)
    opened = acting[np.argsort(plan.planned_s[acting], kind="stable")]
    arrive_s = plan.planned_s[opened] + plan.login_s[opened]
    order = np.argsort(arrive_s, kind="stable")
    return Arrivals(opened[order].astype(np.int32), arrive_s[order])


@dataclass(slots=True)
class Openings:
    """When pages are opened, counted by the second, and by the steps of a picture where one is wanted."""

    steps: Steps | None = None
    first_s: float = np.inf
    opened: IntArray = field(init=False)
    _by_second: IntArray = field(default_factory=lambda: np.zeros(0, np.int64))

    def __post_init__(self) -> None:
        self.opened = np.zeros(0 if self.steps is None else len(self.steps.edges_s), np.int64)

    def count(self, planned_s: FloatArray) -> None:
        """Count more of them."""
        if not len(planned_s):
            return
        self.first_s = min(self.first_s, float(planned_s.min()))
        seconds = planned_s.astype(np.int64)
        missing = int(seconds.max()) + 1 - len(self._by_second)
        if missing > 0:
            self._by_second = np.append(self._by_second, np.zeros(missing + len(self._by_second) // 2, np.int64))
        np.add.at(self._by_second, seconds, 1)
        if self.steps is not None:
            self.opened += self.steps.by_then(planned_s)

    @property
    def busiest_s(self) -> int:
        """How many fall in the second with most."""
        return int(self._by_second.max(initial=0))


@dataclass(slots=True)
class Answering:
    """Draws who acts, from moments of sending that come municipality by municipality.

    `world` is the kernel's, with what draws are made from.
    """

    world: Rows
    source: PlanSource
    openings: Openings = field(default_factory=Openings)
    _ticks: list[IntArray] = field(default_factory=list[IntArray])
    _citizens: list[NDArray[np.int32]] = field(default_factory=list[NDArray[np.int32]])

    def all(self) -> Arrivals:
        """Everybody who acts, in order."""
        first = 0
        for sent_s in self.source.sent_s():
            for start in range(0, len(sent_s), BLOCK):
                self._take(first + start, sent_s[start : start + BLOCK])
            first += len(sent_s)
        return self._in_order()

    def _take(self, first: int, sent_s: FloatArray) -> None:
        from simulation.kernel.answering import respond  # noqa: PLC0415
        from simulation.kernel.compiling import compiled  # noqa: PLC0415  (Numba takes a third of a second)

        citizens, delays_s, logins_s = np.empty(len(sent_s), np.int32), np.empty(len(sent_s)), np.empty(len(sent_s))
        count = compiled(respond)(self.world, first, len(sent_s), citizens, delays_s, logins_s)
        mine = citizens[:count]
        behaviour, start = self.source.scenario.behaviour, self.source.policy.start
        planned_s = acting_moments(sent_s[mine - first], delays_s[:count], behaviour.awake, start)
        self.openings.count(planned_s)
        self._ticks.append(((planned_s + logins_s[:count]) / TICK_S).astype(np.int64))
        self._citizens.append(mine.copy())

    def _in_order(self) -> Arrivals:
        from simulation.kernel.answering import DIGIT_BITS, put_in_order  # noqa: PLC0415
        from simulation.kernel.compiling import compiled  # noqa: PLC0415

        ticks, citizens = _joined(self._ticks, np.int64), _joined(self._citizens, np.int32)
        spare = np.empty_like(ticks), np.empty_like(citizens)
        starts = np.zeros((1 << DIGIT_BITS) + 1, np.int64)
        swapped = compiled(put_in_order)(self.world, ticks, citizens, *spare, starts)
        ticks, citizens = spare if swapped else (ticks, citizens)
        arrive_s = ticks.view(np.float64)
        np.multiply(ticks, TICK_S, out=arrive_s)
        return Arrivals(citizens, arrive_s)


def _joined(parts: list[NDArray[Any]], kind: DTypeLike) -> NDArray[Any]:
    """One array of all, that lets go of each part as it is copied."""
    whole: NDArray[Any] = np.empty(sum(len(part) for part in parts), kind)
    end = len(whole)
    while parts:
        part = parts.pop()
        whole[end - len(part) : end] = part
        end -= len(part)
    return whole
