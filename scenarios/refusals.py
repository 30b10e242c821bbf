"""What pydantic refuses, in plain English: the key as written, what was expected, and what to write instead."""

import difflib
import types
import typing
from collections.abc import Iterator
from typing import Any, Final

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from scenarios.policy import KINDS
from scenarios.problems import KeyPath, Problem, key_text
from scenarios.scenario import Scenario
from scenarios.source import Document
from scenarios.writing import toml_text

_LONGEST_GOT: Final = 40
_BOUNDS: Final = {
    "greater_than": "must be above {gt:g}",
    "greater_than_equal": "must be at least {ge:g}",
    "less_than": "must be below {lt:g}",
    "less_than_equal": "must be at most {le:g}",
}
_EXPECTED: Final = {
    "int": "expected a whole number",
    "float": "expected a number",
    "finite_number": "expected a finite number",
    "string": "expected text in quotes",
    "string_too_short": "must not be empty",
    "too_short": "must not be empty",
    "string_pattern_mismatch": "is not written the way this key needs",
    "date": "expected a date",
    "tuple": "expected a list in square brackets",
    "model": "expected a table, { key = value }",
    "dict": "expected a table, { key = value }",
}
_HINTS: Final = {
    "date": "write it without quotes: 2021-05-03",
    "tuple": "one value alone is a list too: [200]",
}


def problem_of(error: ErrorDetails, document: Document) -> Problem:
    """Translate one error of a document."""
    context = error.get("ctx", {})
    told: KeyPath = error["loc"] or tuple(context.get("where", ()))
    kind = error["type"]
    what, hint = _said(error, context, told)
    path = _as_written(told, kind)
    got = _got(document, path)
    return Problem(
        where=key_text(path) or "the whole file",
        what=what,
        line=None if kind == "missing" else document.line_of(path),
        got=None if kind == "missing" else got,
        hint=hint or None,
        by_set=document.was_set(path),
    )


def _as_written(path: KeyPath, error: str) -> KeyPath:
    """The key as the file has it: pydantic puts the kind of a policy between the table and its keys."""
    if error == "union_tag_invalid":
        return (*path, "kind")
    return (path[0], *path[2:]) if path[:1] == ("policy",) and path[1:2] and path[1] in KINDS else path


def _said(error: ErrorDetails, context: dict[str, Any], path: KeyPath) -> tuple[str, str]:
    kind = error["type"]
    if "hint" in context:
        return context.get("what") or error["msg"].split(", got ")[0], context["hint"]
    if kind == "missing":
        return "missing", _description(path)
    if kind == "extra_forbidden":
        return "unknown key", _meant(path)
    if kind == "union_tag_invalid":
        return "unknown kind", _kind_meant(str(context["tag"]))
    return _said_of_a_value(error, context, path)


def _said_of_a_value(error: ErrorDetails, context: dict[str, Any], path: KeyPath) -> tuple[str, str]:
    kind = error["type"]
    if kind == "literal_error":
        return f"expected {context['expected']}", _description(path)
    if kind in _BOUNDS:
        return _BOUNDS[kind].format_map(context), _description(path)
    family = next((one for one in (kind, kind.split("_")[0]) if one in _EXPECTED), None)
    if family is None:
        return error["msg"], _description(path)
    if family == "string" and isinstance(error["input"], int | float):
        return _EXPECTED[family], f'write "{error["input"]}"'
    return _EXPECTED[family], _HINTS.get(family) or _description(path)


def _got(document: Document, path: KeyPath) -> str | None:
    value = document.value_at(path) if path and document.has(path) else None
    if value is None or isinstance(value, dict | list):
        return None
    text = toml_text(value)
    return text if len(text) <= _LONGEST_GOT else text[: _LONGEST_GOT - 1] + "…"


def _meant(path: KeyPath) -> str:
    key, legal = str(path[-1]), tuple(keys_of(part_at(path[:-1])))
    close = difflib.get_close_matches(key, legal, n=1, cutoff=0.6)
    if close:
        return f"did you mean {close[0]}?"
    kinds = [kind for kind, part in KINDS.items() if key in part.model_fields] if path[0] == "policy" else []
    if kinds:
        return f"{key} belongs to the kind {' or '.join(kinds)}; the keys of {path[1]} are {', '.join(legal)}"
    elsewhere = [key_text(place) for place in _every_key() if place[-1] == key]
    if elsewhere:
        return f"{key} belongs elsewhere: {' or '.join(elsewhere[:3])}"
    return f"the keys here are {', '.join(legal)}"


def _kind_meant(name: str) -> str:
    close = difflib.get_close_matches(name, list(KINDS), n=1)
    return f"did you mean {close[0]}?" if close else f"the kinds are {', '.join(KINDS)}"


def _description(path: KeyPath) -> str:
    part = part_at(path[:-1]) if path else None
    if part is None:
        return ""
    fields = (field for name, field in part.model_fields.items() if (field.alias or name) == path[-1])
    return next((field.description or "" for field in fields), "")


def part_at(path: KeyPath) -> type[BaseModel] | None:
    """The table of the format that stands at a key; None where there is none."""
    part: type[BaseModel] | None = Scenario
    for depth, key in enumerate(path):
        if path[:depth] == ("policy",) and key in KINDS:
            part = KINDS[str(key)]
        elif isinstance(key, str):
            part = keys_of(part).get(key)
    return part


def keys_of(part: type[BaseModel] | None) -> dict[str, type[BaseModel] | None]:
    """The keys that are legal in a table, each with the table behind it, if it is one."""
    fields = part.model_fields if part else {}
    return {field.alias or name: _part_in(field.annotation) for name, field in fields.items()}


def _part_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        return annotation if issubclass(annotation, BaseModel) else None
    return next((part for one in typing.get_args(annotation) if (part := _part_in(one))), None)


def _every_key(path: KeyPath = ()) -> Iterator[KeyPath]:
    for key, part in keys_of(part_at(path)).items():
        yield (*path, key)
        if part:
            yield from _every_key((*path, key))
