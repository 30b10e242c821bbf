"""Lists of free days and times, answered from memory for as long as the book has not changed."""

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from reference_server.storage import Storage
from reference_server.strategy import listed
from reference_server.turns import ANY, Turn
from scenarios.strategy import Listing


@dataclass(frozen=True, slots=True)
class FreeList:
    """A list: what is free when and how many, and how it goes over the wire.

    The tag is made from the body, so equal tags are equal lists.
    """

    words: "_Words"
    rows: Sequence[tuple[str, int]]
    body: bytes
    etag: str

    def listed(self, listing: Listing, citizen: str) -> "FreeList":
        """The list in the order in which this citizen is shown it."""
        if listing is Listing.EARLIEST:
            return self
        return _written(self.words, listed(self.rows, listing, citizen))


class FreeLists:
    """The free lists of the books, each kept in memory together with the version of the book it belongs to.

    Every call asks the database for the version of the book, and for the list only when that has changed. So a list
    holds every change to its book that was committed before the call, by whichever process: it is as fresh as a
    read of the list itself, and never older than the request.

    Where the scenario lets lists be older (`platform.list_age`), one that is younger than that is shown without asking
    the database, by the rule of `simulation.free_lists`: every change older than the age is in it.

    Parameters
    ----------
    storage : Storage
        Has the books.
    age_s : float or None
        Seconds on the wall for which a list may be shown; None for lists that are always fresh.
    clock : callable
        Seconds, never backwards.
    """

    def __init__(
        self, storage: Storage, age_s: float | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._storage = storage
        self._age_s = age_s or 0.0
        self._clock = clock
        self._kept: dict[tuple[str, str], _Kept] = {}

    def days(self, book: str, turn: Turn = ANY) -> FreeList:
        """Dates with a free place and how many; of those in `turn`, where not all are."""
        free = self._current(book, "", _DAYS, lambda: self._storage.free_days(book))
        if turn.is_any:
            return free
        right = [(date, self._in_turn(book, date, places, turn)) for date, places in free.rows]
        return _written(_DAYS, [(date, places) for date, places in right if places])

    def times(self, book: str, date: str, turn: Turn = ANY) -> FreeList:
        """Starts on a date with a free place and how many; those in `turn`, where not all are."""
        free = self._current(book, date, _SLOTS, lambda: self._storage.free_times(book, date))
        if turn.is_any:
            return free
        right = set(turn.times(start for start, _ in free.rows))
        return _written(_SLOTS, [(start, places) for start, places in free.rows if start in right])

    def _in_turn(self, book: str, date: str, places: int, turn: Turn) -> int:
        whole = turn.day(date)
        if whole is None:
            return sum(free for _, free in self.times(book, date, turn).rows)
        return places if whole else 0

    def _current(
        self, book: str, date: str, words: "_Words", read: Callable[[], Sequence[tuple[str, int]]]
    ) -> FreeList:
        kept, now_s = self._kept.get((book, date)), self._clock()
        if kept is not None and now_s - kept.since_s < self._age_s:
            return kept.free
        version = self._storage.version(book)
        if kept is not None and kept.version == version:
            self._kept[book, date] = _Kept(now_s, version, kept.free)
            return kept.free
        # Read after its version, a list may be newer than it and is then read once more; it is never older.
        rows = read()
        free = _written(words, rows)
        if rows:  # empty lists are not kept: a client could ask for one of every date there is
            self._kept[book, date] = _Kept(now_s, version, free)
        else:
            self._kept.pop((book, date), None)
        return free


@dataclass(frozen=True, slots=True)
class _Kept:
    """A list, the version of the book it belongs to, and the moment by which it was known to be current."""

    since_s: float
    version: int
    free: FreeList


class _Words(NamedTuple):
    """What a list calls itself, and each of its entries."""

    whole: str
    entry: str


_DAYS: Final = _Words("days", "date")
_SLOTS: Final = _Words("slots", "start")


def _written(words: _Words, rows: Sequence[tuple[str, int]]) -> FreeList:
    shown = [{words.entry: text, "free": places} for text, places in rows]
    body = json.dumps({words.whole: shown}, separators=(",", ":")).encode()
    return FreeList(words, tuple(rows), body, f'"{hashlib.sha256(body).hexdigest()[:32]}"')
