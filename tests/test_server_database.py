"""The database: made for one scenario, taken up again, brought up to date, and never touched when it is another's."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from reference_server import migrations
from reference_server.booking import Confirmed
from reference_server.database import opened, prepare
from reference_server.sqlite_storage import SqliteStorage
from reference_server.start_error import ServerStartError
from reference_server.storage import KeyReused, Sent, State, Wish
from scenarios.inventory import total_capacity
from scenarios.reading import sha256_of
from tests import a, postgresql
from tests.databases import BOOK, BOTH, SMALL, STARTS, new_address, wish


@pytest.fixture(params=BOTH)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where nothing is yet."""
    return new_address(request.param, tmp_path)


@pytest.fixture(params=BOTH)
def addresses(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """Two places where nothing is yet."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    return new_address(request.param, tmp_path / "one"), new_address(request.param, tmp_path / "two")


def test_a_new_database_offers_what_the_scenario_does(address: str) -> None:
    prepare(address, a.scenario())
    storage = opened(address)
    record = storage.everything()
    assert record.free == record.capacity == total_capacity(a.scenario())
    storage.close()


def test_the_database_keeps_its_secret_and_its_reservations(address: str) -> None:
    secret = prepare(address, a.scenario())
    storage = opened(address)
    wanted = Wish(citizen="a", idempotency_key="k", book="9999-1", start="2021-05-10T08:30")
    first = storage.send(wanted, 1.0)
    assert prepare(address, a.scenario()) == secret
    assert isinstance(first, Sent)
    assert storage.send(wanted, 2.0) == first
    storage.close()


def test_two_databases_do_not_share_a_secret(addresses: tuple[str, str]) -> None:
    one, two = addresses
    assert prepare(one, a.scenario()) != prepare(two, a.scenario())


def test_a_beat_from_before_the_restart_counts_for_nothing_and_what_was_asked_of_the_record_system_stands(
    address: str,
) -> None:
    prepare(address, a.scenario())
    storage = opened(address)
    storage.beat(5.0)
    storage.ask_ehr(stop=True)
    prepare(address, a.scenario())
    assert storage.last_beat_s() == 0.0
    assert storage.ehr_status().asked_to_stop
    storage.close()


def test_the_database_of_another_scenario_is_refused_and_left_as_it_is(address: str) -> None:
    prepare(address, a.scenario())
    storage = opened(address)
    before = storage.everything()
    storage.close()
    with pytest.raises(ServerStartError, match=r"another scenario.*--database"):
        prepare(address, a.scenario({"experiment.seed": 1}))
    storage = opened(address)
    assert storage.everything() == before
    storage.close()


def test_a_database_that_a_newer_program_made_is_refused_and_left_as_it_is(address: str) -> None:
    prepare(address, a.scenario())
    newer = "UPDATE about SET value = 'bolk.database/99' WHERE name = 'schema'"
    if address.startswith("postgresql:"):
        with psycopg.connect(address) as connection:
            connection.execute(newer)
    else:
        with closing(sqlite3.connect(address, isolation_level=None)) as file:
            file.execute(newer)
    for _ in range(2):
        with pytest.raises(ServerStartError, match=r"made by a newer bolk \(its version is 99.*--database"):
            prepare(address, a.scenario())


def test_a_stranger_among_postgresql_databases_is_refused_and_left_as_it_is() -> None:
    for table in ("about (name text, value text)", "diary (page text)"):
        address = postgresql.new_database()
        with psycopg.connect(address) as connection:
            connection.execute(f"CREATE TABLE {table}".encode())
        with pytest.raises(ServerStartError, match=r"is not a database of the reference server.*--database"):
            prepare(address, a.scenario())
        with psycopg.connect(address) as connection:
            assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (1,)


def test_a_postgresql_that_is_not_there_is_named_without_its_password() -> None:
    with pytest.raises(ServerStartError, match=r"cannot use the database postgresql://127.0.0.1:1/x.*--database") as no:
        prepare("postgresql://me:geheim@127.0.0.1:1/x", a.scenario())
    assert "geheim" not in str(no.value)


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


def first_version(path: Path) -> None:
    """A file as the first version wrote it: one confirmed at the first time, one rejected there, one waiting."""
    about = {
        "schema": "bolk.database/1",
        "scenario": SMALL.name,
        "scenario_sha256": sha256_of(SMALL),
        "secret": "old secret",
        "last_beat_s": "7.0",
    }
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.executescript(f"PRAGMA journal_mode = WAL; BEGIN; {migrations.script('sqlite', 1)} COMMIT;")
        file.executemany("INSERT INTO about VALUES (?, ?)", about.items())
        file.executemany("INSERT INTO offered (book, start, places) VALUES (?, ?, ?)", migrations.offered(SMALL))
        file.executemany(
            "INSERT INTO reservation (id, citizen, idempotency_key, book, start, sent_s, state, visible_s)"
            " VALUES (?, ?, 'one', ?, ?, 1, ?, ?)",
            [
                ("r1", "a", BOOK.id, STARTS[0], "CONFIRMED", 5.0),
                ("r2", "b", BOOK.id, STARTS[0], "REJECTED", 6.0),
                ("r3", "c", BOOK.id, STARTS[0], "SENT", None),
            ],
        )
        file.execute("INSERT INTO appointment VALUES ('a1', 'r1', ?, ?, 1)", (BOOK.id, STARTS[0]))


def test_a_file_of_the_first_version_is_brought_up_to_date_with_everything_in_it(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite3"
    first_version(path)
    assert prepare(path, SMALL) == "old secret"
    storage = SqliteStorage(path)
    record = storage.everything()
    assert [(one.id, one.state, one.appointment, one.place) for one in record.reservations] == [
        ("r1", State.CONFIRMED, "a1", 1),
        ("r2", State.REJECTED, None, None),
        ("r3", State.SENT, None, None),
    ]
    assert (record.free, storage.version(BOOK.id)) == (BOOK.capacity - 1, 1)
    assert [one.id for one in storage.answers("a", 5.0)] == ["r1"]
    assert storage.send(wish("b", 0), 9.0) == Sent("r2")
    assert storage.send(wish("b", 1), 9.0) == KeyReused()
    waiting = storage.oldest_waiting()
    assert waiting is not None
    assert storage.decide(waiting.reservation, 9.0) == Confirmed(place=2)
    storage.cancel("a", "r1", "")
    assert storage.everything().free == BOOK.capacity - 1
    storage.close()
    assert prepare(path, SMALL) == "old secret"


def test_a_file_of_the_fourth_version_keeps_every_reservation_whatever_became_of_it(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite3"
    names = "id, citizen, acting, idempotency_key, book, start, sent_s, state, visible_s, appointment, place, replaces"
    more = ", held_until_s, extensions, failures, due_s, waited, meeting"
    rows = [
        ("sent", "SENT", None, None, None, None, None, 0, 2, 9.5, None, "place"),
        ("held", "HELD", None, None, 1, None, 99.0, 3, 0, 0.0, None, "video"),
        ("confirmed", "CONFIRMED", 5.0, "a1", 2, None, None, 0, 0, 0.0, 1, "telephone"),
        ("rejected", "REJECTED", 5.0, None, None, None, None, 0, 0, 0.0, None, "place"),
        ("cancelled", "CANCELLED", 5.0, "a2", 2, None, 8.0, 1, 0, 0.0, None, "place"),
        ("expired", "EXPIRED", None, None, 1, None, 8.0, 0, 0, 0.0, None, "place"),
        ("dead", "DEAD_LETTER", 5.0, None, None, "cancelled", None, 0, 10, 0.0, None, "place"),
    ]
    about = migrations.about(SMALL) | {"schema": "bolk.database/4"}
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        scripts = "".join(migrations.script("sqlite", version) for version in range(1, 5))
        file.executescript(f"PRAGMA journal_mode = WAL; BEGIN; {scripts} COMMIT;")
        file.executemany("INSERT OR REPLACE INTO about VALUES (?, ?)", about.items())
        file.executemany("INSERT INTO offered (book, start, places) VALUES (?, ?, ?)", migrations.offered(SMALL))
        file.execute("INSERT INTO waitlist VALUES (1, 'confirmed', 'confirmed', ?, 1.0, NULL)", (BOOK.id,))
        for name, *rest in rows:
            values = (name, name, "other", name, BOOK.id, STARTS[0], 1.0, *rest)
            marks = ", ".join("?" * len(values))
            file.execute(f"INSERT INTO reservation ({names}{more}) VALUES ({marks})", values)  # noqa: S608
        before = file.execute(f"SELECT number, {names}{more} FROM reservation").fetchall()  # noqa: S608
        free = file.execute("SELECT sum(places - taken) FROM offered").fetchone()
    prepare(path, SMALL)
    with closing(sqlite3.connect(path)) as file:
        assert file.execute(f"SELECT number, {names}{more} FROM reservation").fetchall() == before  # noqa: S608
        assert file.execute("SELECT sum(places - taken) FROM offered").fetchone() == free
        assert file.execute("PRAGMA foreign_key_check").fetchall() == []
    assert len(before) == len(State)


def test_a_postgresql_of_the_first_version_is_brought_up_to_date_with_everything_in_it() -> None:
    address = postgresql.new_database()
    about = migrations.about(SMALL) | {"schema": "bolk.database/1", "secret": "old secret"}
    with psycopg.connect(address) as connection:
        connection.execute(migrations.script("postgresql", 1).encode())
        rows = connection.cursor()
        rows.executemany("INSERT INTO about VALUES (%s, %s)", list(about.items()))
        rows.executemany("INSERT INTO offered (book, start, places) VALUES (%s, %s, %s)", migrations.offered(SMALL))
        rows.execute(
            "INSERT INTO reservation (id, citizen, acting, idempotency_key, book, start, sent_s)"
            " VALUES ('r1', 'a', 'a', 'one', %s, %s, 1)",
            (BOOK.id, STARTS[0]),
        )
    assert prepare(address, SMALL) == "old secret"
    storage = opened(address)
    storage.join_waitlist("a", BOOK.id, 2.0)
    assert storage.decide("r1", 9.0) == Confirmed(place=1)
    assert storage.in_line("a") == []
    (own,) = storage.answers("a", 9.0)
    assert (own.id, own.waited) == ("r1", None)
    storage.close()


def test_an_upgrade_that_fails_half_way_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "old.sqlite3"
    first_version(path)
    script = migrations.script("sqlite", 2) + "\nSELECT nothing FROM nowhere;\n"

    def script_of(*_: object) -> str:
        return script

    with monkeypatch.context() as broken:
        broken.setattr(migrations, "script", script_of)
        with pytest.raises(ServerStartError, match="cannot use the database"):
            prepare(path, SMALL)
    with closing(sqlite3.connect(path)) as file:
        assert file.execute("SELECT count(*) FROM appointment").fetchone() == (1,)
    assert prepare(path, SMALL) == "old secret"


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_the_schemas_of_a_dialect_are_numbered_without_gaps(dialect: str) -> None:
    folder = Path(migrations.__file__).parent
    there = {name for name in os.listdir(folder) if name.startswith(f"schema_{dialect}_")}
    assert there == {f"schema_{dialect}_{number}.sql" for number in range(1, migrations.newest(dialect) + 1)}
    assert there
