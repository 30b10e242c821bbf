"""Which deliveries to the record system fail, and how long each keeps a worker busy: drawn for the citizen.

What becomes of a delivery depends on its own chance alone, so it is known beforehand, whatever policy or engine.
"""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from scenarios.behaviour import MAX_ATTEMPTS
from scenarios.plan import IntArray, Plan
from scenarios.record_system import RecordSystem
from scenarios.scenario import Scenario
from scenarios.streams import FloatArray, Quantity, lognormals, on_grid, uniforms
from simulation.service_times import EHR, service_times

NONE_FAILS: Final = -1


def stops_s(system: RecordSystem) -> list[tuple[float, float]]:
    """From when until when the record system stands still, seconds from the first SMS, on the grid."""
    return [(on_grid(one.from_), on_grid(one.to)) for one in system.stopped]


@dataclass(frozen=True, slots=True)
class Deliveries:
    """The deliveries of every reservation of which one fails.

    `row` (N, K) says where a try's are, `NONE_FAILS` where the first delivery does not fail; `failures` (M,) how many
    fail; `busy_s` (M, n) how long each keeps a worker busy, as many as there are failures and the one that does not
    fail, if it comes to that.
    """

    row: IntArray
    failures: IntArray
    busy_s: FloatArray

    @classmethod
    def of(cls, scenario: Scenario, plan: Plan) -> Self | None:
        """Draw them; None where the scenario says of no delivery that it may fail."""
        system = scenario.platform.ehr
        if not system.can_fail:
            return None
        draw = _Draw(system, scenario.platform.sigma, plan)
        first_s = service_times(scenario, plan)[:, :, EHR]
        fails = draw.fails(1, first_s)
        who = np.nonzero(fails)
        row = np.full(first_s.shape, NONE_FAILS, np.int64)
        row[who] = np.arange(len(who[0]))
        failures = np.ones(len(who[0]), np.int64)
        busy_s = np.full((len(who[0]), system.most_deliveries), np.nan)
        busy_s[:, 0] = draw.busy_s(first_s)[who]
        for number in range(2, system.most_deliveries + 1):
            again = failures == number - 1
            if not again.any():
                break
            next_s = draw.work_s(number)
            busy_s[again, number - 1] = draw.busy_s(next_s)[who][again]
            failures += again & draw.fails(number, next_s)[who]
        return cls(row, failures, busy_s)

    def of_try(self, citizen: int, number: int) -> "Fate | None":
        """What becomes of the deliveries of a try; None where the first does not fail."""
        row = int(self.row[citizen, number - 1])
        return None if row == NONE_FAILS else Fate(tuple(self.busy_s[row].tolist()), int(self.failures[row]))


@dataclass(frozen=True, slots=True)
class Fate:
    """How long each delivery of a reservation keeps a worker busy, and how many of them fail before one does not."""

    busy_s: tuple[float, ...]
    failures: int


@dataclass(frozen=True, slots=True)
class _Draw:
    system: RecordSystem
    sigma: float
    plan: Plan

    def work_s(self, number: int) -> FloatArray:
        """How long a later delivery would take."""
        return lognormals(self._chance(Quantity.REDELIVERY, number - 2), self.system.service_time, self.sigma)

    def busy_s(self, work_s: FloatArray) -> FloatArray:
        """Work that takes too long is broken off."""
        timeout_s = self.system.timeout
        return work_s if timeout_s is None else np.minimum(work_s, on_grid(timeout_s))

    def fails(self, number: int, work_s: FloatArray) -> IntArray:
        """Whether a delivery fails: it takes too long, or by chance."""
        fails = self.busy_s(work_s) < work_s
        if self.system.failing:
            fails |= (self._chance(Quantity.DELIVERY_FAILS, number - 1) < self.system.failing) & ~np.isnan(work_s)
        return fails.astype(np.int64)

    def _chance(self, quantity: Quantity, delivery: int) -> FloatArray:
        plan = self.plan
        first = delivery * MAX_ATTEMPTS
        return uniforms(plan.seed, plan.replication, quantity, plan.citizens, plan.tries, first=first)
