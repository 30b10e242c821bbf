"""Lengths of time by the million, kept whole in four bytes each, and their exact percentiles."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scenarios.measures import rank
from scenarios.streams import TICK_S, FloatArray

_HALF: Final = 16


@dataclass(slots=True)
class Sample:
    """Lengths of time on the grid: up to 256 s as numbers of ticks, longer ones in seconds."""

    short: list[NDArray[np.uint32]] = field(default_factory=list[NDArray[np.uint32]])
    long: list[FloatArray] = field(default_factory=list[FloatArray])

    def percentile(self, percent: int) -> float | None:
        """The value of that rank; None without any."""
        shorts, longs = sum(map(len, self.short)), sum(map(len, self.long))
        if shorts + longs == 0:
            return None
        at = rank(shorts + longs, percent)
        if at < shorts:
            return _nth(self.short, at) * TICK_S
        return float(np.partition(np.concatenate(self.long), at - shorts)[at - shorts])


def _nth(parts: list[NDArray[np.uint32]], at: int) -> int:
    """The value of a rank, by its upper half and then by its lower: two counts, and no sorting."""
    counts = sum((np.bincount(part >> _HALF, minlength=1 << _HALF) for part in parts), np.zeros(1 << _HALF, np.int64))
    below = np.cumsum(counts)
    upper = int(np.searchsorted(below, at, side="right"))
    lower = np.concatenate([part[part >> _HALF == upper] for part in parts]) & ((1 << _HALF) - 1)
    skip = at - int(below[upper] - counts[upper])
    return (upper << _HALF) | int(np.partition(lower, skip)[skip])
