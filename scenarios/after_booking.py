"""Who cancels and when, and who waits on the waiting list: drawn for the citizen, the same under every policy."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from scenarios.plan import IntArray
from scenarios.scenario import Scenario
from scenarios.streams import Drawn, FloatArray, Quantity, lognormals, uniforms


def happens(scenario: Scenario) -> bool:
    """Whether a scenario speaks of cancelling or of a waiting list."""
    return scenario.behaviour.cancel is not None or scenario.behaviour.waitlist is not None


@dataclass(frozen=True, slots=True)
class Afterwards:
    """What each citizen does once there is an appointment, or none to be had.

    `cancel_after_s` (N,) counts from the confirmation, and is infinite for who keeps the appointment; `joins` (N,) is 1
    for who waits on the waiting list.
    """

    cancel_after_s: FloatArray
    joins: IntArray

    @classmethod
    def of(cls, scenario: Scenario, plan: Drawn) -> Self | None:
        """Draw them; None where nobody cancels and nobody waits."""
        cancel, share = scenario.behaviour.cancel, scenario.behaviour.waitlist
        if not happens(scenario):
            return None
        cancel_after_s = np.full(plan.citizens, np.inf)
        if cancel is not None:
            cancels = _chance(plan, Quantity.CANCELS) < cancel.share
            after_s = lognormals(_chance(plan, Quantity.CANCEL_AFTER), cancel.median, cancel.sigma)
            cancel_after_s[cancels] = after_s[cancels]
        joins = np.zeros(plan.citizens, np.int64)
        if share is not None:
            joins[_chance(plan, Quantity.WAITLIST) < share] = 1
        return cls(cancel_after_s, joins)


def _chance(plan: Drawn, quantity: Quantity) -> FloatArray:
    return uniforms(plan.seed, plan.replication, quantity, plan.citizens)[:, 0]
