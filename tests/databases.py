"""Both databases for tests, each with the same small book: 2 days x 4 times x 2 places, small enough to fill."""

import functools
import tempfile
from enum import StrEnum
from pathlib import Path

import psycopg

from reference_server.database import opened
from reference_server.postgresql_storage import PostgresqlStorage
from reference_server.sql_storage import SqlStorage
from reference_server.sqlite_storage import SqliteStorage
from reference_server.storage import Wish
from scenarios.inventory import inventory_of
from tests import a, postgresql
from tests.prepared import prepared_database, prepared_file

SMALL = a.scenario({"invitation.invited": 20, "slots": [
    {"book": "Liten", "dates": ["2021-05-10", "2021-05-11"], "open": {"from": "08:30", "to": "09:10"},
     "length": "10 min", "parallel": 2},
]})  # fmt: skip
BOOK = inventory_of(SMALL)[0].books[0]
TIMES = len(BOOK.starts)
STARTS = [BOOK.time_text(time) for time in range(TIMES)]


class Database(StrEnum):
    """The two databases that the server works with."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"


BOTH = list(Database)


def wish(citizen: str, time: int, key: str = "one", acting: str | None = None) -> Wish:
    return Wish(citizen=citizen, idempotency_key=key, book=BOOK.id, start=STARTS[time], acting=acting)


def new_address(database: Database, folder: Path) -> str:
    """Where nothing is yet."""
    return str(folder / "bookings.sqlite3") if database is Database.SQLITE else postgresql.new_database()


class Emptied:
    """A storage with nothing on record, for many short examples; closing it leaves nothing open."""

    def __init__(self, database: Database) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="bolk-test-")
        self.storage: SqlStorage
        if database is Database.POSTGRESQL:
            address, self.storage = _shared_postgresql()
            with psycopg.connect(address, autocommit=True) as connection:
                connection.execute("TRUNCATE reservation, waitlist RESTART IDENTITY")
                connection.execute("UPDATE offered SET free = ARRAY(SELECT generate_series(1, places))")
        else:
            path = Path(self._folder.name) / "bookings.sqlite3"
            prepared_file(path, SMALL)
            self.storage = SqliteStorage(path)

    def close(self) -> None:
        if isinstance(self.storage, SqliteStorage):
            self.storage.close()
        self._folder.cleanup()


@functools.cache
def _shared_postgresql() -> tuple[str, PostgresqlStorage]:
    address = prepared_database(SMALL)
    storage = opened(address)
    assert isinstance(storage, PostgresqlStorage)
    return address, storage
