"""How far the advice carries: the advised plan on the same chance, with one assumption at a time another than assumed.

Every assumption is tried at both ends of its range (a tornado), those that matter are followed to where the plan stops
keeping its limits (flip points), and a handful of other days are lived. The plan is the same in all of it: what a
search on another assumption would have advised is another question.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

from scenarios.assumed import SHARES, range_of, value_of, varied
from scenarios.pairs import paired
from scenarios.policies.batches import Batches
from scenarios.policy_value import batches_value
from scenarios.ranges import Assumption
from scenarios.run import Run, metrics_of
from scenarios.scenario import Scenario
from scenarios.sensitivity import Flip, OtherDay, Sensitivity, Swing, Swung
from scenarios.variants import Variant, as_variant
from simulation.experiment import Experiment
from simulation.feasibility import alpha_of, proof_of
from simulation.judging import KEPT_SHARE, kept_count

SHOWN: Final = ("rejections_per_100_attempts", "rejections_per_100_citizens", "response_time_p95_s")
MOST: Final = 10
"""Runs at each end of a range: a difference on the same chance is known from few. ASSUMPTION."""
MOST_OF_A_DAY: Final = 20
"""Runs of each other day. ASSUMPTION."""
FOLLOWED: Final = 6
"""So many are followed to their flip points. ASSUMPTION."""
FURTHEST: Final = 4.0
"""Nobody is looked for beyond a quarter and four times a value. ASSUMPTION."""
MOST_AT_A_POINT: Final = 80
"""Runs after which it is not settled whether the plan keeps its limits at a point. ASSUMPTION."""
STEPS: Final = 4
"""Halvings of the logarithm of the interval in which a flip point lies: from fourfold to within a tenth. ASSUMPTION."""
MOST_RUNS: Final = 2 * len(Assumption) * MOST + len(Variant) * MOST_OF_A_DAY + FOLLOWED * (1 + STEPS) * MOST_AT_A_POINT
"""More than are ever made; for the choice of engine."""
_LOT: Final = 20

Direction = Literal["less", "more"]


@dataclass(slots=True)
class _Trials:
    """The plan under other assumptions, each question asked once."""

    experiment: Experiment
    policy: Batches
    alpha: float = alpha_of(1)
    known: dict[tuple[Assumption, float], Experiment] = field(
        default_factory=dict[tuple[Assumption, float], Experiment]
    )

    def runs(self, question: Scenario, count: int, other: Experiment | None = None) -> list[Run]:
        """So many runs of the plan under a question."""
        with other or self.experiment.about(question) as lived:
            lived.replicate([(self.policy, r) for r in range(count)])
            self.experiment.interrupted = self.experiment.interrupted or lived.interrupted
            return lived.runs(self.policy)

    def at(self, one: Assumption, factor: float, question: Scenario) -> Experiment:
        """The experiment at a point."""
        return self.known.setdefault((one, factor), self.experiment.about(question))


def sensitivity_of(experiment: Experiment, policy: Batches) -> Sensitivity:
    """Try everything; what was under way when it was interrupted is left out."""
    trials, scenario = _Trials(experiment, policy), experiment.scenario
    experiment.replicate([(policy, r) for r in range(_runs(scenario))])
    base = experiment.runs(policy)[: _runs(scenario)]
    swings = list(_swings(trials, base))
    flips = list(_flips(trials, _followed(swings)))
    days = list(_days(trials))
    return Sensitivity(
        policy=batches_value(policy),
        runs=len(base),
        metrics={name: metrics_of(base).get(name) for name in SHOWN},
        kept=kept_count(scenario, base),
        swings=swings,
        flips=flips,
        days=days,
        complete=not experiment.interrupted,
    )


def _runs(scenario: Scenario) -> int:
    return min(MOST, scenario.experiment.runs.max)


def _swings(trials: _Trials, base: list[Run]) -> Iterator[Swing]:
    scenario = trials.experiment.scenario
    for one in Assumption:
        value = value_of(scenario, one)
        if value is None or trials.experiment.interrupted:
            continue
        low, high = (_swung(trials, one, factor, base) for factor in range_of(scenario, one))
        yield Swing(assumption=one, value=value, low=low, high=high, own_range=one in scenario.ranges)


def _swung(trials: _Trials, one: Assumption, factor: float, base: list[Run]) -> Swung | None:
    question = varied(trials.experiment.scenario, one, factor)
    if question is None:
        return None
    runs = trials.runs(question, len(base), trials.at(one, factor, question))
    if not runs:
        return None
    sides = [{name: [run.measures[name] for run in some] for name in SHOWN} for some in (runs, base)]
    return Swung(
        factor=factor,
        value=value_of(question, one),
        metrics={name: metrics_of(runs).get(name) for name in SHOWN},
        differences=paired(*sides),
        runs=len(runs),
        kept=kept_count(question, runs),
        standing=proof_of(question, runs, trials.alpha, MOST_AT_A_POINT).standing,
    )


def _followed(swings: Iterable[Swing]) -> list[tuple[Assumption, Direction]]:
    """Those that break the plan at their end first, then those that make the two measures worse, the most first."""
    directions: tuple[Direction, ...] = ("less", "more")
    found: list[tuple[tuple[float, float], Assumption, Direction]] = [
        (_worse(end), Assumption(swing.assumption), direction)
        for swing in swings
        for direction, end in zip(directions, (swing.low, swing.high), strict=True)
        if end is not None
    ]
    worse = sorted((one for one in found if one[0] > (0.0, 0.0)), key=lambda one: one[0], reverse=True)
    return [(one, found_in) for _, one, found_in in worse[:FOLLOWED]]


def _worse(end: Swung) -> tuple[float, float]:
    """How many of the runs broke a limit, and how far the two measures went up, as shares of what they are."""
    moved = 0.0
    for name in ("rejections_per_100_attempts", "response_time_p95_s"):
        difference, summary = end.differences.get(name), end.metrics.get(name)
        if difference is not None and summary is not None and difference.shown == "higher":
            moved += difference.mean / max(1e-9, summary.mean)
    broken = 1 - end.kept / end.runs
    return (broken if broken > 1 - KEPT_SHARE + 1e-9 else 0.0, moved)


def flip_point(experiment: Experiment, policy: Batches, one: Assumption, direction: Direction) -> Flip:
    """Find where the plan stops keeping its limits as one assumption shrinks or grows."""
    return _flip(_Trials(experiment, policy), one, direction)


def _flips(trials: _Trials, followed: Iterable[tuple[Assumption, Direction]]) -> Iterator[Flip]:
    for one, direction in followed:
        if not trials.experiment.interrupted:
            yield _flip(trials, one, direction)


def _flip(trials: _Trials, one: Assumption, direction: Direction) -> Flip:
    """Halve the interval between where the plan is shown to hold and where it is shown to break.

    ASSUMPTION: a plan that breaks at one point breaks beyond it too, in the same direction.
    """
    furthest = _furthest(trials.experiment.scenario, one, direction)
    holds, breaks = 1.0, None
    standing, runs = _standing(trials, one, furthest)
    if standing == "kept":
        holds = furthest
    elif standing == "broken":
        breaks = furthest
        for _ in range(STEPS):
            middle = math.sqrt(holds * breaks)
            standing, more = _standing(trials, one, middle)
            runs += more
            if standing == "open" or trials.experiment.interrupted:
                break
            holds, breaks = (middle, breaks) if standing == "kept" else (holds, middle)
    return Flip(assumption=one, direction=direction, holds_at=holds, breaks_at=breaks, furthest=furthest, runs=runs)


def _furthest(scenario: Scenario, one: Assumption, direction: Direction) -> float:
    if direction == "less":
        return 1 / FURTHEST
    value = value_of(scenario, one)
    return min(FURTHEST, 1 / value) if one in SHARES and value else FURTHEST


def _standing(trials: _Trials, one: Assumption, factor: float) -> tuple[str, int]:
    """Whether the plan keeps its limits at a point, and after how many runs that is known."""
    question = varied(trials.experiment.scenario, one, factor)
    if question is None:
        return "open", 0
    other = trials.at(one, factor, question)
    while True:
        done = len(other.runs(trials.policy))
        runs = trials.runs(question, min(done + _LOT, MOST_AT_A_POINT), other)
        proof = proof_of(question, runs, trials.alpha, MOST_AT_A_POINT)
        if proof.standing != "open" or len(runs) >= MOST_AT_A_POINT or trials.experiment.interrupted:
            return proof.standing, len(runs)


def _days(trials: _Trials) -> Iterator[OtherDay]:
    for variant in Variant:
        question = as_variant(trials.experiment.scenario, variant)
        if question is None or trials.experiment.interrupted:
            continue
        runs = trials.runs(question, min(MOST_OF_A_DAY, question.experiment.runs.max))
        if runs:
            proof = proof_of(question, runs, trials.alpha, MOST_OF_A_DAY)
            yield OtherDay(variant=variant, runs=len(runs), kept=kept_count(question, runs), standing=proof.standing)
