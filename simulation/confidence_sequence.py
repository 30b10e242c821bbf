"""Limits for a share and for a mean that hold after every number of runs at once, so that one may look after each.

An interval made for one look is wrong more often than it says when somebody looks again and again and stops where it
suits. These are made for that. For a share: bet against "the share is s" with the likelihood ratio, averaged over
shares below s. Where the share is s or more the winnings are a supermartingale that begins at 1, so the chance that
they ever reach 1/alpha is at most alpha, whenever one stops.
Sources: Ville (1939), "Etude critique de la notion de collectif"; Robbins (1970), "Statistical methods related to the
law of the iterated logarithm", Annals of Mathematical Statistics 41(5).
"""

import math
from collections.abc import Sequence
from typing import Final

_BETS: Final = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
"""Shares that are bet on, as parts of the one bet against. ASSUMPTION: evenly, and one close by. Any list is right; the
choice says which shares are told apart soonest."""
_HALVINGS: Final = 30
_TUNED_FOR: Final = 100
"""Runs after which the interval of a mean is narrowest. ASSUMPTION: about as many as a plan gets."""
FEWEST_FOR_MEAN: Final = 20
"""Runs before a mean is judged: its limits hold for many runs, and few may be equal by luck. ASSUMPTION."""


def evidence_below(share: float, events: int, runs: int) -> float:
    """How much speaks for a share below `share`: the logarithm of what a bet on that has won.

    Parameters
    ----------
    share : float
        Strictly between 0 and 1.
    events, runs : int
        Runs in which it happened, and runs in all.

    Returns
    -------
    float
        If the share is `share` or more, the chance that this is ever log(1/alpha) or above is at most alpha.
    """
    won = [
        (events * math.log(bet) if events else 0.0) + (runs - events) * math.log((1 - bet * share) / (1 - share))
        for bet in _BETS
        if bet or not events
    ]
    most = max(won)
    return most + math.log(sum(math.exp(one - most) for one in won) / len(_BETS))


def most_share(events: int, runs: int, alpha: float) -> float:
    """The upper limit: the chance that the true share is ever above it, after any number of runs, is at most alpha."""
    if events == runs:
        return 1.0
    low, high = events / runs, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if middle < 1 and evidence_below(middle, events, runs) < -math.log(alpha):
            low = middle
        else:
            high = middle
    return high


def least_share(events: int, runs: int, alpha: float) -> float:
    """The lower limit, likewise."""
    return 1 - most_share(runs - events, runs, alpha)


def fewest_runs(share: float, alpha: float) -> int:
    """How many runs without a single event it takes to say that the share is below `share`."""
    runs = 1
    while evidence_below(share, 0, runs) < -math.log(alpha):
        runs += 1
    return runs


def mean_limits(values: Sequence[float], alpha: float) -> tuple[float, float]:
    """Limits of a mean that hold after every number of runs at once, to as good an approximation as the normal one.

    Source: Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (2024), "Time-uniform central limit theory and asymptotic
    confidence sequences", Annals of Statistics 52(6), theorem 2.2.
    """
    runs = len(values)
    if runs < FEWEST_FOR_MEAN:
        return -math.inf, math.inf
    mean = math.fsum(values) / runs
    variance = math.fsum((value - mean) ** 2 for value in values) / (runs - 1)
    wanted = -2 * math.log(alpha)
    tuned = runs * (wanted + math.log(wanted) + 1) / _TUNED_FOR
    half_width = math.sqrt(variance * 2 * (tuned + 1) / (runs * tuned) * math.log(math.sqrt(tuned + 1) / alpha))
    return mean - half_width, mean + half_width
