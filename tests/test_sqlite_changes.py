"""What is remembered of an SQLite file is true: whoever writes is seen at once, also by those who did not ask it."""

import signal
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from reference_server.database import prepare
from reference_server.sqlite_storage import SqliteStorage
from reference_server.storage import Wish
from tests import a

BOOK, START = "9999-1", "2021-05-10T08:30"
KILLED = """
import os, signal, sys
from pathlib import Path
from reference_server.sqlite_storage import SqliteStorage
with SqliteStorage(Path(sys.argv[1])).writing() as connection:
    connection.execute("UPDATE offered SET taken = 1 WHERE book = ? AND start = ?", sys.argv[2:])
    connection.execute("COMMIT")
    os.kill(os.getpid(), signal.SIGKILL)
"""


class Asked(SqliteStorage):
    """Counts how often it had to ask the file."""

    count = 0

    def reading(self):
        """See `SqliteStorage`."""
        self.count += 1
        return super().reading()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    prepare(tmp_path / "bookings.sqlite3", a.scenario())
    return tmp_path / "bookings.sqlite3"


@pytest.fixture
def storage(path: Path) -> Generator[Asked]:
    one = Asked(path)
    yield one
    one.close()


def wish(citizen: str) -> Wish:
    return Wish(citizen=citizen, idempotency_key="k", book=BOOK, start=START)


def test_the_file_is_asked_once_and_again_after_each_change(path: Path, storage: Asked) -> None:
    other = SqliteStorage(path)  # as another process has it
    first = storage.version(BOOK)
    assert [storage.version(BOOK) for _ in range(3)] == [first] * 3
    assert storage.count == 1
    seen: list[int] = []
    for number, writer in enumerate((storage, other, storage, other)):
        writer.reserve(wish(f"{number}"), 1.0)
        seen.append(storage.version(BOOK))
    assert seen == [first + 1, first + 2, first + 3, first + 3], "there are three places; a rejection changes no list"
    assert storage.count == 5
    other.close()


def test_while_somebody_writes_nothing_is_remembered(path: Path, storage: Asked) -> None:
    other = SqliteStorage(path)
    storage.beat(1.0)
    with other.writing() as connection:
        connection.execute("UPDATE offered SET taken = 1 WHERE book = ? AND start = ?", (BOOK, START))
        before = storage.version(BOOK)
        assert storage.version(BOOK) == before
        assert storage.count == 2, "asked each time"
    assert storage.version(BOOK) == before + 1
    other.close()


def test_who_is_killed_while_writing_leaves_nobody_with_something_old(path: Path, storage: Asked) -> None:
    before = storage.version(BOOK)
    done = subprocess.run([sys.executable, "-c", KILLED, path, BOOK, START], check=False)
    assert done.returncode == -signal.SIGKILL
    asked = storage.count
    assert [storage.version(BOOK) for _ in range(2)] == [before + 1] * 2
    assert storage.count == asked + 2, "nobody said that it ended"
    storage.beat(1.0)
    assert [storage.version(BOOK) for _ in range(2)] == [before + 1] * 2
    assert storage.count == asked + 3, "the next one did"
