"""The PostgreSQL database of a server: made for one scenario, brought up to date, and never used for another."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlsplit

import psycopg
from psycopg import errors

from reference_server import migrations
from reference_server.start_error import ServerStartError
from scenarios.scenario import Scenario

_DIALECT: Final = "postgresql"
_STARTING: Final = 0x626F6C6B
"""The advisory lock of those who prepare a database: one at a time."""


def prepare_database(address: str, scenario: Scenario) -> str:
    """Fill an empty database, or take up one that was; see `database.prepare`."""
    where = named(address)
    with _refusals(where), psycopg.connect(address, connect_timeout=5) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_STARTING,))
        new = _is_empty(connection)
        about = {} if new else _about(connection)
        version = 0 if new else migrations.version_of(about, where, scenario)
        for missing in migrations.missing(_DIALECT, version, where):
            connection.execute(migrations.script(_DIALECT, missing).encode())
        cursor = connection.cursor()
        if new:
            about = migrations.about(scenario)
            cursor.executemany("INSERT INTO about VALUES (%s, %s)", list(about.items()))
            with cursor.copy("COPY offered (book, start, places) FROM STDIN") as rows:
                for row in migrations.offered(scenario):
                    rows.write_row(row)
        cursor.executemany("UPDATE about SET value = %s WHERE name = %s", migrations.fresh(_DIALECT))
    return about["secret"]


def named(address: str) -> str:
    """The address without its user and password, for messages."""
    parts = urlsplit(address)
    return f"postgresql://{parts.netloc.rpartition('@')[2]}{parts.path}"


@contextmanager
def _refusals(where: str) -> Generator[None]:
    try:
        yield
    except (errors.UndefinedTable, errors.UndefinedColumn) as problem:
        raise migrations.foreign(where) from problem
    except psycopg.Error as problem:
        reason = str(problem).strip().splitlines()[0]
        raise ServerStartError(
            f"cannot use the database {where}: {reason}. Check that PostgreSQL runs there, that the database "
            "exists and that its user may create tables, or name another one with --database."
        ) from problem


def _is_empty(connection: psycopg.Connection) -> bool:
    tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()").fetchone()
    return tables == (0,)


def _about(connection: psycopg.Connection) -> dict[str, str]:
    rows: list[tuple[str, str]] = connection.execute("SELECT name, value FROM about").fetchall()
    return dict(rows)
