"""Lists of free days and times, answered from memory for as long as the book has not changed."""

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reference_server.storage import Storage
from reference_server.strategy import listed
from scenarios.strategy import Listing


@dataclass(frozen=True, slots=True)
class FreeList:
    """A list as it goes over the wire; the tag is made from the body, so equal tags are equal lists."""

    body: bytes
    etag: str

    def listed(self, listing: Listing, citizen: str) -> "FreeList":
        """The list in the order in which this citizen is shown it."""
        if listing is Listing.EARLIEST:
            return self
        ((name, rows),) = json.loads(self.body).items()
        return _written(name, listed(rows, listing, citizen))


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

    def days(self, book: str) -> FreeList:
        """Dates with a free place and how many."""
        return self._current(book, "", lambda: ("days", "date", self._storage.free_days(book)))

    def times(self, book: str, date: str) -> FreeList:
        """Starts on a date with a free place and how many."""
        return self._current(book, date, lambda: ("slots", "start", self._storage.free_times(book, date)))

    def _current(
        self, book: str, date: str, read: Callable[[], tuple[str, str, Sequence[tuple[str, int]]]]
    ) -> FreeList:
        kept, now_s = self._kept.get((book, date)), self._clock()
        if kept is not None and now_s - kept.since_s < self._age_s:
            return kept.free
        version = self._storage.version(book)
        if kept is not None and kept.version == version:
            self._kept[book, date] = _Kept(now_s, version, kept.free)
            return kept.free
        # Read after its version, a list may be newer than it and is then read once more; it is never older.
        name, key, rows = read()
        free = _written(name, [{key: text, "free": places} for text, places in rows])
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


def _written(name: str, rows: Sequence[dict[str, object]]) -> FreeList:
    body = json.dumps({name: list(rows)}, separators=(",", ":")).encode()
    return FreeList(body, f'"{hashlib.sha256(body).hexdigest()[:32]}"')
