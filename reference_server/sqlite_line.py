"""Those who want to write to one file, in order of arrival."""

import sqlite3
import threading
from collections import deque
from collections.abc import Callable
from typing import Protocol

from reference_server.storage import StorageUnavailable


class Transaction(Protocol):
    """What several write in."""

    @property
    def connection(self) -> sqlite3.Connection:
        """The connection that is in it."""
        ...

    def tell(self, one: "InLine") -> None:
        """Somebody had a part, and is to be told what became of the commit."""
        ...


class InLine:
    """Who stands in line, and what is to be written for it; nothing, where its own thread must do that."""

    __slots__ = ("_does", "_problem", "_raised", "_result", "is_done", "turn")

    def __init__(self, does: Callable[[sqlite3.Connection], object] | None = None) -> None:
        self._does = does
        self._result: object = None
        self._raised: BaseException | None = None
        self._problem: str | None = None
        self.is_done = False
        self.turn = threading.Lock()  # let go when its turn has come, or when it is done

    @property
    def can_be_written(self) -> bool:
        """Whether somebody else can do it."""
        return self._does is not None

    def write(self, shared: Transaction) -> None:
        """Write, by whoever has the turn; what goes wrong is for the one who stands here."""
        assert self._does is not None  # noqa: S101 (asked before)
        changes = shared.connection.total_changes
        try:
            self._result = self._does(shared.connection)
        except BaseException as raised:
            self._raised = raised
            if shared.connection.total_changes != changes and shared.connection.in_transaction:
                shared.connection.execute("ROLLBACK")
        shared.tell(self)

    def told(self, problem: str | None) -> None:
        """It is committed, or could not be."""
        self._problem, self.is_done = problem, True
        if self.turn.locked():
            self.turn.release()

    def result(self) -> object:
        """What came of it."""
        if self._raised is not None:
            raise self._raised
        if self._problem is not None:
            raise StorageUnavailable(self._problem)
        return self._result


class Line:
    """Threads in order of arrival; the turn is handed over, so that nobody slips in between."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken = False
        self._waiting: deque[InLine] = deque()

    @property
    def length(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def has_come(self, mine: InLine, patience_s: float) -> bool:
        """Wait for the turn, or until somebody has done it, at most this long."""
        with self._lock:
            if not self._taken:
                self._taken = True
                return True
            mine.turn.acquire()
            self._waiting.append(mine)
        if mine.turn.acquire(timeout=patience_s):
            return True
        with self._lock:
            if mine in self._waiting:
                self._waiting.remove(mine)
                return False
        mine.turn.acquire()  # it came in the very last moment, or is just being written
        return True

    def next_to_write(self) -> InLine | None:
        """The next, taken out of the line, if what it wants can be done for it."""
        with self._lock:
            return self._waiting.popleft() if self._waiting and self._waiting[0].can_be_written else None

    def next_comes(self) -> bool:
        """Hand the turn over; False if nobody waits, and it is still ours."""
        with self._lock:
            if not self._waiting:
                return False
            self._waiting.popleft().turn.release()
            return True

    def leave(self) -> None:
        """Hand the turn over, or leave it to whoever comes."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().turn.release()
            else:
                self._taken = False
