"""A part of the invited on each sending day: one age group, or a share of all."""

import itertools
from collections.abc import Iterator
from typing import Literal, Self

from pydantic import Field, model_validator

from scenarios.part import is_none, senseless
from scenarios.policies.fields import ALL, BatchSizeField, Pause, Start
from scenarios.policies.rule import Rule
from scenarios.policies.send_out import SendOut
from scenarios.quantities import Fraction


class CohortPerDay(Rule, frozen=True):
    """Each sending day has its own part of the invited, sent in equal batches.

    A part that is not sent when the window closes goes on the next sending day, and the next part on the day after.
    """

    kind: Literal["cohort_per_day"] = Field(description="one age group, or a share of all, on each sending day")
    cohorts: tuple[str, ...] = Field(
        default=(), description='age groups that together are invitation.cohort, in order: ["65+", "45-64"]'
    )
    share: Fraction | None = Field(
        default=None, ge=0.01, exclude_if=is_none, description="instead of cohorts: this share of the invited a day"
    )
    batch_size: BatchSizeField = Field(default=ALL, description="SMS in one batch (bolk), or all of the day's")
    pause: Pause = 0.0
    start: Start

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if bool(self.cohorts) == (self.share is not None):
            raise senseless("say either cohorts or share", 'cohorts = ["65+", "45-64"], or share = "20 %"')
        return self

    def portions(self, send_out: SendOut) -> Iterator[Iterator[int]]:
        """One portion a day; an age group in which nobody lives has none."""
        for count in send_out.cohorts if self.share is None else itertools.repeat(self._daily(send_out.invited)):
            size = count if self.batch_size == ALL else self.batch_size
            if count:
                yield (min(size, count - sent) for sent in range(0, count, size))

    def _daily(self, invited: int) -> int:
        return max(1, round(invited * (self.share or 1)))
