"""How long each request keeps a worker busy: drawn for the citizen, so that every policy meets the same work."""

from typing import Final

import numpy as np

from scenarios.attempts import Operation
from scenarios.plan import Plan
from scenarios.scenario import Scenario
from scenarios.streams import FloatArray, Quantity, lognormals, uniforms

EHR: Final = 6
"""Column of the record system's own work."""

COLUMN: Final = {
    Operation.LOGIN: 0, Operation.BOOKS: 1, Operation.DAYS: 2, Operation.SLOTS: 3, Operation.RESERVE: 4,
    Operation.INBOX: 5, Operation.HOLD: 7,
}  # fmt: skip
"""Column of each operation. Columns are part of the stream: a new operation takes the next one that is free."""

_STRIDE: Final = 8  # columns of each try; part of the stream too


def service_times(scenario: Scenario, plan: Plan) -> FloatArray:
    """Service times of every citizen, try and operation.

    Looks in the inbox during one try take equally long: each is the same page for the same person.

    Returns
    -------
    ndarray
        (N, K, 8) float64 seconds on the tick grid, with the columns of `COLUMN` and `EHR`.
    """
    platform = scenario.platform
    medians_s = dict.fromkeys(COLUMN.values(), platform.service_time.list)
    medians_s[COLUMN[Operation.LOGIN]] = platform.login.service_time
    medians_s[COLUMN[Operation.RESERVE]] = medians_s[COLUMN[Operation.HOLD]] = platform.service_time.confirm
    medians_s[EHR] = platform.ehr.service_time
    u = uniforms(plan.seed, plan.replication, Quantity.SERVICE, plan.citizens, plan.tries * _STRIDE)
    u = u.reshape(plan.citizens, plan.tries, _STRIDE)
    columns = [lognormals(u[:, :, column], medians_s[column], platform.sigma) for column in range(_STRIDE)]
    return np.stack(columns, axis=2)
