"""Builders for tests: `a.scenario(...)` reads as a sentence."""

import functools
import tomllib
from importlib.resources import files
from typing import Any

from scenarios.scenario import Scenario


def scenario(overrides: dict[str, Any] | None = None) -> Scenario:
    """The ci-smoke scenario with some keys replaced, `{"platform.workers": 1}`."""
    table = tomllib.loads(files("scenarios").joinpath("ci_smoke.toml").read_text(encoding="utf-8"))
    for path, value in (overrides or {}).items():
        *parents, key = path.split(".")
        functools.reduce(lambda part, name: part[name], parents, table)[key] = value
    return Scenario.model_validate(table)
