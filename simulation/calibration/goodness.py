"""Whether counts look like the fit: Pearson's test on steps put together, and the largest gap between two curves."""

import math
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from scenarios.plan import IntArray
from scenarios.streams import FloatArray

Verdict = Literal["good", "rough", "poor"]

LEAST_EXPECTED: Final = 5.0
"""Steps are put together until so many are expected. Source: Cochran, "Some methods for strengthening the common
chi-squared tests", Biometrics 10 (1954)."""
SIGNIFICANT: Final = 0.01
MOST_GAP: Final = 0.05
"""ASSUMPTION: where the curves of those who have answered lie within 5 % of each other, the batches meet each other
much as they would on the day, though a test on thousands of people tells the two apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Goodness:
    """How well counts agree with what was expected.

    Parameters
    ----------
    chi2 : float
    degrees : int
    p_value : float
        Chance of so large a difference where the fit is right.
    gap : float
        The largest distance between the two curves of pages opened so far, as a share of all.
    """

    chi2: float
    degrees: int
    p_value: float
    gap: float

    @property
    def verdict(self) -> Verdict:
        """Good: chance explains it. Rough: it does not, but the curves are close. Poor: neither."""
        if self.p_value >= SIGNIFICANT:
            return "good"
        return "rough" if self.gap <= MOST_GAP else "poor"


def goodness(opened: FloatArray, expected: FloatArray, parameters: int) -> Goodness:
    """Hold counts against what a fit of so many parameters expects of each step."""
    seen, meant = _put_together(opened, expected)
    chi2 = float(np.sum((seen - meant) ** 2 / meant))
    degrees = max(1, len(seen) - parameters)
    apart = np.abs(np.cumsum(opened) - np.cumsum(expected))
    return Goodness(chi2=chi2, degrees=degrees, p_value=chi2_tail(chi2, degrees), gap=float(apart.max() / opened.sum()))


def chi2_tail(chi2: float, degrees: int) -> float:
    """Chance that chi-squared with so many degrees of freedom is larger.

    The finite sums for whole and half-whole exponents. Source: Abramowitz and Stegun 26.4.4 and 26.4.5.
    """
    if degrees % 2:
        total = math.erfc(math.sqrt(chi2 / 2))
        log_term = 0.5 * math.log(2 * chi2 / math.pi) - chi2 / 2 if chi2 > 0 else -math.inf
        first, last = 3, degrees
    else:
        total = 0.0
        log_term = -chi2 / 2
        first, last = 2, degrees
    for number in range(first, last + 1, 2):
        total += math.exp(log_term)
        log_term += math.log(chi2 / number) if chi2 > 0 else -math.inf
    return min(1.0, total) if chi2 > 0 else 1.0


def _put_together(opened: FloatArray, expected: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Neighbouring steps as one, until each is expected to have enough; what is left at the end joins the last."""
    groups = np.zeros(len(expected), np.int64)
    number, so_far = 0, 0.0
    for step, count in enumerate(expected):
        groups[step] = number
        so_far += count
        if so_far >= LEAST_EXPECTED:
            number, so_far = number + 1, 0.0
    groups = np.minimum(groups, max(0, number - 1))
    return _summed(groups, opened), _summed(groups, expected)


def _summed(groups: IntArray, counts: FloatArray) -> FloatArray:
    return np.bincount(groups, counts).astype(np.float64)
