"""Plans on disk: one CSV line a citizen under a line that says what made them; the digest is checked on reading."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from scenarios.plan import OPTIONAL, IntArray, Plan, columns
from scenarios.streams import FloatArray

_MARK: Final = "# bolk.plan/1 "
_MADE_OF: Final = ("seed", "replication", "poll_s")
_WHOLE: Final = frozenset(field.name for field in fields(Plan) if field.type in (IntArray, IntArray | None))


class PlanFileError(ValueError):
    """A file is not a plan, or its rows were changed after it was written; the message says where and why."""


def write_plan(path: Path, plan: Plan) -> None:
    """Write a plan as CSV; a column of tries becomes one column for each try, numbered from 1."""
    table: dict[str, Any] = {"citizen": np.arange(plan.citizens)}
    for name in plan.columns:
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
        try:
            header = json.loads(mark[len(_MARK) :])
            made_of = {"scenario_name": header["scenario"], **{name: header[name] for name in _MADE_OF}}
            names = file.readline().strip().split(",")
            # numpy reads every float exactly; whole numbers here are below 2^53 and survive being floats.
            table = dict(zip(names, np.loadtxt(file, delimiter=",", ndmin=2).T, strict=True))
            arrays = [*columns(), *(name for name in OPTIONAL if name in table)]
            plan = Plan(**made_of, **{name: _column(table, name, header["tries"]) for name in arrays})
        except KeyError as missing:
            raise PlanFileError(f"{path}: {missing} is missing") from missing
        except (TypeError, ValueError) as problem:
            raise PlanFileError(f"{path}: not a plan ({problem})") from problem
    if plan.sha256 != header["sha256"]:
        raise PlanFileError(f"{path}: the rows were changed after the plan was written (sha256 differs)")
    return plan


def _column(table: dict[str, FloatArray], name: str, tries: int) -> Any:
    one = table[name] if name in table else np.column_stack([table[f"{name}_{k + 1}"] for k in range(tries)])
    return one.astype(np.int64) if name in _WHOLE else one
