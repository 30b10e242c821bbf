"""Lengths of time by the million, kept whole in four bytes each, and their exact percentiles."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scenarios.measures import rank
from scenarios.plan import IntArray
from scenarios.streams import TICK_S, FloatArray

_HALF: Final = 16
_FEW: Final = 1 << 16
"""So many are sooner put partly in order than counted."""


@dataclass(slots=True)
class Sample:
    """Lengths of time on the grid: up to 256 s as numbers of ticks, longer ones in seconds."""

    short: list[NDArray[np.uint32]] = field(default_factory=list[NDArray[np.uint32]])
    long: list[FloatArray] = field(default_factory=list[FloatArray])
    _counted: tuple[int, IntArray] = field(default_factory=lambda: (0, np.zeros(1 << _HALF, np.int64)))

    def percentile(self, percent: int) -> float | None:
        """The value of that rank; None without any."""
        shorts, longs = sum(map(len, self.short)), sum(map(len, self.long))
        if shorts + longs == 0:
            return None
        at = rank(shorts + longs, percent)
        if at < shorts:
            return self._nth_short(shorts, at) * TICK_S
        return float(np.partition(np.concatenate(self.long), at - shorts)[at - shorts])

    def _nth_short(self, count: int, at: int) -> int:
        """The value of a rank, by its upper half and then by its lower: two counts, and no sorting."""
        if count <= _FEW:
            return int(np.partition(np.concatenate(self.short), at)[at])
        below = self._below(count)
        upper = int(np.searchsorted(below, at, side="right"))
        lower = np.concatenate([part[part >> _HALF == upper] for part in self.short]) & ((1 << _HALF) - 1)
        skip = at - (int(below[upper - 1]) if upper else 0)
        return (upper << _HALF) | int(np.partition(lower, skip)[skip])

    def _below(self, count: int) -> IntArray:
        """How many there are up to each upper half: counted once for all ranks."""
        if self._counted[0] != count:
            counts = np.zeros(1 << _HALF, np.int64)
            for part in self.short:
                counts += np.bincount(part >> _HALF, minlength=1 << _HALF)
            self._counted = count, np.cumsum(counts)
        return self._counted[1]
