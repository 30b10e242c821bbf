"""Measured values in words: whole people and rough times for everyone, exact digits for the technical tables.

Rules for whole people: a value below 1 is "under 1", never 0 unless nothing happened in any run. Exact digits stop at
the first significant digit of the half-width, since those behind it mean nothing.
Source of the digit rule: Wieland and Nelson, "How simulation languages should report results", WSC (2009).
"""

import math
from enum import StrEnum
from typing import Final, assert_never

from reports.language import Language
from scenarios.summary import Summary

_NOTHING: Final = 1e-9  # of the value: the same in every run


class Unit(StrEnum):
    """What the number of a measure counts; read from the end of its name."""

    PER_100 = "per_100"
    SECONDS = "seconds"
    SHARE = "share"
    PER_SECOND = "per_second"
    COUNT = "count"


def unit_of(measure: str) -> Unit:
    """Name the unit of a measure."""
    if "_per_100_" in measure:
        return Unit.PER_100
    if measure.endswith("_per_s"):
        return Unit.PER_SECOND
    if measure.endswith("_s"):
        return Unit.SECONDS
    return Unit.SHARE if measure.endswith("_rate") else Unit.COUNT


_SIGNS = {Unit.SECONDS: "\u00a0s", Unit.SHARE: "\u00a0%"}


def typical(language: Language, measure: str, summary: Summary | None) -> str:
    """Say what to expect: the middle run, and in brackets how it went in 8 of 10 runs."""
    if summary is None:
        return language.text("amount.none")
    if unit_of(measure) in (Unit.PER_100, Unit.SHARE) and summary.p90 == 0 and summary.mean == 0:
        return language.text("amount.never", count=summary.n)
    middle, low, high = (
        rough(language, measure, value, seen=summary.mean > 0) for value in (summary.p50, summary.p10, summary.p90)
    )
    if low == high or summary.n == 1:
        return middle
    low, high = (_without_unit(one, middle) for one in (low, high))
    if low == language.text("amount.under_one"):
        return language.text("amount.up_to", middle=middle, high=high)
    return language.text("amount.range", middle=middle, low=low, high=high)


def rough(language: Language, measure: str, value: float, *, seen: bool = False) -> str:
    """Round a value for everyone; `seen` says that the thing did happen in some run, so that 0 becomes "under 1"."""
    notation = language.notation
    match unit_of(measure):
        case Unit.PER_100 | Unit.SHARE:
            people = value * 100 if unit_of(measure) is Unit.SHARE else value
            under_one = 0 < people < 1 or (people == 0 and seen)
            return language.text("amount.under_one") if under_one else notation.number(people)
        case Unit.SECONDS:
            return notation.waiting(value)
        case Unit.PER_SECOND:
            return notation.shortest(value, 0 if value >= 10 else 1 if value >= 1 else 2)
        case Unit.COUNT:
            return notation.number(value)
        case _ as never:
            assert_never(never)


def exact(language: Language, measure: str, summary: Summary | None) -> str:
    """Write a mean with its half-width, "2,4 ± 0,2"; three digits where there is only one run."""
    if summary is None:
        return language.text("amount.none")
    return with_half_width(language, measure, summary.mean, summary.half_width)


def with_half_width(language: Language, measure: str, value: float, half_width: float | None) -> str:
    """Write a value with a half-width that may be unknown, or 0 but for the rounding of floats."""
    unit = unit_of(measure)
    if not half_width or half_width < _NOTHING * abs(value):
        return value_text(language, measure, value, _three_digits(unit, value))
    shown = 100 if unit is Unit.SHARE else 1
    decimals = significant_decimals(half_width * shown)
    written, spread = (language.notation.number(one * shown, decimals) for one in (value, half_width))
    return f"{written} ± {spread}{_SIGNS.get(unit, '')}"


def _three_digits(unit: Unit, value: float) -> int:
    shown = abs(value) * 100 if unit is Unit.SHARE else abs(value)
    return 0 if shown >= 100 else 1 if shown >= 10 else 2


def significant_decimals(half_width: float) -> int:
    """Count the decimals up to the first significant digit: 0.2 has 1, 3 has 0, 0.04 has 2; at most 4."""
    return min(4, max(0, -math.floor(math.log10(half_width)))) if half_width > 0 else 3


def value_text(language: Language, measure: str, value: float, most_decimals: int = 2) -> str:
    """Write one value of a measure with its unit and no more decimals than it needs."""
    notation = language.notation
    match unit_of(measure):
        case Unit.SHARE:
            return notation.percent(value, most_decimals)
        case Unit.SECONDS:
            return notation.duration(value) if value >= 120 else f"{notation.shortest(value, most_decimals)}\u00a0s"
        case Unit.PER_100 | Unit.PER_SECOND | Unit.COUNT:
            return notation.shortest(value, most_decimals)
        case _ as never:
            assert_never(never)


def told_apart(language: Language, measure: str, value: float, limit: float) -> str:
    """Write a value with just the decimals that put it on the right side of its limit: 3.04 against 3 is "3,04"."""
    for decimals in range(1, 4):
        if value == limit or round(value, decimals) != limit:
            return value_text(language, measure, value, decimals)
    return value_text(language, measure, value, 4)


def _without_unit(amount: str, beside: str) -> str:
    """Drop a unit that stands beside it already: "0,7 s (0,6–0,9)"."""
    number, _, unit = amount.rpartition("\u00a0")
    return number if unit == "s" and beside.endswith("\u00a0s") else amount
