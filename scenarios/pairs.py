"""Two ways of sending, run by run on the same chance: what their difference is, and how sure that is.

In replication r both meet the same citizens with the same luck (`scenarios.streams`), so what is luck goes out of the
difference, and its interval is narrower than that of two means apart. The pairs are independent of each other, so the
interval is Student's over the differences, whatever ties the two of a pair.

Source: Law, Simulation Modeling and Analysis, sections 10.2.1 (paired t) and 11.2 (common random numbers).
"""

import math
from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

from scenarios.comparison import Comparison, PairedDifference, Side
from scenarios.differences import differences
from scenarios.measures import MEASURES
from scenarios.result import Result
from scenarios.scenario import Scenario
from scenarios.summary import summary_of

Samples: TypeAlias = Mapping[str, Sequence[float | None]]


class NotComparable(ValueError):
    """Two results that cannot be paired; the message says why and what to do."""


def compared(first: Result, second: Result) -> Comparison:
    """Pair two results of `bolk simulate`, run by run; what one has more of is left out.

    Raises
    ------
    NotComparable
        They are not of `simulate`, not complete, or not of the same seed.
    """
    for name, one in (("the first", first), ("the second", second)):
        if one.kind != "simulate" or one.policy is None:
            raise NotComparable(f"{name} is a result of bolk {one.kind}; compare takes two of bolk simulate")
        if one.provenance.partial:
            raise NotComparable(f"{name} was interrupted; run it again: {one.provenance.command}")
    seeds = (first.provenance.seed, second.provenance.seed)
    if seeds[0] != seeds[1]:
        raise NotComparable(f"the seeds differ ({seeds[0]} and {seeds[1]}); run one again with --seed {seeds[0]}")
    sides = [Side(policy=one.policy, metrics=one.metrics) for one in (first, second) if one.policy is not None]
    return Comparison(
        first=sides[0],
        second=sides[1],
        changed=_changed(first, second),
        differences=paired(first.samples, second.samples),
    )


def paired(first: Samples, second: Samples) -> dict[str, PairedDifference | None]:
    """First minus second for every measure that both have; None where no run has a value in both."""
    known = [measure for measure in MEASURES if measure in first and measure in second]
    return {measure: _difference(first[measure], second[measure]) for measure in known}


def _difference(first: Sequence[float | None], second: Sequence[float | None]) -> PairedDifference | None:
    pairs = [(a, b) for a, b in zip(first, second, strict=False) if a is not None and b is not None]
    summary = summary_of([a - b for a, b in pairs])
    one, other = (summary_of([pair[side] for pair in pairs]) for side in (0, 1))
    if summary is None or one is None or other is None:
        return None
    apart = None if one.half_width is None or other.half_width is None else math.hypot(one.half_width, other.half_width)
    return PairedDifference(
        mean=summary.mean,
        half_width=summary.half_width,
        half_width_apart=apart,
        n=summary.n,
        shown=_shown(summary.mean, summary.half_width),
    )


def _shown(mean: float, half_width: float | None) -> Literal["lower", "higher", "none"]:
    if half_width is None or abs(mean) <= half_width:
        return "none"
    return "lower" if mean < 0 else "higher"


def _changed(first: Result, second: Result) -> list[str]:
    """The keys in which the two questions differ; those that only say how much to run are left out."""
    questions = [Scenario.model_validate(one.scenario.resolved) for one in (first, second)]
    return [one.key for one in differences(*questions) if not one.key.startswith("experiment.")]
