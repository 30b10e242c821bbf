"""Feedback on rejections: fewer SMS when too many of those who answered found their time gone."""

from typing import Literal

from pydantic import Field

from scenarios.policies.feedback import Feedback, Observation
from scenarios.quantities import Fraction


class FeedbackOnRejections(Feedback, frozen=True):
    """Additive increase, multiplicative decrease on the share of this municipality's reservations that is rejected."""

    kind: Literal["feedback_on_rejections"] = Field(description="grows while rejections are few, and is cut when not")
    target: Fraction = Field(description="of the answered reservations so many may be rejected")

    def is_above(self, seen: Observation) -> bool | None:
        """Whether a larger share than the target was rejected; None where nobody was answered."""
        return seen.rejected > self.target * seen.decided if seen.decided else None
