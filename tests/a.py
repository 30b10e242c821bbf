"""Builders for tests: `a.scenario(...)` reads as a sentence."""

import datetime as dt
import functools
import tomllib
from importlib.resources import files
from typing import Any

from scenarios.policies.batches import Batches
from scenarios.policies.fields import BatchSize
from scenarios.policy import Policy
from scenarios.scenario import Scenario


def scenario(overrides: dict[str, Any] | None = None) -> Scenario:
    """The ci-smoke scenario with some keys replaced, `{"platform.workers": 1}`."""
    table = tomllib.loads(files("scenarios").joinpath("ci_smoke.toml").read_text(encoding="utf-8"))
    for path, value in (overrides or {}).items():
        *parents, key = path.split(".")
        functools.reduce(lambda part, name: part[name], parents, table)[key] = value
    return Scenario.model_validate(table)


def size_of(policy: Policy | None) -> BatchSize:
    """The batch size of a policy that sends in equal batches."""
    assert isinstance(policy, Batches)
    return policy.batch_size


def batches_of(asked: Scenario) -> Batches:
    """The policy of a scenario that sends in equal batches."""
    assert isinstance(asked.policy, Batches)
    return asked.policy


def scenario_of_three_municipalities(overrides: dict[str, Any] | None = None) -> Scenario:
    """Askøy, Bergen and Oslo, each with a book for corona tests, on smittevern, and one for vaccines."""
    block = {
        "dates": [dt.date(2021, 5, 10)],
        "open": {"from": "08:30", "to": "09:00"},
        "length": "5 min",
        "parallel": 1,
    }
    books = [("Testhall", "koronatest"), ("Vaksinehall", "koronavaksine")]
    return scenario(
        {
            "municipality": {"names": ["Askøy", "Bergen", "Oslo"]},
            "slots": [block | {"book": name, "type": kind} for name, kind in books],
        }
        | (overrides or {})
    )
