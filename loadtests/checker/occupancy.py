"""How many of several stretches of time cover a moment, asked for whole windows at once."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Stretch: TypeAlias = tuple[float, float]
"""From when to when, in seconds."""


class Level:
    """The number of stretches that cover a moment, as steps.

    With `closed` ends a stretch covers both of them, otherwise neither. Building takes O(n log n), a window O(log n).
    """

    def __init__(self, stretches: Iterable[Stretch], *, closed: bool) -> None:
        kept = [(start, end) for start, end in stretches if start < end or (closed and start == end)]
        starts = np.sort(np.array([start for start, _ in kept], np.float64))
        ends = np.sort(np.array([end for _, end in kept], np.float64))
        self._edges = np.unique(np.concatenate([starts, ends]))
        begun, before = (np.searchsorted(starts, self._edges, side) for side in ("right", "left"))
        ended, just = (np.searchsorted(ends, self._edges, side) for side in ("right", "left"))
        # The gap before each edge, the edge itself, and so on; the last gap is covered by nothing finite.
        counts = np.zeros(2 * len(self._edges) + 1, np.int64)
        counts[0:-1:2] = before - just
        counts[1::2] = begun - just if closed else before - ended
        self._most = _doubled(counts, np.maximum)
        self._least = _doubled(counts, np.minimum)

    def most(self, windows: Sequence[Stretch]) -> NDArray[np.int64]:
        """For each window, ends included, the largest number at any moment of it."""
        return self._best(self._most, np.maximum, windows)

    def least(self, windows: Sequence[Stretch]) -> NDArray[np.int64]:
        """For each window, ends included, the smallest number at any moment of it."""
        return self._best(self._least, np.minimum, windows)

    def _best(self, rows: list[NDArray[np.int64]], best: np.ufunc, windows: Sequence[Stretch]) -> NDArray[np.int64]:
        """Two rows of the same power of two cover a window from both ends."""
        ends = np.array(windows, np.float64).reshape(-1, 2)
        first, last = self._position(ends[:, 0]), self._position(ends[:, 1])
        power = np.frexp(last - first + 1)[1] - 1
        found = np.empty(len(ends), np.int64)
        for row in np.unique(power).tolist():
            mine = power == row
            found[mine] = best(rows[row][first[mine]], rows[row][last[mine] - (1 << row) + 1])
        return found

    def _position(self, at_s: NDArray[np.float64]) -> NDArray[np.int64]:
        """Odd on an edge, even between two."""
        return np.searchsorted(self._edges, at_s, "left") + np.searchsorted(self._edges, at_s, "right")


def merged(stretches: Iterable[Stretch], *, closed: bool) -> Iterator[Stretch]:
    """The same moments, in stretches that have none in common.

    Two that touch share a moment if they are `closed`; if not, the moment between them belongs to neither.
    """
    start_s, end_s = np.inf, -np.inf
    for start, end in sorted(stretches):
        if start > end_s or (start == end_s and not closed):
            if start_s <= end_s:
                yield start_s, end_s
            start_s, end_s = start, end
        else:
            end_s = max(end_s, end)
    if start_s <= end_s:
        yield start_s, end_s


def _doubled(values: NDArray[np.int64], best: np.ufunc) -> list[NDArray[np.int64]]:
    """For each power of two, the best of so many neighbours from each position on."""
    rows = [values]
    width = 1
    while 2 * width <= len(values):
        last = rows[-1]
        rows.append(best(last[:-width], last[width:]))
        width *= 2
    return rows
