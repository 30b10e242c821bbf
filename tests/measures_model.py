"""A readable model of the measures: attempt by attempt in plain Python, to hold the scoring of columns against."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from scenarios.attempts import Attempt, Outcome, Status
from scenarios.measures import MEASURES, Measured, Offer

_ERRORS = frozenset({Status.FAILED, Status.SHED, Status.UNKNOWN})


def measured(attempts: Sequence[Attempt], offer: Offer) -> Measured:
    """Compute every measure of one run; None where it has no value (nobody confirmed, nobody rejected)."""
    last = {attempt.citizen: attempt for attempt in sorted(attempts, key=lambda one: one.number)}
    first = {attempt.citizen: attempt.planned_s for attempt in attempts if attempt.number == 1}
    confirmed = [attempt for attempt in attempts if attempt.outcome is Outcome.CONFIRMED]
    rejected = [attempt for attempt in attempts if attempt.outcome is Outcome.REJECTED]
    standing = [attempt for attempt in confirmed if attempt.cancelled_s is None]
    values: Measured = {
        "rejections_per_100_attempts": _per_100(
            len(rejected), len(rejected) + sum(attempt.reserved_s is not None for attempt in confirmed)
        ),
        "rejections_per_100_citizens": _per_100(len({attempt.citizen for attempt in rejected}), len(last)),
        "goodput_per_s": _goodput(confirmed, first),
        "time_to_invite_all_s": offer.last_sms_s,
        "time_to_first_rejection_s": min((attempt.ended_s for attempt in rejected), default=None),
        "booked_count": float(len(standing)),
        "unfilled_slots_count": float(offer.capacity - len({attempt.slot for attempt in standing})),
        "double_bookings": float(_doubles(confirmed)),
        "peak_arrivals_per_s": _peak(np.fromiter(first.values(), np.float64, len(first))),
    }
    values |= _endings([attempt.outcome for attempt in last.values()])
    values |= _of_requests(attempts)
    values |= _of_waits(confirmed, rejected, first)
    return {name: values[name] for name in MEASURES}


def _doubles(confirmed: list[Attempt]) -> int:
    doubles, before = 0, dict[str | None, Attempt]()
    for attempt in sorted(confirmed, key=lambda one: one.ended_s):
        other = before.get(attempt.slot)
        doubles += other is not None and (other.cancelled_s is None or other.cancelled_s > attempt.ended_s)
        before[attempt.slot] = attempt
    return doubles


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
