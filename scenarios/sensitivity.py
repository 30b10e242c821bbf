"""How the advice stands when an assumption is wrong, as results state it."""

from typing import Literal

from pydantic import Field

from scenarios.comparison import PairedDifference
from scenarios.piece import Piece
from scenarios.policy_value import BatchesValue
from scenarios.recommendation import Standing
from scenarios.summary import Metrics


class Swung(Piece):
    """The plan with one assumption at so many times its value; `differences` are to the plan as it is."""

    factor: float
    value: float | None
    metrics: Metrics
    differences: dict[str, PairedDifference | None]
    runs: int
    kept: int
    standing: Standing


class Swing(Piece):
    """One assumption at the low and the high end of its range; None where an end changes nothing."""

    assumption: str
    value: float
    low: Swung | None
    high: Swung | None
    own_range: bool


class Flip(Piece):
    """Where the plan stops keeping its limits as one assumption grows or shrinks.

    Up to `holds_at` times its value the plan is shown to keep them, and from `breaks_at` on it is shown not to; with
    95 % confidence each. None for the latter: not within `furthest`. What lies between is not settled.
    """

    assumption: str
    direction: Literal["less", "more"]
    holds_at: float
    breaks_at: float | None
    furthest: float
    runs: int


class OtherDay(Piece):
    """The plan on another day."""

    variant: str
    runs: int
    kept: int
    standing: Standing


class Sensitivity(Piece):
    """Everything that was tried under the plan, on the same chance."""

    policy: BatchesValue
    runs: int
    metrics: Metrics
    kept: int
    swings: list[Swing]
    flips: list[Flip]
    days: list[OtherDay]
    complete: bool = Field(default=True, description="false where it was broken off")
