"""The figures of a load test as a result states them: exact quantiles on two clocks, and what happened when."""

from typing import Final

from scenarios.piece import Piece

EVERYTHING: Final = "all"
"""Stands for the requests of every operation together."""

ANSWER: Final = "answer"
"""Stands for the wait for the answer to a reservation, from sending it: no request of its own, but what people feel."""


class Rung(Piece):
    """The least times with at least this share of all at or below them, each clock by itself.

    `service_s` counts from the moment of sending, `response_s` from the planned moment.
    """

    share: float
    service_s: float
    response_s: float


class OperationFigures(Piece):
    """One operation: how many, how they ended, how long they took, and how many ended in each step of time."""

    operation: str
    count: int
    errors: int  # FAILED, SHED and UNKNOWN
    abandoned: int
    ladder: list[Rung]  # ascending shares; the last is 1, the slowest of all
    ended: list[int]


class Figures(Piece):
    """Steps of `step_s` seconds from the first SMS; `free` is how many places are not confirmed at the end of each."""

    step_s: float
    operations: list[OperationFigures]
    outcomes: dict[str, list[int]]
    free: list[int]

    def of(self, operation: str) -> OperationFigures | None:
        """The figures of one operation; None where nobody asked for it."""
        return next((one for one in self.operations if one.operation == operation), None)
