"""Several measured runs of each side of one plan: interleaved, so that a drift of the machine falls on both.

Two runs say how much they differ, not how much two runs of the very same would. Several do, if the machine treats both
sides alike: ordered by when they began, the sides alternate (A B A B ...) and no run overlaps the next. Of each three
neighbours (A B A, then B A B) the middle one is held against the mean of the two around it. What the three share goes
out of that difference, and so does a drift that goes on evenly. Plain pairs would leave a step of the drift in each, as
the same side always goes first. No run is in two threes, so their differences are independent, and their mean
has the interval of `scenarios.resampling.interval_of_means`.

The runs of a three must be of one machine; another three may be of another. Counts are not of the machine: they are
compared by the runs of each side, interleaved or not.
"""

import datetime as dt
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias

import numpy as np

from scenarios.citizen_sums import Floats, counts_of, in_order, times_of
from scenarios.measured_pairs import (
    MeasuredComparison,
    MeasuredDifference,
    MeasuredRun,
    Reason,
    changed_between,
    invariants,
    measured_run_at,
    on_one_machine,
    refuse_unlike,
    shown_by,
    untimed,
)
from scenarios.naming import result_at
from scenarios.pairs import NotComparable
from scenarios.resampling import RESAMPLES, Sample, interval_of_means
from scenarios.result import Result

LEAST_THREES: Final = 4
"""Of three differences drawn again, one draw in nine is three times the same, and the interval has no ends."""

_SAME: Final = 9
"""Decimals that count, so that equal values are equal: of times a nanosecond, far below what any clock here tells."""

_SIDES: Final = ("first", "second")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lived:
    """What is kept of a run: its result and every measure of it, not the record, which may be long."""

    side: Literal[0, 1]
    result: Result
    citizens: int
    counts: dict[str, float | None]
    times: dict[str, float | None]


_Three: TypeAlias = tuple[int, int, int]
"""Three neighbours, by their places among all runs."""

_Drawing: TypeAlias = tuple[int, int]
"""The seed, and how often is drawn."""


def runs_in(path: Path) -> list[Path]:
    """The runs in a folder that holds several, by name; of anything else that itself."""
    if not path.is_dir() or (path / "result.json").exists():
        return [path]
    return sorted(one.parent for one in path.glob("*/result.json")) or [path]


def several_at(first: Sequence[Path], second: Sequence[Path]) -> tuple[Iterator[MeasuredRun], Iterator[MeasuredRun]]:
    """Read several load tests of each side; all results are looked at before the first record.

    Raises
    ------
    NotComparable
        They cannot be compared.
    ValueError
        There is no result.
    """
    _refuse([result_at(one) for one in first], [result_at(one) for one in second])
    return map(measured_run_at, first), map(measured_run_at, second)


def compared_sides(
    first: Iterable[MeasuredRun], second: Iterable[MeasuredRun], resamples: int = RESAMPLES
) -> MeasuredComparison:
    """Compare several load tests of each of two sides.

    Raises
    ------
    NotComparable
        The plans are not the same, the runs of a side are not alike, or a run cannot be compared.
    """
    runs = list(_lived(first, second))
    sides = [[one.result for one in runs if one.side == side] for side in (0, 1)]
    _refuse(*sides)
    threes = _threes(runs)
    reason = threes if isinstance(threes, str) else None
    base, other = sides[0][0], sides[1][0]
    drawing = (base.provenance.seed, resamples)
    return MeasuredComparison(
        first=base.policy,
        second=other.policy,
        changed=changed_between(base, other),
        citizens=runs[0].citizens,
        invariants=list(invariants(*sides)),
        counts={name: _by_sides([one.counts[name] for one in runs], runs, drawing) for name in runs[0].counts},
        times={name: _by_threes([one.times[name] for one in runs], runs, threes, drawing) for name in runs[0].times},
        inconclusive=reason,
        times_by=None if reason else "interleaved",
        runs=(len(sides[0]), len(sides[1])),
        threes=None if isinstance(threes, str) else len(threes),
        seed=drawing[0],
        resamples=resamples,
    )


def _lived(first: Iterable[MeasuredRun], second: Iterable[MeasuredRun]) -> Iterator[_Lived]:
    """Every run's measures, its record read and let go."""
    everybody: list[int] | None = None
    sides: tuple[tuple[Literal[0, 1], Iterable[MeasuredRun]], ...] = ((0, first), (1, second))
    for side, runs in sides:
        for one in runs:
            citizens = in_order(one.record)
            started = sorted(citizens.tolist())
            everybody = started if everybody is None else everybody
            if not started or started != everybody:
                raise NotComparable("not the same citizens started in all runs; run the one again that lacks some")
            once = np.ones(len(citizens))
            counts, times = (
                {name: measure(once) for name, measure in found(one.record, citizens).items()}
                for found in (counts_of, times_of)
            )
            yield _Lived(side=side, result=one.result, citizens=len(citizens), counts=counts, times=times)


def _refuse(first: Sequence[Result], second: Sequence[Result]) -> None:
    """Refuse runs that are not of one plan, and sides whose own runs are not alike."""
    base = first[0]
    for number, one in enumerate(first[1:], 2):
        refuse_unlike(base, one, (_name(0, 1), _name(0, number)))
    for number, one in enumerate(second, 1):
        refuse_unlike(base, one, (_name(0, 1), _name(1, number)))
    for side, runs in enumerate((first, second)):
        for number, one in enumerate(runs[1:], 2):
            if (unlike := _unlike(runs[0], one)) is not None:
                raise NotComparable(f"{_name(side, 1)} and {_name(side, number)} are not alike: {unlike}")


def _name(side: int, number: int) -> str:
    return f"run {number} of the {_SIDES[side]}"


def _unlike(one: Result, other: Result) -> str | None:
    """In what two runs of one side differ; None where in nothing that is known."""
    changed = changed_between(one, other)
    if changed:
        return ", ".join(changed)
    made = [(run.provenance.version, run.provenance.commit) for run in (one, other)]
    return None if made[0] == made[1] else "the version of bolk"


def _threes(runs: Sequence[_Lived]) -> list[_Three] | Reason:
    """The neighbours in time, three by three; why times cannot be compared, where they cannot."""
    if (reason := untimed([one.result for one in runs])) is not None:
        return reason
    spans = [_span(one.result) for one in runs]
    known = {place: span for place, span in enumerate(spans) if span is not None}
    if len(known) < len(runs):
        return "unknown_time"
    order = sorted(known, key=lambda place: known[place])
    for before, after in itertools.pairwise(order):
        if runs[before].side == runs[after].side or known[after][0] < known[before][1]:
            return "not_interleaved"
    threes = [(order[k], order[k + 1], order[k + 2]) for k in range(0, len(order) - 2, 3)]
    if not all(on_one_machine([runs[place].result for place in three]) for three in threes):
        return "other_machine"
    return threes if len(threes) >= LEAST_THREES else "too_few_runs"


def _span(result: Result) -> tuple[dt.datetime, dt.datetime] | None:
    lived = result.measurement
    return (
        None if lived is None or lived.begun_at is None or lived.ended_at is None else (lived.begun_at, lived.ended_at)
    )


def _by_sides(values: Sequence[float | None], runs: Sequence[_Lived], drawing: _Drawing) -> MeasuredDifference:
    """The mean of one side minus that of the other, by the runs of each."""
    sides = [[value for value, one in zip(values, runs, strict=True) if one.side == side] for side in (0, 1)]
    first, second = (_array(one) for one in sides)
    if first is None or second is None:
        return _told(sides, None, [], drawing)
    return _told(sides, float(first.mean() - second.mean()), [Sample(first), Sample(second, -1)], drawing)


def _by_threes(
    values: Sequence[float | None], runs: Sequence[_Lived], threes: Sequence[_Three] | Reason, drawing: _Drawing
) -> MeasuredDifference:
    """The mean of the differences of neighbours, without an interval where there are none to trust."""
    if isinstance(threes, str):
        return _by_sides(values, runs, drawing).model_copy(update={"low": None, "high": None, "shown": "inconclusive"})
    sides = [[value for value, one in zip(values, runs, strict=True) if one.side == side] for side in (0, 1)]
    found = [_apart([values[place] for place in three], middle_is=runs[three[1]].side) for three in threes]
    apart = _array(found)
    return (
        _told(sides, None, [], drawing)
        if apart is None
        else _told(sides, float(apart.mean()), [Sample(apart)], drawing)
    )


def _apart(three: Sequence[float | None], middle_is: Literal[0, 1]) -> float | None:
    """First side minus second in three neighbours."""
    before, middle, after = three
    if before is None or middle is None or after is None:
        return None
    apart = middle - (before + after) / 2
    return apart if middle_is == 0 else -apart


def _array(values: Sequence[float | None]) -> Floats | None:
    """All values, rounded so that equal ones are equal; None where one is missing."""
    known = [value for value in values if value is not None]
    return (
        np.array([round(value, _SAME) for value in known], dtype=np.float64)
        if known and len(known) == len(values)
        else None
    )


def _told(
    sides: Sequence[Sequence[float | None]], difference: float | None, samples: Sequence[Sample], drawing: _Drawing
) -> MeasuredDifference:
    first, second = (None if (one := _array(side)) is None else float(one.mean()) for side in sides)
    interval = interval_of_means(samples, *drawing) if samples else None
    if difference is None or interval is None:
        return MeasuredDifference(
            first=first, second=second, difference=difference, low=None, high=None, shown="inconclusive"
        )
    return MeasuredDifference(
        first=first,
        second=second,
        difference=difference,
        low=interval.low,
        high=interval.high,
        shown=shown_by(interval),
    )
