"""A wave over time: how many were invited, opened the page, were confirmed, were rejected, step by step."""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np

from scenarios.attempts import Outcome
from scenarios.columns import OUTCOMES, Columns
from scenarios.course import Timeline
from scenarios.plan import Plan
from scenarios.streams import FloatArray

STEPS = 240
_AFTER_S = 2 * 3600.0  # most of what a last batch causes has happened by then; a picture, not a measure


@dataclass(frozen=True, slots=True)
class Steps:
    """Ends of the steps of a timeline, in seconds."""

    step_s: float
    edges_s: FloatArray

    @classmethod
    def until(cls, end_s: float) -> Self:
        """So many steps that they are easy to see."""
        step_s = max(1.0, math.ceil(end_s / STEPS / 10) * 10.0) if end_s > STEPS else end_s / STEPS
        edges_s: FloatArray = np.arange(1, math.ceil(end_s / step_s) + 1, dtype=np.float64) * step_s
        return cls(step_s, edges_s)

    @classmethod
    def after_sending(cls, last_sms_s: float) -> Self:
        """Until two hours after the last SMS."""
        return cls.until(last_sms_s + _AFTER_S)

    def by_then(self, moments_s: FloatArray) -> list[int]:
        """How many moments lie at or before the end of each step."""
        return np.searchsorted(np.sort(moments_s), self.edges_s, side="right").tolist()


def timeline_of(record: Columns, plan: Plan, horizon_s: float | None = None) -> Timeline:
    """Count what has happened by the end of each step.

    `horizon_s` is where the picture ends; two hours after the last SMS if not given.
    """
    steps = Steps.after_sending(float(plan.sent_s.max())) if horizon_s is None else Steps.until(horizon_s)
    attempts = record.attempts
    cancelled_s = attempts["cancelled_s"][~np.isnan(attempts["cancelled_s"])]

    def ended(outcome: Outcome) -> list[int]:
        return steps.by_then(attempts["ended_s"][attempts["outcome"] == OUTCOMES.index(outcome)])

    return Timeline(
        step_s=steps.step_s,
        sent=steps.by_then(plan.sent_s[: plan.invited]),
        opened=steps.by_then(attempts["planned_s"][attempts["number"] == 1]),
        confirmed=ended(Outcome.CONFIRMED),
        rejected=ended(Outcome.REJECTED),
        cancelled=steps.by_then(cancelled_s) if len(cancelled_s) else [],
        tried=steps.by_then(attempts["reserved_s"][~np.isnan(attempts["reserved_s"])]),
    )
