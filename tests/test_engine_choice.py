"""Which engine lives the plans is a question of time alone: the answer is the same, and what was chosen is said."""

import datetime as dt
import importlib.util
import signal
from typing import Any

import pytest

from scenarios.columns import Columns
from scenarios.flags import Flags
from scenarios.plan import Plan
from scenarios.policies.batches import Batches
from scenarios.result import Result
from scenarios.scenario import Scenario
from simulation import compiled, engine
from simulation.answer import recommended, simulated
from simulation.engine import BREAK_EVEN, KEPT_BREAK_EVEN, Choice, Engine, chosen
from simulation.experiment import Experiment, Task
from simulation.workers_flag import workers_for
from tests import a

POLICY = Batches.of(40, 300.0, dt.time(9, 7))
FEW = {"experiment": {"runs": {"min": 2, "max": 3}, "seed": 1}}


@pytest.fixture
def _numba() -> None:
    pytest.importorskip("numba")


def _without_provenance(result: Result) -> dict[str, Any]:
    return result.model_dump(exclude={"provenance"})


@pytest.mark.usefixtures("_numba")
def test_both_engines_give_the_same_result_and_name_themselves() -> None:
    scenario = a.scenario(FEW)
    results = [simulated(scenario, POLICY, jobs=1, progress=None, command=[], engine=one) for one in Engine]
    assert [result.provenance.engine for result in results] == ["simpy", "compiled"]
    assert "numba" in results[1].provenance.packages
    assert _without_provenance(results[0]) == _without_provenance(results[1])


@pytest.mark.usefixtures("_numba")
def test_both_engines_recommend_the_same_with_any_number_of_threads() -> None:
    few = {"batch_size": [40, "all"], "pause": ["5 min"], "finish_by": "12:00", "runs": 60}
    scenario = a.scenario(FEW | {"search": few})
    simpy = recommended(scenario, jobs=1, progress=None, command=[])
    for jobs in (1, 2, 3):
        other = recommended(scenario, jobs=jobs, progress=None, command=[], engine=Engine.COMPILED)
        assert _without_provenance(other) == _without_provenance(simpy)
        assert other.provenance.plan_sha256 == simpy.provenance.plan_sha256


@pytest.mark.usefixtures("_numba")
@pytest.mark.parametrize("jobs", [1, 2])
def test_ctrl_c_keeps_the_runs_that_were_finished(jobs: int) -> None:
    def press_ctrl_c(done: int, _asked: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    tasks: list[Task] = [(POLICY, replication) for replication in range(6)]
    with Experiment(a.scenario(), jobs=jobs, progress=press_ctrl_c, engine=Engine.COMPILED) as experiment:
        experiment.replicate(tasks)
    assert experiment.interrupted
    assert experiment.run_count == 2


@pytest.mark.usefixtures("_numba")
def test_ctrl_c_raises_nothing_in_the_midst_of_waiting_for_workers() -> None:
    """It could be raised while the lock of a future is held, and the worker of that future would wait for ever."""
    lived: list[int] = []

    def press_ctrl_c(done: int, _asked: int) -> None:
        signal.raise_signal(signal.SIGINT)
        lived.append(done)

    with Experiment(a.scenario(), jobs=2, progress=press_ctrl_c, engine=Engine.COMPILED) as experiment:
        experiment.replicate([(POLICY, replication) for replication in range(300)])
    assert lived == [1]
    assert (experiment.interrupted, experiment.run_count) == (True, 1)


@pytest.mark.usefixtures("_numba")
def test_a_run_that_the_kernel_cannot_number_is_made_by_simpy(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_many(_scenario: Scenario, _plan: Plan, _stop: object) -> Columns:
        raise compiled.TooManyEvents

    scenario = a.scenario(FEW)
    expected = simulated(scenario, POLICY, jobs=1, progress=None, command=[])
    monkeypatch.setattr(compiled, "live", too_many)
    result = simulated(scenario, POLICY, jobs=1, progress=None, command=[], engine=Engine.COMPILED)
    assert _without_provenance(result) == _without_provenance(expected)


@pytest.mark.usefixtures("_numba")
@pytest.mark.parametrize(("kept", "citizens"), [(False, BREAK_EVEN), (True, KEPT_BREAK_EVEN)])
def test_a_small_question_is_not_worth_loading_numba_for_and_less_so_compiling_it(
    kept: bool, citizens: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "is_kept", lambda: kept)
    scenario = a.scenario({"invitation.invited": 100})
    worth_it = citizens // 100
    assert chosen(None, scenario, worth_it - 1) == Choice(Engine.SIMPY)
    assert chosen(None, scenario, worth_it) == Choice(Engine.COMPILED)
    assert chosen(Engine.COMPILED, scenario, 1) == Choice(Engine.COMPILED)
    assert chosen(Engine.SIMPY, scenario, worth_it) == Choice(Engine.SIMPY)


@pytest.mark.parametrize("wanted", [None, Engine.COMPILED])
def test_without_numba_simpy_answers_and_what_that_costs_is_said(
    wanted: Engine | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(_name: str) -> None:
        return None

    monkeypatch.setattr(importlib.util, "find_spec", nothing)
    choice = chosen(wanted, a.scenario(), BREAK_EVEN)
    assert choice.engine is Engine.SIMPY
    assert choice.note is not None
    assert "the same answer" in choice.note
    assert chosen(None, a.scenario(), 1) == Choice(Engine.SIMPY)


@pytest.mark.parametrize(
    ("flags", "runs", "engine", "jobs"),
    [
        ({}, 20, Engine.SIMPY, 1),
        ({}, 2000, Engine.SIMPY, 0),
        ({}, 20, Engine.COMPILED, 0),
        ({"jobs": 3}, 20, Engine.SIMPY, 3),
    ],
)
def test_a_small_question_is_not_worth_starting_workers_for(flags: Flags, runs: int, engine: Engine, jobs: int) -> None:
    with workers_for(flags, a.scenario(), runs, engine) as workers:
        assert workers == {"jobs": jobs, "executor": None}
