"""What the platform needs for each way of sending, as results state it."""

from typing import Literal

from pydantic import Field

from scenarios.piece import Piece
from scenarios.policy_value import PolicyValue
from scenarios.recommendation import Standing
from scenarios.summary import Summary

Servers = Literal["login", "pages", "ehr"]
"""The stations of a platform: log-in, page workers and the record system (EPJ)."""


class Rung(Piece):
    """One step of the ladder: the servers at so many times those of the scenario, and what the runs then show."""

    factor: float
    workers: dict[Servers, int]
    runs: int
    kept: int
    standing: Standing


class WayNeeds(Piece):
    """One way of sending.

    `busiest` is the work that a station is asked for in its busiest minute, as a share of what its workers can do in
    one, with the servers of the scenario; more than 1 where a queue grows. `factor` is the smallest of the ladder that
    is shown to keep the limits about load; None where none is, or where there are no such limits.
    """

    policy: PolicyValue
    busiest: dict[Servers, Summary]
    factor: float | None
    tried: list[Rung]

    def at(self, factor: float | None) -> Rung | None:
        """Find what was tried with so many times the servers."""
        return next((rung for rung in self.tried if rung.factor == factor), None)


class PlatformNeeds(Piece):
    """Every way of sending that has a name, on the same chance; `limits` are those that are about load."""

    limits: list[str]
    ladder: list[float]
    ways: list[WayNeeds]
    complete: bool = Field(default=True, description="false where it was broken off")
