"""Set-up files: TOML in, a SetUp or every problem at once out, in bokmål and English."""

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from reference_server.address_register.finding import Language
from reference_server.address_register.follows import NothingToFollow, follow_faults
from reference_server.address_register.references import Missing, Repeated, reference_faults
from reference_server.address_register.set_up import Book, Ehr, Interval, Owner, Service, SetUp
from scenarios.key_lines import key_lines
from scenarios.problems import KeyPath, key_text

MAX_BYTES: Final = 1 << 20
"""No set-up is near this; a film or a database picked by mistake is above it."""

_EXPECTED: Final = {
    "missing": ("mangler", "missing"),
    "book_type": (
        "en ressurstimebok trenger type, en behandlers liste har ingen",
        "a resource book needs a type, a practitioner's list has none",
    ),
    "string_type": ("ventet tekst i hermetegn", "expected text in quotes"),
    "string_too_short": ("må ikke være tom", "must not be empty"),
    "string_too_long": ("for lang tekst", "the text is too long"),
    "string_pattern_mismatch": (
        "ventet bokstaver uten æøå, sifre, punktum og bindestrek; fire sifre for kommunenummer",
        "expected plain letters, digits, dots and hyphens; four digits for a municipality's number",
    ),
    "too_short": ("må ikke være tom", "must not be empty"),
    "tuple_type": ("ventet en liste i hakeparenteser", "expected a list in square brackets"),
    "bool_parsing": ("ventet true eller false", "expected true or false"),
    "bool_type": ("ventet true eller false", "expected true or false"),
    "most_active": (
        'ventet et antall fra 1, eller "unlimited" for så mange man vil',
        'expected a number from 1 on, or "unlimited"',
    ),
    "quantity": (
        'ventet en tid med enhet, for eksempel "24 h" eller "21 days"',
        'expected a length of time with its unit, for example "24 h" or "21 days"',
    ),
    "interval": ("at_least er lengre enn at_most", "at_least is longer than at_most"),
    "after_nothing": (
        "after sier hvor lenge etter en annen time: skriv også follows, navnet på den første timeboken",
        "after says how long after another appointment: write follows too, the name of the first book",
    ),
    "model_type": ("ventet en tabell", "expected a table"),
}
_PARTS: Final[Mapping[str, type[BaseModel]]] = {"municipality": Owner, "ehrs": Ehr, "services": Service, "books": Book}


@dataclass(frozen=True, slots=True)
class FileProblem:
    """One thing that keeps a file from being a set-up, and its line where that is certain."""

    where: str
    nb: str
    en: str
    line: int | None = None

    def said(self, language: Language) -> str:
        """What is wrong, and what to write instead where that is known."""
        return self.nb if language == "nb" else self.en


def set_up_in(path: Path) -> SetUp | tuple[FileProblem, ...]:
    """Read a set-up from a file of at most 1 MiB."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as refusal:  # ValueError: a name with a NUL in it
        reason = getattr(refusal, "strerror", None) or str(refusal)
        return (FileProblem(str(path), f"kan ikke leses ({reason})", f"cannot be read ({reason})"),)
    return set_up_of(content, str(path))


def set_up_of(content: bytes, label: str) -> SetUp | tuple[FileProblem, ...]:
    """Hold the content of a file against the format."""
    if len(content) > MAX_BYTES:
        return (FileProblem(label, "større enn 1 MiB: ikke et oppsett", "larger than 1 MiB: not a set-up"),)
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
        table = tomllib.loads(text)
    except UnicodeDecodeError:
        return (FileProblem(label, "ikke UTF-8: lagre filen på nytt som UTF-8", "not UTF-8: save it again as UTF-8"),)
    except (ValueError, RecursionError) as refusal:
        place = re.search(r"at line (\d+)", str(refusal))
        line = int(place[1]) if place else None
        return (FileProblem(label, f"ikke TOML ({refusal})", f"not TOML ({refusal})", line),)
    return _held_against_the_format(table, key_lines(text))


def _of_follower(fault: NothingToFollow, lines: Mapping[KeyPath, int]) -> FileProblem:
    nb = "ingen, eller flere, av [[books]] som selv ikke følger en annen, har dette navnet"
    en = "none, or several, of the [[books]] that follow no other have this name"
    near = fault.nearest
    nb, en = (nb + f"; mente du {near}?", en + f"; did you mean {near}?") if near else (nb, en)
    return FileProblem(key_text(fault.where), nb, en, _line(fault.where, lines))


def _held_against_the_format(table: dict[str, Any], lines: Mapping[KeyPath, int]) -> SetUp | tuple[FileProblem, ...]:
    problems = [_of_reference(fault, lines) for fault in reference_faults(table)]
    problems += [_of_follower(fault, lines) for fault in follow_faults(table)]
    try:
        set_up = SetUp.model_validate(table)
    except ValidationError as refusal:
        problems += [_of_error(one, lines) for one in refusal.errors(include_url=False) if one["loc"]]
    else:
        return set_up
    return tuple(sorted(problems, key=lambda one: (one.line or 0, one.where)))


def _of_reference(fault: Repeated | Missing, lines: Mapping[KeyPath, int]) -> FileProblem:
    where, line = key_text(fault.where), _line(fault.where, lines)
    match fault:
        case Repeated():
            return FileProblem(where, "står to ganger", "stands there twice", line)
        case Missing(table=table, nearest=nearest):
            nb = f"ingen av [[{table}]] har denne id-en" + (f"; mente du {nearest}?" if nearest else "")
            en = f"none of [[{table}]] has this id" + (f"; did you mean {nearest}?" if nearest else "")
            return FileProblem(where, nb, en, line)


def _of_error(error: ErrorDetails, lines: Mapping[KeyPath, int]) -> FileProblem:
    path, kind, got = error["loc"], error["type"], error["input"]
    match kind:
        case "extra_forbidden":
            nb, en = "ukjent nøkkel", "unknown key"
            choices = _keys(path)
            got = path[-1]
        case "enum" | "literal_error":
            choices = re.findall(r"\w[\w ]*", str(error.get("ctx", {}).get("expected", "")).replace(" or ", ","))
            nb, en = f"ventet en av {', '.join(choices)}", f"expected one of {', '.join(choices)}"
        case _:
            nb, en = _EXPECTED.get(kind, ("er ikke skrevet slik det skal", "is not written the way it needs to be"))
            choices = []
    nearest = difflib.get_close_matches(str(got), choices, n=1)
    suggestion = (f"; mente du {nearest[0]}?", f"; did you mean {nearest[0]}?") if nearest else ("", "")
    return FileProblem(key_text(path), nb + suggestion[0], en + suggestion[1], _line(path, lines))


def _keys(path: KeyPath) -> list[str]:
    part = SetUp if len(path) == 1 else Interval if "after" in path[:-1] else _PARTS.get(str(path[0]), SetUp)
    return [field.alias or name for name, field in part.model_fields.items()]


def _line(path: KeyPath, lines: Mapping[KeyPath, int]) -> int | None:
    known = (path[:depth] for depth in range(len(path), 0, -1) if path[:depth] in lines)
    return next((lines[one] for one in known), None)
