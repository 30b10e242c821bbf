"""What the municipality chooses: how many SMS at a time, how long a pause, when the first one goes."""

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Final, Literal, Self

import numpy as np
from pydantic import BaseModel, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from scenarios.quantities import Clock, Seconds
from scenarios.sending_hours import SendingHours
from scenarios.streams import FloatArray, quantised

ALL: Final = "all"
BatchSize = int | Literal["all"]


def _batch_size_of(value: object) -> object:
    if value == ALL or (isinstance(value, int) and not isinstance(value, bool) and value > 0):
        return value
    hint = 'write for example 200, or "all" for everyone at once'
    raise PydanticCustomError(
        "batch_size",
        "a batch is a whole number of SMS above 0, got {got}",
        {"hint": hint, "got": repr(value)},
    )


BatchSizeField = Annotated[
    BatchSize,
    BeforeValidator(_batch_size_of),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1}, {"const": "all"}], "examples": [200, "all"]}),
]


class Policy(BaseModel, frozen=True, extra="forbid"):
    """A rule for sending: equal batches with a fixed pause from start to start.

    `pause` is in seconds inside Python and carries its unit in files; it means nothing when the batch is "all".
    """

    batch_size: BatchSizeField = Field(description="SMS in one batch (bolk), or all")
    pause: Seconds = Field(default=0.0, ge=0, description="from the start of one batch to the start of the next")
    start: Clock = Field(description="when the first SMS goes; off the full hour, where neighbours start")

    @classmethod
    def of(cls, batch_size: BatchSize, pause_s: float, start: dt.time) -> Self:
        """Make a policy from plain numbers; the constructor reads what people write, with units."""
        return cls.model_construct(batch_size=batch_size, pause=pause_s, start=start)

    @property
    def at_once(self) -> bool:
        """Whether everybody is invited in one batch."""
        return self.batch_size == ALL


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One sending: `count` SMS handed to the gateway `at_s` seconds after the first SMS of the plan."""

    number: int
    at_s: float
    count: int


def schedule(policy: Policy, invited: int, hours: SendingHours | None = None) -> tuple[Batch, ...]:
    """Split the invited into batches; the last one may be smaller.

    Without sending hours the batches follow each other day and night.
    """
    size = invited if policy.batch_size == ALL else min(policy.batch_size, invited)
    count = math.ceil(invited / size) if invited else 0
    return tuple(
        Batch(number=k + 1, at_s=at_s, count=min(size, invited - k * size))
        for k, at_s in enumerate(_starts(policy.pause, count, hours))
    )


def sent_times(policy: Policy, invited: int, sms_per_s: float, hours: SendingHours | None = None) -> FloatArray:
    """When each SMS leaves the gateway, which sends one after the other at its own rate.

    A batch that comes before the gateway has finished the one before waits its turn.

    Returns
    -------
    ndarray
        (invited,) float64, seconds from the first SMS, ascending, on the 2^-24 s grid.
    """
    times = np.empty(invited)
    at, done = 0.0, 0
    for batch in schedule(policy, invited, hours):
        at = max(at, batch.at_s)
        times[done : done + batch.count] = at + np.arange(batch.count) / sms_per_s
        at += batch.count / sms_per_s
        done += batch.count
    return quantised(times)


def _starts(pause_s: float, count: int, hours: SendingHours | None) -> Iterator[float]:
    """When each batch is handed to the gateway; a day's batches are counted from its first, so that sums are exact."""
    day_s, since = 0.0, 0
    for _ in range(count):
        at_s = day_s + since * pause_s
        if hours is not None and at_s > 0 and not hours.may_send(at_s):
            at_s = day_s = hours.next_day_s(at_s)
            since = 0
        yield at_s
        since += 1


def clock_at(policy: Policy, send_date: dt.date, at_s: float, zone: dt.tzinfo) -> dt.datetime:
    """Seconds from the first SMS as an aware time of day (exact across a change of summer time)."""
    first = dt.datetime.combine(send_date, policy.start, tzinfo=zone)
    return (first.astimezone(dt.UTC) + dt.timedelta(seconds=at_s)).astimezone(zone)
