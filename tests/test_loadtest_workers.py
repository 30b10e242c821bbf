"""Several real processes share one load test: each citizen once, one zero, and whoever is lost is missed aloud."""

import json
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from loadtests.answer import Measuring, measured_result
from loadtests.history import check, places_of
from loadtests.processes import Shape
from loadtests.run import LoadtestRun, run
from scenarios.attempts import read_attempts
from scenarios.columns import columns_of
from scenarios.plan import Plan
from scenarios.run import run_of
from scenarios.slices import Slice
from simulation.replication import simulate
from tests.test_loadtest_run import SCENARIO, SPEEDUP, figures_on, free_port, plan_within
from tests.test_loadtest_stub import ADMIN, Stub

pytestmark = pytest.mark.slow


def lived(stub: Stub, plan: Plan, out: Path, shape: Shape, **others: Any) -> LoadtestRun:
    return run(SCENARIO, plan, base_url=stub.base_url, speedup=SPEEDUP, out=out, shape=shape, **others)


def worker_processes() -> list[psutil.Process]:
    """Ours that are workers of a load test, oldest first."""
    found = [one for one in psutil.Process().children() if "--worker" in one.cmdline()]
    return sorted(found, key=lambda one: one.pid)


def test_two_workers_start_every_citizen_once_at_their_moment_and_the_record_is_one(tmp_path: Path):
    plan, port, seen = plan_within(60.0), free_port(), list[dict[str, Any]]()

    def look(_done: int, _of: int) -> None:
        if not seen:
            seen.append(figures_on(port))

    with Stub(SCENARIO, SPEEDUP) as stub:
        result = lived(stub, plan, tmp_path / "out", Shape(workers=2, web=port), progress=look)
        history = check(result.attempts, stub.export(), places_of(SCENARIO), run=result.run)
    assert seen[0]["planned in all"] == result.generator.planned  # of both: their conductor shows the wave
    assert seen[0]["started"] <= result.generator.planned
    acting = np.flatnonzero(plan.acts).tolist()
    firsts = {one.citizen: one for one in result.attempts if one.number == 1}
    assert sorted(one.citizen for one in result.attempts if one.number == 1) == acting
    for citizen, first in firsts.items():
        login = first.requests[0]
        assert login.planned_s == plan.planned_s[citizen] + plan.login_s[citizen]
        assert login.started_s >= login.planned_s  # by the one clock that both count from
    assert [one.planned for one in result.generator.workers] == [len(acting) // 2] * 2
    assert [one.started for one in result.generator.workers] == [len(acting) // 2] * 2
    assert all(not one.lost and one.clock_offset_s == 0.0 and one.open_files for one in result.generator.workers)
    assert (result.partial, history.verdict) == (False, "correct")
    assert read_attempts(tmp_path / "out" / "attempts.jsonl") == (plan.sha256, result.attempts)
    assert worker_processes() == []


def test_a_worker_that_dies_makes_the_run_inconclusive_and_is_named(tmp_path: Path):
    killed = list[int]()

    def kill(done: int, _of: int) -> None:
        if done and not killed:
            worker = worker_processes()[0]
            killed.append(worker.pid)
            worker.send_signal(signal.SIGKILL)

    plan = plan_within(1200.0)
    predicted = run_of(SCENARIO, plan, columns_of(simulate(SCENARIO, plan)), with_timeline=True)
    with Stub(SCENARIO, SPEEDUP) as stub:
        asked = Measuring(
            scenario=SCENARIO, policy=SCENARIO.policy, plan=plan, speedup=SPEEDUP, part=Slice(), warm_up_s=0.0,
            left_out=Slice().left_out(plan), base_url=stub.base_url, admin_token=ADMIN, out=tmp_path / "out",
            command=["bolk"], shape=Shape(workers=2),
        )  # fmt: skip
        result = measured_result(asked, predicted, kill)
    assert killed
    assert result.generator is not None
    assert result.history is not None
    assert sorted(one.lost for one in result.generator.workers) == [False, True]
    assert "of 2 was lost" in (result.generator.reason or "")
    assert (result.provenance.partial, result.history.anomalies) == (True, [])
    assert result.verdict == "inconclusive"  # which every command says as exit code 3
    assert result.measurement is not None
    begun_at, ended_at = result.measurement.begun_at, result.measurement.ended_at
    assert begun_at is not None
    assert ended_at is not None
    assert begun_at < ended_at  # compare orders runs by it
    assert worker_processes() == []


def test_ctrl_c_brings_home_what_every_worker_has_recorded(tmp_path: Path):
    interrupted = list[int]()

    def interrupt(done: int, _of: int) -> None:
        if done and not interrupted:
            interrupted.append(done)
            signal.raise_signal(signal.SIGINT)

    with Stub(SCENARIO, SPEEDUP) as stub:
        result = lived(stub, plan_within(1200.0), tmp_path / "out", Shape(workers=2), progress=interrupt)
        history = check(result.attempts, stub.export(), places_of(SCENARIO), run=result.run)
    assert (result.partial, result.interrupted) == (True, True)
    assert [one.lost for one in result.generator.workers] == [False, False]
    assert history.anomalies == []
    assert worker_processes() == []


def test_workers_of_other_machines_join_by_address_and_their_clocks_are_measured(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as free:
        place = free.getsockname()[:2]
    command = [sys.executable, "-m", "bolk", "worker", f"{place[0]}:{place[1]}"]
    workers = list[subprocess.Popen[str]]()

    def bring(_port: int) -> None:
        # A time namespace makes the clock of a machine that was started a quarter of an hour earlier.
        for prefix in ([], clock_of_another_machine(), []):
            workers.append(subprocess.Popen([*prefix, *command], stderr=subprocess.PIPE, text=True))

    with Stub(SCENARIO, SPEEDUP) as stub:
        result = lived(stub, plan_within(60.0), tmp_path / "out", Shape(workers=2, listen=place), listening=bring)
        ends = [(worker.communicate(timeout=60.0)[1], worker.returncode) for worker in workers]
        history = check(
            result.attempts,
            stub.export(),
            places_of(SCENARIO),
            run=result.run,
            clock_error_s=result.clock_error_s * SPEEDUP,
        )
    # Three came, and there were two shares: whoever was last is told so.
    assert sorted(code for _, code in ends) == [0, 0, 4]
    assert ["there was no share for this worker" in said for said, code in ends if code] == [True]
    assert result.generator.started == result.generator.planned
    assert (result.partial, history.verdict) == (False, "correct")
    offsets = [one.clock_offset_s or 0.0 for one in result.generator.workers]
    errors = [one.clock_error_s or 0.0 for one in result.generator.workers]
    for offset_s, error_s in zip(offsets, errors, strict=True):
        truth_s = 1000.0 if offset_s > 500.0 else 0.0
        assert abs(offset_s - truth_s) <= error_s
    firsts = [one.requests[0] for one in result.attempts if one.number == 1]
    assert all(one.started_s >= one.planned_s - max(errors) * SPEEDUP for one in firsts)
    said = json.loads((tmp_path / "out" / "generator.json").read_text(encoding="utf-8"))
    assert [one["clock"]["error_s"] for one in said["healths"]] == errors


def clock_of_another_machine() -> list[str]:
    """What gives a command a monotonic clock that is 1000 s ahead; nothing where that cannot be done."""
    ahead = ["unshare", "--time", "--monotonic", "1000", "--fork", "--kill-child", "--"]
    if not shutil.which("unshare") or subprocess.run([*ahead, "true"], capture_output=True, check=False).returncode:
        return []
    return ahead
