"""A history on disk, `bolk.history/1`: everything that is judged, so that it can be judged again, here or by others.

The file is JSON lines. The first line names the schema, how places are given, and what `History` knows of the whole.
Then comes a line for each time with its places, `{"time": ..., "places": [...]}`, and a line for each operation, named
by `did`: `reserve`, `hold`, `cancel`, `list` or `record` (the server's own record), with the fields of
`loadtests.checker.operations`. Moments are seconds on one clock; "before" is before everything, "never" after it (an
answer that never came). The last line, `{"lines": n}`, counts those above: where it is missing, the file was cut short
and proves less. Citizens are numbers of a plan; no name and no identity number is in it.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from itertools import chain
from math import inf
from pathlib import Path
from typing import Any, Final

from loadtests.checker.operations import Cancelling, Held, History, Hold, Listing, Operation, Sending, Snapshot, Told
from scenarios.strategy import Strategy

SCHEMA: Final = "bolk.history/1"
HISTORY: Final = "history.jsonl"
"""Its name beside a result.json."""

_KINDS: Final[Mapping[str, type[Operation]]] = {
    "reserve": Sending,
    "hold": Hold,
    "cancel": Cancelling,
    "list": Listing,
    "record": Snapshot,
}
_NAMES: Final = {kind: name for name, kind in _KINDS.items()}
_WHOLE: Final = ("final", "whole", "allowed", "list_age_s", "skew_s")
_BEFORE, _NEVER = "before", "never"


class HistoryFileError(ValueError):
    """A file is not a recorded history; the message says where and why."""


def write_history(path: Path, history: History, strategy: Strategy) -> None:
    """Write a history to a new file, or over an old one."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        count = 0
        for line in _lines(history, strategy):
            file.write(json.dumps(line, separators=(",", ":")) + "\n")
            count += 1
        file.write(json.dumps({"lines": count}) + "\n")


def read_history(path: Path) -> tuple[History, Strategy]:
    """Read what `write_history` wrote.

    Raises
    ------
    HistoryFileError
        It is no history, or a line cannot be read.
    OSError
        It cannot be opened.
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    try:
        head = json.loads(lines[0])
        if head.pop("schema") != SCHEMA:
            raise KeyError(SCHEMA)
        strategy = Strategy(head.pop("strategy"))
        known = {name: head.pop(name) for name in _WHOLE}
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        raise HistoryFileError(f"{path}: line 1: not a history (it begins with {SCHEMA} and what is known)") from None
    complete = lines[-1:] == [json.dumps({"lines": len(lines) - 1})]
    known["whole"] = known["whole"] and complete
    return _history(path, lines[1:-1] if complete else lines[1:], known, complete=complete), strategy


def _lines(history: History, strategy: Strategy) -> Iterator[dict[str, Any]]:
    known = {name: getattr(history, name) for name in _WHOLE}
    yield {"schema": SCHEMA, "strategy": strategy.value, **known}
    for time, places in history.places.items():
        yield {"time": time, "places": places}
    seen = (history.sendings, history.holds, history.cancellings, history.listings, history.snapshots)
    for one in chain.from_iterable(seen):
        yield {"did": _NAMES[type(one)], **{name: _written(value) for name, value in asdict(one).items()}}


def _written(value: object) -> object:
    if isinstance(value, frozenset):
        return sorted(value)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    return {-inf: _BEFORE, inf: _NEVER}.get(value, value) if isinstance(value, float) else value


def _history(path: Path, lines: list[str], known: dict[str, Any], *, complete: bool) -> History:
    places: dict[str, tuple[str, ...]] = {}
    seen: dict[type[Operation], list[Any]] = {kind: [] for kind in _NAMES}
    for number, line in enumerate(lines, start=2):
        try:
            row = json.loads(line)
            if "did" in row:
                one = _operation(row)
                seen[type(one)].append(one)
            else:
                places[str(row["time"])] = tuple(map(str, row["places"]))
        except (AttributeError, KeyError, TypeError, ValueError) as problem:
            if number == len(lines) + 1 and not complete:
                break  # torn by a kill
            raise HistoryFileError(f"{path}: line {number}: neither a time nor an operation ({problem})") from None
    return History(
        places=places,
        sendings=tuple(seen[Sending]),
        holds=tuple(seen[Hold]),
        cancellings=tuple(seen[Cancelling]),
        listings=tuple(seen[Listing]),
        snapshots=tuple(seen[Snapshot]),
        **known,
    )


def _operation(row: dict[str, Any]) -> Operation:
    kind = _KINDS[row.pop("did")]
    return kind(**{name: _read(name, value) for name, value in row.items()})


def _read(name: str, value: Any) -> Any:
    if name.endswith("_s"):
        return {_BEFORE: -inf, _NEVER: inf}[value] if isinstance(value, str) else float(value)
    if name == "told":
        return Told(value)
    if name in ("times", "offered"):
        return frozenset(map(str, value))
    if name == "held":
        return tuple(Held(**one) for one in value)
    return value
