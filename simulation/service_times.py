"""How long each request keeps a worker busy: drawn for the citizen, so that every policy meets the same work."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from scenarios.attempts import Operation
from scenarios.page_service_time import PAGES
from scenarios.plan import IntArray, Plan
from scenarios.scenario import Scenario
from scenarios.strategy import Strategy
from scenarios.streams import FloatArray, Quantity, lognormals, uniforms

EHR: Final = 6
"""Column of the record system's own work."""

COLUMN: Final = {
    Operation.LOGIN: 0, Operation.BOOKS: 1, Operation.DAYS: 2, Operation.SLOTS: 3, Operation.RESERVE: 4,
    Operation.INBOX: 5, Operation.HOLD: 7,
}  # fmt: skip
"""Column of each operation. Columns are part of the stream: a new operation takes the next one that is free."""

_STRIDE: Final = 8  # columns of each try; part of the stream too


_ONCE: Final = frozenset({Operation.LOGIN, Operation.BOOKS})
"""Asked for in the first try alone."""


def service_times(scenario: Scenario, plan: Plan) -> FloatArray:
    """Service times of every citizen, try and operation.

    Looks in the inbox during one try take equally long: each is the same page for the same person.

    Returns
    -------
    ndarray
        (N, K, 8) float64 seconds on the tick grid, with the columns of `COLUMN` and `EHR`; NaN where nobody can come:
        citizens who do not act, tries they would not make, operations that the strategy or a later try does not use.
    """
    platform = scenario.platform
    medians = medians_s(scenario)
    u = uniforms(plan.seed, plan.replication, Quantity.SERVICE, plan.citizens, plan.tries * _STRIDE)
    u = u.reshape(plan.citizens, plan.tries, _STRIDE)
    work_s = np.full(u.shape, np.nan)
    for number, come in enumerate(_who_may_come(plan)):
        for column in _columns(platform.strategy, first=number == 0):
            work_s[come, number, column] = lognormals(u[come, number, column], medians[column], platform.sigma)
    return work_s


def medians_s(scenario: Scenario) -> dict[int, float]:
    """Median service time of each column."""
    platform = scenario.platform
    pages = {COLUMN[page]: platform.service_time.of(page) for page in PAGES}
    return pages | {COLUMN[Operation.LOGIN]: platform.login.service_time, EHR: platform.ehr.service_time}


def _who_may_come(plan: Plan) -> Iterator[IntArray]:
    """For each try, the citizens who would make it if every one before it failed."""
    come = np.flatnonzero(plan.acts == 1)
    for number in range(plan.tries):
        yield come
        come = come[plan.retries[come, number] != 0]


def _columns(strategy: Strategy, *, first: bool) -> list[int]:
    """Columns that a try can use."""
    unused = {
        Strategy.QUEUED: {Operation.HOLD},
        Strategy.IMMEDIATE: {Operation.HOLD, Operation.INBOX},
        Strategy.HOLD: {Operation.INBOX},
        Strategy.ASSIGN: {Operation.HOLD, Operation.INBOX, Operation.DAYS, Operation.SLOTS},
    }[strategy] | (set[Operation]() if first else _ONCE)
    return [COLUMN[one] for one in COLUMN if one not in unused] + [EHR] * (strategy is Strategy.QUEUED)
