"""The storage in an SQLite file: plain driver, write-ahead log, every write in an immediate transaction."""

import contextlib
import logging
import os
import sqlite3
from collections import deque
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import Final, TypeVar

from reference_server.reservation import Refused, Reservation, Sent, State
from reference_server.sql_claims import EVER
from reference_server.sql_record import RESERVATIONS, Connection, reservation_of
from reference_server.sql_storage import SqlStorage
from reference_server.sql_wishes import IS_OLD, Asked, asked_if_old, numbered
from reference_server.sqlite_changes import Changes
from reference_server.sqlite_wishes import are_apart, kept, kept_as_rejected
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
        self._seem_full: set[tuple[str, str]] = set()  # times, for whoever writes to guess by

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

    def written(self, does: Callable[[Connection, Sequence[Asked]], Sequence[_Result]], asked: Asked) -> _Result:
        """As `writing`, by whoever has the turn, together with what others ask; alone with all citizens."""
        with self._problems():
            return self._writers.written(does, asked, BUSY_S)

    def sent(self, connection: Connection, asked: Sequence[Asked]) -> Sequence[Sent | Refused]:
        """What becomes of wishes that are to be sent: most are new, and then one statement keeps all of them."""
        names = kept(connection, asked) if are_apart(asked) else None
        return super().sent(connection, asked) if names is None else [Sent(name) for name in names]

    def given(self, connection: Connection, asked: Sequence[Asked]) -> Sequence[Reservation | Refused]:
        """What becomes of wishes that are to be decided at once; those for times that seem full are rejected first."""
        if not are_apart(asked):
            return super().given(connection, asked)
        hopeless = [at for at, one in enumerate(asked) if _time(one) in self._seem_full]
        names = kept_as_rejected(connection, [asked[at] for at in hopeless]) if hopeless else []
        if names is None:  # a time is free again, or a wish is not new
            self._seem_full.difference_update(_time(asked[at]) for at in hopeless)
            return super().given(connection, asked)
        rejected = dict(zip(hopeless, names, strict=True))
        return [
            _rejected(one, rejected[at]) if at in rejected else self.one_given(connection, one)
            for at, one in enumerate(asked)
        ]

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

    def reserved(self, connection: Connection, asked: Asked) -> Reservation | None:
        """A wish kept and answered at once; one look tells whether it is new, and which place it gets."""
        wish, terms, now_s = asked
        if terms.follows is not None:
            return None
        values = (wish.book, wish.start, *asked_if_old(wish, terms, now_s))
        old, place = connection.execute(_OLD_AND_PLACE, values).fetchone()
        if old:
            return None
        if place is None:
            self._seem_full.add(_time(asked))
        return self.answered(connection, wish, now_s, place)

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


def _time(asked: Asked) -> tuple[str, str]:
    return asked.wish.book, asked.wish.start


def _rejected(asked: Asked, name: str) -> Reservation:
    return Reservation(id=name, wish=asked.wish, state=State.REJECTED, appointment=None, place=None)
