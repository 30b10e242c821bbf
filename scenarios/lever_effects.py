"""What levers do under one plan, as results state it."""

from typing import Literal

from scenarios.comparison import PairedDifference
from scenarios.piece import Piece
from scenarios.policy_value import PolicyValue
from scenarios.recommendation import Standing
from scenarios.summary import Metrics

Change = Literal[
    "as_is",
    "all_at_once",
    "coarser_times",
    "fewer_invited",
    "spread",
    "hold",
    "waiting_room",
    "assign",
    "more_places",
]
"""What is changed when levers are turned: nothing, the plan, or what `scenarios.levers` has."""


class LeverEffect(Piece):
    """One thing changed under one plan; `differences` are to the plan as it is, run by run on the same chance."""

    change: Change
    metrics: Metrics
    differences: dict[str, PairedDifference | None]
    runs: int
    kept: int
    standing: Standing


class Turning(Piece):
    """What each lever does under the plan that was found, or that came nearest.

    Where it was `asked` because no plan keeps the limits, `cheapest` is the first in the order of cost that is shown to
    make this plan good, or None.
    """

    policy: PolicyValue
    effects: list[LeverEffect]
    cheapest: Change | None
    asked: bool
