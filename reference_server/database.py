"""Where the server keeps its record: a file (SQLite) or a PostgreSQL database, told apart by how it is named."""

from pathlib import Path
from typing import Final

from reference_server.faults import Fault, FaultyStorage
from reference_server.postgresql_database import prepare_database
from reference_server.postgresql_storage import PostgresqlStorage
from reference_server.sqlite_database import prepare_file
from reference_server.sqlite_storage import SqliteStorage
from scenarios.scenario import Scenario

_POSTGRESQL: Final = ("postgresql://", "postgres://")


def prepare(database: str | Path, scenario: Scenario) -> str:
    """Make the database of a scenario, or take up the one that is there and bring it up to date.

    Parameters
    ----------
    database : str or Path
        A file, or an address that begins with postgresql:// and names an empty database or one of the server's.

    Returns
    -------
    str
        The database's secret: citizens keep their opaque key, and with it their appointments, across restarts.

    Raises
    ------
    ServerStartError
        It cannot be made or written, is no database of the server, is newer than this program, or belongs to another
        scenario. A database that is refused is left as it was.
    """
    if is_postgresql(database):
        return prepare_database(str(database), scenario)
    return prepare_file(Path(database), scenario)


def opened(database: str | Path, fault: Fault | None = None) -> SqliteStorage | PostgresqlStorage:
    """The storage in a database that was prepared; with a fault, one that is wrong on purpose, in a file."""
    if fault is not None:
        return FaultyStorage(Path(database), fault)
    return PostgresqlStorage(str(database)) if is_postgresql(database) else SqliteStorage(Path(database))


def is_postgresql(database: str | Path) -> bool:
    """Whether this names a PostgreSQL database, and not a file."""
    return isinstance(database, str) and database.startswith(_POSTGRESQL)
