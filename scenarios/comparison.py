"""Two ways of sending on the same chance, as results state them."""

from typing import Literal

from scenarios.piece import Piece
from scenarios.policy_value import PolicyValue
from scenarios.summary import Metrics


class PairedDifference(Piece):
    """First minus second, run by run; `half_width_apart` is what runs on separate chance would have had."""

    mean: float
    half_width: float | None
    half_width_apart: float | None
    n: int
    shown: Literal["lower", "higher", "none"]  # whether the 95 % interval leaves out 0, and on which side


class Side(Piece):
    """One of two ways of sending that are compared."""

    policy: PolicyValue
    metrics: Metrics


class Comparison(Piece):
    """Two ways of sending on the same chance; `changed` names the keys in which the two questions differ."""

    first: Side
    second: Side
    changed: list[str]
    differences: dict[str, PairedDifference | None]
