"""Plans on disk: one CSV line a citizen under a line that says what made them; the digest is checked on reading."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from scenarios.plan import Plan, columns

_MARK = "# bolk.plan/1 "


class PlanFileError(ValueError):
    """A file is not a plan, or its rows were changed after it was written; the message says where and why."""


def write_plan(path: Path, plan: Plan) -> None:
    """Write a plan as CSV; a column of tries becomes one column for each try, numbered from 1."""
    table: dict[str, Any] = {"citizen": np.arange(plan.citizens)}
    for name in columns():
        array = getattr(plan, name)
        if array.ndim == 1:
            table[name] = array
        else:
            table |= {f"{name}_{k + 1}": array[:, k] for k in range(plan.tries)}
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(_MARK + json.dumps({**plan.header, "sha256": plan.sha256}) + "\n")
        pd.DataFrame(table).to_csv(file, index=False, lineterminator="\n")


def read_plan(path: Path) -> Plan:
    """Read a plan and hold it against the digest in its first line.

    Raises
    ------
    PlanFileError
        Not a plan file, or the rows do not have the digest that its first line states.
    """
    with path.open(encoding="utf-8") as file:
        mark = file.readline()
        if not mark.startswith(_MARK):
            raise PlanFileError(f"{path}: line 1: not a plan (it begins with '{_MARK.strip()}')")
        header = json.loads(mark[len(_MARK) :])
        table = pd.read_csv(file, float_precision="round_trip")
    try:
        arrays = {name: _column(table, name, header["tries"]) for name in columns()}
        plan = Plan(
            scenario_name=header["scenario"],
            seed=header["seed"],
            replication=header["replication"],
            poll_s=header["poll_s"],
            **arrays,
        )
    except KeyError as missing:
        raise PlanFileError(f"{path}: the column {missing} is missing") from missing
    if plan.sha256 != header["sha256"]:
        raise PlanFileError(f"{path}: the rows were changed after the plan was written (sha256 differs)")
    return plan


def _column(table: pd.DataFrame, name: str, tries: int) -> np.ndarray:
    if name in table:
        return table[name].to_numpy()
    return np.column_stack([table[f"{name}_{k + 1}"].to_numpy() for k in range(tries)])
