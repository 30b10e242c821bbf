"""When to hold back the next batch: fewer confirmed by then than in any of twenty simulated send-outs."""

import math
from collections.abc import Sequence
from typing import Final

from scenarios.course import ScheduleLine, Timeline
from scenarios.inventory import inventory_of
from scenarios.plan_source import PlanSource
from scenarios.policy import OpenLoop
from scenarios.scenario import Scenario
from simulation.engine import Engine, run_with

RUNS: Final = 20
"""A day as the model has it falls below the lowest of so many in about 1 of 21 cases, at any one batch. ASSUMPTION: so
few false alarms can be borne."""


def with_stop_rule(
    scenario: Scenario, policy: OpenLoop, lines: Sequence[ScheduleLine], times_s: Sequence[float], engine: Engine
) -> list[ScheduleLine]:
    """Say for each batch but the very first how many must be confirmed before it goes.

    Parameters
    ----------
    lines, times_s
        The schedule, and when each batch goes: seconds from the first SMS.
    """
    if len(inventory_of(scenario)) > 1 or not any(times_s):
        return list(lines)  # several send at once, and the counts of a run are those of all
    sources = (PlanSource(scenario=scenario, policy=policy, replication=r) for r in range(RUNS))
    timelines = [one for source in sources if (one := run_with(engine, source, with_timeline=True).timeline)]
    fewest = [min(confirmed_by(timeline, at_s) for timeline in timelines) for at_s in times_s]
    return [
        line.model_copy(update={"wait_below": least}) if at_s > 0 and least else line
        for line, least, at_s in zip(lines, fewest, times_s, strict=True)
    ]


def confirmed_by(timeline: Timeline, at_s: float) -> int:
    """How many were confirmed by the end of the last whole step before a moment."""
    steps = min(math.floor(at_s / timeline.step_s), len(timeline.confirmed))
    return timeline.confirmed[steps - 1] if steps else 0
