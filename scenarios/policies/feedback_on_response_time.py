"""Feedback on response time: fewer SMS when the platform answers slowly."""

from typing import Literal

from pydantic import Field

from scenarios.policies.feedback import Feedback, Observation
from scenarios.quantities import Seconds


class FeedbackOnResponseTime(Feedback, frozen=True):
    """Additive increase, multiplicative decrease on the 95th percentile of the platform's response time."""

    kind: Literal["feedback_on_response_time"] = Field(description="grows while pages open fast, and is cut when not")
    target: Seconds = Field(gt=0, description="19 of 20 requests should take no longer")

    def is_above(self, seen: Observation) -> bool | None:
        """Whether 19 of 20 requests took longer than the target; None where there was no request."""
        return None if seen.response_time_p95_s is None else seen.response_time_p95_s > self.target
