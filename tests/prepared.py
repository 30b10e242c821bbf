"""Databases that are prepared once for each scenario and then copied: how they are made is tested in its own place."""

import functools
import shutil
import tempfile
from pathlib import Path

from reference_server.database import prepare
from scenarios.scenario import Scenario
from tests import postgresql


def prepared_file(path: Path, scenario: Scenario) -> str:
    """Put a prepared SQLite file there; its secret."""
    original, secret = _file(scenario.model_dump_json(by_alias=True))
    shutil.copyfile(original, path)
    return secret


def prepared_database(scenario: Scenario) -> str:
    """The address of a prepared PostgreSQL database of one's own."""
    return postgresql.new_database(like=_database(scenario.model_dump_json(by_alias=True)))


@functools.cache
def _file(scenario: str) -> tuple[Path, str]:
    path = Path(_folder().name) / f"{_file.cache_info().currsize}.sqlite3"
    return path, prepare(path, Scenario.model_validate_json(scenario))


@functools.cache
def _database(scenario: str) -> str:
    address = postgresql.new_database()
    prepare(address, Scenario.model_validate_json(scenario))
    return address


@functools.cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="bolk-prepared-")
