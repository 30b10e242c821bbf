"""Values given beside the file: `--set key.path=value`."""

import copy
import tomllib
from collections.abc import Sequence
from typing import Any, cast

from scenarios.policy import KINDS
from scenarios.problems import KeyPath, Problem


def applied(
    table: dict[str, Any], overrides: Sequence[str]
) -> tuple[dict[str, Any], frozenset[KeyPath], tuple[Problem, ...]]:
    """Put overrides into a parsed file, the last one winning.

    Returns
    -------
    table : dict
        A changed copy.
    paths : frozenset
        The keys that were set.
    problems : tuple
        Overrides that say nothing, or lead nowhere.
    """
    changed = copy.deepcopy(table)
    paths: set[KeyPath] = set()
    problems: list[Problem] = []
    for override in overrides:
        key, sign, value = override.partition("=")
        if not sign or not key.strip():
            hint = 'write for example --set policy.pause="15 min"'
            problems.append(Problem(where=override, what="expected key.path=value", hint=hint, by_set=True))
            continue
        outcome = _put(changed, key.strip().split("."), _value(value.strip()))
        if isinstance(outcome, Problem):
            problems.append(outcome)
        else:
            paths.add(outcome)
    _of_one_kind(changed, paths)
    return changed, frozenset(paths), tuple(problems)


def _of_one_kind(table: dict[str, Any], paths: set[KeyPath]) -> None:
    """Where `--set` gives the policy another kind, the file's keys that this kind does not have make way."""
    policy = table.get("policy")
    if ("policy", "kind") not in paths or not isinstance(policy, dict):
        return
    kind = KINDS.get(str(cast(dict[str, Any], policy)["kind"]))
    known = kind.model_fields if kind else cast(dict[str, Any], policy)
    table["policy"] = {
        key: value for key, value in cast(dict[str, Any], policy).items() if key in known or ("policy", key) in paths
    }


def _value(text: str) -> object:
    """A TOML value, or the bare text where it is none: `15 min` needs no quotes inside those of the shell."""
    try:
        parsed = tomllib.loads(f"value = {text}")
    except ValueError:
        return text
    return parsed["value"] if len(parsed) == 1 else text


def _put(table: dict[str, Any], parts: list[str], value: object) -> KeyPath | Problem:
    inside: Any = table
    path: KeyPath = ()
    for depth, part in enumerate(parts):
        key = _key_in(inside, part)
        if key is None:
            here = ".".join(parts[:depth])
            list_here = isinstance(inside, list)
            what = f"{here} has no number {part}, it counts from 0" if list_here else f"{here} is a value, not a table"
            return Problem(where=".".join(parts), what=what, by_set=True)
        path = (*path, key)
        if depth == len(parts) - 1:
            inside[key] = value
        inside = inside[key]
    return path


def _key_in(inside: Any, part: str) -> str | int | None:
    if isinstance(inside, dict):
        cast(dict[str, Any], inside).setdefault(part, {})
        return part
    number = int(part) if part.isascii() and part.isdigit() else None
    fits = isinstance(inside, list) and number is not None and number < len(cast(list[Any], inside))
    return number if fits else None
