"""A verification in a terminal: every case, then each anomaly with its witness as bars on one time axis.

It speaks English alone, as everything for developers does.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from reports.plain_text import Row, aligned, joined, prose
from scenarios.verification import Bar, Trial, Tried, Verification, Witness

AXIS: Final = 40
"""Characters of the time axis."""

_RULINGS: Final = {
    "correct": "Correct: no answer contradicts another, nor the server's record.",
    "anomaly": "Not correct.",
    "unknown": "Unknown: nothing wrong was seen, and that proves nothing.",
}


def verification_screen(verification: Verification) -> str:
    """Say a verification."""
    parts = [part for trial in verification.trials for part in _trial(trial)]
    planted = [] if verification.planted is None else [f"  A fault was planted: {verification.planted}."]
    return joined([planted, *parts, [prose(_RULINGS[verification.ruling])]])


def _trial(trial: Trial) -> list[Sequence[str]]:
    operations = f"{trial.operations:,} operations, {trial.unanswered:,} without an answer"
    head = [f"{trial.strategy}: {trial.ruling} · {operations}"]
    head += [] if trial.reason is None else [prose(trial.reason)]
    table = aligned([["  CASE", "BOOK", "OPERATIONS", "ANOMALIES"], *map(_row, trial.tried)], words=(0, 1))
    skipped = dict.fromkeys(f"  – {one.case}: {one.skipped}" for one in trial.tried if one.skipped is not None)
    kinds = Counter(one.kind for one in trial.anomalies)
    first = {one.kind: one for one in reversed(trial.anomalies)}
    shown = [_witness(first[kind], count) for kind, count in kinds.items()]
    return [head, table, list(skipped), *shown]


def _row(one: Tried) -> Row:
    if one.skipped is not None:
        return [f"  – {one.case}", one.book, "", ""]
    mark = "✗" if one.anomalies else "✓"
    return [f"  {mark} {one.case}", one.book, f"{one.operations:,}", f"{one.anomalies:,}"]


def _witness(one: Witness, count: int) -> list[str]:
    """The first of its kind; all are in the JSON."""
    where = [] if one.case is None else [f"in {one.case}"]
    which = ", ".join([*where, *([f"the first of {count:,}"] if count > 1 else [])])
    head = f"✗ {one.kind}{f' ({which})' if which else ''}: {one.says}"
    return [prose(head), *drawn(one.bars)]


def witness_text(found: Iterable[Witness]) -> str:
    """Each anomaly in words, and the operations that show it."""
    return "\n".join(line for one in found for line in (f"{one.kind}: {one.says}", *drawn(one.bars)))


def drawn(bars: Sequence[Bar]) -> list[str]:
    """Bars under each other on one axis: sent at the left end, answered at the right; an open end got no answer."""
    first = min((bar.begun_s for bar in bars if bar.begun_s > float("-inf")), default=0.0)
    last = max((bar.ended_s or bar.begun_s for bar in bars), default=first)
    length = max(last - first, 1e-9)
    rows = [[f"    {bar.who}", bar.did, _bar(bar, first, length), bar.told] for bar in bars]
    axis = ["", "", f"{first:.3f} s{f'{last:.3f} s':>{AXIS - len(f'{first:.3f} s')}}", ""]
    return aligned([*rows, axis], words=(0, 1, 2, 3))


def _bar(bar: Bar, first_s: float, length_s: float) -> str:
    def at(moment_s: float) -> int:
        return int(min(AXIS - 1, max(0, (moment_s - first_s) / length_s * AXIS)))  # what stood before began at -inf

    begin = at(max(bar.begun_s, first_s))
    if bar.ended_s is None:
        return " " * begin + "├" + "─" * (AXIS - 2 - begin) + "→"
    end = at(bar.ended_s)
    return " " * begin + ("│" if end == begin else "├" + "─" * (end - begin - 1) + "┤")
