"""Lists of free days and times, answered from memory for as long as the book has not changed."""

import hashlib
import json
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
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._kept: dict[tuple[str, str], tuple[int, FreeList]] = {}

    def days(self, book: str) -> FreeList:
        """Dates with a free place and how many."""
        return self._current(book, "", lambda: ("days", "date", self._storage.free_days(book)))

    def times(self, book: str, date: str) -> FreeList:
        """Starts on a date with a free place and how many."""
        return self._current(book, date, lambda: ("slots", "start", self._storage.free_times(book, date)))

    def _current(
        self, book: str, date: str, read: Callable[[], tuple[str, str, Sequence[tuple[str, int]]]]
    ) -> FreeList:
        version = self._storage.version(book)
        kept = self._kept.get((book, date))
        if kept is not None and kept[0] == version:
            return kept[1]
        # Read after its version, a list may be newer than it and is then read once more; it is never older.
        name, key, rows = read()
        free = _written(name, [{key: text, "free": places} for text, places in rows])
        if rows:  # empty lists are not kept: a client could ask for one of every date there is
            self._kept[book, date] = version, free
        return free


def _written(name: str, rows: Sequence[dict[str, object]]) -> FreeList:
    body = json.dumps({name: list(rows)}, separators=(",", ":")).encode()
    return FreeList(body, f'"{hashlib.sha256(body).hexdigest()[:32]}"')
