"""What counts as good enough: expressions like `p90(rejections_per_100_citizens) <= 3`.

The statistic is taken across replications, one value of the measure for each: `p90(x) <= 3` says that the measure
is at most 3 in 9 of 10 runs, `max(x) == 0` that it is 0 in every one.
"""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final, assert_never

import numpy as np
from pydantic_core import PydanticCustomError

from scenarios.measures import MEASURES
from scenarios.quantities import fraction_of, seconds_of

_GRAMMAR: Final = re.compile(r"\s*(\w+)\s*\(\s*(\w+)\s*\)\s*(<=|>=|==|<|>)\s*([^=].*?)\s*")


class Statistic(StrEnum):
    """How the values of many replications become one."""

    MEAN = "mean"
    P10 = "p10"
    P50 = "p50"
    P90 = "p90"
    MIN = "min"
    MAX = "max"


class Comparison(StrEnum):
    """How a value is held against its limit."""

    AT_MOST = "<="
    AT_LEAST = ">="
    EQUAL = "=="
    BELOW = "<"
    ABOVE = ">"


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """One limit, parsed; `expression` is the text as written."""

    expression: str
    statistic: Statistic
    measure: str
    comparison: Comparison
    limit: float

    def value(self, runs: Sequence[Mapping[str, float | None]]) -> float | None:
        """The statistic over runs; None where the measure has no value in any of them."""
        values = [run[self.measure] for run in runs]
        known = np.array([one for one in values if one is not None], dtype=np.float64)
        if not known.size:
            return None
        match self.statistic:
            case Statistic.MEAN:
                return float(known.mean())
            case Statistic.MIN:
                return float(known.min())
            case Statistic.MAX:
                return float(known.max())
            case Statistic.P10 | Statistic.P50 | Statistic.P90:
                # The smallest observed value that leaves at most the stated share above it, so that
                # `p90(x) <= 3` is exactly "x <= 3 in at least 9 of 10 runs".
                return float(np.quantile(known, int(self.statistic[1:]) / 100, method="inverted_cdf"))
            case _:
                assert_never(self.statistic)

    def kept_by(self, value: float | None) -> bool:
        """Whether one value keeps the limit; a measure without a value keeps every limit."""
        if value is None:
            return True
        match self.comparison:
            case Comparison.AT_MOST:
                return value <= self.limit
            case Comparison.AT_LEAST:
                return value >= self.limit
            case Comparison.EQUAL:
                return value == self.limit
            case Comparison.BELOW:
                return value < self.limit
            case Comparison.ABOVE:
                return value > self.limit
            case _:
                assert_never(self.comparison)


@cache
def threshold_of(text: str) -> Threshold:
    """Parse an expression.

    Raises
    ------
    PydanticCustomError
        With a hint: the grammar, or the nearest statistic or measure.
    """
    match = _GRAMMAR.fullmatch(text)
    if not match:
        raise _refusal(f"not a threshold: {text!r}", 'write for example "p90(rejections_per_100_citizens) <= 3"')
    statistic, measure, comparison, limit = match.groups()
    if statistic not in tuple(Statistic):
        raise _refusal(f"unknown statistic {statistic!r}", f"one of {', '.join(Statistic)}")
    return Threshold(
        expression=text,
        statistic=Statistic(statistic),
        measure=known_measure(measure),
        comparison=Comparison(comparison),
        limit=_limit(limit, measure),
    )


def known_measure(name: str) -> str:
    """The name of a measure as it is.

    Raises
    ------
    PydanticCustomError
        There is no such measure; with the nearest as a hint.
    """
    if name not in MEASURES:
        close = difflib.get_close_matches(name, MEASURES, n=1, cutoff=0.5)
        every = ", ".join(MEASURES)
        raise _refusal(f"unknown measure {name!r}", f"did you mean {close[0]}?" if close else f"one of {every}")
    return name


def _limit(text: str, measure: str) -> float:
    if measure.endswith("_s") and not measure.endswith("_per_s"):
        return seconds_of(float(text) if re.fullmatch(r"\d+(\.\d+)?", text) else text)
    if text.endswith("%"):
        if not measure.endswith("_rate"):
            raise _refusal(f"{measure} is not a share", "write a number without %")
        return fraction_of(text)
    if not re.fullmatch(r"\d+([.,]\d+)?", text):
        raise _refusal(f"not a number: {text!r}", 'write for example "<= 3"')
    return float(text.replace(",", "."))


def _refusal(what: str, hint: str) -> PydanticCustomError:
    return PydanticCustomError("threshold", "{what}", {"what": what, "hint": hint})
