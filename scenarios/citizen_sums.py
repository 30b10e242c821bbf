"""Measures of a record as functions of how often each citizen counts: what resampling needs, and equal to the measures.

With every citizen counted once each of these is the measure of the same name in `scenarios.measures`.
"""

from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from scenarios.attempts import Outcome, Status
from scenarios.columns import OUTCOMES, STATUSES, Columns, Rows
from scenarios.resampling import Statistic, Weights

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]

_CODE: Final = {outcome: code for code, outcome in enumerate(OUTCOMES)}
_ERRORS: Final = [STATUSES.index(one) for one in (Status.FAILED, Status.SHED, Status.UNKNOWN)]
QUANTILES: Final = {
    "response_time": (50, 95, 99),
    "confirmation_time": (50, 95),
    "journey_time": (50, 95),
}


def in_order(record: Columns) -> Ints:
    """The citizens of a record, by the moment they opened the page; of two at once the lower number first."""
    first = record.attempts[record.attempts["number"] == 1]
    return first["citizen"][np.lexsort((first["citizen"], first["planned_s"]))].astype(np.int64)


def counts_of(record: Columns, citizens: Ints) -> dict[str, Statistic]:
    """Shares and counts; `citizens` is the order of the weights."""
    place = _places(citizens)
    attempts, requests = record.attempts, record.requests
    who, asked = place[attempts["citizen"]], place[attempts["citizen"][requests["attempt"]]]
    rejected, confirmed = (
        _per_citizen(who, attempts["outcome"] == _CODE[one], citizens) for one in (Outcome.REJECTED, Outcome.CONFIRMED)
    )
    ends = _last(attempts, place, citizens)
    everybody = np.ones(len(citizens))
    without = (ends != _CODE[Outcome.CONFIRMED]) & (ends != _CODE[Outcome.NO_SLOT])
    return {
        "rejections_per_100_attempts": _ratio(rejected, rejected + confirmed, 100),
        "rejections_per_100_citizens": _ratio((rejected > 0).astype(np.float64), everybody, 100),
        "no_slot_per_100_citizens": _ratio((ends == _CODE[Outcome.NO_SLOT]).astype(np.float64), everybody, 100),
        "gave_up_per_100_citizens": _ratio(without.astype(np.float64), everybody, 100),
        "error_rate": _ratio(
            _per_citizen(asked, np.isin(requests["status"], _ERRORS), citizens),
            _per_citizen(asked, np.ones(len(requests), dtype=bool), citizens),
        ),
        "booked_count": lambda weights: float(weights @ confirmed),
    }


def times_of(record: Columns, citizens: Ints) -> dict[str, Statistic]:
    """Quantiles of times; `citizens` is the order of the weights."""
    place = _places(citizens)
    attempts, requests = record.attempts, record.requests
    answered = np.isin(attempts["outcome"], [_CODE[Outcome.CONFIRMED], _CODE[Outcome.REJECTED]])
    answered &= ~np.isnan(attempts["reserved_s"])
    confirmed = attempts[attempts["outcome"] == _CODE[Outcome.CONFIRMED]]
    first = attempts[attempts["number"] == 1]
    opened_s = np.zeros(len(citizens))
    opened_s[place[first["citizen"]]] = first["planned_s"]
    who = place[confirmed["citizen"]]
    samples = {
        "response_time": (
            requests["ended_s"] - requests["planned_s"], place[attempts["citizen"][requests["attempt"]]]
        ),
        "confirmation_time": (
            (attempts["ended_s"] - attempts["reserved_s"])[answered], place[attempts["citizen"][answered]]
        ),
        "journey_time": (confirmed["ended_s"] - opened_s[who], who),
    }  # fmt: skip
    return {
        f"{name}_p{percent}_s": _quantile(*samples[name], percent)
        for name, percents in QUANTILES.items()
        for percent in percents
    }


def _places(citizens: Ints) -> Ints:
    """Where each citizen stands in the order."""
    place = np.zeros(int(citizens.max(initial=-1)) + 1, np.int64)
    place[citizens] = np.arange(len(citizens))
    return place


def _per_citizen(who: Ints, counted: NDArray[np.bool_], citizens: Ints) -> Floats:
    return np.bincount(who[counted], minlength=len(citizens)).astype(np.float64)


def _last(attempts: Rows, place: Ints, citizens: Ints) -> NDArray[Any]:
    """How the last attempt of each ended."""
    ends = np.zeros(len(citizens), np.int64)
    by_number = attempts[np.argsort(attempts["number"], kind="stable")]
    ends[place[by_number["citizen"]]] = by_number["outcome"]
    return ends


def _ratio(part: Floats, whole: Floats, times: float = 1.0) -> Statistic:
    def of(weights: Weights) -> float | None:
        below = float(weights @ whole)
        return times * float(weights @ part) / below if below else None

    return of


def _quantile(values: Floats, who: Ints, percent: int) -> Statistic:
    """The least value with at least the share of all weight at or below it."""
    order = np.argsort(values, kind="stable")
    values, who = values[order], who[order]

    def of(weights: Weights) -> float | None:
        heaped = np.cumsum(weights[who])
        if not len(heaped) or not heaped[-1]:
            return None
        return float(values[np.searchsorted(heaped * 100, heaped[-1] * percent)])

    return of
