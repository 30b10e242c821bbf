"""What people name on the command line: policies, lengths of time, results."""

from pathlib import Path

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from scenarios.policies.batches import Batches
from scenarios.policies.fields import ALL
from scenarios.policy import Policy
from scenarios.quantities import seconds_of
from scenarios.result import Result, policy_of
from scenarios.scenario import Scenario


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
    path = Path(text)
    if path.is_dir() or path.suffix == ".json":
        return _recommended(path)
    size, slash, pause = text.partition("/")
    if not slash or not size.strip().isdigit() or int(size) == 0:
        raise ValueError(f"no policy is called {text!r}: write scenario, all, own, 200/15 min or a result.json")
    try:
        return Batches.of(int(size), seconds_of(pause.strip()), start)
    except PydanticCustomError as problem:
        raise ValueError(f"in the policy {text!r}: {problem.message()}") from None


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
