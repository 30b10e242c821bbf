"""Whether it is shown that a policy keeps the limits, or shown that it does not, or neither.

A policy keeps them when every limit on single runs is kept at once in at least 9 of 10 runs, the middle run keeps those
on p50, the mean those on the mean, and no run at all breaks those on max. The sides are asked with the same `alpha`
each: how often, at most, a policy that does not keep them may be called one that does, and the other way round.
All of it must be shown before a policy is good, so nothing is divided between the limits; between policies it is.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from scenarios.recommendation import Standing
from scenarios.run import Run
from scenarios.scenario import Scenario
from scenarios.thresholds import Comparison, Statistic, Threshold
from simulation.confidence_sequence import evidence_below, fewest_runs, least_share, mean_limits, most_share
from simulation.judging import KEPT_SHARE, kept_count

CONFIDENCE: Final = 0.95
"""How sure the answer is. Source: the project's decision rule, "9 of 10 with 95 % confidence"."""
_BROKEN_SHARE: Final = 1 - KEPT_SHARE
_MIDDLE: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What the runs made so far show.

    `hopeless` says that no luck in the runs that are left could still show that the limits are kept.
    """

    standing: Standing
    hopeless: bool = False
    kept: int = 0
    runs: int = 0
    alpha: float

    @property
    def at_least(self) -> float:
        """The share of all runs that keep every limit is no lower."""
        return least_share(self.kept, self.runs, self.alpha) if self.runs else 0.0

    @property
    def at_most(self) -> float:
        """The share of all runs that keep every limit is no higher."""
        return most_share(self.kept, self.runs, self.alpha) if self.runs else 1.0


@dataclass(frozen=True, slots=True)
class _Count:
    """So many of the runs broke what so large a share may break."""

    allowed: float
    broken: int
    runs: int

    def kept(self, wanted: float) -> bool:
        return evidence_below(self.allowed, self.broken, self.runs) >= wanted

    def lost(self, wanted: float) -> bool:
        return evidence_below(1 - self.allowed, self.runs - self.broken, self.runs) >= wanted

    def hopeless(self, wanted: float, most: int) -> bool:
        return evidence_below(self.allowed, self.broken, most) < wanted


def alpha_of(policies: int) -> float:
    """What each of so many policies may take of the chance of a wrong answer (Bonferroni)."""
    return (1 - CONFIDENCE) / max(1, policies)


def fewest_to_show(policies: int) -> int:
    """Runs that a policy needs, if none breaks a limit, to be shown good among so many."""
    return fewest_runs(_BROKEN_SHARE, alpha_of(policies))


def proof_of(scenario: Scenario, runs: Sequence[Run], alpha: float, most: int) -> Proof:
    """Hold the runs of a policy against the limits; `most` is how many it may get."""
    if not runs:
        return Proof(standing="open", alpha=alpha)
    limits = scenario.limits
    joint = _Count(_BROKEN_SHARE, len(runs) - kept_count(scenario, runs), len(runs))
    counts = [joint, *(_middle(limit, runs) for limit in limits if limit.statistic is Statistic.P50)]
    means = [_mean(limit, runs, alpha) for limit in limits if limit.statistic is Statistic.MEAN]
    wanted = -math.log(alpha)
    kept = all(count.kept(wanted) for count in counts) and all(one == "kept" for one in means)
    lost = any(count.lost(wanted) for count in counts) or "broken" in means or _ever_broken(limits, runs)
    return Proof(
        standing="broken" if lost else "kept" if kept else "open",
        hopeless=lost or any(count.hopeless(wanted, max(most, len(runs))) for count in counts),
        kept=len(runs) - joint.broken,
        runs=len(runs),
        alpha=alpha,
    )


def _middle(limit: Threshold, runs: Sequence[Run]) -> _Count:
    return _Count(_MIDDLE, sum(not limit.kept_by(run.measures[limit.measure]) for run in runs), len(runs))


def _mean(limit: Threshold, runs: Sequence[Run], alpha: float) -> Standing:
    """A mean keeps its limit when its whole interval does; a measure without a value keeps every limit."""
    known = [value for run in runs if (value := run.measures[limit.measure]) is not None]
    if not known and len(runs):
        return "kept"
    low, high = mean_limits(known, alpha)
    if limit.kept_by(low) and limit.kept_by(high):
        return "kept"
    inside = limit.comparison is Comparison.EQUAL and low <= limit.limit <= high
    return "open" if inside or limit.kept_by(low) or limit.kept_by(high) else "broken"


def _ever_broken(limits: Sequence[Threshold], runs: Sequence[Run]) -> bool:
    return any(
        not limit.kept_by(run.measures[limit.measure])
        for limit in limits
        if limit.statistic is Statistic.MAX
        for run in runs
    )
