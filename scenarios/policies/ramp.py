"""Batches that grow: a careful beginning, and more with each batch up to a largest one."""

import itertools
from collections.abc import Iterator
from typing import Literal, Self

from pydantic import Field, model_validator

from scenarios.part import is_none, senseless
from scenarios.policies.fields import Interval, Start
from scenarios.policies.rule import Rule
from scenarios.policies.send_out import SendOut


class Ramp(Rule, frozen=True):
    """The batch grows by a number of SMS (`step`) or by a factor, from `first` up to `largest`."""

    kind: Literal["ramp"] = Field(description="batches that grow from a first size up to a largest")
    first: int = Field(gt=0, description="SMS in the first batch")
    largest: int = Field(gt=0, description="SMS in the largest batch; it grows no further")
    step: int | None = Field(default=None, gt=0, exclude_if=is_none, description="each batch has so many SMS more")
    factor: float | None = Field(
        default=None,
        gt=1,
        le=100,
        exclude_if=is_none,
        description="instead of step: each batch is so many times larger",
    )
    pause: Interval
    start: Start

    @model_validator(mode="after")
    def _grows(self) -> Self:
        if (self.step is None) == (self.factor is None):
            raise senseless("a ramp grows by step or by factor", "step = 50, or factor = 1.5")
        if self.largest < self.first:
            raise senseless("the largest batch is smaller than the first", "first = 50, largest = 400")
        return self

    def portions(self, send_out: SendOut) -> Iterator[Iterator[int]]:  # noqa: ARG002  (every kind is asked alike)
        """One portion, each batch at least as large as the one before."""
        yield self._sizes()

    def _sizes(self) -> Iterator[int]:
        size = float(self.first)
        while size < self.largest:
            yield int(size)
            # A batch is whole; what the factor leaves over is kept, so that 1.05 grows from 1 too.
            size = size * self.factor if self.factor is not None else size + (self.step or 0)
        yield from itertools.repeat(self.largest)
