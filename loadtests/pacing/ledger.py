"""The ledger of a send-out: lines that are only added, each on the disk before the next thing happens.

A file of lines and not a database: there is one writer, nothing is ever changed, people can read it, and what a crash
may leave is one torn last line. Each line carries a digest of itself and of the line before, so a line that was changed
or taken out is found. SQLite with full durability would promise the same, and hide it.
"""

import fcntl
import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from loadtests.pacing.durable import Disk
from loadtests.pacing.entries import LINE, Line

LEDGER: Final = "ledger.jsonl"
_DIGEST: Final = 16


class LedgerRefused(ValueError):
    """A ledger cannot be used; the message says which, why and what to do."""


class Ledger:
    """The one writer of a ledger: nobody else may open it while this one is open.

    Raises
    ------
    LedgerRefused
        Another pacer has it open, or a line was changed.
    OSError
        The disk refuses.
    """

    def __init__(self, folder: Path, disk: Disk) -> None:
        self._disk = disk
        disk.make_folder(folder)
        path = folder / LEDGER
        is_new = not path.exists()
        self._file = path.open("ab", buffering=0)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.close()
            raise LedgerRefused(
                f"{folder}: another bolk pace runs this send-out. Talk to it: bolk pace {folder} --say pause"
            ) from None
        if is_new:
            disk.make_folder(folder)  # the name of the new file, too, is to be on the disk
        content = path.read_bytes()
        self.lines, self._digest, whole = _read(path, content)
        if whole < len(content):
            # It was torn by a crash: nothing was done on the strength of it.
            os.truncate(path, whole)
            os.fsync(self._file.fileno())

    def append(self, line: Line) -> None:
        """Add a line; it is on the disk when this returns."""
        text = LINE.dump_json(line)
        self._digest = _digest_of(self._digest, text)
        self._disk.append(self._file, self._digest.encode() + b" " + text + b"\n")

    def close(self) -> None:
        """Let others have it."""
        self._file.close()


def read_ledger(folder: Path) -> Sequence[Line]:
    """Everything a ledger says so far, whoever writes it.

    Raises
    ------
    LedgerRefused
        There is none, or a line was changed.
    """
    path = folder / LEDGER
    try:
        return _read(path, path.read_bytes())[0]
    except FileNotFoundError:
        raise LedgerRefused(f"{folder}: no send-out has begun here. Name the folder of its ledger") from None


def _read(path: Path, content: bytes) -> tuple[list[Line], str, int]:
    """The lines, the digest of the last, and how much of the content they are: a torn last line has no end."""
    lines: list[Line] = []
    digest, whole = "", 0
    parts = content.split(b"\n")
    for number, part in enumerate(parts[:-1], 1):
        said, _, text = part.partition(b" ")
        expected = _digest_of(digest, text)
        if said.decode(errors="replace") != expected:
            raise _damaged(path, number)
        try:
            lines.append(LINE.validate_json(text))
        except ValidationError:
            raise _damaged(path, number) from None
        digest, whole = expected, whole + len(part) + 1
    return lines, digest, whole


def _damaged(path: Path, number: int) -> LedgerRefused:
    return LedgerRefused(
        f"{path}: line {number} was changed after it was written, so nobody can say who has been sent to. "
        "Put back the file as it was, or settle with the SMS system and begin a new ledger with those who are left"
    )


def _digest_of(before: str, text: bytes) -> str:
    return hashlib.sha256(before.encode() + text).hexdigest()[:_DIGEST]
