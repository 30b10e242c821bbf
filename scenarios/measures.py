"""The score: every measure by name, unit and denominator, read from the record and nothing else.

Quantiles are exact: the smallest observed value with at least the stated share at or below it, out of all raw samples
of the run, never out of a histogram or a sketch. Requests of several runs are never pooled: runs are independent and
requests of one run are not, so over runs each has its own quantile, and what is said of many runs (mean, interval, 8 of
10) is said of those.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from scenarios.attempts import Outcome, Status
from scenarios.columns import OUTCOMES, STATUSES, Columns, Rows

MEASURES: Final = {
    "rejections_per_100_attempts": "REJECTED of 100 answered reservations (CONFIRMED or REJECTED)",
    "rejections_per_100_citizens": "of 100 invited who tried, how many met at least one rejection",
    "no_slot_per_100_citizens": "of 100 invited who tried, how many left because the list was empty",
    "gave_up_per_100_citizens": "of 100 invited who tried, how many left without an appointment for any other reason",
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
    "booked_count": "confirmed appointments, without those that were cancelled",
    "unfilled_slots_count": "places nobody was confirmed for, or that were cancelled and not given again",
    "double_bookings": "places confirmed more than once at the same time, counted from the record",
}

_COUNTED_S: Final = 10_000_000  # four months
Measured = dict[str, float | None]
Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.integer[Any]]
Sample: TypeAlias = Callable[[int], float | None]
"""Observed values, asked for the percentile that they have; None without values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What the attempts are held against: when the last SMS was sent and how many places there were.

    Where people come with a link that was passed on, `invited` says how many were sent an SMS (they have the first
    numbers): what is counted of 100 citizens is counted of them. Load, requests and places count everybody.
    """

    last_sms_s: float
    capacity: int
    invited: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """All that measures are computed from: counted in a record, or while a run goes on and no record is kept.

    `outcomes` and `endings` count all attempts and the last of each citizen, in the order of `OUTCOMES`; `met` names
    the outcomes in the order in which they were first met. `places` is how many places were confirmed to somebody.
    """

    outcomes: Sequence[int]
    met: Sequence[int]
    endings: Sequence[int]
    rejected_citizens: int
    places: int
    requests: int
    errors: int
    busiest_s_of_arrivals: int
    busiest_s_of_requests: int
    first_opening_s: float
    first_rejection_s: float
    last_confirmation_s: float
    responses: Sample
    waits: Sample
    journeys: Sample

    @property
    def outcomes_by_name(self) -> dict[str, int]:
        """How many attempts ended in which way."""
        return {OUTCOMES[code].value: self.outcomes[code] for code in self.met}


def measures_of(tally: Tally, offer: Offer) -> Measured:
    """Compute every measure of one run; None where it has no value (nobody confirmed, nobody rejected)."""
    confirmed, rejected = tally.outcomes[_CODE[Outcome.CONFIRMED]], tally.outcomes[_CODE[Outcome.REJECTED]]
    citizens, no_slot = sum(tally.endings), tally.endings[_CODE[Outcome.NO_SLOT]]
    without = citizens - tally.endings[_CODE[Outcome.CONFIRMED]] - no_slot
    span_s = tally.last_confirmation_s - tally.first_opening_s
    values: Measured = {
        "rejections_per_100_attempts": _per_100(rejected, rejected + confirmed),
        "rejections_per_100_citizens": _per_100(tally.rejected_citizens, citizens),
        "no_slot_per_100_citizens": _per_100(no_slot, citizens),
        "gave_up_per_100_citizens": _per_100(without, citizens),
        "error_rate": tally.errors / tally.requests if tally.requests else None,
        **{f"response_time_p{percent}_s": tally.responses(percent) for percent in (50, 95, 99)},
        **{f"confirmation_time_p{percent}_s": tally.waits(percent) for percent in (50, 95)},
        **{f"journey_time_p{percent}_s": tally.journeys(percent) for percent in (50, 95)},
        "peak_arrivals_per_s": float(tally.busiest_s_of_arrivals) if citizens else None,
        "peak_requests_per_s": float(tally.busiest_s_of_requests) if tally.requests else None,
        "goodput_per_s": confirmed / span_s if confirmed and span_s > 0 else None,
        "time_to_invite_all_s": offer.last_sms_s,
        "time_to_first_rejection_s": tally.first_rejection_s if rejected else None,
        "booked_count": float(confirmed),
        "unfilled_slots_count": float(offer.capacity - tally.places),
        "double_bookings": float(confirmed - tally.places),
    }
    return {name: values[name] for name in MEASURES}


def measured(record: Columns, offer: Offer) -> Measured:
    """Compute every measure of a record."""
    return scored(record, tally_of(record, offer.invited), offer)


def scored(record: Columns, tally: Tally, offer: Offer) -> Measured:
    """Compute every measure of a record that was counted: what was cancelled is not in the count."""
    values, attempts = measures_of(tally, offer), record.attempts
    confirmed = attempts[attempts["outcome"] == _CODE[Outcome.CONFIRMED]]
    unasked = np.isnan(confirmed["reserved_s"])
    if np.isnan(confirmed["cancelled_s"]).all() and not unasked.any():
        return values
    standing = confirmed[np.isnan(confirmed["cancelled_s"])]
    rejected = int((attempts["outcome"] == _CODE[Outcome.REJECTED]).sum())
    return values | {
        "rejections_per_100_attempts": _per_100(rejected, rejected + int((~unasked).sum())),
        "booked_count": float(len(standing)),
        "unfilled_slots_count": float(offer.capacity - len(np.unique(standing["slot"]))),
        "double_bookings": _double_bookings(confirmed),
    }


def tally_of(record: Columns, invited: int | None = None) -> Tally:
    """Count a record; citizens are the `invited`, who have the first numbers, or all where everybody is."""
    attempts, requests = record.attempts, record.requests
    confirmed = attempts[attempts["outcome"] == _CODE[Outcome.CONFIRMED]]
    rejected = attempts[attempts["outcome"] == _CODE[Outcome.REJECTED]]
    answered = np.concatenate([confirmed, rejected])
    waits_s = (answered["ended_s"] - answered["reserved_s"])[~np.isnan(answered["reserved_s"])]
    ends, turned_away = _last_of_each_citizen(attempts), np.unique(rejected["citizen"])
    if invited is not None:
        ends, turned_away = ends[ends["citizen"] < invited], turned_away[turned_away < invited]
    first_s = _FirstMoments.of(attempts)
    met, first = np.unique(attempts["outcome"], return_index=True)
    return Tally(
        outcomes=_counts(attempts["outcome"]),
        met=met[np.argsort(first)].tolist(),
        endings=_counts(ends["outcome"]),
        rejected_citizens=len(turned_away),
        places=len(np.unique(confirmed["slot"])),
        requests=len(requests),
        errors=int(np.isin(requests["status"], _ERRORS).sum()),
        busiest_s_of_arrivals=_busiest(first_s.moments_s),
        busiest_s_of_requests=_busiest(requests["started_s"]),
        first_opening_s=float(first_s.moments_s.min(initial=np.inf)),
        first_rejection_s=float(rejected["ended_s"].min(initial=np.inf)),
        last_confirmation_s=float(confirmed["ended_s"].max(initial=-np.inf)),
        responses=sample(requests["ended_s"] - requests["planned_s"]),
        waits=sample(waits_s),
        journeys=sample(confirmed["ended_s"] - first_s.at(confirmed["citizen"])),
    )


def sample(values: Floats) -> Sample:
    """The values as something that knows its percentiles."""
    return lambda percent: (
        float(np.partition(values, rank(len(values), percent))[rank(len(values), percent)]) if (values.size) else None
    )


def rank(count: int, percent: int) -> int:
    """Which of so many ascending values, from 0, is the least with at least the share at or below it."""
    return max(0, -(-count * percent // 100) - 1)


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


def _double_bookings(confirmed: Rows) -> float:
    """Confirmations of a place that had been confirmed before, and not been cancelled by then."""
    by_place = confirmed[np.lexsort((confirmed["ended_s"], confirmed["slot"]))]
    again = by_place["slot"][1:] == by_place["slot"][:-1]
    free = by_place["cancelled_s"][:-1] <= by_place["ended_s"][1:]  # never for NaN
    return float((again & ~free).sum())


def _counts(outcomes: Ints) -> list[int]:
    return np.bincount(outcomes, minlength=len(OUTCOMES)).tolist()


def _per_100(part: int, whole: int) -> float | None:
    return 100 * part / whole if whole else None


def _busiest(moments_s: Floats) -> int:
    """How many fall in the second with most."""
    if not moments_s.size:
        return 0
    seconds = np.floor(moments_s).astype(np.int64)
    seconds -= seconds.min()
    if seconds.max() <= _COUNTED_S:  # a count for each second is sooner than sorting
        return int(np.bincount(seconds).max())
    return int(np.unique(seconds, return_counts=True)[1].max())


_CODE: Final = {outcome: code for code, outcome in enumerate(OUTCOMES)}
_ERRORS: Final = [STATUSES.index(status) for status in (Status.FAILED, Status.SHED, Status.UNKNOWN)]
