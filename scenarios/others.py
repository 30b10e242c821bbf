"""The background load of a platform: when requests of others come to its stations, and how long each is worked on.

Like every chance it depends on seed and replication alone, so all policies, engines and sizes of a platform meet the
same others.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from scenarios.quantities import seconds_since_midnight
from scenarios.scenario import Scenario
from scenarios.streams import TICK_S, Drawn, FloatArray, Quantity, exponentials, lognormals, uniforms

LOGIN, PAGES, RECORD_SYSTEM = range(3)
_A_DAY_S: Final = 86_400.0
_AT_A_TIME: Final = 1024  # draws; a multiple of 4


@dataclass(frozen=True, slots=True)
class Profile:
    """How busy it is over the day, as shares of what comes at the busiest hour.

    `spans` are (from, until, share), seconds since midnight; `start_s` is the clock at the first SMS. ASSUMPTION: no
    clock is changed while a send-out is answered.
    """

    start_s: float
    usual: float
    spans: tuple[tuple[float, float, float], ...]

    def share(self, at_s: float) -> float:
        """The share of what comes at the busiest hour that comes at this moment."""
        clock_s = (self.start_s + at_s) % _A_DAY_S
        return next((share for from_s, to_s, share in self.spans if from_s <= clock_s < to_s), self.usual)


@dataclass(frozen=True, slots=True)
class Traffic:
    """What comes to one station: a Poisson process, drawn at the rate of the busiest hour and thinned at the others.

    Between two requests there is one tick at least. Source: Lewis and Shedler, "Simulation of nonhomogeneous Poisson
    processes by thinning", Naval Research Logistics Quarterly 26 (1979).
    """

    station: int
    most_per_s: float
    median_s: float
    sigma: float
    profile: Profile
    seed: int
    replication: int

    def requests(self) -> Iterator[tuple[int, float, float]]:
        """How many gaps were drawn until each comes, when it comes, and how long it keeps a worker; without end."""
        at_s, drawn = 0.0, 0
        for first in itertools.count(0, _AT_A_TIME):
            gaps_s = np.maximum(exponentials(self._chance(Quantity.BACKGROUND_GAP, first), 1 / self.most_per_s), TICK_S)
            stays = self._chance(Quantity.BACKGROUND_THINNING, first) if self.profile.spans else np.zeros(_AT_A_TIME)
            work_s = lognormals(self._chance(Quantity.BACKGROUND_WORK, first), self.median_s, self.sigma)
            for gap_s, stay, busy_s in zip(gaps_s.tolist(), stays.tolist(), work_s.tolist(), strict=True):
                at_s, drawn = at_s + gap_s, drawn + 1
                if stay < self.profile.share(at_s):
                    yield drawn, at_s, busy_s

    def _chance(self, quantity: Quantity, first: int) -> FloatArray:
        drawn = uniforms(self.seed, self.replication, quantity, self.station + 1, _AT_A_TIME, first=first)
        return drawn[self.station]


def traffic_of(scenario: Scenario, plan: Drawn) -> tuple[Traffic, ...]:
    """What comes to each station that others come to; nothing where the scenario has no background load."""
    platform, load = scenario.platform, scenario.platform.background
    if load is None:
        return ()
    most = load.most_times
    profile = Profile(
        start_s=seconds_since_midnight(scenario.policy.start),
        usual=1 / most,
        spans=tuple((from_s, to_s, times / most) for from_s, to_s, times in load.spans_s()),
    )
    rates = {LOGIN: load.login, PAGES: load.pages, RECORD_SYSTEM: load.ehr}
    medians_s = {
        LOGIN: platform.login.service_time,
        PAGES: platform.service_time.list,
        RECORD_SYSTEM: platform.ehr.service_time,
    }
    return tuple(
        Traffic(station, rate * most, medians_s[station], platform.sigma, profile, plan.seed, plan.replication)
        for station, rate in rates.items()
        if rate is not None
    )
