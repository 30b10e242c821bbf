"""Experiments and the search: the same whatever the cores, and the first good plan in order of finishing time."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from scenarios.measures import MEASURES, Measured
from scenarios.policies.batches import Batches
from scenarios.policy import Policy
from scenarios.run import Run
from scenarios.scenario import Scenario
from simulation.answer import recommended, simulated
from simulation.experiment import Experiment, Task, run_once
from simulation.judging import judge, needed
from simulation.search import search
from tests import a

POLICY = Batches.of(40, 300.0, dt.time(9, 7))


def _run(replication: int, **measures: float) -> Run:
    values: Measured = {**dict.fromkeys(MEASURES, 0.0), **measures}
    return Run(replication=replication, plan_sha256="", measures=values, outcomes={}, timeline=None)


@dataclass
class Scripted(Experiment):
    """An experiment whose runs are written down: rejections by finishing order of the policy's batch size."""

    scenario: Scenario
    rejections: dict[object, Sequence[float]]
    interrupted: bool = False
    made: dict[Task, Run] = field(default_factory=dict[Task, Run])

    def replicate(self, tasks: Sequence[Task]) -> None:
        for policy, r in tasks:
            assert isinstance(policy, Batches)
            values = self.rejections.get((policy.batch_size, policy.pause), self.rejections[policy.batch_size])
            self.made[policy, r] = _run(r, rejections_per_100_attempts=values[r % len(values)])

    def runs(self, policy: Policy) -> list[Run]:
        return [run for (other, _), run in sorted(self.made.items(), key=lambda one: one[0][1]) if other == policy]


GRID = {"search": {"batch_size": [20, 40, "all"], "pause": ["5 min", "15 min"], "finish_by": "12:00"}}
GOOD, BAD = [0.0], [99.0]
EASY = "p90(rejections_per_100_attempts) <= 28"


def test_nine_of_ten_runs_means_eighteen_of_twenty() -> None:
    assert [needed(runs) for runs in (1, 4, 10, 20, 21)] == [1, 4, 9, 18, 19]


def test_a_plan_needs_nine_of_ten_runs_that_keep_all_limits_together() -> None:
    # Two limits, each broken in one run of ten but not the same one: each p90 is kept, the plan is not.
    runs = [_run(r) for r in range(8)]
    runs += [_run(8, rejections_per_100_attempts=99.0), _run(9, gave_up_per_100_citizens=99.0)]
    judged = judge(a.scenario(), runs)
    assert all(one.verdict == "pass" for one in judged.thresholds)
    assert judged.kept == 8
    assert not judged.feasible


def test_the_fastest_good_plan_is_chosen_and_not_the_gentlest() -> None:
    finding = search(Scripted(a.scenario(GRID), {"all": BAD, 60: BAD, 40: GOOD, 20: GOOD}))
    assert finding.answer == "plan"
    assert finding.chosen == Batches.of(40, 300.0, dt.time(9, 7))


def test_a_plan_that_breaks_in_five_of_twenty_runs_is_passed_over() -> None:
    sometimes = ([0.0] * 3 + [99.0]) * 5
    finding = search(Scripted(a.scenario(GRID), {"all": BAD, 60: BAD, (40, 300.0): sometimes, 40: GOOD, 20: GOOD}))
    assert finding.chosen == Batches.of(20, 300.0, dt.time(9, 7))


def test_a_plan_that_breaks_in_every_tenth_run_is_too_close_to_call() -> None:
    nearly = [0.0] * 9 + [99.0]
    finding = search(Scripted(a.scenario(GRID), {"all": BAD, 60: BAD, 40: nearly, 20: nearly}))
    assert finding.answer == "too_close_to_call"
    assert finding.chosen is None
    assert [(a.size_of(policy), policy.pause) for policy in finding.close] == [
        (40, 300),
        (20, 300),
        (40, 900),
        (20, 900),
    ]
    most = max(len(trial.runs) for trial in finding.trials)
    assert most < 500  # it ends as soon as no luck could help any more


def test_a_faster_plan_that_is_too_close_to_call_is_named_beside_the_advice() -> None:
    nearly = [0.0] * 9 + [99.0]
    finding = search(Scripted(a.scenario(GRID), {"all": BAD, 60: BAD, 40: nearly, 20: GOOD}))
    assert finding.answer == "plan"
    assert finding.chosen == Batches.of(20, 300.0, dt.time(9, 7))
    assert finding.close == (Batches.of(40, 300.0, dt.time(9, 7)),)


def test_no_good_plan_is_an_answer() -> None:
    finding = search(Scripted(a.scenario(GRID), {"all": BAD, 60: BAD, 40: BAD, 20: BAD}))
    assert finding.answer == "no_feasible_plan"
    assert finding.chosen is None


def test_a_plan_that_finishes_too_late_is_never_chosen() -> None:
    grid = {"search": {"batch_size": [20, "all"], "pause": ["1 h"], "finish_by": "12:00"}}
    finding = search(Scripted(a.scenario(grid), {"all": BAD, 60: BAD, 20: GOOD}))
    late = next(trial for trial in finding.trials if a.size_of(trial.policy) == 20)
    assert finding.answer == "no_feasible_plan"
    assert not late.in_time
    assert late.runs == []


def test_plans_that_finish_in_the_same_minute_are_called_tied() -> None:
    grid = {"search": {"batch_size": [30, 40], "pause": ["5 min", "200 s"], "finish_by": "12:00"}}
    finding = search(
        Scripted(a.scenario(grid), {"all": BAD, 60: BAD, (40, 200.0): BAD, 40: GOOD, (30, 200.0): GOOD, 30: BAD})
    )
    assert finding.chosen is not None
    assert len(finding.tied) == 1


def test_too_few_slots_is_said_before_any_batch_is_tried() -> None:
    scenario = a.scenario({"invitation.invited": 400})
    finding = search(Scripted(scenario, {"all": GOOD, 60: GOOD}))
    assert finding.answer == "too_few_slots"
    assert all(trial.roles for trial in finding.trials)


def test_two_processes_give_what_one_gives() -> None:
    scenario = a.scenario({"experiment.runs": {"min": 2, "max": 6}})
    results = [simulated(scenario, POLICY, jobs=jobs, progress=None, command=["bolk"]) for jobs in (1, 2)]
    assert results[0].metrics == results[1].metrics
    assert results[0].provenance.plan_sha256 == results[1].provenance.plan_sha256
    assert results[0].samples == results[1].samples


def test_every_policy_meets_the_same_citizens() -> None:
    scenario = a.scenario({"behaviour.after_rejection": {"retry": 0.0, "wait": "5 s", "give_up_after": 1}})
    tried = [
        sum(run_once(scenario, Batches.of(size, 60.0, dt.time(9)), 5).outcomes.values()) for size in (10, 60, "all")
    ]
    assert len(set(tried)) == 1


def test_ctrl_c_keeps_the_runs_that_were_finished(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = a.scenario({"experiment.runs": {"min": 2, "max": 6}})
    finished: list[int] = []

    def third_time_ctrl_c(scenario: Scenario, policy: Batches, replication: int, *_: object) -> Run:
        if len(finished) == 3:
            raise KeyboardInterrupt
        finished.append(1)
        return run_once(scenario, policy, replication)

    monkeypatch.setattr("simulation.experiment.run_once", third_time_ctrl_c)
    result = simulated(scenario, POLICY, jobs=1, progress=None, command=["bolk"])
    assert result.provenance.partial
    assert result.provenance.replications == 3
    assert result.verdict == "inconclusive"


def test_the_recommended_plan_carries_its_schedule_and_what_all_at_once_would_do() -> None:
    few = {"experiment.runs": {"min": 2, "max": 4}, "search.batch_size": [40, "all"], "search.pause": ["5 min"]}
    scenario = a.scenario(few | {"thresholds.rejections": EASY})
    result = recommended(scenario, jobs=1, progress=None, command=["bolk"])
    assert result.recommendation is not None
    schedule = result.recommendation.schedule
    assert sum(line.count for line in schedule) == 120
    assert schedule[-1].sent == 120
    assert schedule[0].at == "2021-05-03T09:07:00+02:00"
    roles = {role for candidate in result.candidates for role in candidate.roles}
    assert roles == {"recommended", "all_at_once", "own_rule"}
    assert all(candidate.timeline for candidate in result.candidates if candidate.roles)


def test_a_search_cut_short_has_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def at_once_ctrl_c(scenario: Scenario, policy: Batches, replication: int, *_: object) -> Run:
        if policy.batch_size != "all":
            raise KeyboardInterrupt
        return run_once(scenario, policy, replication)

    monkeypatch.setattr("simulation.experiment.run_once", at_once_ctrl_c)
    result = recommended(a.scenario({"experiment.runs": {"min": 2, "max": 4}}), jobs=1, progress=None, command=["bolk"])
    assert result.recommendation is None
    assert result.provenance.interrupted
    assert result.verdict == "inconclusive"
    assert result.metrics["booked_count"] is not None
