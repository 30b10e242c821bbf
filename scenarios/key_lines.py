"""On which line of a TOML file each key stands."""

import tomllib
from collections import Counter
from collections.abc import Iterator
from typing import Any, cast

from scenarios.problems import KeyPath


def key_lines(text: str) -> dict[KeyPath, int]:
    """Find the line on which each key's statement begins, counted from 1.

    `tomllib` keeps no places, so the text is cut where a statement is complete and each statement is read by itself:
    a key inside a string, a comment or a list is never mistaken for one.

    Parameters
    ----------
    text : str
        A TOML document that parses.
    """
    lines: dict[KeyPath, int] = {}
    table: KeyPath = ()
    tables: Counter[KeyPath] = Counter()
    for number, statement in statements(text):
        parsed = tomllib.loads(statement)
        if not statement.lstrip().startswith("["):
            lines |= {(*table, *path): number for path in _paths(parsed)}
        else:
            name, repeated = _header(parsed)
            name = _indexed(name, tables)
            tables[name] += repeated
            table = (*name, tables[name] - 1) if repeated else name
            lines.setdefault(name, number)
            lines[table] = number
    return lines


def statements(text: str) -> Iterator[tuple[int, str]]:
    """Cut a document into its statements, each with the line it begins on; blank lines and comments are left out."""
    statement, start = "", 1
    for number, line in enumerate(text.split("\n"), start=1):
        start = start if statement else number
        statement += line + "\n"
        try:
            if tomllib.loads(statement):
                yield start, statement
        except tomllib.TOMLDecodeError:
            continue
        statement = ""


def _paths(parsed: dict[str, Any]) -> Iterator[KeyPath]:
    for key, value in parsed.items():
        yield (key,)
        if isinstance(value, dict):
            yield from ((key, *path) for path in _paths(cast(dict[str, Any], value)))


def _header(parsed: dict[str, Any]) -> tuple[KeyPath, bool]:
    key, inside = next(iter(parsed.items()))
    if isinstance(inside, dict) and inside:
        path, repeated = _header(cast(dict[str, Any], inside))
        return (key, *path), repeated
    return (key,), isinstance(inside, list)


def _indexed(name: KeyPath, tables: Counter[KeyPath]) -> KeyPath:
    """Put the number of the latest table of a list behind the list's name."""
    path: KeyPath = ()
    for part in name[:-1]:
        path = (*path, part)
        path = (*path, tables[path] - 1) if tables[path] else path
    return (*path, name[-1])
