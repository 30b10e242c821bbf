"""What the municipality chooses: which rule it sends by, and what that makes of a number of SMS.

A policy is a small value of one of a closed set of kinds. Those of the open loop are known to the last batch before the
first SMS is sent; those with feedback decide while it goes.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, TypeAlias, cast

import numpy as np
from pydantic import BaseModel, Discriminator, Tag

from scenarios.policies.batches import Batches
from scenarios.policies.capacity_matched import CapacityMatched
from scenarios.policies.cohort_per_day import CohortPerDay
from scenarios.policies.feedback_on_rejections import FeedbackOnRejections
from scenarios.policies.feedback_on_response_time import FeedbackOnResponseTime
from scenarios.policies.ramp import Ramp
from scenarios.policies.send_out import SendOut
from scenarios.sending_hours import SendingHours
from scenarios.streams import FloatArray, quantised

OpenLoop: TypeAlias = Batches | Ramp | CohortPerDay | CapacityMatched
WithFeedback: TypeAlias = FeedbackOnRejections | FeedbackOnResponseTime
Policy: TypeAlias = OpenLoop | WithFeedback

KINDS: Final[Mapping[str, type[BaseModel]]] = {
    "batches": Batches,
    "ramp": Ramp,
    "cohort_per_day": CohortPerDay,
    "capacity_matched": CapacityMatched,
    "feedback_on_rejections": FeedbackOnRejections,
    "feedback_on_response_time": FeedbackOnResponseTime,
}
"""Every kind by its name in scenario files."""

_DAY_S: Final = 86_400.0


def _kind_of(value: object) -> str:
    if isinstance(value, BaseModel):
        return str(getattr(value, "kind", ""))
    # Files older than the kinds have batches; what is no table at all is refused as one that should have been.
    return str(cast(dict[str, Any], value).get("kind", "batches")) if isinstance(value, dict) else "batches"


PolicyField: TypeAlias = Annotated[
    Annotated[Batches, Tag("batches")]
    | Annotated[Ramp, Tag("ramp")]
    | Annotated[CohortPerDay, Tag("cohort_per_day")]
    | Annotated[CapacityMatched, Tag("capacity_matched")]
    | Annotated[FeedbackOnRejections, Tag("feedback_on_rejections")]
    | Annotated[FeedbackOnResponseTime, Tag("feedback_on_response_time")],
    Discriminator(_kind_of),
]
"""A policy as scenario files have it: `kind` says which keys belong to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One sending: `count` SMS handed to the gateway `at_s` seconds after the first SMS of the plan.

    Batches are counted from 1 on; what had gone before anything was planned has number 0.
    """

    number: int
    at_s: float
    count: int


def schedule(policy: OpenLoop, send_out: SendOut) -> tuple[Batch, ...]:
    """Split the invited into batches; the last one of a portion may be smaller.

    Without sending hours the batches follow each other day and night. Of a send-out that is under way what has gone
    comes first.
    """
    gone = [Batch(number=0, at_s=at_s, count=count) for at_s, count in send_out.gone]
    batches: list[Batch] = []
    left, first_s = send_out.invited - sum(one.count for one in gone), send_out.goes_on_s
    for sizes in policy.portions(send_out):
        for size, at_s in zip(sizes, sending_moments(policy.pause, send_out.hours, first_s), strict=False):
            if left == 0:
                return (*gone, *batches)
            batches.append(Batch(number=len(batches) + 1, at_s=at_s, count=min(size, left)))
            left -= batches[-1].count
        first_s = _day_after(batches[-1].at_s, send_out.hours)
    return (*gone, *batches)


def sending_moments(pause_s: float, hours: SendingHours | None, first_s: float = 0.0) -> Iterator[float]:
    """When batches may be handed to the gateway, without end; a day's are counted from its first, so sums are exact."""
    day_s, since = first_s, 0
    while True:
        at_s = day_s + since * pause_s
        if hours is not None and at_s > first_s and not hours.may_send(at_s):
            at_s = day_s = hours.next_day_s(at_s)
            since = 0
        yield at_s
        since += 1


def _day_after(at_s: float, hours: SendingHours | None) -> float:
    """When the next sending day begins; without hours each day begins where the first one did."""
    return (at_s // _DAY_S + 1) * _DAY_S if hours is None else hours.next_day_s(at_s)


class Gateway:
    """The SMS gateway, which sends one after the other at its own rate.

    A batch that comes before it has finished the one before waits its turn.
    """

    def __init__(self, sms_per_s: float) -> None:
        self._sms_per_s, self._free_s = sms_per_s, 0.0

    def send(self, at_s: float, count: int) -> FloatArray:
        """When each SMS of a batch leaves: (count,) float64, ascending, on the 2^-24 s grid."""
        begins_s = max(self._free_s, at_s)
        self._free_s = begins_s + count / self._sms_per_s
        return quantised(begins_s + np.arange(count) / self._sms_per_s)


def sent_times(policy: OpenLoop, send_out: SendOut) -> FloatArray:
    """When each SMS leaves the gateway.

    Returns
    -------
    ndarray
        (invited,) float64, seconds from the first SMS, ascending, on the 2^-24 s grid.
    """
    gateway = Gateway(send_out.sms_per_s)
    return np.concatenate([gateway.send(one.at_s, one.count) for one in schedule(policy, send_out)] or [np.empty(0)])


def clock_at(policy: Policy, send_date: dt.date, at_s: float, zone: dt.tzinfo) -> dt.datetime:
    """Seconds from the first SMS as an aware time of day (exact across a change of summer time)."""
    first = dt.datetime.combine(send_date, policy.start, tzinfo=zone)
    return (first.astimezone(dt.UTC) + dt.timedelta(seconds=at_s)).astimezone(zone)
