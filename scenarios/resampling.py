"""How sure a difference between two measured runs is: citizens drawn again in blocks, the same ones from both runs.

Citizens who come one after the other meet the same queue, so they are not drawn one by one but in blocks of neighbours
in time, of about the cube root of their number times four. Both runs had the same citizens, and each draw takes the
same ones from both: what is common to them goes out of the difference. The order of the citizens is a circle, so that
those at the ends are drawn as often as the others.

What this cannot know is how much two runs of the very same would have differed: it speaks of these two.

Sources: Künsch, "The jackknife and the bootstrap for general stationary observations", Annals of Statistics 17 (1989);
Politis and Romano, "A circular block-resampling procedure for stationary data" (1992).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Weights: TypeAlias = NDArray[np.float64]
"""How often each citizen was drawn, in the order of their planned moments."""

Statistic: TypeAlias = Callable[[Weights], float | None]

RESAMPLES: Final = 1000
"""Enough for the ends of a 95 % interval: 25 draws lie beyond each."""

_COVERED: Final = (0.025, 0.975)


@dataclass(frozen=True, slots=True)
class Interval:
    """Of a difference, 95 %."""

    low: float
    high: float


def block_of(citizens: int) -> int:
    """How many neighbours are drawn together."""
    return max(1, min(citizens, round(4 * citizens ** (1 / 3))))


def draws(citizens: int, seed: int, resamples: int = RESAMPLES) -> Iterator[Weights]:
    """Draw the citizens again, so often; the same seed gives the same draws."""
    chance = np.random.default_rng(seed)
    block = block_of(citizens)
    offsets = np.arange(block)
    for _ in range(resamples):
        begins = chance.integers(0, citizens, size=-(-citizens // block))
        drawn = ((begins[:, None] + offsets) % citizens).ravel()[:citizens]
        yield np.bincount(drawn, minlength=citizens).astype(np.float64)


def interval_of(differences: list[float]) -> Interval | None:
    """The middle 95 % of the differences of all draws; None without any."""
    if not differences:
        return None
    low, high = (float(np.quantile(differences, share, method="inverted_cdf")) for share in _COVERED)
    return Interval(low, high)


@dataclass(frozen=True, slots=True)
class Sample:
    """What several runs gave, one value of each; `sign` is how its mean counts in the sum: 1 or -1."""

    values: NDArray[np.float64]
    sign: Literal[1, -1] = 1


def interval_of_means(samples: Sequence[Sample], seed: int, resamples: int = RESAMPLES) -> Interval | None:
    """The 95 % interval of the sum of the signed means, the runs of each sample drawn again; None where it has no end.

    Each draw is measured in its own standard errors (the bootstrap-t), as four or five runs drawn again vary less than
    new runs would. Two or three values know so little of their own spread that no interval has ends.

    Source: Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 12.
    """
    if any(len(one.values) < 2 for one in samples):
        return None
    chance = np.random.default_rng(seed)
    (centre,), (error,) = _means([(one.sign, one.values[None, :]) for one in samples])
    if error == 0:
        return Interval(float(centre), float(centre))
    drawn = [
        (one.sign, one.values[chance.integers(0, len(one.values), (resamples, len(one.values)))]) for one in samples
    ]
    centres, errors = _means(drawn)
    off = centres - centre
    with np.errstate(divide="ignore", invalid="ignore"):
        in_errors = np.where((errors == 0) & (off == 0), 0.0, off / errors)
    low, high = (float(np.quantile(in_errors, share, method="inverted_cdf")) for share in _COVERED)
    if not np.isfinite([low, high]).all():
        return None
    return Interval(float(centre - high * error), float(centre - low * error))


def _means(samples: Iterable[tuple[int, NDArray[np.float64]]]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The sum of the signed means of each row, and its standard error; 0 exactly where no row of any varies."""
    parts = [
        (sign * rows.mean(axis=1), np.where(np.ptp(rows, axis=1) == 0, 0.0, rows.var(axis=1, ddof=1)) / rows.shape[1])
        for sign, rows in samples
    ]
    means, variances = (np.sum(np.stack(one), axis=0) for one in zip(*parts, strict=True))
    return means, np.sqrt(variances)
