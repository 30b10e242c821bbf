"""Replications on a real Dask cluster of worker processes: the same answer as here, or one clear message."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from scenarios.result import Result
from simulation import cluster
from simulation.answer import simulated
from simulation.cluster import cluster_at
from simulation.engine import Engine
from simulation.experiment import Experiment
from simulation.workers import WorkersLost
from tests import a
from tests.a_cluster import local_cluster

pytest.importorskip("distributed")
pytestmark = pytest.mark.slow
ROOT = Path(__file__).parent.parent
SCENARIO = a.scenario({"experiment.runs": {"min": 2, "max": 12}})


@pytest.fixture(scope="module")
def dask() -> Generator[Any]:
    with local_cluster() as started:
        yield started


@pytest.fixture(scope="module")
def here() -> str:
    return _without_provenance(simulated(SCENARIO, SCENARIO.policy, jobs=1, progress=None, command=[]))


def _without_provenance(result: Result) -> str:
    return result.model_dump_json(exclude={"provenance"})


@pytest.mark.parametrize("engine", Engine)
def test_a_cluster_gives_the_very_bytes_that_this_process_gives(dask: Any, here: str, engine: Engine) -> None:
    if engine is Engine.COMPILED:
        pytest.importorskip("numba")
    with cluster_at(dask.scheduler_address) as executor:
        result = simulated(
            SCENARIO, SCENARIO.policy, jobs=0, progress=None, command=[], engine=engine, executor=executor
        )
    assert _without_provenance(result) == here


def test_the_work_of_a_worker_that_is_killed_is_done_again(dask: Any, here: str) -> None:
    killed: list[int] = []

    with cluster_at(dask.scheduler_address) as executor:
        victim = executor.submit(os.getpid).result()

        def kill_at_the_first(_done: int, _asked: int) -> None:
            if not killed:
                os.kill(victim, signal.SIGKILL)
                killed.append(victim)

        result = simulated(SCENARIO, SCENARIO.policy, jobs=0, progress=kill_at_the_first, command=[], executor=executor)
    assert killed
    assert _without_provenance(result) == here


def test_the_same_command_with_an_address(dask: Any, here: str, tmp_path: Path) -> None:
    runs = "experiment.runs={ min = 2, max = 12 }"
    command = [sys.executable, "-m", "bolk", "simulate", "ci-smoke", "--set", runs, "--json", "--progress", "none",
               "--out", str(tmp_path), "--cluster", dask.scheduler_address]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode in (0, 1), done.stderr
    assert json.loads(done.stdout)["metrics"] == json.loads(here)["metrics"]


def test_ctrl_c_leaves_a_partial_result_and_the_cluster_at_work(dask: Any, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bolk", "simulate", "ci-smoke", "--replications", "5000", "--engine", "simpy",
               "--progress", "plain", "--out", str(tmp_path), "--cluster", dask.scheduler_address]  # fmt: skip
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert child.stderr is not None
    assert re.match(r"Simulating: [1-9]", child.stderr.readline())
    child.send_signal(signal.SIGINT)
    _, said = child.communicate(timeout=60)
    assert child.returncode == 130
    assert said == "Interrupted: what was finished is kept, and marked as partial\n"
    assert json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))["provenance"]["partial"]
    with cluster_at(dask.scheduler_address) as executor:
        assert executor.submit(os.getpid).result() > 0


def test_a_scheduler_that_is_lost_on_the_way_is_one_clear_message(capfd: pytest.CaptureFixture[str]) -> None:
    with local_cluster() as lost:

        def lose_it_at_the_first(done: int, _asked: int) -> None:
            if done == 1:
                lost.close()

        with (
            pytest.raises(WorkersLost, match="was lost on the way"),
            cluster_at(lost.scheduler_address) as executor,
            Experiment(SCENARIO, executor=executor, progress=lose_it_at_the_first) as experiment,
        ):
            experiment.replicate([(SCENARIO.policy, r) for r in range(200)])
    assert "Traceback" not in capfd.readouterr().err


def test_a_scheduler_without_workers_is_one_clear_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "ANSWERS_WITHIN", "1 s")
    with (
        local_cluster(workers=0) as empty,
        pytest.raises(WorkersLost, match="has no workers"),
        cluster_at(empty.scheduler_address),
    ):
        pass


def test_work_that_kills_every_worker_is_one_clear_message(dask: Any) -> None:
    with (
        pytest.raises(WorkersLost, match="died again and again"),
        cluster_at(dask.scheduler_address) as executor,
    ):
        executor.submit(os._exit, 3).result()


def test_a_worker_with_other_code_is_refused(dask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "code_digest", lambda: "of an older version")
    with pytest.raises(WorkersLost, match="another version of bolk"), cluster_at(dask.scheduler_address) as executor:
        executor.submit(os.getpid).result()


def test_an_address_where_nobody_answers_is_one_clear_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "ANSWERS_WITHIN", "100 ms")
    for address in ("tcp://127.0.0.1:1", "nonsense", "nonsense://127.0.0.1:1"):
        with pytest.raises(WorkersLost, match="no Dask scheduler"), cluster_at(address):
            pass


def test_without_the_extra_it_is_4_and_says_how_to_have_it(tmp_path: Path) -> None:
    program = (
        "import sys, bolk; sys.modules['distributed'] = None\n"
        f"sys.argv = ['bolk', 'simulate', 'ci-smoke', '--cluster', 'tcp://127.0.0.1:1', '--out', {str(tmp_path)!r}]\n"
        "bolk.main()"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 4
    assert done.stderr == "Error: Dask is not installed here. To have it: pip install distributed\n"
