"""Chance at the door of a waiting room whose order is random: the k-th lot settles the k-th admission."""

import itertools
from collections.abc import Iterator

from scenarios.plan import Plan
from scenarios.plan_source import PlanSource
from scenarios.streams import FloatArray, Quantity, uniforms


def lots(plan: Plan | PlanSource) -> Iterator[FloatArray]:
    """Draw lots without end, the same in every engine: the first of each citizen, then the second of each."""
    for draws in itertools.count(1):
        yield uniforms(plan.seed, plan.replication, Quantity.QUEUE_ORDER, plan.citizens, draws)[:, -1]
