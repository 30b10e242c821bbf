"""A wave over time: how many were invited, opened the page, were confirmed, were rejected, step by step."""

import math
from collections.abc import Iterable, Sequence

import numpy as np

from scenarios.attempts import Attempt, Outcome
from scenarios.plan import Plan
from scenarios.result import Timeline

STEPS = 240
_AFTER_S = 2 * 3600.0  # most of what a last batch causes has happened by then; a picture, not a measure


def timeline_of(attempts: Sequence[Attempt], plan: Plan, horizon_s: float | None = None) -> Timeline:
    """Count what has happened by the end of each step.

    `horizon_s` is where the picture ends; two hours after the last SMS if not given.
    """
    end_s = float(plan.sent_s.max()) + _AFTER_S if horizon_s is None else horizon_s
    step_s = max(1.0, math.ceil(end_s / STEPS / 10) * 10.0) if end_s > STEPS else end_s / STEPS
    edges = np.arange(1, math.ceil(end_s / step_s) + 1) * step_s

    def by_then(moments: Iterable[float]) -> list[int]:
        return np.searchsorted(np.sort(np.fromiter(moments, np.float64)), edges, side="right").tolist()

    return Timeline(
        step_s=step_s,
        sent=by_then(plan.sent_s),
        opened=by_then(attempt.planned_s for attempt in attempts if attempt.number == 1),
        confirmed=by_then(attempt.ended_s for attempt in attempts if attempt.outcome is Outcome.CONFIRMED),
        rejected=by_then(attempt.ended_s for attempt in attempts if attempt.outcome is Outcome.REJECTED),
    )
