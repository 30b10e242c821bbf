"""Beyond the knee: waves of one, one and a half and two times it, patient and impatient, and how long they are felt.

After each wave comes a calm of the same length with half the knee, so that somebody is there to see response times come
back. The impatient ask again while they wait (`behaviour.reload`): what they add is a retry storm.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from loadtests.capacity.people import Stretch
from loadtests.capacity.recovery import asked_again, back_after_s, window_of, windows_of
from loadtests.capacity.search import Bore, Spoiled
from loadtests.capacity.waves import Lived
from scenarios.attempts import Outcome
from scenarios.capacity import Beyond, Overload
from scenarios.reload import Reload
from scenarios.scenario import Scenario

FACTORS: Final = (1.0, 1.5, 2.0)
CALM: Final = 0.5
IMPATIENT: Final = MappingProxyType({"share": 0.5, "after": "5 s", "most": 3})
"""Where a scenario does not say who reloads. ASSUMPTION: half of all, after about 5 s, at most three times."""

SLOW_S: Final = 2.0
"""Where a scenario has no limit on response times. ASSUMPTION: the limit that the catalogue's scenarios have."""

_MEASURE: Final = "response_time_p95_s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Beyonds:
    """What is needed to go beyond the knee: whose people, how long a wave, how many there are, and whether to go on."""

    scenario: Scenario
    wave_s: float
    most_people: int
    live: Callable[[Scenario, list[Stretch]], Lived]
    in_time: Callable[[], bool]

    def overload(self, knee: float) -> Overload:
        """Make every wave that there are people and time for."""
        waves, left_out = list[Beyond](), dict[float, None]()
        for factor in FACTORS:
            stretches = self._stretches(knee, factor)
            for impatient in (False, True):
                if sum(one.people for one in stretches) > self.most_people or not self.in_time():
                    left_out[factor] = None
                    continue
                lived = self.live(with_reload(self.scenario, impatient=impatient), stretches)
                waves.append(self._beyond(factor, lived, impatient=impatient))
        return Overload(
            limit_s=limit_s(self.scenario),
            wave_s=self.wave_s,
            window_s=window_of(self.wave_s),
            waves=waves,
            left_out=list(left_out),
        )

    def _stretches(self, knee: float, factor: float) -> list[Stretch]:
        return [Stretch(round(share * knee * self.wave_s / 60), self.wave_s) for share in (factor, CALM)]

    def _beyond(self, factor: float, lived: Lived, *, impatient: bool) -> Beyond:
        window_s = window_of(self.wave_s)
        windows = windows_of(lived.record, window_s)
        measures = lived.measures.measures
        return Beyond(
            factor=factor,
            impatient=impatient,
            people=lived.people,
            requests=len(lived.record.requests),
            asked_again=asked_again(lived.record),
            confirmed=lived.measures.outcomes.get(Outcome.CONFIRMED, 0),
            gave_up_per_100_citizens=measures["gave_up_per_100_citizens"],
            error_rate=measures["error_rate"],
            back_after_s=back_after_s(windows, window_s, self.wave_s, limit_s(self.scenario)),
            windows=windows,
            spoiled=next(_trouble(lived), None),
        )


def _trouble(lived: Lived) -> Iterator[str]:
    if isinstance(lived.seen, Spoiled):
        yield lived.seen.reason
    elif not isinstance(lived.seen, Bore):
        yield lived.seen.anomaly


def limit_s(scenario: Scenario) -> float:
    """Above which response time people wait too long: the scenario's limit for 19 of 20, or `SLOW_S`."""
    return min((one.limit for one in scenario.limits if one.measure == _MEASURE), default=SLOW_S)


def with_reload(scenario: Scenario, *, impatient: bool) -> Scenario:
    """The same scenario with people who ask again while they wait, or without any."""
    reload = (scenario.behaviour.reload or Reload.model_validate(IMPATIENT)) if impatient else None
    return scenario.model_copy(update={"behaviour": scenario.behaviour.model_copy(update={"reload": reload})})
