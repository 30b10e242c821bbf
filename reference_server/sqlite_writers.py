"""Who writes next to an SQLite file, and what is committed together.

SQLite lets one writer in at a time and makes the others sleep, longer each time, so that some wait for seconds while
others pass them by. Here the writers of one process stand in a line, processes take turns, and those who stand in line
share a transaction: one wait for the disk commits what all of them did.
"""

import contextlib
import fcntl
import logging
import os
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Final

from reference_server.storage import StorageUnavailable

MOST_TOGETHER: Final = 32
"""Writers who share a transaction. ASSUMPTION: what they do takes a few milliseconds, little against waiting alone."""

_LOOK_EVERY_S: Final = 0.0002
_LOG: Final = logging.getLogger(__name__)


class Writers:
    """Lets writers into one file: in order of arrival within this process, by turns between processes.

    Parameters
    ----------
    connect : callable
        Opens the connection that all of them use, one after the other.
    turn : Path
        A file, empty and made if need be, that is locked by the process which is next.
    """

    def __init__(self, connect: Callable[[], sqlite3.Connection], turn: Path) -> None:
        self._connect = connect
        self._turn = turn
        self._line = _Line()
        # Both are for whoever has the turn.
        self._opened: tuple[sqlite3.Connection, int] | None = None
        self._begun: _Shared | None = None

    @property
    def in_line(self) -> int:
        """How many wait for their turn in this process."""
        return self._line.length

    @contextlib.contextmanager
    def writing(self, patience_s: float) -> Generator[sqlite3.Connection]:
        """A transaction for the length of the block, which is left only when everything in it is committed.

        A block that raises undoes what it did and nothing else.

        Raises
        ------
        StorageUnavailable
            The turn did not come in time, or what was written could not be committed; nothing of it is kept.
        """
        deadline_s = time.monotonic() + patience_s
        if not self._line.has_come(patience_s):
            raise StorageUnavailable("busy")
        try:
            shared = self._begun or self._begin(deadline_s)
        except BaseException:
            self._line.leave()
            raise
        try:
            with shared.part():
                yield shared.connection
        finally:
            self._go_on(shared)
        shared.wait()

    def close(self) -> None:
        """Close what is open; nobody may be writing."""
        if self._opened is not None:
            self._opened[0].close()
            os.close(self._opened[1])
            self._opened = None

    def _begin(self, deadline_s: float) -> "_Shared":
        if self._opened is None:
            connection = self._connect()
            connection.execute("PRAGMA busy_timeout = 0")
            self._opened = connection, os.open(self._turn, os.O_RDWR | os.O_CREAT, 0o644)
        connection, turn = self._opened
        # Who is next keeps the turn until the file is free; one that just wrote comes after it, however quick it is.
        _until(lambda: _is_locked(turn), deadline_s)
        try:
            _until(lambda: _has_begun(connection), deadline_s)
        finally:
            fcntl.flock(turn, fcntl.LOCK_UN)
        return _Shared(connection)

    def _go_on(self, shared: "_Shared") -> None:
        self._begun = shared
        if shared.has_room and self._line.next_comes():
            return  # and writes, or fails, and in the end somebody commits
        self._begun = None
        try:
            shared.commit()
        finally:
            self._line.leave()


class _Line:
    """Threads in order of arrival; the turn is handed over, so that nobody slips in between."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken = False
        self._waiting: deque[threading.Lock] = deque()

    @property
    def length(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def has_come(self, patience_s: float) -> bool:
        """Wait for the turn, at most this long."""
        with self._lock:
            if not self._taken:
                self._taken = True
                return True
            mine = threading.Lock()
            mine.acquire()
            self._waiting.append(mine)
        if mine.acquire(timeout=patience_s):
            return True
        with self._lock:
            if mine not in self._waiting:
                return True  # it came in the very last moment
            self._waiting.remove(mine)
            return False

    def next_comes(self) -> bool:
        """Hand the turn over; False if nobody waits, and it is still ours."""
        with self._lock:
            if not self._waiting:
                return False
            self._waiting.popleft().release()
            return True

    def leave(self) -> None:
        """Hand the turn over, or leave it to whoever comes."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False


class _Shared:
    """A transaction in which several writers have a part each; it is committed once, for all of them."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self._parts = 0
        self._ended = threading.Event()
        self._problem: str | None = "it was given up"

    @property
    def has_room(self) -> bool:
        """Whether one more may write in it."""
        return self.connection.in_transaction and self._parts < MOST_TOGETHER

    @contextlib.contextmanager
    def part(self) -> Generator[None]:
        """One writer's part, undone if the block raises."""
        is_first = self._parts == 0
        self._parts += 1
        if not is_first:
            self.connection.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            if self.connection.in_transaction:  # SQLite itself rolls back after some errors, a full disk for one
                self.connection.execute("ROLLBACK" if is_first else "ROLLBACK TO part")
            raise
        if not is_first:
            self.connection.execute("RELEASE part")

    def commit(self) -> None:
        """Keep everything, or nothing, and tell those who wait."""
        try:
            if self.connection.in_transaction:
                self.connection.execute("COMMIT")
                self._problem = None
        except sqlite3.Error as problem:
            _LOG.error("cannot commit: %s", problem)
            self._problem = str(problem)
        finally:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            self._ended.set()

    def wait(self) -> None:
        """Wait until it is committed; raises if it was not."""
        self._ended.wait()
        if self._problem is not None:
            raise StorageUnavailable(self._problem)


def _until(comes: Callable[[], bool], deadline_s: float) -> None:
    while not comes():
        if time.monotonic() >= deadline_s:
            raise StorageUnavailable("busy")
        time.sleep(_LOOK_EVERY_S)


def _is_locked(turn: int) -> bool:
    try:
        fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _has_begun(connection: sqlite3.Connection) -> bool:
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as problem:
        if problem.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
            return False
        raise
    return True
