"""The database file of a server: made for one scenario, brought up to date, and never used for another."""

import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from reference_server import migrations
from reference_server.sqlite_storage import connected, transaction
from reference_server.start_error import ServerStartError
from scenarios.scenario import Scenario

_DIALECT: Final = "sqlite"


def prepare_file(path: Path, scenario: Scenario) -> str:
    """Make the database, or take up the one that is there; see `database.prepare`."""
    with _refusals(path), closing(connected(path, create=True)) as connection:
        if _is_empty(connection):
            connection.execute("PRAGMA journal_mode = WAL")
        with transaction(connection, "BEGIN IMMEDIATE"):
            new = _is_empty(connection)
            about = {} if new else _about(connection, path)
            version = 0 if new else migrations.version_of(about, str(path), scenario)
            for missing in migrations.missing(_DIALECT, version, str(path)):
                for statement in _split(migrations.script(_DIALECT, missing)):
                    connection.execute(statement)
            if new:
                about = migrations.about(scenario)
                connection.executemany("INSERT INTO about VALUES (?, ?)", about.items())
                connection.executemany(
                    "INSERT INTO offered (book, start, places) VALUES (?, ?, ?)", migrations.offered(scenario)
                )
            connection.executemany("UPDATE about SET value = ? WHERE name = ?", migrations.fresh(_DIALECT))
        return about["secret"]


@contextmanager
def _refusals(path: Path) -> Generator[None]:
    try:
        yield
    except sqlite3.OperationalError as problem:
        raise ServerStartError(
            f"cannot use the database {path}: {problem}. Check that its folder exists, that you may write there "
            "and that the disk has room, or name another file with --database."
        ) from problem
    except sqlite3.DatabaseError as problem:
        raise migrations.foreign(str(path)) from problem


def _is_empty(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT count(*) FROM sqlite_schema").fetchone() == (0,)


def _about(connection: sqlite3.Connection, path: Path) -> dict[str, str]:
    if connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'about'").fetchone() is None:
        raise migrations.foreign(str(path))
    return dict(connection.execute("SELECT name, value FROM about").fetchall())


def _split(script: str) -> Generator[str]:
    # The driver's own way of running a script commits first, and a migration is whole or not at all.
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
