"""The database file of a server: made for one scenario, and never used for another."""

import secrets
import sqlite3
from contextlib import closing
from importlib.resources import files
from pathlib import Path
from typing import Final

from reference_server.sqlite_storage import connected
from reference_server.start_error import ServerStartError
from scenarios.inventory import inventory_of
from scenarios.reading import sha256_of
from scenarios.scenario import Scenario

_SCHEMA: Final = "bolk.database/1"


def prepare(path: Path, scenario: Scenario) -> str:
    """Make the database of a scenario, or take up the one that is there.

    Returns
    -------
    str
        The database's secret: citizens keep their opaque key, and with it their appointments, across restarts.

    Raises
    ------
    ServerStartError
        The file cannot be made or written, is no database of the server, or belongs to another scenario.
    """
    try:
        with closing(connected(path, create=True)) as connection:
            if connection.execute("SELECT count(*) FROM sqlite_schema").fetchone() == (0,):
                _create(connection, scenario)
            about = _about(connection, path)
            _check(about, path, scenario)
            connection.execute("UPDATE about SET value = '0' WHERE name = 'last_beat_s'")
            return about["secret"]
    except sqlite3.OperationalError as problem:
        raise ServerStartError(
            f"cannot use the database {path}: {problem}. Check that its folder exists, that you may write there "
            "and that the disk has room, or name another file with --database."
        ) from problem
    except sqlite3.DatabaseError as problem:
        raise _foreign(path) from problem


def _create(connection: sqlite3.Connection, scenario: Scenario) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    schema = files("reference_server").joinpath("schema.sql").read_text(encoding="utf-8")
    connection.executescript(f"BEGIN IMMEDIATE; {schema}")
    connection.executemany(
        "INSERT INTO about VALUES (?, ?)",
        [
            ("schema", _SCHEMA),
            ("scenario", scenario.name),
            ("scenario_sha256", sha256_of(scenario)),
            ("secret", secrets.token_hex(32)),
            ("last_beat_s", "0"),
        ],
    )
    connection.executemany(
        "INSERT INTO offered (book, start, places) VALUES (?, ?, ?)",
        (
            (book.id, book.time_text(time), book.places)
            for owner in inventory_of(scenario)
            for book in owner.books
            for time in range(len(book.starts))
        ),
    )
    connection.execute("COMMIT")


def _about(connection: sqlite3.Connection, path: Path) -> dict[str, str]:
    if connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'about'").fetchone() is None:
        raise _foreign(path)
    return dict(connection.execute("SELECT name, value FROM about").fetchall())


def _check(about: dict[str, str], path: Path, scenario: Scenario) -> None:
    if about.get("schema") != _SCHEMA:
        raise _foreign(path)
    if about["scenario_sha256"] != sha256_of(scenario):
        raise ServerStartError(
            f"the database {path} belongs to another scenario (its name there is {about['scenario']}, "
            f"its sha256 begins with {about['scenario_sha256'][:12]}, this one's with {sha256_of(scenario)[:12]}). "
            "It was left as it is: name another file with --database, or move it away."
        )


def _foreign(path: Path) -> ServerStartError:
    return ServerStartError(
        f"{path} is not a database of the reference server ({_SCHEMA}). It was left as it is: "
        "name another file with --database."
    )
