"""A policy as results state it."""

from typing import TypeAlias

from scenarios.piece import Piece
from scenarios.policies.batches import Batches
from scenarios.policies.capacity_matched import CapacityMatched
from scenarios.policies.cohort_per_day import CohortPerDay
from scenarios.policies.fields import BatchSize
from scenarios.policies.ramp import Ramp
from scenarios.policy import Policy, WithFeedback
from scenarios.quantities import clock_of, clock_text


class BatchesValue(Piece):
    """Equal batches in a result: seconds and plain numbers."""

    batch_size: BatchSize
    pause_s: float
    start: str


PolicyValue: TypeAlias = BatchesValue | Ramp | CohortPerDay | CapacityMatched | WithFeedback
"""A policy in a result: batches by their numbers, every other kind as a scenario file has it."""


def policy_value(policy: Policy) -> PolicyValue:
    """A policy as results state it."""
    return batches_value(policy) if isinstance(policy, Batches) else policy


def batches_value(policy: Batches) -> BatchesValue:
    """Equal batches as results state them."""
    return BatchesValue(batch_size=policy.batch_size, pause_s=policy.pause, start=clock_text(policy.start))


def policy_of(value: PolicyValue) -> Policy:
    """The policy that a result states."""
    if isinstance(value, BatchesValue):
        return Batches.of(value.batch_size, value.pause_s, clock_of(value.start))
    return value
