"""What is wrong with a scenario file, as values: where, what, why and what to do; and the screen that says so."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

KeyPath: TypeAlias = tuple[str | int, ...]
_WIDEST: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that keeps a file from being a scenario.

    `where` is the key as written in the file ("invitation.invited"), `line` its line where that is certain, `got` the
    value as TOML, `by_set` whether the value came from `--set` and not from the file.
    """

    where: str
    what: str
    line: int | None = None
    got: str | None = None
    hint: str | None = None
    by_set: bool = False


class ScenarioError(ValueError):
    """A file is not a scenario; `problems` holds everything that is wrong with it, and str() is the whole screen."""

    def __init__(self, label: str, problems: Sequence[Problem]) -> None:
        super().__init__(screen(label, problems))
        self.problems = tuple(problems)


def screen(label: str, problems: Sequence[Problem]) -> str:
    """Every problem of a file, and where to look further."""
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    column = min(_WIDEST, max(len(_key(problem)) for problem in problems))
    every = "\n".join(_lines(problem, column) for problem in problems)
    return f"{label}: {count}\n\n{every}\n\nno file was changed · schema: bolk scenario schema"


def _key(problem: Problem) -> str:
    return problem.where if problem.got is None else f"{problem.where} = {problem.got}"


def _lines(problem: Problem, column: int) -> str:
    place = "--set: " if problem.by_set else f"line {problem.line}: " if problem.line else ""
    hint = f"\n      hint: {problem.hint}" if problem.hint else ""
    return f"  {_key(problem):<{column}}  {place}{problem.what}{hint}"


def key_text(path: KeyPath) -> str:
    """A key as people write it: ("slots", 0, "dates") is "slots[0].dates"."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
