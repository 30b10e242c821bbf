"""Equal batches with a fixed pause; all at once is the case of one batch."""

import datetime as dt
import itertools
from collections.abc import Iterator
from typing import Literal, Self

from pydantic import Field

from scenarios.policies.fields import ALL, BatchSize, BatchSizeField, Pause, Start
from scenarios.policies.rule import Rule
from scenarios.policies.send_out import SendOut


def _is_understood(kind: object) -> bool:
    return kind == "batches"  # left out where a scenario is written: files and digests are older than the kinds


class Batches(Rule, frozen=True):
    """Equal batches with a fixed pause from start to start.

    `pause` is in seconds inside Python and carries its unit in files; it means nothing when the batch is "all".
    """

    kind: Literal["batches"] = Field(
        default="batches", exclude_if=_is_understood, description="equal batches with a fixed pause"
    )
    batch_size: BatchSizeField = Field(description="SMS in one batch (bolk), or all")
    pause: Pause = 0.0
    start: Start

    @classmethod
    def of(cls, batch_size: BatchSize, pause_s: float, start: dt.time) -> Self:
        """Make a policy from plain numbers; the constructor reads what people write, with units."""
        return cls.model_construct(batch_size=batch_size, pause=pause_s, start=start)

    @property
    def at_once(self) -> bool:
        """Whether everybody is invited in one batch."""
        return self.batch_size == ALL

    def portions(self, send_out: SendOut) -> Iterator[Iterator[int]]:
        """One portion, in equal batches for as long as there is anybody left."""
        yield itertools.repeat(send_out.invited if self.batch_size == ALL else self.batch_size)
