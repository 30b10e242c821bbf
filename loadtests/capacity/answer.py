"""From a search for the knee to a result."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from loadtests.capacity.overload import Beyonds
from loadtests.capacity.people import Stretch
from loadtests.capacity.search import Bore, Bounds, Ending, Search, Seen, Spoiled, Tried, Wrong
from loadtests.capacity.waves import Lived, Serve, Waves
from scenarios.capacity import Capacity, Knee, Overload, WaveTried
from scenarios.policy_value import policy_value
from scenarios.provenance import Stopwatch, provenance_of, scenario_ref
from scenarios.result import Result
from scenarios.scenario import Scenario
from scenarios.summary import Verdict
from scenarios.thresholds import Threshold

LEAST_PEOPLE: Final = 10
"""Of a wave. ASSUMPTION: of fewer, one slow page is a slow wave."""

_DOUBLINGS: Final = 5
_VERDICTS: Final[dict[Ending, Verdict]] = {
    Ending.FOUND: "pass",
    Ending.ALWAYS_BROKE: "fail",
    Ending.ANOMALY: "fail",
    Ending.NEVER_BROKE: "inconclusive",
    Ending.TOO_FEW_WAVES: "inconclusive",
    Ending.NO_TIME: "inconclusive",
    Ending.GENERATOR: "inconclusive",
}


class TooFewPeople(ValueError):
    """The scenario has too few people for a wave; the message says how many it takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What to search: which limits may break, how long a wave is, and where to stop.

    `most` is in people a minute (None: as many as the scenario has), `precision` a share, `within_s` seconds of the
    wall in which a wave may begin, `workers` the processes that share each wave.
    """

    scenario: Scenario
    limits: Sequence[Threshold]
    wave_s: float
    most: float | None
    precision: float
    waves: int
    within_s: float
    speedup: float
    workers: int
    beyond: bool
    out: Path
    command: Sequence[str]


@dataclass(slots=True)
class _Under:
    """A search under way."""

    asked: Asked
    waves: Waves
    tell: Callable[[int, int], None]
    begun: Stopwatch = field(default_factory=Stopwatch)
    lived: list[Lived] = field(default_factory=list[Lived])
    interrupted: bool = False

    def in_time(self) -> bool:
        return not self.interrupted and self.begun.elapsed_s < self.asked.within_s

    def live(self, scenario: Scenario, stretches: list[Stretch]) -> Lived:
        self.tell(self.waves.made, max(self.asked.waves, self.waves.made + 1))
        lived = self.waves.live(scenario, stretches)
        self.interrupted |= lived.interrupted
        return lived

    def wave(self, rate: float) -> Seen:
        people = max(1, round(rate * self.asked.wave_s / 60))
        lived = self.live(self.asked.scenario, [Stretch(people, self.asked.wave_s)])
        self.lived.append(lived)
        return lived.seen


def capacity_result(asked: Asked, serve: Serve, tell: Callable[[int, int], None]) -> Result:
    """Search the knee, go beyond it, and say what came of it.

    Raises
    ------
    TooFewPeople
        The scenario cannot fill two waves of different size.
    """
    under = _Under(asked, Waves(asked.limits, serve, asked.speedup, asked.workers, asked.out), tell)
    people = under.waves.most_people(asked.scenario)
    bounds = _bounds(asked, people, under.in_time)
    search = Search(bounds)
    ending = search.run(under.wave)
    knee = _knee(search)
    overload = _overload(under, knee, people) if asked.beyond and knee is not None and _goes_on(ending) else None
    return Result(
        kind="capacity",
        scenario=scenario_ref(asked.scenario),
        policy=policy_value(asked.scenario.policy),
        metrics={},
        thresholds=[],
        verdict="inconclusive" if under.interrupted else _VERDICTS[ending],
        evidence_level=1,
        capacity=Capacity(
            wave_s=asked.wave_s,
            speedup=asked.speedup,
            limits=[one.expression for one in asked.limits],
            most=bounds.most,
            precision=asked.precision,
            ending=ending.value,
            reason=_reason(search.tried[-1].seen),
            knee=knee,
            borne=search.borne,
            tried=[_tried(one, lived) for one, lived in zip(search.tried, under.lived, strict=True)],
            overload=overload,
        ),
        provenance=provenance_of(
            asked.scenario,
            command=asked.command,
            begun=under.begun,
            replications=under.waves.made,
            plan_sha256=[one.measures.plan_sha256 for one in under.lived],
            engine="locust",
            partial=under.interrupted,
            interrupted=under.interrupted,
        ),
    )


def _bounds(asked: Asked, people: int, in_time: Callable[[], bool]) -> Bounds:
    least = LEAST_PEOPLE * 60 / asked.wave_s
    most = people * 60 / asked.wave_s
    if asked.most is not None:
        most = min(most, asked.most)
    if most < 2 * least:
        raise TooFewPeople(
            f"a wave takes {2 * LEAST_PEOPLE} people or more, and here it could have {most * asked.wave_s / 60:.0f}: "
            "invite more (--set invitation.invited=...), or allow more with --most or a longer --wave"
        )
    return Bounds(
        first=max(least, most / 2**_DOUBLINGS),
        least=least,
        most=most,
        precision=asked.precision,
        waves=asked.waves,
        in_time=in_time,
    )


def _goes_on(ending: Ending) -> bool:
    return ending in (Ending.FOUND, Ending.TOO_FEW_WAVES)


def _overload(under: _Under, knee: Knee, people: int) -> Overload:
    beyonds = Beyonds(
        scenario=under.asked.scenario,
        wave_s=under.asked.wave_s,
        most_people=people,
        live=under.live,
        in_time=under.in_time,
    )
    return beyonds.overload(knee.rate)


def _knee(search: Search) -> Knee | None:
    """The knee, where waves were seen on both sides of it; the limits are those that broke in the nearest wave."""
    if not search.bracketed:
        return None
    low, high = search.belief.interval
    middle = search.belief.middle
    broke = [(one.rate, one.seen.broken) for one in search.tried if isinstance(one.seen, Bore) and one.seen.broken]
    _, broken = min(broke, key=lambda one: abs(one[0] - middle))
    return Knee(rate=middle, low=low, high=high, broken=list(broken))


def _reason(last: Seen) -> str | None:
    match last:
        case Spoiled(reason):
            return reason
        case Wrong(anomaly):
            return anomaly
        case Bore():
            return None


def _tried(one: Tried, lived: Lived) -> WaveTried:
    return WaveTried(
        rate=one.rate,
        people=lived.people,
        broken=list(one.seen.broken) if isinstance(one.seen, Bore) else [],
        spoiled=_reason(one.seen),
        response_time_p95_s=lived.measures.measures["response_time_p95_s"],
        start_lag_p99_s=lived.start_lag_p99_s,
    )
