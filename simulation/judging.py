"""Does a policy keep the limits? A run keeps them when it keeps every one; a plan is good when 9 of 10 runs do."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from scenarios.run import Run, judged
from scenarios.scenario import Scenario
from scenarios.summary import Judged
from scenarios.thresholds import Statistic, Threshold

KEPT_SHARE: Final = 0.9
"""Share of runs that must keep every limit at once. Source: the project's decision rule, "9 of 10"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The limits held against the runs of one policy."""

    thresholds: list[Judged]
    runs: int
    kept: int
    feasible: bool
    failed: list[str]

    @property
    def kept_share(self) -> float:
        """Share of the runs that kept every limit."""
        return self.kept / self.runs if self.runs else 0.0


def judge(scenario: Scenario, runs: Sequence[Run]) -> Judgement:
    """Hold every limit against the runs made so far."""
    thresholds = judged(scenario.limits, runs)
    kept = kept_count(scenario, runs)
    failed = [one.expression for one in thresholds if one.verdict == "fail"]
    return Judgement(
        thresholds=thresholds,
        runs=len(runs),
        kept=kept,
        feasible=bool(runs) and not failed and kept >= needed(len(runs)),
        failed=failed,
    )


def kept_count(scenario: Scenario, runs: Sequence[Run]) -> int:
    """How many runs keep every limit that speaks of single runs."""
    limits = [limit for limit in scenario.limits if _speaks_of_runs(limit)]
    return sum(all(limit.kept_by(run.measures[limit.measure]) for limit in limits) for run in runs)


def needed(runs: int) -> int:
    """How many of so many runs must keep every limit."""
    return math.ceil(KEPT_SHARE * runs - 1e-9)


def _speaks_of_runs(limit: Threshold) -> bool:
    return limit.statistic in (Statistic.MAX, Statistic.P90, Statistic.MIN, Statistic.P10)
