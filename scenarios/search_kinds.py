"""Kinds of sending as a search names them: the two with feedback are one."""

from typing import Literal, TypeAlias, assert_never

from scenarios.policies.batches import Batches
from scenarios.policies.capacity_matched import CapacityMatched
from scenarios.policies.cohort_per_day import CohortPerDay
from scenarios.policies.feedback_on_rejections import FeedbackOnRejections
from scenarios.policies.feedback_on_response_time import FeedbackOnResponseTime
from scenarios.policies.ramp import Ramp
from scenarios.policy import Policy
from scenarios.policy_value import BatchesValue, PolicyValue

SearchKind: TypeAlias = Literal["batches", "ramp", "capacity_matched", "cohort_per_day", "feedback"]


def kind_of(policy: Policy | PolicyValue) -> SearchKind:
    """Say which kind a policy is, or one as results state it."""
    match policy:
        case Batches() | BatchesValue():
            return "batches"
        case Ramp():
            return "ramp"
        case CapacityMatched():
            return "capacity_matched"
        case CohortPerDay():
            return "cohort_per_day"
        case FeedbackOnRejections() | FeedbackOnResponseTime():
            return "feedback"
        case _:
            assert_never(policy)
