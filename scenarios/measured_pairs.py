"""Two measured runs of one plan: what differs, and whether it is more than chance.

Both runs had the same citizens with the same choices, so they are compared citizen by citizen (`scenarios.resampling`).
What must never happen is compared exactly: one double booking is one too many, whatever the interval. Times are
compared only where both runs were made on the same machine and both load generators kept up; anything else would
compare machines, and is inconclusive.
"""

from collections.abc import Iterator, Mapping
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
from scenarios.resampling import RESAMPLES, Statistic, draws, interval_of
from scenarios.result import Result
from scenarios.scenario import Scenario

RECORD: Final = "attempts.jsonl"
Shown = Literal["lower", "higher", "none", "inconclusive"]


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
    """Two measured runs of one plan; `times` says why times are inconclusive, where they are."""

    first: PolicyValue | None
    second: PolicyValue | None
    changed: list[str]
    citizens: int
    invariants: list[Invariant]
    counts: dict[str, MeasuredDifference]
    times: dict[str, MeasuredDifference]
    inconclusive: str | None = None
    seed: int
    resamples: int

    @property
    def broken(self) -> bool:
        """Whether something happened that must not, in either run."""
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
    _refuse(*results, _changed(*results))
    return measured_run_at(first), measured_run_at(second)


def compared_runs(first: MeasuredRun, second: MeasuredRun, resamples: int = RESAMPLES) -> MeasuredComparison:
    """Compare two load tests of one plan.

    Raises
    ------
    NotComparable
        The plans are not the same, or a run cannot be compared; the message names the difference.
    """
    changed = _changed(first.result, second.result)
    _refuse(first.result, second.result, changed)
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
        changed=changed,
        citizens=len(citizens),
        invariants=list(_invariants(first.result, second.result)),
        counts={name: intervals[name] for name in counts[0]},
        times={name: _told(intervals[name], reason) for name in times[0]},
        inconclusive=reason,
        seed=seed,
        resamples=resamples,
    )


def _refuse(first: Result, second: Result, changed: list[str]) -> None:
    for name, one in (("the first", first), ("the second", second)):
        if one.measurement is None:
            raise NotComparable(
                f"{name} is a result of bolk {one.kind}, the other is a load test; compare like with like"
            )
        if one.provenance.partial:
            raise NotComparable(f"{name} was interrupted; run it again: {one.provenance.command}")
    if first.provenance.plan_sha256 != second.provenance.plan_sha256:
        raise NotComparable(f"the plans differ: {_why(first, second, changed)}. Only runs of one plan can be compared")
    speeds = [one.measurement.speedup for one in (first, second) if one.measurement]
    if speeds[0] != speeds[1]:
        raise NotComparable(
            f"the speedups differ ({speeds[0]:g} and {speeds[1]:g}): more haste is more contention. Run one again with "
            f"--speedup {speeds[0]:g}"
        )


def _why(first: Result, second: Result, changed: list[str]) -> str:
    """Name what made two plans differ."""
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


def _changed(first: Result, second: Result) -> list[str]:
    questions = [Scenario.model_validate(one.scenario.resolved) for one in (first, second)]
    return [one.key for one in differences(*questions)]


def _no_times(first: Result, second: Result) -> str | None:
    """Why times cannot be compared; None where they can."""
    unfit = [one.generator is None or one.generator.verdict != "pass" for one in (first, second)]
    if any(unfit):
        return "generator"
    hosts = [one.measurement.host if one.measurement else None for one in (first, second)]
    if None in hosts:
        return "unknown_machine"
    same = hosts[0] == hosts[1] and first.provenance.machine == second.provenance.machine
    return None if same else "other_machine"


def _invariants(first: Result, second: Result) -> Iterator[Invariant]:
    doubled = [one.metrics.get("double_bookings") for one in (first, second)]
    counts = [0 if one is None else round(one.mean) for one in doubled]
    yield Invariant(name="double_bookings", first=counts[0], second=counts[1])
    yield Invariant(name="anomalies", first=_anomalies(first), second=_anomalies(second))


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
        shown="lower" if interval.high < 0 else "higher" if interval.low > 0 else "none",
    )


def _told(one: MeasuredDifference, reason: str | None) -> MeasuredDifference:
    return one if reason is None else one.model_copy(update={"low": None, "high": None, "shown": "inconclusive"})
