"""What people name on the command line: policies, lengths of time, results."""

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from scenarios.policies.batches import Batches
from scenarios.policies.fields import ALL
from scenarios.policy import Policy
from scenarios.policy_value import policy_of
from scenarios.quantities import clock_text, seconds_of
from scenarios.reading import scenario_of
from scenarios.result import Result
from scenarios.scenario import Scenario
from scenarios.source import Document, document_in
from scenarios.writing import scenario_toml, toml_text


def policy_named(scenario: Scenario, text: str) -> Policy:
    """Find a policy by name.

    Raises
    ------
    ValueError
        No such policy; the message says what would be one.
    """
    start = scenario.policy.start
    if text == "scenario":
        return scenario.policy
    if text == ALL:
        return Batches.of(ALL, 0.0, start)
    if text == "own":
        if scenario.today is None:
            raise ValueError(f"the scenario {scenario.name} has no [today] table with the municipality's own rule")
        return Batches.of(scenario.today.batch_size, scenario.today.pause, start)
    if text.lstrip().startswith("{"):
        return _written_out(scenario, text)
    path = Path(text)
    if path.is_dir() or path.suffix == ".json":
        return _recommended(path)
    return _batches_named(text, start)


def _batches_named(text: str, start: dt.time) -> Batches:
    size, slash, pause = text.partition("/")
    if not slash or not size.strip().isdigit() or int(size) == 0:
        known = "scenario, all, own, 200/15 min, a result.json, or a table as scenario files have it"
        raise ValueError(f"no policy is called {text!r}: write {known}")
    try:
        return Batches.of(int(size), seconds_of(pause.strip()), start)
    except PydanticCustomError as problem:
        raise ValueError(f"in the policy {text!r}: {problem.message()}") from None


def _written_out(scenario: Scenario, text: str) -> Policy:
    """A policy as a scenario file has it, `{ kind = "ramp", ... }`; it starts when the scenario's own does."""
    try:
        table: dict[str, Any] = tomllib.loads(f"policy = {text}")["policy"]
    except tomllib.TOMLDecodeError as refusal:
        raise ValueError(f"the policy {text!r} is no TOML table: {refusal}") from None
    asked = toml_text({"start": clock_text(scenario.policy.start), **table})
    document = document_in(scenario_toml(scenario), scenario.name, [f"policy={asked}"])
    outcome = scenario_of(document) if isinstance(document, Document) else document
    if isinstance(outcome, Scenario):
        return outcome.policy
    wrong = "; ".join(f"{one.where} {one.what}" + (f" ({one.hint})" if one.hint else "") for one in outcome)
    raise ValueError(f"in the policy {text!r}: {wrong}")


def length_named(text: str | None) -> float | None:
    """A length of time on the command line; None for none.

    Raises
    ------
    ValueError
        It is not a length; the message says how one is written.
    """
    try:
        return None if text is None else seconds_of(text)
    except PydanticCustomError as problem:
        raise ValueError(f"{problem.message()}: write for example 10 min") from None


def result_at(path: Path) -> Result:
    """Read a result.json, or the one in a folder.

    Raises
    ------
    ValueError
        There is none, or it is not a result of bolk.
    """
    file = path / "result.json" if path.is_dir() else path
    try:
        return Result.model_validate_json(file.read_bytes())
    except OSError as problem:
        raise ValueError(f"{file} cannot be read: {problem.strerror}") from None
    except ValidationError:
        raise ValueError(f"{file} is not a result of bolk") from None


def _recommended(path: Path) -> Policy:
    result = result_at(path)
    if result.policy is None:
        answer = result.recommendation.answer if result.recommendation else result.kind
        raise ValueError(f"{path} recommends no plan (its answer is {answer})")
    return policy_of(result.policy)
