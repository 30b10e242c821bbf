"""The score: every measure by name, unit and denominator, read from the record and nothing else.

Quantiles are exact: the smallest observed value with at least the stated share at or below it, out of all raw samples
of the run, never out of a histogram or a sketch. Requests of several runs are never pooled: runs are independent and
requests of one run are not, so over runs each has its own quantile, and what is said of many runs (mean, interval, 8 of
10) is said of those.
"""

from dataclasses import dataclass
from typing import Any, Final, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from scenarios.attempts import Outcome, Status
from scenarios.columns import OUTCOMES, STATUSES, Columns, Rows

MEASURES: Final = {
    "rejections_per_100_attempts": "REJECTED of 100 answered reservations (CONFIRMED or REJECTED)",
    "rejections_per_100_citizens": "of 100 citizens who tried, how many met at least one rejection",
    "no_slot_per_100_citizens": "of 100 who tried, how many left because the list was empty",
    "gave_up_per_100_citizens": "of 100 who tried, how many left without an appointment for any other reason",
    "error_rate": "FAILED, SHED and UNKNOWN of all requests, a fraction",
    "response_time_p50_s": "requests, planned moment to end, half are faster",
    "response_time_p95_s": "requests, planned moment to end, 19 of 20 are faster",
    "response_time_p99_s": "requests, planned moment to end, 99 of 100 are faster",
    "confirmation_time_p50_s": "answered reservations, sent to answer seen, half are faster",
    "confirmation_time_p95_s": "answered reservations, sent to answer seen, 19 of 20 are faster",
    "journey_time_p50_s": "confirmed citizens, page opened to confirmation, half are faster",
    "journey_time_p95_s": "confirmed citizens, page opened to confirmation, 19 of 20 are faster",
    "peak_arrivals_per_s": "most citizens whose first request is planned in one second",
    "peak_requests_per_s": "most requests started in one second",
    "goodput_per_s": "confirmed appointments per second, from the first arrival to the last confirmation",
    "time_to_invite_all_s": "first SMS to last SMS",
    "time_to_first_rejection_s": "first SMS to the first rejection; none if nobody was rejected",
    "booked_count": "confirmed appointments",
    "unfilled_slots_count": "places nobody was confirmed for",
    "double_bookings": "places confirmed more than once, counted from the record",
}

_COUNTED_S: Final = 10_000_000  # four months
Measured = dict[str, float | None]
Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.integer[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What the attempts are held against: when the last SMS was sent and how many places there were."""

    last_sms_s: float
    capacity: int


def measured(record: Columns, offer: Offer) -> Measured:
    """Compute every measure of one run; None where it has no value (nobody confirmed, nobody rejected)."""
    attempts = record.attempts
    confirmed = attempts[attempts["outcome"] == _CODE[Outcome.CONFIRMED]]
    rejected = attempts[attempts["outcome"] == _CODE[Outcome.REJECTED]]
    ends = _last_of_each_citizen(attempts)
    first_s = _FirstMoments.of(attempts)
    places = len(np.unique(confirmed["slot"]))
    values: Measured = {
        "rejections_per_100_attempts": _per_100(len(rejected), len(rejected) + len(confirmed)),
        "rejections_per_100_citizens": _per_100(len(np.unique(rejected["citizen"])), len(ends)),
        "goodput_per_s": _goodput(confirmed, first_s),
        "time_to_invite_all_s": offer.last_sms_s,
        "time_to_first_rejection_s": float(rejected["ended_s"].min()) if len(rejected) else None,
        "booked_count": float(len(confirmed)),
        "unfilled_slots_count": float(offer.capacity - places),
        "double_bookings": float(len(confirmed) - places),
        "peak_arrivals_per_s": _peak(first_s.moments_s),
    }
    values |= _endings(ends["outcome"])
    values |= _of_requests(record.requests)
    values |= _of_waits(confirmed, rejected, first_s)
    return {name: values[name] for name in MEASURES}


@dataclass(frozen=True, slots=True)
class _FirstMoments:
    """When each citizen opened the page: two arrays, by citizen in ascending order."""

    citizens: Ints
    moments_s: Floats

    @classmethod
    def of(cls, attempts: Rows) -> Self:
        first = _last_of_each_citizen(attempts[attempts["number"] == 1])
        return cls(first["citizen"], first["planned_s"])

    def at(self, citizens: Ints) -> Floats:
        return self.moments_s[np.searchsorted(self.citizens, citizens)]


def _last_of_each_citizen(attempts: Rows) -> Rows:
    """The attempt with the highest number of each citizen, by citizen in ascending order."""
    if not len(attempts):
        return attempts
    citizens, numbers = attempts["citizen"], attempts["number"]
    last = np.full(int(citizens.max()) + 1, -1)
    last[citizens] = np.arange(len(attempts))  # of several the last row stays, which in a record has the highest number
    if np.all(numbers <= numbers[last[citizens]]):
        return attempts[last[last >= 0]]
    return _last_by_sorting(attempts)


def _last_by_sorting(attempts: Rows) -> Rows:
    """The same for rows in any order, four times slower."""
    in_order = attempts[np.lexsort((attempts["number"], attempts["citizen"]))]
    citizens = in_order["citizen"]
    return in_order[np.append(citizens[1:] != citizens[:-1], True)]


def _endings(outcomes: Ints) -> Measured:
    ended = np.bincount(outcomes, minlength=len(OUTCOMES)).tolist()
    no_slot = ended[_CODE[Outcome.NO_SLOT]]
    without = len(outcomes) - ended[_CODE[Outcome.CONFIRMED]] - no_slot
    return {
        "no_slot_per_100_citizens": _per_100(no_slot, len(outcomes)),
        "gave_up_per_100_citizens": _per_100(without, len(outcomes)),
    }


def _of_requests(requests: Rows) -> Measured:
    responses = requests["ended_s"] - requests["planned_s"]
    errors = int(np.isin(requests["status"], _ERRORS).sum())
    return {
        "error_rate": errors / len(requests) if len(requests) else None,
        "peak_requests_per_s": _peak(requests["started_s"]),
        **_quantiles("response_time", responses, (50, 95, 99)),
    }


def _of_waits(confirmed: Rows, rejected: Rows, first_s: _FirstMoments) -> Measured:
    answered = np.concatenate([confirmed, rejected])
    waits = (answered["ended_s"] - answered["reserved_s"])[~np.isnan(answered["reserved_s"])]
    journeys = confirmed["ended_s"] - first_s.at(confirmed["citizen"])
    return {
        **_quantiles("confirmation_time", waits, (50, 95)),
        **_quantiles("journey_time", journeys, (50, 95)),
    }


def _goodput(confirmed: Rows, first_s: _FirstMoments) -> float | None:
    if not len(confirmed):
        return None
    span = float(confirmed["ended_s"].max() - first_s.moments_s.min())
    return len(confirmed) / span if span > 0 else None


def _per_100(part: int, whole: int) -> float | None:
    return 100 * part / whole if whole else None


def _peak(moments_s: Floats) -> float | None:
    if not moments_s.size:
        return None
    seconds = np.floor(moments_s).astype(np.int64)
    seconds -= seconds.min()
    if seconds.max() <= _COUNTED_S:  # a count for each second is sooner than sorting
        return float(np.bincount(seconds).max())
    return float(np.unique(seconds, return_counts=True)[1].max())


def _quantiles(name: str, values: Floats, percents: tuple[int, ...]) -> Measured:
    """Quantiles by the names of their measures, in one pass over the values."""
    names = [f"{name}_p{percent}_s" for percent in percents]
    if not values.size:
        return dict.fromkeys(names)
    found = np.quantile(values, np.array(percents) / 100, method="inverted_cdf")
    return dict(zip(names, found.tolist(), strict=True))


_CODE: Final = {outcome: code for code, outcome in enumerate(OUTCOMES)}
_ERRORS: Final = [STATUSES.index(status) for status in (Status.FAILED, Status.SHED, Status.UNKNOWN)]
