"""Several measured runs of each side: compared where they were made in turn, and a drift of the machine goes out."""

import datetime as dt
import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from bolk import House, cli
from reports.language import LANGUAGES
from reports.measured_screen import measured_screen
from reports.notation import LanguageCode
from scenarios.measured_pairs import MeasuredComparison, MeasuredRun, compared_runs
from scenarios.measurement import Generator, History
from scenarios.pairs import NotComparable
from scenarios.repeated_runs import compared_sides, runs_in
from scenarios.resampling import Sample, interval_of_means
from tests.test_measured_pairs import HOST, SLOWER, folder, later, run

IN_TURN = "ABABABABABAB"
P95 = "response_time_p95_s"
LATE = Generator(planned=9, started=9, start_lag_p50_s=0, start_lag_p99_s=1, start_lag_max_s=1, verdict="inconclusive")
Differing = Callable[[int], Any]
"""What is different about a run, by its place in time."""


@functools.cache
def alike() -> MeasuredRun:
    return run()


def one_run(by_s: float, measurement: dict[str, Any], changes: dict[str, Any]) -> MeasuredRun:
    """The same run with every request so much longer, and with these changes to its result."""
    result = alike().result
    assert result.measurement is not None
    lived = result.measurement.model_copy(update=measurement)
    return MeasuredRun(result=result.model_copy(update={"measurement": lived} | changes), record=later(by_s))


def at(place: int, minutes: float = 0) -> dt.datetime:
    """When a run begins: every ten minutes."""
    return dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC) + dt.timedelta(minutes=10 * place + minutes)


def compared(
    order: str, by_s: Callable[[int], float] = lambda _: 0.0, differing: dict[str, Differing] | None = None
) -> MeasuredComparison:
    """Compare nine-minute runs of A and B in this order, each with every request so much longer."""
    sides: dict[str, list[MeasuredRun]] = {"A": [], "B": []}
    for place, side in enumerate(order):
        changes = {name: found(place) for name, found in (differing or {}).items()}
        lived = {"begun_at": at(place), "ended_at": at(place, 9)} | changes.pop("measurement", {})
        sides[side].append(one_run(by_s(place), lived, changes))
    return compared_sides(sides["A"][::-1], sides["B"])


def placed(**measurement: Differing) -> dict[str, Differing]:
    """Runs whose measurements differ."""
    return {"measurement": lambda place: {name: value(place) for name, value in measurement.items()}}


def generated(fitness: Differing) -> dict[str, Differing]:
    return {"generator": fitness}


def test_a_machine_that_slows_evenly_makes_no_difference_between_runs_in_turn() -> None:
    found = compared(IN_TURN, lambda place: 0.1 * place)
    assert (found.times_by, found.threes, found.inconclusive) == ("interleaved", 4, None)
    same = found.times[P95]
    assert (same.shown, same.difference) == ("none", pytest.approx(0, abs=1e-9))
    assert (same.first or 0) - (same.second or 0) == pytest.approx(-0.1)  # what plain means would have called faster
    slower = compared(IN_TURN, lambda place: 0.1 * place + (0.5 if IN_TURN[place] == "A" else 0.0)).times[P95]
    assert (slower.low, slower.difference, slower.high) == pytest.approx((0.5, 0.5, 0.5))
    assert slower.shown == "higher"


def test_runs_that_differ_among_themselves_widen_the_interval_until_nothing_is_shown() -> None:
    luck = np.random.default_rng(1).uniform(0, 2, size=len(IN_TURN))
    restless = compared(IN_TURN, lambda place: luck[place] + (0.1 if IN_TURN[place] == "A" else 0.0)).times[P95]
    assert restless.shown == "none"
    assert restless.low is not None
    assert restless.high is not None
    assert restless.low < 0.1 < restless.high


def test_each_three_neighbours_may_have_a_machine_of_their_own() -> None:
    found = compared(IN_TURN, lambda place: place // 3 * 0.7, placed(host=lambda place: f"{place // 3:012}"))
    assert (found.times_by, found.times[P95].shown) == ("interleaved", "none")


@pytest.mark.parametrize(
    ("order", "differing", "reason"),
    [
        ("AAAAAABBBBBB", {}, "not_interleaved"),
        (IN_TURN, placed(ended_at=lambda place: at(place, 11)), "not_interleaved"),
        ("ABABABABABA", {}, "too_few_runs"),
        (IN_TURN, placed(host=lambda place: IN_TURN[place] * 12), "other_machine"),
        (IN_TURN, placed(host=lambda place: HOST if place else None), "unknown_machine"),
        (IN_TURN, placed(ended_at=lambda place: at(place, 9) if place else None), "unknown_time"),
        (IN_TURN, generated(lambda place: LATE if place == 5 else alike().result.generator), "generator"),
    ],
)  # fmt: skip
def test_times_of_runs_that_were_not_made_in_turn_on_one_machine_are_inconclusive(
    order: str, differing: dict[str, Differing], reason: str
) -> None:
    found = compared(order, differing=differing)
    assert (found.inconclusive, found.times_by) == (reason, None)
    assert {(one.low, one.high, one.shown) for one in found.times.values()} == {(None, None, "inconclusive")}
    assert {one.shown for one in found.counts.values()} == {"none"}
    assert all(measured_screen(found, code) for code in LANGUAGES)


@pytest.mark.parametrize(
    ("second", "says"),
    [
        ([run(), run(scenario=SLOWER)], "run 1 of the second and run 2 of the second are not alike: platform.service"),
        ([run(), run(provenance={"commit": "another"})], "are not alike: the version of bolk"),
        ([run(), run(provenance={"partial": True})], "run 2 of the second was interrupted"),
        ([run(provenance={"plan_sha256": ["f" * 64]})], "the plans differ"),
    ],
)  # fmt: skip
def test_runs_of_a_side_that_are_not_alike_are_refused(second: Sequence[MeasuredRun], says: str) -> None:
    with pytest.raises(NotComparable, match=says):
        compared_sides([run()], second)


def test_what_must_not_happen_in_one_run_has_happened_and_one_that_was_not_checked_rules_nothing_out() -> None:
    wrong = History(verdict="anomaly", anomalies=["a place was given to two"])
    unknown = History(verdict="unknown", anomalies=[], reason="not read")
    found = compared_sides([run(history=unknown), run(history=wrong)], [run(), run(history=unknown)], resamples=50)
    assert [(one.first, one.second) for one in found.invariants] == [(0, 0), (1, None)]
    assert found.broken


def test_the_interval_of_four_runs_holds_the_truth_as_often_as_it_promises_and_three_have_none() -> None:
    dice = np.random.default_rng(1)
    inside = 0
    for seed in range(200):
        interval = interval_of_means([Sample(dice.normal(size=4))], seed, 400)
        inside += interval is None or interval.low <= 0 <= interval.high
    assert inside >= 182  # of 190 promised; drawn again without their errors, four values hold it in about 160
    assert interval_of_means([Sample(dice.normal(size=3))], 1) is None
    assert interval_of_means([Sample(dice.normal(size=9)), Sample(np.ones(1), -1)], 1) is None


def test_the_command_takes_a_folder_of_runs_as_one_side(tmp_path: Path) -> None:
    sides = [tmp_path / "before", tmp_path / "after"]
    for side in sides:
        side.mkdir()
        for name in ("1", "2"):
            folder(side / name, alike())
    assert [one.name for one in runs_in(sides[0])] == ["1", "2"]
    done = CliRunner().invoke(cli, ["compare", *map(str, sides)], obj=House(), standalone_mode=False)
    assert done.return_value in (None, 0)
    assert "2 and 2 measured runs" in done.stdout
    assert "does not say when it began" in done.stdout


@pytest.mark.parametrize(("code", "in_turn"), [("en", "were made in turn"), ("nb", "gikk på skift")])
def test_the_screen_says_what_makes_times_comparable(code: LanguageCode, in_turn: str) -> None:
    assert in_turn in measured_screen(compared(IN_TURN), code)
    one_each = measured_screen(compared_runs(alike(), alike(), resamples=50), code)
    assert in_turn not in one_each
    assert {"en": "both runs were made on the same", "nb": "begge kjøringene gikk på samme"}[code] in one_each
