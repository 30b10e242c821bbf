"""Who writes next to an SQLite file: in order, together, nobody told too early, and no process overtaken."""

import contextlib
import fcntl
import sqlite3
import threading
from collections.abc import Callable, Generator, Sequence
from functools import partial
from pathlib import Path

import pytest

from reference_server.sqlite_storage import connected
from reference_server.sqlite_writers import MOST_TOGETHER, Writers
from reference_server.storage import StorageUnavailable
from tests.test_server_processes import until

PATIENCE_S = 60.0


class Desk:
    """A file with the names of who wrote in it, the writers to it, and what became of each."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "names.sqlite3"
        self.statements: list[str] = []
        self.outcomes: dict[str, object] = {}
        self.by: dict[str, int] = {}
        self.writers = self.more_writers()
        self._threads: list[threading.Thread] = []
        with contextlib.closing(connected(self.path, create=True)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("CREATE TABLE fine (word TEXT PRIMARY KEY)")
            connection.execute("INSERT INTO fine VALUES ('fine')")
            connection.execute(
                "CREATE TABLE name (number INTEGER PRIMARY KEY, name TEXT UNIQUE,"
                " word TEXT REFERENCES fine DEFERRABLE INITIALLY DEFERRED)"  # so that a commit can fail
            )

    def more_writers(self) -> Writers:
        """As another process has them."""

        def connect() -> sqlite3.Connection:
            connection = connected(self.path)
            connection.set_trace_callback(self.statements.append)
            return connection

        return Writers(connect, self.path.with_name("turn"))

    def names(self) -> list[str]:
        with contextlib.closing(connected(self.path)) as connection:
            return [name for (name,) in connection.execute("SELECT name FROM name ORDER BY number")]

    def write(self, name: str, word: str = "fine", during: Callable[[], object] = lambda: None) -> None:
        try:
            with self.writers.writing(PATIENCE_S) as connection:
                connection.execute("INSERT INTO name (name, word) VALUES (?, ?)", (name, word))
                during()
            self.outcomes[name] = name in self.names()
        except (StorageUnavailable, sqlite3.IntegrityError, ZeroDivisionError) as refused:
            self.outcomes[name] = type(refused)

    def have_written(self, name: str, during: Callable[[], object] = lambda: None) -> None:
        """The same, by whoever has the turn."""

        def does(connection: sqlite3.Connection, asked: Sequence[str]) -> list[int]:
            during()
            self.by[name] = threading.get_ident()
            return [connection.execute("INSERT INTO name (name) VALUES (?)", (one,)).rowcount for one in asked]

        try:
            self.outcomes[name] = self.writers.written(does, name, PATIENCE_S) == 1 and name in self.names()
        except (StorageUnavailable, sqlite3.IntegrityError, ZeroDivisionError) as refused:
            self.outcomes[name] = type(refused)

    def lined_up(self, *writes: Callable[[], None]) -> None:
        """Let these stand in line, in this order."""
        for write in writes:
            before = self.writers.in_line
            self._threads.append(threading.Thread(target=write))
            self._threads[-1].start()
            until(lambda before=before: self.writers.in_line == before + 1)

    def all_done(self) -> None:
        for thread in self._threads:
            thread.join(timeout=PATIENCE_S)


@pytest.fixture
def desk(tmp_path: Path) -> Generator[Desk]:
    one = Desk(tmp_path)
    yield one
    one.writers.close()


def test_those_who_stand_in_line_write_in_order_and_are_committed_once(desk: Desk) -> None:
    names = [f"{number}" for number in range(8)]
    desk.write("first", during=lambda: desk.lined_up(*(partial(desk.write, name) for name in names)))
    desk.all_done()
    assert desk.names() == ["first", *names]
    assert desk.outcomes == dict.fromkeys(["first", *names], True), "each was told when it was committed, not before"
    assert desk.statements.count("COMMIT") == 1


def test_a_long_line_is_committed_in_parts(desk: Desk) -> None:
    names = [f"{number}" for number in range(MOST_TOGETHER)]
    desk.write("first", during=lambda: desk.lined_up(*(partial(desk.write, name) for name in names)))
    desk.all_done()
    assert desk.names() == ["first", *names]
    assert desk.statements.count("COMMIT") == 2


@pytest.mark.parametrize("failing", ["first", "second", "third"])
def test_who_fails_undoes_its_own_part_and_nothing_else(desk: Desk, failing: str) -> None:
    def end(name: str) -> None:
        if name == failing:
            raise ZeroDivisionError

    def first() -> None:
        desk.lined_up(*(partial(desk.write, name, during=partial(end, name)) for name in ("second", "third")))
        end("first")

    desk.write("first", during=first)
    desk.all_done()
    kept = [name for name in ("first", "second", "third") if name != failing]
    assert desk.names() == kept
    assert desk.outcomes == dict.fromkeys(kept, True) | {failing: ZeroDivisionError}


def test_when_the_commit_fails_all_are_told_and_nothing_is_kept(desk: Desk) -> None:
    desk.write("first", during=lambda: desk.lined_up(partial(desk.write, "second", word="wrong")))
    desk.all_done()
    assert desk.outcomes == dict.fromkeys(("first", "second"), StorageUnavailable)
    assert desk.names() == []
    desk.write("third")
    assert desk.names() == ["third"]


def test_who_has_no_patience_gives_up_and_the_others_go_on(desk: Desk) -> None:
    def impatient() -> None:
        with pytest.raises(StorageUnavailable), desk.writers.writing(0.05):
            pass
        desk.outcomes["impatient"] = "left"

    def wait() -> None:
        desk.lined_up(impatient)
        until(lambda: desk.outcomes)
        desk.lined_up(partial(desk.write, "second"))

    desk.write("first", during=wait)
    desk.all_done()
    assert desk.outcomes == {"first": True, "second": True, "impatient": "left"}


def test_whoever_has_the_turn_writes_for_those_who_wait_and_all_are_committed_once(desk: Desk) -> None:
    names = [f"{number}" for number in range(8)]
    desk.have_written("first", during=lambda: desk.lined_up(*(partial(desk.have_written, name) for name in names)))
    desk.all_done()
    assert desk.names() == ["first", *names]
    assert desk.outcomes == dict.fromkeys(["first", *names], True), "each was told when it was committed, not before"
    assert set(desk.by.values()) == {threading.get_ident()}
    assert desk.statements.count("COMMIT") == 1


def test_who_must_write_for_itself_is_waited_for(desk: Desk) -> None:
    line = (partial(desk.have_written, "second"), partial(desk.write, "third"), partial(desk.have_written, "fourth"))
    desk.have_written("first", during=lambda: desk.lined_up(*line))
    desk.all_done()
    assert desk.names() == ["first", "second", "third", "fourth"]
    assert desk.outcomes == dict.fromkeys(desk.names(), True)
    assert desk.by["second"] == desk.by["first"] != desk.by["fourth"]
    assert desk.statements.count("COMMIT") == 1


@pytest.mark.parametrize("failing", ["first", "second", "third"])
def test_who_cannot_be_written_for_is_told_and_the_others_are_kept(desk: Desk, failing: str) -> None:
    def end(name: str) -> None:
        if name == failing:
            raise ZeroDivisionError

    def first() -> None:
        desk.lined_up(*(partial(desk.have_written, name, during=partial(end, name)) for name in ("second", "third")))
        end("first")

    desk.have_written("first", during=first)
    desk.all_done()
    kept = [name for name in ("first", "second", "third") if name != failing]
    assert desk.names() == kept
    assert desk.outcomes == dict.fromkeys(kept, True) | {failing: ZeroDivisionError}


def test_who_writes_and_then_fails_spoils_it_for_all_and_nothing_is_kept(desk: Desk) -> None:
    def spoils(connection: sqlite3.Connection, _: object) -> list[None]:
        connection.execute("INSERT INTO name (name) VALUES ('half')")
        raise ZeroDivisionError

    def second() -> None:
        with pytest.raises(ZeroDivisionError):
            desk.writers.written(spoils, None, PATIENCE_S)

    desk.have_written("first", during=lambda: desk.lined_up(second, partial(desk.have_written, "third")))
    desk.all_done()
    assert desk.outcomes == {"first": StorageUnavailable, "third": True}
    assert desk.names() == ["third"]


def test_a_process_that_writes_again_at_once_comes_after_the_one_that_waits(desk: Desk) -> None:
    other, seen = desk.more_writers(), list[list[str]]()

    def wait() -> None:
        with other.writing(PATIENCE_S) as connection:
            connection.execute("INSERT INTO name (name) VALUES ('other')")

    def is_next() -> bool:
        with (desk.path.with_name("turn")).open() as turn:
            try:
                fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            return False

    waiting = threading.Thread(target=wait)

    def begin_to_wait() -> None:
        waiting.start()
        until(is_next)

    desk.write("first", during=begin_to_wait)
    desk.write("second", during=lambda: seen.append(desk.names()))
    waiting.join(timeout=PATIENCE_S)
    assert seen == [["first", "other"]]
    other.close()
