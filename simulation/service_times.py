"""How long each request keeps a worker busy: drawn for the citizen, so that every policy meets the same work."""

from typing import Final

import numpy as np

from scenarios.attempts import Operation
from scenarios.plan import Plan
from scenarios.scenario import Scenario
from scenarios.streams import FloatArray, Quantity, lognormals, uniforms

EHR: Final = len(Operation)
"""Column of the record system's own work, after those of the operations."""

COLUMN: Final = {operation: column for column, operation in enumerate(Operation)}
_STRIDE: Final = 8  # draws set aside for each try; the number is part of the stream, so it never changes


def service_times(scenario: Scenario, plan: Plan) -> FloatArray:
    """Service times of every citizen, try and operation.

    Looks in the inbox during one try take equally long: each is the same page for the same person.

    Returns
    -------
    ndarray
        (N, K, 7) float64 seconds on the tick grid: one column for each `Operation`, then the record system.
    """
    platform = scenario.platform
    medians = {operation: platform.service_time.list for operation in Operation}
    medians |= {Operation.LOGIN: platform.login.service_time, Operation.RESERVE: platform.service_time.confirm}
    u = uniforms(plan.seed, plan.replication, Quantity.SERVICE, plan.citizens, plan.tries * _STRIDE)
    u = u.reshape(plan.citizens, plan.tries, _STRIDE)
    columns = [lognormals(u[:, :, column], medians[each], platform.sigma) for each, column in COLUMN.items()]
    columns.append(lognormals(u[:, :, EHR], platform.ehr.service_time, platform.sigma))
    return np.stack(columns, axis=2)
