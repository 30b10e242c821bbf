"""The lists of free days and times that a book shows: as it is, or as it was a while ago."""

from collections.abc import Callable
from dataclasses import dataclass

from reference_server.booking import Ledger


@dataclass(frozen=True, slots=True)
class _Kept:
    since_s: float
    shown: list[int]


class FreeLists:
    """The lists of one book; a cache before the platform lets everybody see them for `age_s` seconds.

    A list is made when it is asked for (the moment a worker takes the request up) and the one that is kept was made
    `age_s` seconds ago or longer, or none is kept. So what is shown is always younger than `age_s`, and an age of 0
    is no cache. The list of days and the times of each day age apart. An empty list is not kept, as on the reference
    server: where nothing was free, what has come free since is shown at once.

    Parameters
    ----------
    ledger : Ledger
        What is free.
    age_s : float or None
        From this age on a list is made anew; None, as 0, for lists that are never kept.
    """

    __slots__ = ("_age_s", "_kept", "_ledger")

    def __init__(self, ledger: Ledger, age_s: float | None = None) -> None:
        self._ledger, self._age_s = ledger, age_s
        self._kept: dict[int | None, _Kept] = {}

    def days(self, now_s: float) -> list[int]:
        """Days shown as having a free place, ascending."""
        return self._current(None, now_s, self._ledger.free_days)

    def times(self, day: int, now_s: float) -> list[int]:
        """Times of a day shown as having a free place, ascending."""
        return self._current(day, now_s, lambda: self._ledger.free_times(day))

    def _current(self, which: int | None, now_s: float, make: Callable[[], list[int]]) -> list[int]:
        if self._age_s is None:
            return make()
        kept = self._kept.get(which)
        if kept is None or not kept.shown or now_s - kept.since_s >= self._age_s:
            kept = self._kept[which] = _Kept(now_s, make())
        return kept.shown
