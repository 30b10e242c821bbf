"""Where the knee lies, as a belief that every wave sharpens.

A wave breaks a limit or not, and near the knee that is chance: the same wave may do either. So the knee is the rate at
which half of the waves break a limit. The chance to break rises with the logarithm of the rate along a logistic curve
of unknown place and width, and now and then a wave says the wrong thing for a reason of its own (`LAPSE`). The belief
is the posterior over place and width on a grid, from a prior that is flat in both logarithms; what is said of the knee
is its median and its 95 % interval, the width summed out.

Sources: Waeber, Frazier, Henderson, "Bisection search with noisy responses", SIAM J. Control Optim. 51 (2013);
Kontsevich and Tyler, "Bayesian adaptive estimation of psychometric slope and threshold", Vision Research 39 (1999).
"""

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]

LAPSE: Final = 0.01
"""The share of waves that say the wrong thing far from the knee. ASSUMPTION: one of a hundred."""

NARROWEST: Final = 0.01
WIDEST: Final = 0.12
"""Of the curve, in logarithms of the rate. ASSUMPTION: from a step to one that takes a factor of 1.7 from one broken in
ten to nine in ten."""

_PLACES: Final = 601
_WIDTHS: Final = 5
_BEYOND: Final = 2.0  # the knee may lie as far outside the rates that can be tried


class Belief:
    """What is known of the knee after some waves.

    Parameters
    ----------
    least, most : float
        The rates that can be tried.
    """

    def __init__(self, least: float, most: float) -> None:
        self._places: Floats = np.linspace(np.log(least / _BEYOND), np.log(most * _BEYOND), _PLACES)
        self._widths: Floats = np.geomspace(NARROWEST, WIDEST, _WIDTHS)
        self._log_odds: Floats = np.zeros((_WIDTHS, _PLACES))

    def learn(self, rate: float, *, broke: bool) -> None:
        """Take in what one wave said."""
        steps = (np.log(rate) - self._places) / self._widths[:, None]
        rises = 1 / (1 + np.exp(-np.clip(steps, -50, 50)))
        breaks = LAPSE + (1 - 2 * LAPSE) * rises
        self._log_odds += np.log(breaks if broke else 1 - breaks)

    def quantile(self, share: float) -> float:
        """The rate that the knee lies below with this probability."""
        weight: Floats = np.exp(self._log_odds - self._log_odds.max()).sum(axis=0)
        below = np.cumsum(weight) - weight / 2
        return float(np.exp(np.interp(share * float(weight.sum()), below, self._places)))

    @property
    def middle(self) -> float:
        """The median: as likely above as below."""
        return self.quantile(0.5)

    @property
    def interval(self) -> tuple[float, float]:
        """Where the knee lies with a probability of 95 %."""
        return self.quantile(0.025), self.quantile(0.975)
