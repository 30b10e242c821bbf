"""What a load test measured, from its raw record: exact quantiles of every operation, and counts over time.

A quantile is the least observed time with at least its share at or below it, as in `scenarios.measures`. No sample is
rounded, put into a bin or made up: coordinated omission is met by planning every request, not by mending afterwards.
Requests without an answer are in it with the time that somebody waited.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from scenarios.attempts import Operation, Outcome, Status
from scenarios.columns import OPERATIONS, OUTCOMES, STATUSES, Columns, Rows
from scenarios.figures import ANSWER, EVERYTHING, Figures, OperationFigures, Rung

Floats: TypeAlias = NDArray[np.float64]

NAMED_SHARES: Final = (0.5, 0.9, 0.95, 0.99, 0.999)
RUNGS_PER_HALVING: Final = 5
"""Each time the share that is slower halves, this many rungs: what HdrHistogram's percentile files have by default."""

_MOST_STEPS: Final = 240
_STEPS_S: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)
_ERRORS: Final = [STATUSES.index(one) for one in (Status.FAILED, Status.SHED, Status.UNKNOWN)]
_ABANDONED: Final = STATUSES.index(Status.ABANDONED)


@dataclass(frozen=True, slots=True)
class _Steps:
    """Equal steps of time from the first SMS; what happened before it counts in the first."""

    length_s: float
    count: int

    def counts(self, moments_s: Floats) -> list[int]:
        step = np.clip(np.floor(moments_s / self.length_s), 0, self.count - 1).astype(np.int64)
        return np.bincount(step, minlength=self.count).tolist()


def figures_of(record: Columns, capacity: int) -> Figures:
    """Compute the figures of a record; `capacity` is how many places there were."""
    attempts = record.attempts
    steps = _steps(max([1.0, *(float(rows["ended_s"].max()) for rows in (attempts, record.requests) if len(rows))]))
    outcomes = {
        outcome.value: steps.counts(attempts["ended_s"][attempts["outcome"] == code])
        for code, outcome in enumerate(OUTCOMES)
        if (attempts["outcome"] == code).any()
    }
    given = np.array(outcomes.get(Outcome.CONFIRMED, [0] * steps.count))
    back = np.array(steps.counts(attempts["cancelled_s"][~np.isnan(attempts["cancelled_s"])]))
    return Figures(
        step_s=steps.length_s,
        operations=list(_operations(record, steps)),
        outcomes=outcomes,
        free=(capacity - np.cumsum(given - back)).tolist(),
    )


def ladder_of(service_s: Floats, response_s: Floats) -> list[Rung]:
    """Both clocks at every share worth telling, the slowest of all last; empty without samples."""
    count = len(service_s)
    if not count:
        return []
    service_s, response_s = np.sort(service_s), np.sort(response_s)
    return [
        Rung(share=share, service_s=float(service_s[rank]), response_s=float(response_s[rank]))
        for share, rank in ((one, _rank(one, count)) for one in _shares(count))
    ]


def _shares(count: int) -> list[float]:
    """Denser where few are slower; none finer than one sample of all."""
    halvings = math.floor(math.log2(count) * RUNGS_PER_HALVING)
    dense = (1 - 2 ** (-k / RUNGS_PER_HALVING) for k in range(halvings + 1))
    return sorted({0.0, *dense, *(one for one in NAMED_SHARES if (1 - one) * count > 1 - 1e-9), 1.0})


def _rank(share: float, count: int) -> int:
    return max(0, math.ceil(share * count - 1e-9) - 1)  # a share such as 0.07 times 100 is a hair above 7


def _steps(end_s: float) -> _Steps:
    length_s = next((one for one in _STEPS_S if end_s / one <= _MOST_STEPS), math.ceil(end_s / _MOST_STEPS))
    return _Steps(float(length_s), max(1, math.ceil(end_s / length_s)))


def _operations(record: Columns, steps: _Steps) -> Iterator[OperationFigures]:
    requests = record.requests
    if len(requests):
        yield _figures(EVERYTHING, requests, steps)
    for code, operation in enumerate(OPERATIONS):
        made = requests[requests["operation"] == code]
        if len(made):
            yield _figures(operation.value, made, steps)
    answers = _answers(record)
    if len(answers):
        yield _figures(ANSWER, answers, steps)


def _figures(name: str, rows: Rows, steps: _Steps) -> OperationFigures:
    return OperationFigures(
        operation=name,
        count=len(rows),
        errors=int(np.isin(rows["status"], _ERRORS).sum()),
        abandoned=int((rows["status"] == _ABANDONED).sum()),
        ladder=ladder_of(rows["ended_s"] - rows["started_s"], rows["ended_s"] - rows["planned_s"]),
        ended=steps.counts(rows["ended_s"]),
    )


def _answers(record: Columns) -> Rows:
    """Every answered reservation as if it were one request, from the page that sent it to the answer seen."""
    attempts, requests = record.attempts, record.requests
    planned_s: NDArray[Any] = np.full(len(attempts), np.nan)
    for operation in (Operation.HOLD, Operation.RESERVE):  # one that sent both is counted from the second
        sent = requests[requests["operation"] == OPERATIONS.index(operation)][::-1]
        planned_s[sent["attempt"]] = sent["planned_s"]  # of several the first one stays
    answered = np.isin(attempts["outcome"], [OUTCOMES.index(one) for one in (Outcome.CONFIRMED, Outcome.REJECTED)])
    answered &= ~np.isnan(attempts["reserved_s"]) & ~np.isnan(planned_s)
    rows = np.zeros(int(answered.sum()), requests.dtype)
    rows["planned_s"], rows["started_s"] = planned_s[answered], attempts["reserved_s"][answered]
    rows["ended_s"], rows["status"] = attempts["ended_s"][answered], STATUSES.index(Status.OK)
    return rows
