"""A measure over replications, and a limit held against it, as results state them."""

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np

from scenarios.piece import Piece

Verdict = Literal["pass", "fail", "inconclusive"]


class Summary(Piece):
    """A measure over replications; `half_width` of the 95 % confidence interval of the mean, None for one run."""

    mean: float
    half_width: float | None
    p10: float
    p50: float
    p90: float
    n: int


Metrics = dict[str, Summary | None]  # None: the measure had no value in any run


class Judged(Piece):
    """A threshold held against its value."""

    expression: str
    value: float | None
    verdict: Verdict


class Reached(Piece):
    """Whether the mean of a measure became as sure as was asked for, after so many replications."""

    measure: str
    asked: str
    half_width: float | None
    replications: int
    reached: bool


def summary_of(values: Sequence[float | None]) -> Summary | None:
    """Summarise one measure over replications, passing over runs in which it has no value."""
    known = np.array([value for value in values if value is not None], dtype=np.float64)
    if not known.size:
        return None
    n = int(known.size)
    spread = float(known.std(ddof=1)) if n > 1 else None
    p10, p50, p90 = (float(np.quantile(known, q, method="inverted_cdf")) for q in (0.1, 0.5, 0.9))
    return Summary(
        mean=float(known.mean()),
        half_width=None if spread is None else t975(n - 1) * spread / math.sqrt(n),
        p10=p10,
        p50=p50,
        p90=p90,
        n=n,
    )


def t975(degrees: int) -> float:
    """The 97.5 % point of Student's t.

    Source: Abramowitz and Stegun 26.7.5 (expansion in 1/degrees, error below 1e-4 from 7 degrees on); the first
    six from table 26.10.
    """
    if degrees < 7:
        return (12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469)[degrees - 1]
    z = 1.959963984540054
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / degrees ** (k + 1) for k, term in enumerate(terms))
