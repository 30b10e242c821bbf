"""What tests are given by name: a prepared database of either kind, and the storage in it."""

from collections.abc import Generator
from pathlib import Path

import pytest

from reference_server.database import opened, prepare
from reference_server.sql_storage import SqlStorage
from tests.databases import BOTH, SMALL, new_address


@pytest.fixture(params=BOTH)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a prepared database is."""
    address = new_address(request.param, tmp_path)
    prepare(address, SMALL)
    return address


@pytest.fixture
def storage(address: str) -> Generator[SqlStorage]:
    """The storage there."""
    storage = opened(address)
    yield storage
    storage.close()
