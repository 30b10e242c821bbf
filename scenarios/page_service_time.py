"""How long each page keeps a worker busy, as a scenario has it."""

from typing import Final

from pydantic import Field

from scenarios.attempts import Operation
from scenarios.part import Part, is_none
from scenarios.quantities import Seconds


class PageServiceTime(Part):
    """Median time a request keeps a page worker busy: by kind, and for any page that is unlike its kind by itself."""

    list: Seconds = Field(gt=0, description="books, days, free times and inbox, each unless it has a time of its own")
    confirm: Seconds = Field(
        gt=0, description="taking a reservation in or holding a place, unless these have their own"
    )
    books: Seconds | None = Field(default=None, gt=0, exclude_if=is_none, description="the list of books")
    days: Seconds | None = Field(default=None, gt=0, exclude_if=is_none, description="the list of days")
    slots: Seconds | None = Field(default=None, gt=0, exclude_if=is_none, description="the list of free times of a day")
    inbox: Seconds | None = Field(default=None, gt=0, exclude_if=is_none, description="a look in the inbox")
    reserve: Seconds | None = Field(
        default=None, gt=0, exclude_if=is_none, description="taking a reservation in, or confirming what is held"
    )
    hold: Seconds | None = Field(default=None, gt=0, exclude_if=is_none, description="holding a place")

    def of(self, operation: Operation) -> float:
        """The median of a page, seconds: its own, or that of its kind."""
        own_s: float | None = getattr(self, operation)
        if own_s is not None:
            return own_s
        return self.confirm if operation in _CONFIRMING else self.list

    @property
    def own(self) -> dict[Operation, float]:
        """Pages that have a time of their own, seconds."""
        return {one: self.of(one) for one in PAGES if getattr(self, one) is not None}


PAGES: Final = (
    Operation.BOOKS, Operation.DAYS, Operation.SLOTS, Operation.INBOX, Operation.RESERVE, Operation.HOLD,
)  # fmt: skip
"""What page workers serve."""

_CONFIRMING: Final = frozenset({Operation.RESERVE, Operation.HOLD})
