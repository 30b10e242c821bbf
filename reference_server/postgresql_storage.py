"""The storage in PostgreSQL: plain driver, a pool, and one conditional statement for each claim of a place."""

import contextlib
import hashlib
import logging
import select
from collections.abc import Generator, Sequence
from typing import Any, Final

import psycopg
from psycopg_pool import ConnectionPool

from reference_server.booking import Confirmed, Decision
from reference_server.reservation import Reservation
from reference_server.sql_claims import EVER
from reference_server.sql_record import RESERVATIONS, Connection, Rows, reservation_of
from reference_server.sql_storage import SqlStorage
from reference_server.sql_wishes import new_id
from reference_server.storage import StorageUnavailable

BUSY_S: Final = 2.0
"""Longest wait for a lock or a connection before a request is turned away. ASSUMPTION: as for SQLite."""

MOST_CONNECTIONS: Final = 16
"""Of one process. Source: claims per second grow up to 16 clients on two cores; PostgreSQL allows 100 by default."""

_LOG: Final = logging.getLogger(__name__)
_SETTINGS: Final = f"""
    SET synchronous_commit = on;
    SET default_transaction_isolation = 'read committed';
    SET lock_timeout = '{BUSY_S}s';
    SET idle_in_transaction_session_timeout = '{5 * BUSY_S}s';
"""
_CLAIM: Final = "UPDATE offered SET free = free[2:], given = free[1]"
_DECIDE: Final = f"""
    WITH asked AS (SELECT id, book, start FROM reservation WHERE id = ? AND state = 'SENT' FOR UPDATE),
         claimed AS ({_CLAIM} FROM asked
                      WHERE offered.book = asked.book AND offered.start = asked.start AND cardinality(free) > 0
                  RETURNING given)
    UPDATE reservation
       SET state = CASE WHEN given IS NULL THEN 'REJECTED' ELSE 'CONFIRMED' END,
           appointment = CASE WHEN given IS NULL THEN NULL ELSE ? END,
           place = given, visible_s = ?
      FROM asked LEFT JOIN claimed ON true
     WHERE reservation.id = asked.id
    RETURNING place
"""  # noqa: S608


class PostgresqlStorage(SqlStorage):
    """The `Storage` in a prepared database; safe to share between threads and between processes."""

    row_lock = "FOR UPDATE"

    def __init__(self, address: str) -> None:
        self._pool = ConnectionPool(
            address,
            min_size=1,
            max_size=MOST_CONNECTIONS,
            kwargs={"autocommit": True},
            configure=_configure,
            check=self._check,
            timeout=BUSY_S,
            reconnect_timeout=BUSY_S,
            open=True,
        )

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()

    @contextlib.contextmanager
    def reading(self) -> Generator[Connection]:
        """A connection for single statements."""
        with self._connection() as connection:
            yield _Marked(connection)

    @contextlib.contextmanager
    def snapshot(self) -> Generator[Connection]:
        """A connection that sees one moment until the block ends."""
        with self._connection() as connection, connection.transaction():
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield _Marked(connection)

    @contextlib.contextmanager
    def writing(self, *citizens: str) -> Generator[Connection]:
        """One transaction, alone among those that write for any of these citizens."""
        with self._connection() as connection, connection.transaction():
            if citizens:
                keys = sorted({_lock_key(citizen) for citizen in citizens})
                connection.execute("SELECT pg_advisory_xact_lock(key) FROM unnest(%s::bigint[]) AS key", (keys,))
            yield _Marked(connection)

    def locked(self, connection: Connection, reservation: str) -> Reservation | None:
        """A reservation that nobody else can write until the transaction ends."""
        row = connection.execute(RESERVATIONS + "WHERE id = ? FOR UPDATE", (reservation,)).fetchone()
        return None if row is None else reservation_of(row)

    def line_up(self, connection: Connection, book: str, starts: Sequence[str]) -> None:
        """Wait for whoever writes at these starts, in the same order as everybody else who writes at several."""
        connection.execute(
            "SELECT FROM offered WHERE book = ? AND start = ANY (?) ORDER BY start FOR UPDATE", (book, list(starts))
        )

    def claimed(self, connection: Connection, book: str, start: str) -> int | None:
        """The lowest free place at a time, taken off the list of free ones."""
        row = connection.execute(
            f"{_CLAIM} WHERE book = ? AND start = ? AND cardinality(free) > 0 RETURNING given", (book, start)
        ).fetchone()
        return None if row is None else row[0]

    def first_claimed(
        self, connection: Connection, book: str, start: str, latest: str = EVER
    ) -> tuple[str, int] | None:
        """The first free place from a start on that nobody is just claiming; if there is none, one that somebody is."""
        for how in ("SKIP LOCKED", ""):
            row = connection.execute(
                f"{_CLAIM} WHERE (book, start) = (SELECT book, start FROM offered"  # noqa: S608
                f" WHERE book = ? AND start BETWEEN ? AND ? AND cardinality(free) > 0"
                f" ORDER BY start LIMIT 1 FOR UPDATE {how}) RETURNING start, given",
                (book, start, latest),
            ).fetchone()
            if row is not None:
                return row[0], row[1]
        return None

    def decide(self, reservation: str, visible_s: float) -> Decision:
        """See `Storage`; one statement looks, claims and answers."""
        with self.reading() as connection:
            row = connection.execute(_DECIDE, (reservation, new_id(), visible_s)).fetchone()
        if row is None or row[0] is None:
            return super().decide(reservation, visible_s)
        return Confirmed(place=row[0])

    def decide_all(self, answers: Sequence[tuple[str, float]]) -> None:
        """See `Storage`; one alone needs no lining up."""
        if len(answers) == 1:
            self.decide(*answers[0])
        else:
            super().decide_all(answers)

    def _check(self, connection: psycopg.Connection) -> None:
        # Of a server that is gone there is an end of file to read; asking for that costs far less than a statement.
        socket = select.poll()
        socket.register(connection.fileno(), select.POLLIN)
        if not socket.poll(0):
            return
        try:
            ConnectionPool.check_connection(connection)
        except psycopg.OperationalError:
            self._pool.check()  # the others broke with it, and one request waits for all of them to be replaced
            raise

    @contextlib.contextmanager
    def _connection(self) -> Generator[psycopg.Connection]:
        try:
            with self._pool.connection() as connection:
                yield connection
        except psycopg.OperationalError as problem:
            _LOG.error("PostgreSQL: %s", str(problem).strip())
            self._pool.check()  # connections that broke with this one are replaced
            raise StorageUnavailable(str(problem)) from problem


class _Marked:
    """A connection that takes question marks for parameters."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> Rows:
        """Run one statement."""
        return self._connection.execute(sql.replace("?", "%s").encode(), parameters)


def _configure(connection: psycopg.Connection) -> None:
    connection.execute(_SETTINGS.encode())


def _lock_key(citizen: str) -> int:
    return int.from_bytes(hashlib.sha256(citizen.encode()).digest()[:8], "big", signed=True)
