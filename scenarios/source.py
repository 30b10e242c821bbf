"""Scenario text from a path or the catalogue: read within bounds, parsed, with the overrides put in."""

import difflib
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from scenarios import catalogue
from scenarios.key_lines import key_lines
from scenarios.overrides import applied
from scenarios.problems import KeyPath, Problem

MAX_BYTES: Final = 1 << 20
"""No scenario is near this; a film or a database picked by mistake is above it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A parsed scenario file with its overrides, not yet known to be a scenario.

    `label` is what the reader called it, `lines` the line of each key, `set_paths` the keys given by `--set`.
    """

    label: str
    table: dict[str, Any]
    lines: Mapping[KeyPath, int]
    set_paths: frozenset[KeyPath]

    def was_set(self, path: KeyPath) -> bool:
        """Whether a key was given by `--set`, by itself, within a table, or as a table that only came about so."""
        made = path not in self.lines
        return any(path[: len(one)] == one or (made and one[: len(path)] == path) for one in self.set_paths)

    def value_at(self, path: KeyPath) -> Any:
        """The value of a key as parsed.

        Raises
        ------
        LookupError
            The key is not given.
        """
        inside: Any = self.table
        for part in path:
            if not isinstance(inside, dict | list):
                raise LookupError(part)
            inside = cast(Any, inside)[part]
        return inside

    def has(self, path: KeyPath) -> bool:
        """Whether a key is given, in the file or by `--set`."""
        try:
            self.value_at(path)
        except LookupError:
            return False
        return True

    def line_of(self, path: KeyPath) -> int | None:
        """The line of a key in the file, or of the list or table it is written in; None where it has none."""
        if self.was_set(path):
            return None
        known = [path[:depth] for depth in range(len(path), 0, -1) if path[:depth] in self.lines]
        return self.lines[known[0]] if known else None


def document_of(source: str | Path, overrides: Sequence[str] = ()) -> Document | tuple[Problem, ...]:
    """Read a path or a catalogue name; the refusals are values, one or several."""
    text = text_of(source)
    return (text,) if isinstance(text, Problem) else document_in(text, str(source), overrides)


def document_in(text: str, label: str, overrides: Sequence[str] = ()) -> Document | tuple[Problem, ...]:
    """Parse the text of a scenario file."""
    parsed = _parsed(label, text)
    if isinstance(parsed, Problem):
        return (parsed,)
    table, set_paths, problems = applied(parsed, overrides)
    return problems or Document(label=label, table=table, lines=key_lines(text), set_paths=set_paths)


def text_of(source: str | Path) -> str | Problem:
    """The text of a path or a catalogue name, at most 1 MiB of UTF-8."""
    path = (catalogue.path_of(source) if isinstance(source, str) else None) or Path(source)
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as refusal:  # ValueError: a name with a NUL in it
        return _unreadable(path, refusal)
    if len(content) > MAX_BYTES:
        return Problem(where=str(source), what="larger than 1 MiB: not a scenario file")
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as refusal:
        line = content[: refusal.start].count(b"\n") + 1
        hint = "save it again with the encoding UTF-8"
        return Problem(where=str(source), line=line, what="not UTF-8 text", hint=hint)


def _unreadable(path: Path, refusal: OSError | ValueError) -> Problem:
    where = str(path)
    if isinstance(refusal, IsADirectoryError):
        inside = sorted(one.name for one in path.glob("*.toml"))[:3]
        hint = f"in it: {', '.join(inside)}" if inside else "name a .toml file"
        return Problem(where=where, what="a folder, not a scenario file", hint=hint)
    if not isinstance(refusal, FileNotFoundError):
        return Problem(where=where, what=f"cannot be read: {getattr(refusal, 'strerror', None) or refusal}")
    if os.sep not in where and not where.endswith(".toml"):
        what = "neither a file nor a scenario of the catalogue"
        return Problem(where=where, what=what, hint=catalogue.suggestion(where))
    beside = [one.name for one in path.parent.glob("*.toml")] if path.parent.is_dir() else []
    close = difflib.get_close_matches(path.name, beside, n=1)
    hint = f"did you mean {path.with_name(close[0])}?" if close else "bolk scenario list names those that come along"
    return Problem(where=where, what="no such file", hint=hint)


def _parsed(label: str, text: str) -> dict[str, Any] | Problem:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as refusal:
        place = re.search(r" \(at line (\d+), column (\d+)\)", str(refusal))
        what = str(refusal)[: place.start()] if place else str(refusal)
        hint = 'text stands in quotes: name = "my-scenario", pause = "15 min"'
        column = f" (column {place[2]})" if place else ""
        line = int(place[1]) if place else None
        return Problem(where=label, line=line, what=f"not TOML: {_small(what)}{column}", hint=hint)
    except (ValueError, RecursionError) as refusal:  # a number of thousands of digits; brackets within brackets
        return Problem(where=label, what=f"not a scenario file: {_small(str(refusal))}")


def _small(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
