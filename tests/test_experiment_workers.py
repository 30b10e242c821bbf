"""Who makes the replications does not show in the answer, and nobody who made them is left behind."""

import datetime as dt
import gc
import json
import os
import re
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import psutil
import pytest

from scenarios.columns import Columns
from scenarios.plan import Plan
from scenarios.policies.batches import Batches
from scenarios.result import Result
from simulation.answer import simulated
from simulation.engine import Engine
from simulation.experiment import Experiment
from simulation.workers import Processes, WorkersLost
from tests import a

ROOT = Path(__file__).parent.parent
SCENARIO = a.scenario({"experiment.runs": {"min": 2, "max": 12}})
LONG = ("simulate", "ci-smoke", "--replications", "10000", "--jobs", "2", "--engine", "simpy", "--progress", "plain")


def _result(jobs: int, engine: Engine) -> Result:
    return simulated(SCENARIO, SCENARIO.policy, jobs=jobs, progress=None, command=[], engine=engine)


def _without_provenance(result: Result) -> str:
    return result.model_dump_json(exclude={"provenance"})


@pytest.mark.parametrize("engine", Engine)
def test_one_two_or_five_workers_give_the_same_bytes(engine: Engine) -> None:
    if engine is Engine.COMPILED:
        pytest.importorskip("numba")
    assert len({_without_provenance(_result(jobs, engine)) for jobs in (1, 2, 5)}) == 1


@pytest.mark.parametrize("jobs", [1, 2])
def test_no_record_outlives_its_replication(jobs: int) -> None:
    pytest.importorskip("numba")
    with Experiment(SCENARIO, jobs=jobs, engine=Engine.COMPILED) as experiment:
        before = _records()
        experiment.replicate([(SCENARIO.policy, r) for r in range(6)])
        assert _records() <= before
    assert experiment.run_count == 6


def _records() -> set[int]:
    gc.collect()
    return {id(one) for one in gc.get_objects() if type(one) in (Columns, Plan)}  # isinstance asks weak proxies too


class Fatal(Batches, frozen=True):
    """A policy that kills the process that reads it."""

    def __reduce__(self) -> Any:
        return os._exit, (3,)


def test_workers_that_die_again_and_again_are_one_clear_message() -> None:
    fatal = Fatal.of("all", 0.0, dt.time(9))
    with (
        pytest.raises(WorkersLost, match="worker processes died 3 times"),
        Experiment(SCENARIO, jobs=2) as experiment,
    ):
        experiment.replicate([(fatal, 0)])


def test_the_work_of_a_process_that_is_killed_is_done_again() -> None:
    killed: list[int] = []

    def kill_one_at_the_first(_done: int, _asked: int) -> None:
        if not killed:
            killed.append(_workers_of(os.getpid())[0].pid)
            os.kill(killed[0], signal.SIGKILL)

    result = simulated(SCENARIO, SCENARIO.policy, jobs=2, progress=kill_one_at_the_first, command=[])
    assert killed
    assert _without_provenance(result) == _without_provenance(_result(1, Engine.SIMPY))


def _workers_of(pid: int) -> list[psutil.Process]:
    return [one for one in psutil.Process(pid).children(recursive=True) if "spawn_main" in " ".join(one.cmdline())]


def _at_work(out: Path) -> tuple["subprocess.Popen[str]", list[psutil.Process]]:
    """A long simulation that has made its first replications, and its worker processes."""
    child = subprocess.Popen(
        [sys.executable, "-m", "bolk", *LONG, "--out", str(out)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    assert child.stderr is not None
    assert re.match(r"Simulating: [1-9]", child.stderr.readline())
    workers = _workers_of(child.pid)
    assert len(workers) == 2
    return child, workers


@pytest.mark.slow
def test_ctrl_c_leaves_a_partial_result_and_no_process(tmp_path: Path) -> None:
    child, workers = _at_work(tmp_path)
    os.killpg(child.pid, signal.SIGINT)  # as a terminal does: to every process of the group
    _, said = child.communicate(timeout=60)
    assert child.returncode == 130
    assert "Interrupted" in said
    assert "Traceback" not in said
    assert json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))["provenance"]["partial"]
    assert not [one for one in workers if one.is_running()]


@pytest.mark.slow
def test_workers_do_not_outlive_a_parent_that_is_killed(tmp_path: Path) -> None:
    child, workers = _at_work(tmp_path)
    child.kill()
    child.communicate(timeout=60)
    _, alive = psutil.wait_procs(workers, timeout=30)
    assert alive == []


def test_workers_may_be_ended_by_several_at_once() -> None:
    for _ in range(100):
        workers, ready = Processes(1), Barrier(3)

        def end(workers: Processes = workers, ready: Barrier = ready) -> None:
            ready.wait()
            workers.shutdown(wait=False, cancel_futures=True)

        with ThreadPoolExecutor(3) as threads:
            for done in [threads.submit(end) for _ in range(3)]:
                done.result()
