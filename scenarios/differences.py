"""What sets two scenarios apart, key by key."""

from dataclasses import dataclass

from scenarios.problems import key_text
from scenarios.scenario import Scenario
from scenarios.writing import leaves, toml_text, written


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A key that is not the same in both; None where one of them does not have it."""

    key: str
    first: str | None
    second: str | None


def differences(first: Scenario, second: Scenario) -> tuple[Difference, ...]:
    """The keys whose values differ, in the order of the file; "15 min" and "900 s" do not."""
    one, other = _values(first), _values(second)
    return tuple(
        Difference(key=key, first=one.get(key), second=other.get(key))
        for key in dict.fromkeys((*one, *other))
        if one.get(key) != other.get(key)
    )


def _values(scenario: Scenario) -> dict[str, str]:
    return {key_text(path): toml_text(value) for path, value in leaves(written(scenario))}
