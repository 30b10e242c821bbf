"""Those who want to write to one file, in order of arrival."""

import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeAlias

from reference_server.storage import StorageUnavailable

Does: TypeAlias = Callable[[sqlite3.Connection, Sequence[Any]], Sequence[object]]
"""Writes what several ask for, and says for each what came of it, in the same order."""


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
    """Who stands in line, and what is to be written for it; nothing, where its own thread must do that.

    Parameters
    ----------
    does : callable, optional
        Writes it, together with what others ask of the same.
    asked : object
        What it is asked for.
    """

    __slots__ = ("_problem", "asked", "does", "is_done", "raised", "result_", "turn")

    def __init__(self, does: Does | None = None, asked: object = None) -> None:
        self.does = does
        self.asked = asked
        self.result_: object = None
        self.raised: BaseException | None = None
        self._problem: str | None = None
        self.is_done = False
        self.turn = threading.Lock()  # let go when its turn has come, or when it is done

    def told(self, problem: str | None) -> None:
        """It is committed, or could not be."""
        self._problem, self.is_done = problem, True
        if self.turn.locked():
            self.turn.release()

    def result(self) -> object:
        """What came of it."""
        if self.raised is not None:
            raise self.raised
        if self._problem is not None:
            raise StorageUnavailable(self._problem)
        return self.result_


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

    def next_alike(self, does: Does | None, most: int) -> list[InLine]:
        """Those who are next and want the same done, if it can be done for them, taken out of the line.

        Without `does` it is what the first of them wants.
        """
        alike: list[InLine] = []
        with self._lock:
            while self._waiting and len(alike) < most:
                wanted = self._waiting[0].does
                does = does or wanted
                if wanted is None or wanted != does:
                    break
                alike.append(self._waiting.popleft())
        return alike

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


def write_for(some: Sequence[InLine], shared: Transaction) -> None:
    """Write for these, who want the same done, by whoever has the turn; what goes wrong is for those who stand here."""
    changes = shared.connection.total_changes
    does = some[0].does
    assert does is not None  # noqa: S101 (asked before)
    try:
        for one, result in zip(some, does(shared.connection, [one.asked for one in some]), strict=True):
            one.result_ = result
    except BaseException as raised:
        is_undone = shared.connection.total_changes == changes
        if is_undone and len(some) > 1:  # the others need not fail with it
            for one in some:
                write_for([one], shared)
            return
        for one in some:
            one.raised = raised
        if not is_undone and shared.connection.in_transaction:
            shared.connection.execute("ROLLBACK")
    for one in some:
        shared.tell(one)
