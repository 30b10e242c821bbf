"""The score: every measure by name, unit and denominator, read from attempts and nothing else.

Quantiles are exact: the smallest observed value with at least the stated share at or below it.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from scenarios.attempts import Attempt, Outcome, Status

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

_ERRORS: Final = frozenset({Status.FAILED, Status.SHED, Status.UNKNOWN})
Measured = dict[str, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What the attempts are held against: when the last SMS was sent and how many places there were."""

    last_sms_s: float
    capacity: int


def measured(attempts: Sequence[Attempt], offer: Offer) -> Measured:
    """Compute every measure of one run; None where it has no value (nobody confirmed, nobody rejected)."""
    last = {attempt.citizen: attempt for attempt in sorted(attempts, key=lambda one: one.number)}
    first = {attempt.citizen: attempt.planned_s for attempt in attempts if attempt.number == 1}
    confirmed = [attempt for attempt in attempts if attempt.outcome is Outcome.CONFIRMED]
    rejected = [attempt for attempt in attempts if attempt.outcome is Outcome.REJECTED]
    places = Counter(attempt.slot for attempt in confirmed)
    values: Measured = {
        "rejections_per_100_attempts": _per_100(len(rejected), len(rejected) + len(confirmed)),
        "rejections_per_100_citizens": _per_100(len({attempt.citizen for attempt in rejected}), len(last)),
        "goodput_per_s": _goodput(confirmed, first),
        "time_to_invite_all_s": offer.last_sms_s,
        "time_to_first_rejection_s": min((attempt.ended_s for attempt in rejected), default=None),
        "booked_count": float(len(confirmed)),
        "unfilled_slots_count": float(offer.capacity - len(places)),
        "double_bookings": float(sum(count - 1 for count in places.values())),
        "peak_arrivals_per_s": _peak(np.fromiter(first.values(), np.float64, len(first))),
    }
    values |= _endings([attempt.outcome for attempt in last.values()])
    values |= _of_requests(attempts)
    values |= _of_waits(confirmed, rejected, first)
    return {name: values[name] for name in MEASURES}


def _endings(outcomes: list[Outcome]) -> Measured:
    ended = Counter(outcomes)
    without = len(outcomes) - ended[Outcome.CONFIRMED] - ended[Outcome.NO_SLOT]
    return {
        "no_slot_per_100_citizens": _per_100(ended[Outcome.NO_SLOT], len(outcomes)),
        "gave_up_per_100_citizens": _per_100(without, len(outcomes)),
    }


def _of_requests(attempts: Sequence[Attempt]) -> Measured:
    requests = [request for attempt in attempts for request in attempt.requests]
    started = np.array([request.started_s for request in requests])
    responses = np.array([request.ended_s - request.planned_s for request in requests])
    errors = sum(request.status in _ERRORS for request in requests)
    return {
        "error_rate": errors / len(requests) if requests else None,
        "peak_requests_per_s": _peak(started),
        **{f"response_time_p{percent}_s": _quantile(responses, percent) for percent in (50, 95, 99)},
    }


def _of_waits(confirmed: list[Attempt], rejected: list[Attempt], first: dict[int, float]) -> Measured:
    answered = [attempt for attempt in (*confirmed, *rejected) if attempt.reserved_s is not None]
    waits = np.array([attempt.ended_s - (attempt.reserved_s or 0.0) for attempt in answered])
    journeys = np.array([attempt.ended_s - first[attempt.citizen] for attempt in confirmed])
    return {
        "confirmation_time_p50_s": _quantile(waits, 50),
        "confirmation_time_p95_s": _quantile(waits, 95),
        "journey_time_p50_s": _quantile(journeys, 50),
        "journey_time_p95_s": _quantile(journeys, 95),
    }


def _goodput(confirmed: list[Attempt], first: dict[int, float]) -> float | None:
    if not confirmed:
        return None
    span = max(attempt.ended_s for attempt in confirmed) - min(first.values())
    return len(confirmed) / span if span > 0 else None


def _per_100(part: int, whole: int) -> float | None:
    return 100 * part / whole if whole else None


def _peak(moments_s: np.ndarray) -> float | None:
    if not moments_s.size:
        return None
    _, counts = np.unique(np.floor(moments_s), return_counts=True)
    return float(counts.max())


def _quantile(values: np.ndarray, percent: int) -> float | None:
    return float(np.quantile(values, percent / 100, method="inverted_cdf")) if values.size else None
