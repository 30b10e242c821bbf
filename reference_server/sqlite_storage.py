"""The storage in an SQLite file: plain driver, write-ahead log, every write in one immediate transaction.

The database itself makes a double booking impossible (schema.sql), so that is not left to the code here.
"""

import contextlib
import logging
import sqlite3
import threading
import uuid
from collections import deque
from collections.abc import Generator
from pathlib import Path
from typing import Any, Final

from reference_server.booking import Confirmed, Decision, Rejected
from reference_server.storage import KeyReused, Record, Reservation, Sent, State, StorageUnavailable, Waiting, Wish

BUSY_S: Final = 2.0
"""Longest wait for the database before a request is turned away. ASSUMPTION: well below what people wait for a page."""

_LOG: Final = logging.getLogger(__name__)
_BUSY_CODES: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_RESERVATIONS: Final = """
    SELECT citizen, idempotency_key, reservation.book, reservation.start, reservation.id, state, appointment.id, place
      FROM reservation LEFT JOIN appointment ON appointment.reservation = reservation.id
"""


def connected(path: Path, *, create: bool = False) -> sqlite3.Connection:
    """A connection to the database in `path`, set up the way every process of the server needs it."""
    address = f"{path.absolute().as_uri()}?mode={'rwc' if create else 'rw'}"
    connection = sqlite3.connect(address, uri=True, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA synchronous = FULL")  # an answer that was given survives a power cut
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


class SqliteStorage:
    """The `Storage` in an existing database file; safe to share between threads and between processes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle: deque[sqlite3.Connection] = deque()
        # SQLite lets waiting writers starve each other; those of one process take turns before they meet it.
        self._turn = threading.Lock()

    def close(self) -> None:
        """Close every connection that is not in use."""
        while self._idle:
            self._idle.pop().close()

    def free_days(self, book: str) -> list[tuple[str, int]]:
        """See `Storage`."""
        with self._connection() as connection:
            return connection.execute(
                "SELECT substr(start, 1, 10) AS date, sum(places - taken) AS free FROM offered"
                " WHERE book = ? AND taken < places GROUP BY date ORDER BY date",
                (book,),
            ).fetchall()

    def free_times(self, book: str, date: str) -> list[tuple[str, int]]:
        """See `Storage`."""
        with self._connection() as connection:
            return connection.execute(
                "SELECT start, places - taken FROM offered"
                " WHERE book = ? AND start >= ? AND start < ? AND taken < places ORDER BY start",
                (book, date, date + "U"),  # U follows the T of every start on that date
            ).fetchall()

    def send(self, wish: Wish, now_s: float) -> Sent | KeyReused:
        """See `Storage`."""
        with self._writing() as connection:
            known = connection.execute(
                "SELECT id, book, start FROM reservation WHERE citizen = ? AND idempotency_key = ?",
                (wish.citizen, wish.idempotency_key),
            ).fetchone()
            if known is not None:
                return Sent(known[0]) if known[1:] == (wish.book, wish.start) else KeyReused()
            reservation = str(uuid.uuid4())
            connection.execute(
                "INSERT INTO reservation (id, citizen, idempotency_key, book, start, sent_s) VALUES (?, ?, ?, ?, ?, ?)",
                (reservation, wish.citizen, wish.idempotency_key, wish.book, wish.start, now_s),
            )
            return Sent(reservation)

    def oldest_waiting(self) -> Waiting | None:
        """See `Storage`."""
        with self._connection() as connection:
            row = connection.execute(
                "SELECT id, sent_s FROM reservation WHERE state = 'SENT' ORDER BY number LIMIT 1"
            ).fetchone()
        return None if row is None else Waiting(*row)

    def decide(self, reservation: str, visible_s: float) -> Decision:
        """See `Storage`."""
        with self._writing() as connection:
            # One statement looks and takes: the next place if one is left and nothing was decided before.
            connection.execute(
                "INSERT INTO appointment (id, reservation, book, start, place)"
                " SELECT ?, id, book, start, taken + 1 FROM reservation JOIN offered USING (book, start)"
                " WHERE id = ? AND state = 'SENT' AND taken < places",
                (str(uuid.uuid4()), reservation),
            )
            held = connection.execute("SELECT place FROM appointment WHERE reservation = ?", (reservation,)).fetchone()
            state = State.REJECTED if held is None else State.CONFIRMED
            connection.execute(
                "UPDATE reservation SET state = ?, visible_s = ? WHERE id = ? AND state = 'SENT'",
                (state, visible_s, reservation),
            )
        return Rejected() if held is None else Confirmed(place=held[0])

    def is_own(self, citizen: str, reservation: str) -> bool:
        """See `Storage`."""
        with self._connection() as connection:
            found = connection.execute(
                "SELECT 1 FROM reservation WHERE id = ? AND citizen = ?", (reservation, citizen)
            ).fetchone()
        return found is not None

    def answers(self, citizen: str, now_s: float) -> list[Reservation]:
        """See `Storage`."""
        with self._connection() as connection:
            rows = connection.execute(
                _RESERVATIONS + "WHERE citizen = ? AND visible_s <= ? ORDER BY number", (citizen, now_s)
            ).fetchall()
        return [_reservation(row) for row in rows]

    def everything(self) -> Record:
        """See `Storage`."""
        with self._connection() as connection, _transaction(connection, "BEGIN"):
            rows = connection.execute(_RESERVATIONS + "ORDER BY number").fetchall()
            free, capacity = connection.execute("SELECT sum(places - taken), sum(places) FROM offered").fetchone()
        return Record(reservations=[_reservation(row) for row in rows], free=free, capacity=capacity)

    def beat(self, now_s: float) -> None:
        """See `Storage`."""
        with self._writing() as connection:
            connection.execute("UPDATE about SET value = ? WHERE name = 'last_beat_s'", (repr(now_s),))

    def last_beat_s(self) -> float:
        """See `Storage`."""
        with self._connection() as connection:
            row = connection.execute("SELECT value FROM about WHERE name = 'last_beat_s'").fetchone()
        return float(row[0])

    @contextlib.contextmanager
    def _writing(self) -> Generator[sqlite3.Connection]:
        if not self._turn.acquire(timeout=BUSY_S):
            raise StorageUnavailable("busy")
        try:
            with self._connection() as connection, _transaction(connection, "BEGIN IMMEDIATE"):
                yield connection
        finally:
            self._turn.release()

    @contextlib.contextmanager
    def _connection(self) -> Generator[sqlite3.Connection]:
        try:
            connection = self._taken_or_new()
            try:
                yield connection
            finally:
                self._idle.append(connection)
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
def _transaction(connection: sqlite3.Connection, begin: str) -> Generator[None]:
    connection.execute(begin)
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # SQLite itself rolls back after some errors, a full disk for one
            connection.execute("ROLLBACK")
        raise


def _reservation(row: tuple[Any, ...]) -> Reservation:
    citizen, idempotency_key, book, start, reservation, state, appointment, place = row
    wish = Wish(citizen=citizen, idempotency_key=idempotency_key, book=book, start=start)
    return Reservation(id=reservation, wish=wish, state=State(state), appointment=appointment, place=place)
