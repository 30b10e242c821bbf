"""A replication that is measured and nothing else: no plan and no record is held."""

import math
from dataclasses import replace
from threading import Event

from scenarios.after_booking import happens
from scenarios.course import Timeline
from scenarios.inventory import total_capacity
from scenarios.measures import measures_of
from scenarios.plan_source import PlanSource
from scenarios.run import Run, offer_of, run_of
from scenarios.timeline import Steps
from simulation.compiled import Prepared, live_drawing
from simulation.tallying import CONFIRMED_ROW, REJECTED_ROW, TRIED_ROW, Counts


def measure(source: PlanSource, stop: Event | None = None, *, with_timeline: bool = False) -> Run:
    """Live a plan as it is drawn, and count.

    Returns
    -------
    Run
        The very one that the record would lead to.

    Raises
    ------
    Stopped, TooManyEvents
        As `compiled.live`.
    """
    if happens(source.scenario) or source.scenario.behaviour.forwarded is not None:
        # Who cancelled is read from the record, and so is who was not invited.
        run = run_of(source.scenario, source.plan(), live_drawing(source, stop), with_timeline=with_timeline)
        return replace(run, plan_sha256=source.sha256)
    last_sms_s = max(float(sent_s.max()) for sent_s in source.sent_s() if len(sent_s))
    steps = Steps.after_sending(last_sms_s) if with_timeline else None
    counts = Counts.of(total_capacity(source.scenario), steps)
    Prepared.drawing(source, counts).live_until(math.inf, stop)
    tally = counts.tally()
    return Run(
        replication=source.replication,
        plan_sha256=source.sha256,
        measures=measures_of(tally, offer_of(source.scenario, last_sms_s)),
        outcomes=tally.outcomes_by_name,
        timeline=None if steps is None else _timeline(source, steps, counts),
    )


def _timeline(source: PlanSource, steps: Steps, counts: Counts) -> Timeline:
    sent = [steps.by_then(sent_s) for sent_s in source.sent_s()]
    return Timeline(
        step_s=steps.step_s,
        sent=[sum(one) for one in zip(*sent, strict=True)],
        opened=counts.openings.opened.tolist(),
        confirmed=counts.by_step(CONFIRMED_ROW),
        rejected=counts.by_step(REJECTED_ROW),
        tried=counts.by_step(TRIED_ROW),
    )
