"""Replications on a real Dask cluster of worker processes: the same answer as here, or one clear message."""

import json
import os
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
