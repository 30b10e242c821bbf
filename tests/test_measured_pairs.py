"""Two measured runs of one plan: a difference is shown with its interval, and unlike runs are refused."""

import functools
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from bolk import House, cli
from reports.language import LANGUAGES
from reports.measured_screen import measured_screen
from reports.notation import LanguageCode
from scenarios.attempts import write_attempts
from scenarios.citizen_sums import counts_of, in_order, times_of
from scenarios.columns import Columns, attempts_of, columns_of
from scenarios.measured_pairs import MeasuredComparison, MeasuredRun, compared_runs, measured_run_at
from scenarios.measurement import Generator, History
from scenarios.pairs import NotComparable
from scenarios.plan import plan_of
from scenarios.provenance import scenario_ref
from scenarios.resampling import block_of, draws, interval_of
from scenarios.run import metrics_of, run_of
from scenarios.scenario import Scenario
from simulation.replication import simulate
from tests import a, a_result

SCENARIO = a.scenario({"invitation.invited": 400, "municipality.population": 2000})
SLOWER = a.scenario(
    {
        "invitation.invited": 400,
        "municipality.population": 2000,
        "platform.service_time": {"list": "400 ms", "confirm": "900 ms"},
    }
)
HOST = "0123456789ab"


@functools.cache
def record(slow: bool = False, seed: int | None = None) -> Columns:
    scenario = SLOWER if slow else SCENARIO
    if seed is not None:
        scenario = a.scenario({"invitation.invited": 400, "experiment.seed": seed})
    return columns_of(simulate(scenario, plan_of(scenario, scenario.policy, 0)))


def run(lived: Columns | None = None, scenario: Scenario = SCENARIO, **changes: Any) -> MeasuredRun:
    """A load test whose record the simulation made."""
    lived = record() if lived is None else lived
    plan = plan_of(scenario, scenario.policy, 0)
    measured = a_result.load_tested()
    assert measured.measurement is not None
    measurement = measured.measurement.model_copy(update={"host": HOST, **changes.pop("measurement", {})})
    made = a_result.provenance(**{"plan_sha256": [plan.sha256], **changes.pop("provenance", {})})
    values = {
        "scenario": scenario_ref(scenario),
        "metrics": metrics_of([run_of(scenario, plan, lived, with_timeline=False)]),
        "measurement": measurement,
        "provenance": made,
    }
    return MeasuredRun(result=measured.model_copy(update=values | changes), record=lived)


compared = functools.partial(compared_runs, resamples=200)


def later(by_s: float) -> Columns:
    """The same record with every request that much longer."""
    lived = Columns(record().attempts.copy(), record().requests.copy(), record().names)
    lived.requests["ended_s"] += by_s
    return lived


@pytest.mark.parametrize("slow", [False, True])
def test_every_citizen_counted_once_gives_the_measures(slow: bool) -> None:
    lived, scenario = record(slow), SLOWER if slow else SCENARIO
    plan = plan_of(scenario, scenario.policy, 0)
    measures = run_of(scenario, plan, lived, with_timeline=False).measures
    citizens = in_order(lived)
    once = np.ones(len(citizens))
    for name, statistic in (counts_of(lived, citizens) | times_of(lived, citizens)).items():
        assert statistic(once) == pytest.approx(measures[name], abs=1e-12), name


def test_a_citizen_drawn_twice_counts_twice() -> None:
    lived = record()
    citizens = in_order(lived)
    twice = np.zeros(len(citizens))
    twice[:7] = 2
    once = (twice > 0).astype(float)
    for statistic in (*times_of(lived, citizens).values(), counts_of(lived, citizens)["gave_up_per_100_citizens"]):
        assert statistic(twice) == statistic(once)
    booked = counts_of(lived, citizens)["booked_count"]
    assert booked(twice) == 2 * (booked(once) or 0)


def test_a_run_compared_with_itself_differs_in_nothing() -> None:
    found = compared(run(), run())
    assert {
        (one.difference, one.low, one.high, one.shown) for one in (*found.counts.values(), *found.times.values())
    } == {(0.0, 0.0, 0.0, "none")}
    assert (found.broken, found.changed, found.inconclusive) == (False, [], None)


def test_a_delay_of_every_request_is_shown_as_that_delay_and_counts_as_no_difference() -> None:
    found = compared(run(later(0.5)), run())
    p95 = found.times["response_time_p95_s"]
    assert p95.shown == "higher"
    assert p95.low == pytest.approx(0.5)
    assert p95.high == pytest.approx(0.5)
    assert {one.shown for one in found.counts.values()} == {"none"}
    assert compared(run(), run(later(0.5))).times["response_time_p95_s"].shown == "lower"


def test_another_platform_under_the_same_plan_is_compared_and_named() -> None:
    found = compared(run(), run(record(slow=True), SLOWER))
    assert found.changed == ["platform.service_time.list", "platform.service_time.confirm"]
    assert found.times["response_time_p50_s"].shown == "lower"


def test_the_same_seed_gives_the_same_interval() -> None:
    one, again = (compared(run(), run(record(slow=True), SLOWER)) for _ in range(2))
    assert one == again


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"measurement": {"host": "ba9876543210"}}, "other_machine"),
        ({"measurement": {"host": None}}, "unknown_machine"),
        ({"provenance": {"machine": "another, 64 cores"}}, "other_machine"),
        ({"generator": Generator(planned=9, started=9, start_lag_p50_s=0, start_lag_p99_s=1, start_lag_max_s=1,
                                 verdict="inconclusive")}, "generator"),
    ],
)  # fmt: skip
def test_times_of_two_machines_or_of_a_late_generator_are_inconclusive(changes: dict[str, Any], reason: str) -> None:
    found = compared(run(), run(later(0.5), **changes))
    assert found.inconclusive == reason
    assert {(one.low, one.high, one.shown) for one in found.times.values()} == {(None, None, "inconclusive")}
    assert {one.shown for one in found.counts.values()} == {"none"}


def test_what_must_not_happen_is_counted_exactly_and_never_averaged() -> None:
    wrong = History(verdict="anomaly", anomalies=["a place was given to two"])
    found = compared(run(), run(history=wrong))
    assert [(one.name, one.first, one.second) for one in found.invariants] == [
        ("double_bookings", 0, 0), ("anomalies", 0, 1),
    ]  # fmt: skip
    assert found.broken
    assert "✗" in measured_screen(found)
    unknown = compared(run(), run(history=History(verdict="unknown", anomalies=[], reason="not read")))
    assert not unknown.broken
    assert "≈" in measured_screen(unknown)


@pytest.mark.parametrize(
    ("second", "says"),
    [
        (lambda: run(measurement={"speedup": 20.0}), r"the speedups differ \(1 and 20\)"),
        (lambda: run(provenance={"plan_sha256": ["f" * 64]}), "the plans differ: nobody can say in what"),
        (lambda: run(provenance={"plan_sha256": ["f" * 64], "seed": 7}), r"--seed \(20210503 and 7\)"),
        (lambda: run(provenance={"plan_sha256": ["f" * 64]}, measurement={"until_s": 60.0}),
         r"--until \(1200.0 and 60.0\)"),
        (lambda: run(provenance={"partial": True}), "the second was interrupted"),
        (lambda: MeasuredRun(result=a_result.simulated(), record=record()), "the second is a result of bolk simulate"),
    ],
)  # fmt: skip
def test_unlike_runs_are_refused_and_the_difference_named(second: Any, says: str) -> None:
    with pytest.raises(NotComparable, match=says):
        compared(run(), second())


def test_neighbours_in_time_are_drawn_together_and_everybody_equally_often() -> None:
    citizens = 300
    total = np.zeros(citizens)
    for weights in draws(citizens, 1, 400):
        assert weights.sum() == citizens
        total += weights
    assert total.min() > 250
    together = np.mean([np.corrcoef(weights[:-1], weights[1:])[0, 1] for weights in draws(citizens, 2, 50)])
    assert together > 0.8
    assert (block_of(1), block_of(8), block_of(1000)) == (1, 8, 40)


def test_the_interval_is_wide_enough_for_citizens_who_share_a_queue() -> None:
    """Lengths that drift slowly over time: drawn one by one, four of ten intervals would miss."""
    inside = 0
    for seed in range(100):
        dice = np.random.default_rng(seed)
        drift = np.zeros(400)
        for k in range(1, 400):
            drift[k] = 0.8 * drift[k - 1] + dice.normal()
        means = [float(weights @ drift) / 400 for weights in draws(400, seed, 200)]
        interval = interval_of(means)
        assert interval is not None
        inside += interval.low <= 0 <= interval.high
    assert inside >= 82  # of 95 promised; blocks of 400 citizens know that much of the drift


def folder(path: Path, one: MeasuredRun) -> Path:
    path.mkdir()
    (path / "result.json").write_text(one.result.json_text(), encoding="utf-8")
    write_attempts(path / "attempts.jsonl", one.result.provenance.plan_sha256[0], attempts_of(one.record))
    return path


def test_the_command_reads_two_folders_and_its_exit_code_says_whether_anything_happened_that_must_not(
    tmp_path: Path,
) -> None:
    wrong = History(verdict="anomaly", anomalies=["a place was given to two"])
    folders = [str(folder(tmp_path / name, one)) for name, one in (("a", run()), ("b", run(history=wrong)))]
    done = CliRunner().invoke(cli, ["compare", *folders, "--json"], obj=House(), standalone_mode=False)
    assert done.return_value == 1
    assert MeasuredComparison.model_validate(json.loads(done.stdout)).broken
    same = CliRunner().invoke(cli, ["compare", folders[0], folders[0]], obj=House(), standalone_mode=False)
    assert same.return_value in (None, 0)
    assert "Double bookings" in same.stdout


def test_a_record_that_is_missing_or_of_another_plan_is_said(tmp_path: Path) -> None:
    there = folder(tmp_path / "a", run())
    write_attempts(there / "attempts.jsonl", "f" * 64, [])
    with pytest.raises(NotComparable, match="the record of another plan"):
        measured_run_at(there)
    (there / "attempts.jsonl").unlink()
    with pytest.raises(NotComparable, match=r"attempts\.jsonl cannot be read"):
        measured_run_at(there / "result.json")


@pytest.mark.parametrize("code", LANGUAGES)
def test_both_languages_say_the_comparison(code: LanguageCode) -> None:
    said = measured_screen(compared(run(), run(later(0.5))), code)
    assert re.search(r"[−-]0[.,]5 s", said)
