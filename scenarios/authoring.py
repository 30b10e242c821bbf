"""A first scenario file of one's own: an example of the catalogue with another municipality in it."""

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scenarios.key_lines import key_lines, statements
from scenarios.problems import KeyPath, Problem, ScenarioError
from scenarios.reading import scenario_of
from scenarios.scenario import Scenario
from scenarios.source import Document, document_in, text_of
from scenarios.writing import toml_text

_HEADER = """\
# A scenario for bolk, begun from {example}. Go through every line: what is marked ASSUMPTION is nobody's measurement,
# and the dates, the free appointments and the platform are still those of the example.
# Check it with: bolk scenario check {file}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitees:
    """Who is invited: a municipality of the register, and an age group or a number; None keeps the example's."""

    municipality: str | None = None
    cohort: str | None = None
    invited: int | None = None


def write_new(path: Path, invitees: Invitees, *, example: str) -> Scenario:
    """Write a scenario file that has the example's comments; an existing file is never touched.

    Raises
    ------
    ScenarioError
        The file exists or cannot be written, or the municipality, the age group or the example is unknown.
    """
    text = text_of(example)
    original = document_in(text, example) if isinstance(text, str) else (text,)
    if not isinstance(text, str) or not isinstance(original, Document):
        raise ScenarioError(example, original if isinstance(original, tuple) else ())
    new = _filled_in(text, original.table, path, invitees)
    outcome = _checked(new, path)
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(new)
    except FileExistsError:
        hint = "choose another name; bolk never writes over a scenario"
        raise ScenarioError(str(path), [Problem(where=str(path), what="exists already", hint=hint)]) from None
    except OSError as refusal:
        raise ScenarioError(str(path), [Problem(where=str(path), what=f"not written: {refusal.strerror}")]) from None
    return outcome


def slug_of(text: str) -> str:
    """A name for file names: small ASCII letters, digits and hyphens."""
    spelled = text.lower().translate(str.maketrans({"æ": "ae", "ø": "o", "å": "a"}))
    plain = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:80].strip("-") or "scenario"


def _checked(text: str, path: Path) -> Scenario:
    document = document_in(text, str(path))
    outcome = scenario_of(document) if isinstance(document, Document) else document
    if isinstance(outcome, Scenario):
        return outcome
    raise ScenarioError(str(path), outcome)


def _filled_in(text: str, table: dict[str, Any], path: Path, invitees: Invitees) -> str:
    numbers, lines = key_lines(text), text.split("\n")
    heights = {start: statement.count("\n") for start, statement in statements(text)}
    put = _new_lines(table, path, invitees)
    replaced = {numbers[key]: new for key, new in put.items() if key in numbers}
    gone = {at + below for at in replaced for below in range(1, heights[at])}
    # What stands above `schema` speaks of the example; the header takes its place.
    header = _HEADER.format(example=table["name"], file=path.name)
    kept = (number for number in range(numbers[("schema",)], len(lines) + 1) if number not in gone)
    return "\n".join([header, *(line for number in kept for line in replaced.get(number, [lines[number - 1]]))])


def _new_lines(table: dict[str, Any], path: Path, invitees: Invitees) -> dict[KeyPath, list[str]]:
    """What takes the place of the statements that say who is invited."""
    put: dict[KeyPath, list[str]] = {("name",): [f"name   = {toml_text(slug_of(path.stem))}"]}
    who = invitees.municipality
    if who is not None:
        put |= {("municipality", key): [] for key in ("name", "names", "number", "population")}
        put["municipality",] = ["[municipality]", f"name = {toml_text(who)}"]
    asked = {"cohort": invitees.cohort, "invited": invitees.invited}
    given = {key: value for key, value in asked.items() if value is not None}
    if given:
        put |= {("invitation", key): [] for key in asked}
        put["invitation",] = ["[invitation]", *(f"{key} = {toml_text(value)}" for key, value in given.items())]
    if who is not None or given:
        whose = who or table["municipality"].get("name") or table["title"]["nb"]
        group = {**table["invitation"], **given}.get("cohort") if not invitees.invited else None
        count = invitees.invited or table["invitation"].get("invited")
        title = {"nb": f"{whose}, {group} år", "en": f"{whose}, ages {group}"} if group else None
        title = title or dict.fromkeys(("nb", "en"), f"{whose}, {count} SMS")
        put["title",] = [f"title  = {toml_text(title)}"]
    return put
