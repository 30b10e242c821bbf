"""Whether anything was written to an SQLite file since somebody last looked, told between processes for nothing.

Asking the file takes a few system calls, and the interpreter's lock changes hands twice meanwhile: for a list that is
answered from memory that is more than the answer. Here every transaction of the server draws a number from a few bytes
that all its processes share.
"""

import mmap
import os
from typing import Final

_BEGUN: Final = 0
_ENDED: Final = 1
_SIZE: Final = 16
"""Two numbers of 8 bytes: the newest transaction that has begun, and one that has ended."""


class Changes:
    """Numbers for the transactions that write to one file.

    A number is drawn while SQLite lets nobody else write, so numbers follow each other as the transactions do. It is
    drawn before the commit: who still finds the number that belongs to what it knows has seen everything that is
    committed. A process that is killed in between leaves a transaction that never ends; then nobody trusts a number
    until the next one has ended, and the file is asked every time.

    Only what this server's own processes write is counted.

    Parameters
    ----------
    file : int
        An open file that nothing else is kept in, the same for all processes.
    """

    def __init__(self, file: int) -> None:
        if os.fstat(file).st_size < _SIZE:
            os.ftruncate(file, _SIZE)
        self._numbers = memoryview(mmap.mmap(file, _SIZE)).cast("Q")

    def begin(self) -> int:
        """Draw a number; the caller is the one who may write."""
        number = self._numbers[_BEGUN] + 1
        self._numbers[_BEGUN] = number
        return number

    def end(self, number: int) -> None:
        """The transaction with this number is committed or undone."""
        self._numbers[_ENDED] = number

    @property
    def newest(self) -> int:
        """The newest transaction that has begun: while it stays, everything does."""
        return self._numbers[_BEGUN]

    @property
    def settled(self) -> int | None:
        """The same, if it has ended: what is read from the file now belongs to it. None while somebody writes."""
        ended = self._numbers[_ENDED]
        return ended if ended == self._numbers[_BEGUN] else None
