"""Scenarios as TOML: every value with its unit, so that what is written reads back to the same scenario."""

import datetime as dt
import json
import re
from collections.abc import Iterator
from typing import Any, TypeAlias, cast

from scenarios.problems import KeyPath
from scenarios.scenario import Scenario

Table: TypeAlias = dict[str, Any]


def scenario_toml(scenario: Scenario) -> str:
    """A complete scenario file: defaults written out, overrides in place, no comments."""
    table = written(scenario)
    lines = [f"{key} = {toml_text(table.pop(key))}" for key in ("schema", "name", "title")]
    for key, value in table.items():
        parts = cast(list[Table], value) if isinstance(value, list) else [cast(Table, value)]
        heading = f"[[{key}]]" if isinstance(value, list) else f"[{key}]"
        for part in parts:
            lines += ["", heading, *(f"{_key_text(inner)} = {toml_text(one)}" for inner, one in part.items())]
    return "\n".join(lines) + "\n"


def written(scenario: Scenario) -> Table:
    """The scenario as a parsed file would be: lengths and shares as text with units, dates as dates."""
    plain = scenario.model_dump(by_alias=True, exclude_none=True)
    with_units = scenario.model_dump(mode="json", by_alias=True, exclude_none=True)
    return _with_dates(with_units, plain)


def leaves(table: Table, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Any]]:
    """Every value of a table with its key; a list of plain values is one value."""
    for key, value in table.items():
        yield from _leaves_of(value, (*path, key))


def _leaves_of(value: Any, path: KeyPath) -> Iterator[tuple[KeyPath, Any]]:
    if isinstance(value, dict):
        yield from leaves(cast(Table, value), path)
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for index, one in enumerate(cast(list[Table], value)):
            yield from leaves(one, (*path, index))
    else:
        yield path, value


def toml_text(value: Any) -> str:
    """One value as TOML, on one line."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case dt.date() | dt.time():
            return value.isoformat()
        case dict():
            pairs = (f"{_key_text(key)} = {toml_text(one)}" for key, one in cast(Table, value).items())
            return "{ " + ", ".join(pairs) + " }"
        case list():
            return "[" + ", ".join(toml_text(one) for one in cast(list[Any], value)) + "]"
        case _:
            return repr(value)


def _key_text(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else toml_text(key)


def _with_dates(with_units: Any, plain: Any) -> Any:
    if isinstance(plain, dict):
        said = {key: value for key, value in cast(Table, plain).items() if value != ()}  # an empty list says nothing
        return {key: _with_dates(with_units[key], value) for key, value in said.items()}
    if isinstance(plain, list | tuple):
        return [_with_dates(*pair) for pair in zip(with_units, cast(list[Any], plain), strict=True)]
    return plain if isinstance(plain, dt.date) else with_units
