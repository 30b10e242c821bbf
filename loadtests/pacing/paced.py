"""From a plan to one that watches the day: the policy with feedback that a pacer goes by."""

import math
from enum import StrEnum
from typing import Final

from loadtests.pacing.steering import Rulebook
from scenarios.policies.batches import Batches
from scenarios.policies.feedback import Feedback
from scenarios.policies.feedback_on_rejections import FeedbackOnRejections
from scenarios.policies.feedback_on_response_time import FeedbackOnResponseTime
from scenarios.policies.fields import ALL
from scenarios.policy import Policy, WithFeedback
from scenarios.quantities import clock_text, length_text
from scenarios.scenario import Scenario
from scenarios.thresholds import Comparison

PIECE_S: Final = 300.0
"""A batch goes in pieces this far apart at most, so that there is something to decide. ASSUMPTION."""

MARGIN: Final = 0.8
"""The target is this much of the limit, so that the pacer slows down in time. ASSUMPTION, as in weak-login."""


class Watch(StrEnum):
    """Which figures a pacer goes by; a closed set."""

    RESPONSE_TIME = "response-time"
    REJECTIONS = "rejections"


_MEASURE: Final = {
    Watch.RESPONSE_TIME: "response_time_p95_s",
    Watch.REJECTIONS: "rejections_per_100_attempts",
}


class NotPaced(ValueError):
    """A plan cannot be run by the day's figures; the message says why and what to do."""


def paced(scenario: Scenario, policy: Policy, recipients: int, watch: Watch | None = None) -> WithFeedback:
    """The policy that runs a plan: itself where it has feedback, else one that never goes faster than the plan.

    Equal batches are sent in pieces at most 5 minutes apart. The first is half of what the plan would send in that
    time; they grow to the whole of it and no further, by a tenth of it, and are cut to no less than a tenth of it. The
    target lies below the scenario's own limit on the response time, or on rejections where there is none on that.

    Raises
    ------
    NotPaced
        The kind of policy has no one size to grow to, or the scenario has no limit to watch.
    """
    if isinstance(policy, Feedback):
        return policy
    if not isinstance(policy, Batches):
        raise NotPaced(
            f"a plan of the kind {policy.kind} has no one batch size to keep to. "
            "Pace one of equal batches, or one with feedback (policy.kind = feedback_on_response_time)"
        )
    watched, limit = _limit(scenario, watch)
    size, pause_s = (recipients if policy.batch_size == ALL else policy.batch_size), policy.pause or PIECE_S
    pieces = math.ceil(pause_s / PIECE_S)
    most = max(1, size // pieces)
    tenth = max(1, most // 10)
    table = {
        "first": max(tenth, most // 2),
        "increase": tenth,
        "least": tenth,
        "most": most,
        "window": length_text(PIECE_S),
        "delay": "1 min",
        "pause": length_text(pause_s / pieces),
        "start": clock_text(policy.start),
    }
    if watched is Watch.RESPONSE_TIME:
        return FeedbackOnResponseTime.model_validate(
            {**table, "kind": "feedback_on_response_time", "target": length_text(round(MARGIN * limit, 3))}
        )
    share = round(MARGIN * limit / 100, 4)
    return FeedbackOnRejections.model_validate({**table, "kind": "feedback_on_rejections", "target": share})


def rulebook(scenario: Scenario, policy: WithFeedback) -> Rulebook:
    """What a send-out of the scenario goes by."""
    return Rulebook(policy=policy, hours=scenario.hours(policy), opens=scenario.invitation.window.from_)


def _limit(scenario: Scenario, watch: Watch | None) -> tuple[Watch, float]:
    upper = {
        limit.measure: limit.limit
        for limit in scenario.limits
        if limit.comparison in (Comparison.AT_MOST, Comparison.BELOW) and limit.limit > 0
    }
    for one in [watch] if watch else Watch:
        if _MEASURE[one] in upper:
            return one, upper[_MEASURE[one]]
    names = " or ".join(_MEASURE[one] for one in ([watch] if watch else Watch))
    raise NotPaced(
        f"the scenario {scenario.name} has no limit on {names} for the pacer to watch. "
        f'Add one under [thresholds], such as latency = "p90(response_time_p95_s) <= 2 s"'
    )
