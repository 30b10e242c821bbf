"""Who writes next to an SQLite file, and what is committed together.

SQLite lets one writer in at a time and makes the others sleep, longer each time, so that some wait for seconds while
others pass them by. Here the writers of one process stand in a line, processes take turns, and those who stand in line
share a transaction: one wait for the disk commits what all of them did. Who can say beforehand what to write need not
even wake up for it: whoever has the turn does it along the way.
"""

import contextlib
import fcntl
import logging
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import Final, NamedTuple, TypeVar, cast

from reference_server.sqlite_changes import Changes
from reference_server.sqlite_line import InLine, Line, write_for
from reference_server.storage import StorageUnavailable

MOST_TOGETHER: Final = 32
"""Writers who share a transaction. ASSUMPTION: what they do takes a few milliseconds, little against waiting alone."""

_LOOK_EVERY_S: Final = 0.0002
_LOG: Final = logging.getLogger(__name__)
_Asked = TypeVar("_Asked")
_Result = TypeVar("_Result")


class Writers:
    """Lets writers into one file: in order of arrival within this process, by turns between processes.

    Parameters
    ----------
    connect : callable
        Opens the connection that all of them use, one after the other.
    turn : Path
        A file, made if need be, that is locked by the process which is next; its few bytes number transactions.
    """

    def __init__(self, connect: Callable[[], sqlite3.Connection], turn: Path) -> None:
        self._connect = connect
        self._turn = turn
        self._line = Line()
        # Both are for whoever has the turn.
        self._opened: _Opened | None = None
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
        if not self._line.has_come(InLine(), patience_s):
            raise StorageUnavailable("busy")
        shared = self._shared(deadline_s)
        try:
            with shared.part():
                yield shared.connection
        finally:
            self._go_on(shared)
        problem = shared.wait()
        if problem is not None:
            raise StorageUnavailable(problem)

    def written(
        self,
        does: Callable[[sqlite3.Connection, Sequence[_Asked]], Sequence[_Result]],
        asked: _Asked,
        patience_s: float,
    ) -> _Result:
        """What `does` gives for what is asked, in a transaction, when everything is committed; see `writing`.

        It may run in another thread, that of whoever has the turn, and be given at once what several ask for who stand
        in line behind each other; it says for each what came of it. If it raises after it wrote something, nothing that
        anybody did in the transaction is kept; before that, each is done alone.
        """
        deadline_s, mine = time.monotonic() + patience_s, InLine(does, asked)
        if not self._line.has_come(mine, patience_s):
            raise StorageUnavailable("busy")
        if not mine.is_done:
            shared = self._shared(deadline_s)
            try:
                write_for([mine, *self._line.next_alike(does, shared.room - 1)], shared)
            finally:
                self._go_on(shared)
            shared.wait()
        return cast(_Result, mine.result())

    def close(self) -> None:
        """Close what is open; nobody may be writing."""
        if self._opened is not None:
            self._opened.connection.close()
            os.close(self._opened.turn)
            self._opened = None

    def _shared(self, deadline_s: float) -> "_Shared":
        try:
            return self._begun or self._begin(deadline_s)
        except BaseException:
            self._line.leave()
            raise

    def _begin(self, deadline_s: float) -> "_Shared":
        if self._opened is None:
            connection = self._connect()
            connection.execute("PRAGMA busy_timeout = 0")
            turn = opened_turn(self._turn)
            self._opened = _Opened(connection, turn, Changes(turn))
        connection, turn = self._opened.connection, self._opened.turn
        # Who is next keeps the turn until the file is free; one that just wrote comes after it, however quick it is.
        if not _is_locked(turn):
            _until(lambda: _is_locked(turn), deadline_s)
        try:
            if not _has_begun(connection):
                _until(lambda: _has_begun(connection), deadline_s)
        finally:
            fcntl.flock(turn, fcntl.LOCK_UN)
        return _Shared(connection, self._opened.changes)

    def _go_on(self, shared: "_Shared") -> None:
        while shared.room and (alike := self._line.next_alike(None, shared.room)):
            write_for(alike, shared)
        self._begun = shared
        if shared.room and self._line.next_comes():
            return  # and writes, or fails, and in the end somebody commits
        self._begun = None
        try:
            shared.commit()
        finally:
            self._line.leave()


class _Opened(NamedTuple):
    connection: sqlite3.Connection
    turn: int
    changes: Changes


class _Shared:
    """A transaction in which several writers have a part each; it is committed once, for all of them."""

    def __init__(self, connection: sqlite3.Connection, changes: Changes) -> None:
        self.connection = connection
        self._changes = changes
        self._number = changes.begin()
        self._parts = 0
        self._written: list[InLine] = []
        self._going_on = threading.Lock()
        self._going_on.acquire()
        self._problem: str | None = "it was given up"

    @property
    def room(self) -> int:
        """How many more may write in it."""
        return MOST_TOGETHER - self._parts if self.connection.in_transaction else 0

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

    def tell(self, one: InLine) -> None:
        """Somebody had a part, and is to be told what became of the commit."""
        self._parts += 1
        self._written.append(one)

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
            self._changes.end(self._number)
            for one in self._written:
                one.told(self._problem)
            self._going_on.release()

    def wait(self) -> str | None:
        """Wait until it is committed; what the problem was, if it could not be."""
        with self._going_on:
            return self._problem


def opened_turn(path: Path) -> int:
    """The file that is locked by who is next, and in which transactions are numbered."""
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o644)


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
