"""One life of a plan, measured: the same for virtual time and for HTTP."""

from collections.abc import Sequence
from dataclasses import dataclass

from scenarios.columns import Columns
from scenarios.course import Timeline
from scenarios.inventory import total_capacity
from scenarios.measures import MEASURES, Measured, Offer, scored, tally_of
from scenarios.plan import Plan
from scenarios.scenario import Scenario
from scenarios.summary import Judged, Metrics, summary_of
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
    tally = tally_of(record, None if plan.passed_on_by is None else plan.invited)
    return Run(
        replication=plan.replication,
        plan_sha256=plan.sha256,
        measures=scored(record, tally, offer_of(scenario, float(plan.sent_s.max()))),
        outcomes=tally.outcomes_by_name,
        timeline=timeline_of(record, plan, horizon_s) if with_timeline else None,
    )


def offer_of(scenario: Scenario, last_sms_s: float) -> Offer:
    """What the measures of a run are held against."""
    return Offer(last_sms_s=last_sms_s, capacity=total_capacity(scenario))


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
