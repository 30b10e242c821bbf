"""What every database of the server holds when it starts, and the numbered schemas that an older one still needs."""

import re
import secrets
from collections.abc import Iterator
from importlib.resources import files
from typing import Final

from reference_server.start_error import ServerStartError
from scenarios.inventory import inventory_of
from scenarios.reading import sha256_of
from scenarios.scenario import Scenario

_FOLDER: Final = files("reference_server")
_SCHEMA: Final = re.compile(r"bolk\.database/([1-9][0-9]{0,5})", re.ASCII)


def newest(dialect: str) -> int:
    """The version that this program works with: the schemas of a dialect are numbered from 1 without gaps."""
    version = 0
    while _FOLDER.joinpath(_name(dialect, version + 1)).is_file():
        version += 1
    return version


def script(dialect: str, version: int) -> str:
    """The SQL that leads from the version before to this one; 0 is an empty database."""
    return _FOLDER.joinpath(_name(dialect, version)).read_text(encoding="utf-8")


def missing(dialect: str, version: int, where: str) -> range:
    """The versions that a database of this version still needs, in order.

    Raises
    ------
    ServerStartError
        The database is newer than this program.
    """
    if version > newest(dialect):
        raise ServerStartError(
            f"the database {where} was made by a newer bolk (its version is {version}, this one knows up to "
            f"{newest(dialect)}). It was left as it is: start the newer bolk, or name another one with --database."
        )
    return range(version + 1, newest(dialect) + 1)


def version_of(about: dict[str, str], where: str, scenario: Scenario) -> int:
    """The version of a database that is there, by what it says about itself.

    Raises
    ------
    ServerStartError
        It is no database of the server, or belongs to another scenario.
    """
    schema = _SCHEMA.fullmatch(about.get("schema", ""))
    if schema is None:
        raise foreign(where)
    if about["scenario_sha256"] != sha256_of(scenario):
        raise ServerStartError(
            f"the database {where} belongs to another scenario (its name there is {about['scenario']}, "
            f"its sha256 begins with {about['scenario_sha256'][:12]}, this one's with {sha256_of(scenario)[:12]}). "
            "It was left as it is: name another one with --database, or move it away."
        )
    return int(schema[1])


def about(scenario: Scenario) -> dict[str, str]:
    """What a new database says about itself; the secret is drawn."""
    return {
        "schema": "",
        "scenario": scenario.name,
        "scenario_sha256": sha256_of(scenario),
        "secret": secrets.token_hex(32),
        "last_beat_s": "0",
    }


def fresh(dialect: str) -> list[tuple[str, str]]:
    """What every start writes anew, as value and name: the version, and that nobody gave a sign of life yet."""
    return [(f"bolk.database/{newest(dialect)}", "schema"), ("0", "last_beat_s")]


def offered(scenario: Scenario) -> Iterator[tuple[str, str, int]]:
    """Every time of every book: book, start, places."""
    for owner in inventory_of(scenario):
        for book in owner.books:
            for time in range(len(book.starts)):
                yield book.id, book.time_text(time), book.places


def foreign(where: str) -> ServerStartError:
    """The refusal of something that is not ours."""
    return ServerStartError(
        f"{where} is not a database of the reference server. It was left as it is: name another one with --database."
    )


def _name(dialect: str, version: int) -> str:
    return f"schema_{dialect}_{version}.sql"
