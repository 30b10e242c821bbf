"""What tests are given by name: a prepared database of either kind, and the storage in it."""

import signal
from collections.abc import Generator
from pathlib import Path

import pytest

from reference_server.database import opened
from reference_server.sql_storage import SqlStorage
from tests.databases import BOTH, SMALL, Database
from tests.prepared import prepared_database, prepared_file

collect_ignore = ["example_project"]  # another project, with a test that is run against its own server


def pytest_configure() -> None:
    """A shell that starts the tests in the background has them ignore Ctrl-C, which some of them are about."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def ctrl_c_unchanged() -> Generator[None]:
    """Whoever takes Ctrl-C for a while gives it back: a later test in this process would wait for it in vain."""
    before = signal.getsignal(signal.SIGINT)
    yield
    after = signal.signal(signal.SIGINT, before)
    assert after is before, "SIGINT is left to another handler"


@pytest.fixture(params=BOTH)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a prepared database is."""
    if request.param is Database.POSTGRESQL:
        return prepared_database(SMALL)
    path = tmp_path / "bookings.sqlite3"
    prepared_file(path, SMALL)
    return str(path)


@pytest.fixture
def storage(address: str) -> Generator[SqlStorage]:
    """The storage there."""
    storage = opened(address)
    yield storage
    storage.close()
