"""A wave over time: how many were invited, opened the page, were confirmed, were rejected, step by step."""

import math

import numpy as np

from scenarios.attempts import Outcome
from scenarios.columns import OUTCOMES, Columns
from scenarios.plan import Plan
from scenarios.result import Timeline
from scenarios.streams import FloatArray

STEPS = 240
_AFTER_S = 2 * 3600.0  # most of what a last batch causes has happened by then; a picture, not a measure


def timeline_of(record: Columns, plan: Plan, horizon_s: float | None = None) -> Timeline:
    """Count what has happened by the end of each step.

    `horizon_s` is where the picture ends; two hours after the last SMS if not given.
    """
    end_s = float(plan.sent_s.max()) + _AFTER_S if horizon_s is None else horizon_s
    step_s = max(1.0, math.ceil(end_s / STEPS / 10) * 10.0) if end_s > STEPS else end_s / STEPS
    attempts = record.attempts
    edges = np.arange(1, math.ceil(end_s / step_s) + 1) * step_s

    def by_then(moments_s: FloatArray) -> list[int]:
        return np.searchsorted(np.sort(moments_s), edges, side="right").tolist()

    def ended(outcome: Outcome) -> list[int]:
        return by_then(attempts["ended_s"][attempts["outcome"] == OUTCOMES.index(outcome)])

    return Timeline(
        step_s=step_s,
        sent=by_then(plan.sent_s),
        opened=by_then(attempts["planned_s"][attempts["number"] == 1]),
        confirmed=ended(Outcome.CONFIRMED),
        rejected=ended(Outcome.REJECTED),
        tried=by_then(attempts["reserved_s"][~np.isnan(attempts["reserved_s"])]),
    )
