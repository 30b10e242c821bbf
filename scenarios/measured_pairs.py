"""Two measured runs of one plan: what differs, and whether it is more than chance.

Both runs had the same citizens with the same choices, so they are compared citizen by citizen (`scenarios.resampling`).
What must never happen is compared exactly: one double booking is one too many, whatever the interval. Times are
compared only where both runs were made on the same machine and both load generators kept up; anything else would
compare machines, and is inconclusive. Several runs of each side are another matter: `scenarios.repeated_runs`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np

from scenarios.attempts import AttemptFileError, read_attempts
from scenarios.citizen_sums import counts_of, in_order, times_of
from scenarios.columns import Columns, columns_of
from scenarios.differences import differences
from scenarios.naming import result_at
from scenarios.pairs import NotComparable
from scenarios.piece import Piece
from scenarios.policy_value import PolicyValue
from scenarios.resampling import RESAMPLES, Interval, Statistic, draws, interval_of
from scenarios.result import Result
from scenarios.scenario import Scenario

RECORD: Final = "attempts.jsonl"
Shown = Literal["lower", "higher", "none", "inconclusive"]
Reason = Literal[
    "generator", "unknown_machine", "other_machine", "unknown_time", "not_interleaved", "too_few_runs"
]  # fmt: skip
"""Why times are not compared."""


class Invariant(Piece):
    """What must not happen: how often it did in each run, counted exactly; None where nobody could tell."""

    name: Literal["double_bookings", "anomalies"]
    first: int | None
    second: int | None


class MeasuredDifference(Piece):
    """First minus second with its 95 % interval; `shown` is on which side of 0 all of it lies."""

    first: float | None
    second: float | None
    difference: float | None
    low: float | None
    high: float | None
    shown: Shown


class MeasuredComparison(Piece):
    """Measured runs of one plan, one of each side or several (`scenarios.repeated_runs`).

    `inconclusive` says why times are, where they are, and `times_by` what makes them comparable, where they are not;
    `threes` is how many differences of neighbours there are.
    """

    first: PolicyValue | None
    second: PolicyValue | None
    changed: list[str]
    citizens: int
    invariants: list[Invariant]
    counts: dict[str, MeasuredDifference]
    times: dict[str, MeasuredDifference]
    inconclusive: Reason | None = None
    times_by: Literal["same_machine", "interleaved"] | None = None
    runs: tuple[int, int] = (1, 1)
    threes: int | None = None  # of several runs, where they are interleaved
    seed: int
    resamples: int

    @property
    def broken(self) -> bool:
        """Whether something happened that must not, in any run."""
        return any(one.first or one.second for one in self.invariants)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredRun:
    """A result of a load test with the record beside it."""

    result: Result
    record: Columns


def measured_run_at(path: Path) -> MeasuredRun:
    """Read a load test's folder, or its result.json with the record beside it.

    Raises
    ------
    NotComparable
        The record is not there, or is that of another plan.
    ValueError
        There is no result.
    """
    result = result_at(path)
    file = (path if path.is_dir() else path.parent) / RECORD
    try:
        plan_sha256, attempts = read_attempts(file)
    except OSError as problem:
        raise NotComparable(f"{file} cannot be read ({problem.strerror}); compare needs the record") from None
    except AttemptFileError as problem:
        raise NotComparable(str(problem)) from None
    if [plan_sha256] != result.provenance.plan_sha256:
        raise NotComparable(f"{file} is the record of another plan than its result")
    return MeasuredRun(result=result, record=columns_of(attempts))


def measured_pair_at(first: Path, second: Path) -> tuple[MeasuredRun, MeasuredRun]:
    """Read two load tests; the results are looked at before the records, which may be long.

    Raises
    ------
    NotComparable
        They cannot be compared.
    ValueError
        There is no result.
    """
    results = result_at(first), result_at(second)
    refuse_unlike(*results)
    return measured_run_at(first), measured_run_at(second)


def compared_runs(first: MeasuredRun, second: MeasuredRun, resamples: int = RESAMPLES) -> MeasuredComparison:
    """Compare two load tests of one plan.

    Raises
    ------
    NotComparable
        The plans are not the same, or a run cannot be compared; the message names the difference.
    """
    refuse_unlike(first.result, second.result)
    citizens = in_order(first.record)
    if not len(citizens) or sorted(citizens) != sorted(in_order(second.record)):
        raise NotComparable("not the same citizens started in both runs; run the one again that lacks some")
    seed = first.result.provenance.seed
    reason = _no_times(first.result, second.result)
    counts = [counts_of(one.record, citizens) for one in (first, second)]
    times = [times_of(one.record, citizens) for one in (first, second)]
    drawing = (len(citizens), seed, resamples)
    intervals = _intervals({**counts[0], **times[0]}, {**counts[1], **times[1]}, drawing)
    return MeasuredComparison(
        first=first.result.policy,
        second=second.result.policy,
        changed=changed_between(first.result, second.result),
        citizens=len(citizens),
        invariants=list(invariants([first.result], [second.result])),
        counts={name: intervals[name] for name in counts[0]},
        times={name: _told(intervals[name], reason) for name in times[0]},
        inconclusive=reason,
        times_by=None if reason else "same_machine",
        seed=seed,
        resamples=resamples,
    )


def refuse_unlike(first: Result, second: Result, names: tuple[str, str] = ("the first", "the second")) -> None:
    """Refuse two results that are no load tests of one plan at one speed.

    Raises
    ------
    NotComparable
        They are not; the message names the difference.
    """
    for name, one in zip(names, (first, second), strict=True):
        if one.measurement is None:
            raise NotComparable(f"{name} is a result of bolk {one.kind} and no load test; compare like with like")
        if one.provenance.partial:
            raise NotComparable(f"{name} was interrupted; run it again: {one.provenance.command}")
    if first.provenance.plan_sha256 != second.provenance.plan_sha256:
        raise NotComparable(f"the plans differ: {_why(first, second)}. Only runs of one plan can be compared")
    speeds = [one.measurement.speedup for one in (first, second) if one.measurement]
    if speeds[0] != speeds[1]:
        raise NotComparable(
            f"the speedups differ ({speeds[0]:g} and {speeds[1]:g}): more haste is more contention. Run one again with "
            f"--speedup {speeds[0]:g}"
        )


def _why(first: Result, second: Result) -> str:
    """Name what made two plans differ."""
    changed = changed_between(first, second)
    pairs = {
        "--seed": (first.provenance.seed, second.provenance.seed),
        "--until": tuple(one.measurement and one.measurement.until_s for one in (first, second)),
        "policy": (_text(first.policy), _text(second.policy)),
        "the version of bolk": (first.provenance.version, second.provenance.version),
    }
    named = [f"{name} ({one} and {other})" for name, (one, other) in pairs.items() if one != other]
    return "; ".join([*named, *(key for key in changed if not key.startswith("platform."))]) or "nobody can say in what"


def _text(policy: PolicyValue | None) -> str:
    return "none" if policy is None else policy.model_dump_json()


def changed_between(first: Result, second: Result) -> list[str]:
    """The keys in which the scenarios of two results differ."""
    questions = [Scenario.model_validate(one.scenario.resolved) for one in (first, second)]
    return [one.key for one in differences(*questions)]


def _no_times(first: Result, second: Result) -> Reason | None:
    """Why times cannot be compared; None where they can."""
    runs = first, second
    return untimed(runs) or (None if on_one_machine(runs) else "other_machine")


def untimed(runs: Sequence[Result]) -> Reason | None:
    """Why no time of these can be compared with any: a generator that was late, or a machine nobody named."""
    if any(one.generator is None or one.generator.verdict != "pass" for one in runs):
        return "generator"
    unnamed = any(one.measurement is None or one.measurement.host is None for one in runs)
    return "unknown_machine" if unnamed else None


def on_one_machine(runs: Sequence[Result]) -> bool:
    """Whether all were made on the same machine."""
    return len({(one.measurement and one.measurement.host, one.provenance.machine) for one in runs}) == 1


def invariants(first: Sequence[Result], second: Sequence[Result]) -> Iterator[Invariant]:
    """What must not happen, over all runs of each side."""
    yield Invariant(name="double_bookings", first=_counted(_doubled, first), second=_counted(_doubled, second))
    yield Invariant(name="anomalies", first=_counted(_anomalies, first), second=_counted(_anomalies, second))


def _counted(count: Callable[[Result], int | None], runs: Sequence[Result]) -> int | None:
    """How often in all of them; what was seen once has happened, and one run that cannot tell rules nothing out."""
    found = [count(one) for one in runs]
    seen = sum(one or 0 for one in found)
    return seen if seen or None not in found else None


def _doubled(result: Result) -> int:
    doubled = result.metrics.get("double_bookings")
    return 0 if doubled is None else round(doubled.mean)


def _anomalies(result: Result) -> int | None:
    unknown = result.history is None or result.history.verdict == "unknown"
    return None if unknown or result.history is None else len(result.history.anomalies)


def _intervals(
    first: Mapping[str, Statistic], second: Mapping[str, Statistic], drawing: tuple[int, int, int]
) -> dict[str, MeasuredDifference]:
    drawn: dict[str, list[float]] = {name: [] for name in first}
    for weights in draws(*drawing):
        for name, values in drawn.items():
            one, other = first[name](weights), second[name](weights)
            if one is not None and other is not None:
                values.append(one - other)
    once = np.ones(drawing[0])
    return {name: _difference(first[name](once), second[name](once), values) for name, values in drawn.items()}


def _difference(first: float | None, second: float | None, drawn: list[float]) -> MeasuredDifference:
    interval = interval_of(drawn)
    if first is None or second is None or interval is None:
        return MeasuredDifference(first=first, second=second, difference=None, low=None, high=None, shown="none")
    return MeasuredDifference(
        first=first,
        second=second,
        difference=first - second,
        low=interval.low,
        high=interval.high,
        shown=shown_by(interval),
    )


def shown_by(interval: Interval) -> Shown:
    """On which side of 0 all of it lies."""
    return "lower" if interval.high < 0 else "higher" if interval.low > 0 else "none"


def _told(one: MeasuredDifference, reason: str | None) -> MeasuredDifference:
    return one if reason is None else one.model_copy(update={"low": None, "high": None, "shown": "inconclusive"})
