"""Batches as large as the platform can answer: the pace follows from its workers, not from a guess."""

import itertools
import math
from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from scenarios.policies.fields import Interval, Start
from scenarios.policies.rule import Rule
from scenarios.policies.send_out import SendOut
from scenarios.quantities import Fraction


class CapacityMatched(Rule, frozen=True):
    """Equal batches whose size keeps the busiest part of the platform at `utilisation`.

    The size is `utilisation` x SMS a second that the platform carries x `pause`, rounded down, and at least 1. How many
    it carries, and where that comes from, says `scenarios.carrying`. It looks at workers alone: rejections come from
    people who want the same time, and no capacity mends them.
    """

    kind: Literal["capacity_matched"] = Field(description="batches as large as the platform can answer")
    utilisation: Fraction = Field(
        default=0.7, gt=0, description="how busy the busiest part may be in the long run; 70 % is an ASSUMPTION"
    )
    pause: Interval
    start: Start

    def batch_size(self, send_out: SendOut) -> int:
        """SMS in one batch of this municipality."""
        carried = self.utilisation * send_out.carried_per_s * self.pause
        return send_out.invited if carried >= send_out.invited else max(1, math.floor(carried))

    def portions(self, send_out: SendOut) -> Iterator[Iterator[int]]:
        """One portion in equal batches."""
        yield itertools.repeat(self.batch_size(send_out))
