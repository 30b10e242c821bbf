"""The database file: made for one scenario, taken up again, and never touched when it is somebody else's."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from reference_server.database import prepare
from reference_server.sqlite_storage import SqliteStorage
from reference_server.start_error import ServerStartError
from reference_server.storage import Sent, Wish
from scenarios.inventory import total_capacity
from tests import a


def test_a_new_database_offers_what_the_scenario_does(tmp_path: Path) -> None:
    prepare(tmp_path / "new.sqlite3", a.scenario())
    storage = SqliteStorage(tmp_path / "new.sqlite3")
    record = storage.everything()
    assert record.free == record.capacity == total_capacity(a.scenario())
    storage.close()


def test_the_database_keeps_its_secret_and_its_reservations(tmp_path: Path) -> None:
    path = tmp_path / "kept.sqlite3"
    secret = prepare(path, a.scenario())
    storage = SqliteStorage(path)
    wish = Wish(citizen="a", idempotency_key="k", book="9999-1", start="2021-05-10T08:30")
    first = storage.send(wish, 1.0)
    storage.close()
    assert prepare(path, a.scenario()) == secret
    assert isinstance(first, Sent)
    assert storage.send(wish, 2.0) == first
    storage.close()


def test_two_databases_do_not_share_a_secret(tmp_path: Path) -> None:
    assert prepare(tmp_path / "one", a.scenario()) != prepare(tmp_path / "two", a.scenario())


def test_a_beat_from_before_the_restart_counts_for_nothing(tmp_path: Path) -> None:
    prepare(tmp_path / "kept.sqlite3", a.scenario())
    storage = SqliteStorage(tmp_path / "kept.sqlite3")
    storage.beat(5.0)
    prepare(tmp_path / "kept.sqlite3", a.scenario())
    assert storage.last_beat_s() == 0.0
    storage.close()


def test_the_database_of_another_scenario_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite3"
    prepare(path, a.scenario())
    before = path.read_bytes()
    with pytest.raises(ServerStartError, match=r"another scenario.*--database"):
        prepare(path, a.scenario({"experiment.seed": 1}))
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"not a database at all, but a letter" * 99, None], ids=["a letter", "a stranger"])
def test_a_file_that_is_no_database_of_ours_is_refused_and_left_as_it_is(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "stranger.sqlite3"
    if content is None:
        with closing(sqlite3.connect(path)) as stranger:
            stranger.execute("CREATE TABLE about (name TEXT, value TEXT)")
    else:
        path.write_bytes(content)
    before = path.read_bytes()
    with pytest.raises(ServerStartError, match=r"is not a database of the reference server.*--database"):
        prepare(path, a.scenario())
    assert path.read_bytes() == before


def test_a_start_that_was_cut_short_is_begun_again(tmp_path: Path) -> None:
    path = tmp_path / "empty.sqlite3"
    with closing(sqlite3.connect(path)) as cut_short:
        cut_short.execute("PRAGMA journal_mode = WAL")
    prepare(path, a.scenario())
    assert SqliteStorage(path).last_beat_s() == 0.0


@pytest.mark.parametrize("place", ["missing/bookings.sqlite3", "."])
def test_a_place_that_cannot_be_written_is_refused_by_name(tmp_path: Path, place: str) -> None:
    with pytest.raises(ServerStartError, match=r"cannot use the database .*--database") as refusal:
        prepare(tmp_path / place, a.scenario())
    assert str(tmp_path) in str(refusal.value)
