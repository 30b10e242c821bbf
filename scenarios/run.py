"""One life of a plan, measured: the same for virtual time and for HTTP."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scenarios.columns import OUTCOMES, Columns
from scenarios.inventory import total_capacity
from scenarios.measures import MEASURES, Measured, Offer, measured
from scenarios.plan import Plan
from scenarios.result import Judged, Metrics, Timeline, summary_of
from scenarios.scenario import Scenario
from scenarios.thresholds import Threshold
from scenarios.timeline import timeline_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What came of one replication; the timeline is there only where a picture is wanted."""

    replication: int
    plan_sha256: str
    measures: Measured
    outcomes: dict[str, int]
    timeline: Timeline | None


def run_of(
    scenario: Scenario, plan: Plan, record: Columns, *, with_timeline: bool, horizon_s: float | None = None
) -> Run:
    """Measure the record that a plan led to; `horizon_s` is where the timeline ends."""
    return Run(
        replication=plan.replication,
        plan_sha256=plan.sha256,
        measures=measured(record, Offer(last_sms_s=float(plan.sent_s.max()), capacity=total_capacity(scenario))),
        outcomes=_outcomes(record),
        timeline=timeline_of(record, plan, horizon_s) if with_timeline else None,
    )


def _outcomes(record: Columns) -> dict[str, int]:
    """How many attempts ended in which way, in the order in which the ways were first met."""
    met, first, counts = np.unique(record.attempts["outcome"], return_index=True, return_counts=True)
    return {OUTCOMES[met[k]].value: int(counts[k]) for k in np.argsort(first)}


def metrics_of(runs: Sequence[Run]) -> Metrics:
    """Every measure over the runs of one policy; empty without runs."""
    return {name: summary_of([run.measures[name] for run in runs]) for name in MEASURES} if runs else {}


def judged(limits: Sequence[Threshold], runs: Sequence[Run]) -> list[Judged]:
    """Hold every limit against the runs made so far; nothing is judged without any."""
    values = [(limit, limit.value([run.measures for run in runs])) for limit in limits if runs]
    return [
        Judged(expression=limit.expression, value=value, verdict="pass" if limit.kept_by(value) else "fail")
        for limit, value in values
    ]
