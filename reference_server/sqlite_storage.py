"""The storage in an SQLite file: plain driver, write-ahead log, every write in an immediate transaction."""

import contextlib
import logging
import os
import sqlite3
from collections import deque
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import Final, TypeVar

from reference_server.booking import Terms
from reference_server.reservation import Reservation, Wish
from reference_server.sql_claims import EVER
from reference_server.sql_record import RESERVATIONS, Connection, reservation_of
from reference_server.sql_storage import SqlStorage
from reference_server.sql_wishes import IS_OLD, asked_if_old, numbered
from reference_server.sqlite_changes import Changes
from reference_server.sqlite_writers import Writers, opened_turn
from reference_server.storage import StorageUnavailable

BUSY_S: Final = 2.0
"""Longest wait for the database before a request is turned away. ASSUMPTION: well below what people wait for a page."""

_Result = TypeVar("_Result")
_LOG: Final = logging.getLogger(__name__)
_BUSY_CODES: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_LOWEST_FREE: Final = """
    SELECT min(candidate.place)
      FROM offered
     CROSS JOIN (SELECT 1 AS place
                  UNION ALL
                 SELECT place + 1 FROM reservation WHERE book = ?1 AND start = ?2 AND state IN ('HELD', 'CONFIRMED')
                ) AS candidate
     WHERE offered.book = ?1 AND offered.start = ?2 AND taken < places
       AND NOT EXISTS (SELECT 1 FROM reservation AS other
                        WHERE other.book = ?1 AND other.start = ?2 AND other.place = candidate.place
                          AND other.state IN ('HELD', 'CONFIRMED'))
"""
_OLD_AND_PLACE: Final = f"SELECT {numbered(IS_OLD, 3)}, ({_LOWEST_FREE})"


def connected(path: Path, *, create: bool = False) -> sqlite3.Connection:
    """A connection to the database in `path`, set up the way every process of the server needs it."""
    address = f"{path.absolute().as_uri()}?mode={'rwc' if create else 'rw'}"
    connection = sqlite3.connect(address, uri=True, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA synchronous = FULL")  # an answer that was given survives a power cut
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


class SqliteStorage(SqlStorage):
    """The `Storage` in an existing database file; safe to share between threads and between processes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle: deque[sqlite3.Connection] = deque()
        self._turn = path.with_name(f"{path.name}-turn")
        self._writers = Writers(lambda: connected(path), self._turn)
        self._changes: Changes | None = None
        self._versions: dict[str, tuple[int, int]] = {}  # of books, and the transaction since when

    def close(self) -> None:
        """Close every connection that is not in use."""
        self._writers.close()
        while self._idle:
            self._idle.pop().close()

    def version(self, book: str) -> int:
        """See `Storage`; what was read is true for as long as nobody begins to write."""
        known, changes = self._versions.get(book), self._changes
        if known is not None and changes is not None and known[1] == changes.newest:
            return known[0]
        settled = self._settled()
        version = super().version(book)
        if settled is not None and version:  # a book that is not there has none, and could be any of many
            self._versions[book] = version, settled
        return version

    @contextlib.contextmanager
    def reading(self) -> Generator[sqlite3.Connection]:
        """A connection for single statements."""
        with self._problems():
            connection = self._taken_or_new()
            try:
                yield connection
            finally:
                self._idle.append(connection)

    @contextlib.contextmanager
    def snapshot(self) -> Generator[sqlite3.Connection]:
        """A connection that sees one moment until the block ends."""
        with self.reading() as connection, transaction(connection, "BEGIN"):
            yield connection

    @contextlib.contextmanager
    def writing(self, *citizens: str) -> Generator[sqlite3.Connection]:  # noqa: ARG002 (it is alone with all of them)
        """Alone in the whole file; those who stand in line are committed together."""
        with self._problems(), self._writers.writing(BUSY_S) as connection:
            yield connection

    def written(self, does: Callable[[Connection], _Result], *citizens: str) -> _Result:  # noqa: ARG002
        """As `writing`, by whoever has the turn; a statement that fails is undone by SQLite itself."""
        with self._problems():
            return self._writers.written(does, BUSY_S)

    def locked(self, connection: Connection, reservation: str) -> Reservation | None:
        """A reservation as it is; a writer is alone anyway."""
        row = connection.execute(RESERVATIONS + "WHERE id = ?", (reservation,)).fetchone()
        return None if row is None else reservation_of(row)

    def line_up(self, connection: Connection, book: str, starts: Sequence[str]) -> None:
        """Nothing to wait for: a writer is alone."""

    def claimed(self, connection: Connection, book: str, start: str) -> int | None:
        """The lowest free place at a time; the row that is written then takes it."""
        row = connection.execute(_LOWEST_FREE, (book, start)).fetchone()
        return row[0]

    def reserved(self, connection: Connection, wish: Wish, terms: Terms, now_s: float) -> Reservation | None:
        """A wish kept and answered at once; one look tells whether it is new, and which place it gets."""
        if terms.follows is not None:
            return None
        asked = (wish.book, wish.start, *asked_if_old(wish, terms, now_s))
        old, place = connection.execute(_OLD_AND_PLACE, asked).fetchone()
        return None if old else self.answered(connection, wish, now_s, place)

    def first_claimed(
        self, connection: Connection, book: str, start: str, latest: str = EVER
    ) -> tuple[str, int] | None:
        """The first free place from a start on; the row that is written then takes it."""
        row = connection.execute(
            "SELECT start FROM offered WHERE book = ? AND start BETWEEN ? AND ? AND taken < places"
            " ORDER BY start LIMIT 1",
            (book, start, latest),
        ).fetchone()
        if row is None:
            return None
        place = self.claimed(connection, book, row[0])
        return None if place is None else (row[0], place)

    def _settled(self) -> int | None:
        if self._changes is None:
            try:
                turn = opened_turn(self._turn)
            except OSError:
                return None  # what is wrong with the place, the database says
            self._changes = Changes(turn)
            os.close(turn)
        return self._changes.settled

    @contextlib.contextmanager
    def _problems(self) -> Generator[None]:
        try:
            yield
        except sqlite3.OperationalError as problem:
            if problem.sqlite_errorcode & 0xFF not in _BUSY_CODES:
                _LOG.error("%s: %s", self._path, problem)
            raise StorageUnavailable(str(problem)) from problem

    def _taken_or_new(self) -> sqlite3.Connection:
        try:
            return self._idle.pop()
        except IndexError:
            return connected(self._path)


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection, begin: str) -> Generator[None]:
    """Begin, and commit at the end of the block, or roll back if it raises."""
    connection.execute(begin)
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # SQLite itself rolls back after some errors, a full disk for one
            connection.execute("ROLLBACK")
        raise
