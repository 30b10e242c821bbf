"""Policies by what people call them: "scenario", "all", "own", "200/15 min", or what a result recommends."""

from pathlib import Path

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from scenarios.policy import ALL, Policy
from scenarios.quantities import clock_of, seconds_of
from scenarios.result import Result
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
        return Policy.of(ALL, 0.0, start)
    if text == "own":
        if scenario.today is None:
            raise ValueError(f"the scenario {scenario.name} has no [today] table with the municipality's own rule")
        return Policy.of(scenario.today.batch_size, scenario.today.pause, start)
    path = Path(text)
    if path.is_dir() or path.suffix == ".json":
        return _recommended(path / "result.json" if path.is_dir() else path)
    size, slash, pause = text.partition("/")
    if not slash or not size.strip().isdigit() or int(size) == 0:
        raise ValueError(f"no policy is called {text!r}: write scenario, all, own, 200/15 min or a result.json")
    try:
        return Policy.of(int(size), seconds_of(pause.strip()), start)
    except PydanticCustomError as problem:
        raise ValueError(f"in the policy {text!r}: {problem.message()}") from None


def _recommended(path: Path) -> Policy:
    try:
        result = Result.model_validate_json(path.read_bytes())
    except OSError as problem:
        raise ValueError(f"{path} cannot be read: {problem.strerror}") from None
    except ValidationError:
        raise ValueError(f"{path} is not a result of bolk") from None
    if result.policy is None:
        raise ValueError(
            f"{path} recommends no plan (its answer is {result.recommendation and result.recommendation.answer})"
        )
    return Policy.of(result.policy.batch_size, result.policy.pause_s, clock_of(result.policy.start))
