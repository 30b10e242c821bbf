"""A send-out over time: its sendings, and what came of them."""

from pydantic import Field

from scenarios.part import is_empty
from scenarios.piece import Piece


class ScheduleLine(Piece):
    """One sending: number, local time with offset, SMS, and SMS sent in all.

    `wait_below`: it should wait while fewer than this are confirmed; None for the first, and where nothing is known.
    """

    batch: int
    at: str
    count: int
    sent: int
    wait_below: int | None = None


class Timeline(Piece):
    """One run of a policy over time: cumulative counts at the end of each step of `step_s` seconds."""

    step_s: float
    sent: list[int]
    opened: list[int]
    confirmed: list[int]
    rejected: list[int]
    tried: list[int] = Field(default_factory=list[int])  # reservations sent; none in older results
    cancelled: list[int] = Field(default_factory=list[int], exclude_if=is_empty)  # none where nobody cancelled
