"""Scenario files: TOML in, a Scenario or every problem at once out."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from scenarios.policy import Policy, PolicyField
from scenarios.problems import Problem, ScenarioError
from scenarios.refusals import problem_of
from scenarios.scenario import Invitation, Municipality, Scenario, refusals_of
from scenarios.source import Document, document_of

FORMAT: Final = 1


def load(source: str | Path, overrides: Sequence[str] = ()) -> Scenario:
    """Read a scenario from a path or by its name in the catalogue.

    Parameters
    ----------
    source : str or Path
        "my-town.toml", or a name such as "ci-smoke".
    overrides : sequence of str
        `key.path=value`, put in before anything is checked.

    Raises
    ------
    ScenarioError
        With every problem; its text is the whole screen.
    """
    outcome = read(source, overrides)
    if isinstance(outcome, Scenario):
        return outcome
    raise ScenarioError(str(source), outcome)


def read(source: str | Path, overrides: Sequence[str] = ()) -> Scenario | tuple[Problem, ...]:
    """Read a scenario, or say everything that is wrong with it."""
    document = document_of(source, overrides)
    return scenario_of(document) if isinstance(document, Document) else document


def scenario_of(document: Document) -> Scenario | tuple[Problem, ...]:
    """Hold a parsed file against the format."""
    version = document.table.get("schema")
    if isinstance(version, int) and version > FORMAT:
        what = f"a newer file format than this bolk reads ({FORMAT})"
        line = document.line_of(("schema",))
        return (Problem(where="schema", got=str(version), line=line, what=what, hint="use a newer bolk"),)
    try:
        return Scenario.model_validate(document.table)
    except ValidationError as refusal:
        # The number of invited is only checked once everything else holds; whoever reads all problems wants it too.
        problems = dict.fromkeys([*_problems(refusal, document), *_about_the_invited(document)])
    return tuple(sorted(problems, key=lambda one: one.line or 0))


def _problems(refusal: ValidationError, document: Document) -> list[Problem]:
    # pydantic also calls a list too short when what stands in it was refused, which is said already.
    return [
        problem_of(error, document)
        for error in refusal.errors(include_url=False)
        if not (error["type"] == "too_short" and error["input"])
    ]


def _about_the_invited(document: Document) -> list[Problem]:
    try:
        municipality = Municipality.model_validate(document.table.get("municipality"))
        invitation = Invitation.model_validate(document.table.get("invitation"))
    except ValidationError:
        return []
    return [
        problem_of(
            {"type": one.type, "loc": (), "msg": one.message(), "input": None, "ctx": one.context or {}}, document
        )
        for one in refusals_of(municipality, invitation, _policy(document))
    ]


def _policy(document: Document) -> Policy | None:
    """The policy, if that table is in order by itself."""
    try:
        return TypeAdapter[Policy](PolicyField).validate_python(document.table.get("policy"))
    except ValidationError:
        return None


def sha256_of(scenario: Scenario) -> str:
    """The digest of the resolved scenario: the same question, however its file is laid out."""
    resolved = scenario.model_dump(mode="json", by_alias=True)
    return hashlib.sha256(json.dumps(resolved, sort_keys=True).encode()).hexdigest()
