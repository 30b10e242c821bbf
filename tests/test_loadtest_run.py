"""Whole load tests: one real Locust process each, against a small server on this machine."""

import dataclasses
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import numpy as np
import psutil
import pytest

from loadtests.guard import ForbiddenTarget
from loadtests.history import check, places_of
from loadtests.processes import GeneratorFailed, Shape
from loadtests.run import LoadtestRun, OutFolderError, run
from loadtests.target import TargetUnreachable, fetch_export
from scenarios.attempts import Operation, Outcome, Status, read_attempts
from scenarios.identity import national_number
from scenarios.inventory import total_capacity
from scenarios.plan import Plan, plan_of
from tests import a
from tests.test_loadtest_stub import ADMIN, Fault, Said, Stub, resets, sheds
from tests.test_loadtest_target import dead_url

SCENARIO = a.scenario()
SPEEDUP = 60.0
pytestmark = pytest.mark.slow


def plan_within(seconds: float, *, acting: int | None = None) -> Plan:
    """The smoke plan with everybody's moment moved into the first seconds."""
    plan = plan_of(SCENARIO, SCENARIO.policy, 0)
    planned_s = np.linspace(0.0, seconds, plan.citizens)
    acts = plan.acts if acting is None else (np.arange(plan.citizens) < acting).astype(np.int64)
    return dataclasses.replace(plan, planned_s=planned_s, acts=acts)


def lived(
    stub: Stub,
    plan: Plan,
    out: Path,
    progress: Callable[[int, int], None] | None = None,
    deadline_s: float | None = None,
) -> LoadtestRun:
    return run(
        SCENARIO, plan, base_url=stub.base_url, speedup=SPEEDUP, out=out, progress=progress, deadline_s=deadline_s
    )


def generator_process() -> psutil.Process:
    (child,) = [one for one in psutil.Process().children() if "locust" in " ".join(one.cmdline())]
    return child


def test_every_planned_citizen_starts_once_at_their_moment_and_all_is_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    # Whatever Locust would take for settings is lying about, and must not matter.
    monkeypatch.setenv("LOCUST_USERS", "7")
    monkeypatch.setenv("LOCUST_HOST", "http://example.org")
    monkeypatch.setenv("LOCUST_RUN_TIME", "1s")
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".locust.conf").write_text("processes = 4\njson = true\n", encoding="utf-8")
    (tmp_path / "locust.conf").write_text("users = 9\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    plan, seen = plan_within(60.0), list[tuple[int, int]]()
    with Stub(SCENARIO, SPEEDUP) as stub:
        result = lived(stub, plan, tmp_path / "out", lambda done, of: seen.append((done, of)))
        history = check(result.attempts, fetch_export(stub.base_url, ADMIN), places_of(SCENARIO), run=result.run)
        served = stub.served

    acting = np.flatnonzero(plan.acts).tolist()
    firsts = {attempt.citizen: attempt for attempt in result.attempts if attempt.number == 1}
    assert sorted(attempt.citizen for attempt in result.attempts if attempt.number == 1) == acting
    for citizen, attempt in firsts.items():
        login = attempt.requests[0]
        assert attempt.planned_s == plan.planned_s[citizen]
        assert login.planned_s == plan.planned_s[citizen] + plan.login_s[citizen]
        assert login.started_s >= login.planned_s
    lags = sorted((one.requests[0].started_s - one.requests[0].planned_s) / SPEEDUP for one in firsts.values())
    assert (result.generator.planned, result.generator.started) == (len(acting), len(acting))
    assert result.generator.start_lag_max_s == lags[-1]
    assert lags[len(lags) // 2] < 0.1
    assert result.partial is False

    requests = Counter(request.operation for attempt in result.attempts for request in attempt.requests)
    assert requests == served
    assert {request.status for attempt in result.attempts for request in attempt.requests} == {Status.OK}
    assert {attempt.outcome for attempt in result.attempts} == {Outcome.CONFIRMED, Outcome.REJECTED}
    assert (history.verdict, history.anomalies) == ("correct", [])
    assert read_attempts(tmp_path / "out" / "attempts.jsonl") == (plan.sha256, result.attempts)
    assert plan.sha256 in (tmp_path / "out" / "plan.csv").read_text(encoding="utf-8")
    assert {one.name for one in (tmp_path / "out").iterdir()} == {
        "plan.csv",
        "attempts.jsonl",
        "generator.json",
        "locust.log",
    }
    assert seen[-1] == (len(acting), len(acting))
    assert capfd.readouterr() == ("", "")


def test_warming_up_reads_pages_before_a_slice_begins_and_is_in_no_figure(tmp_path: Path):
    late = plan_within(6.0, acting=6)
    late = dataclasses.replace(late, planned_s=late.planned_s + 3600.0)  # a minute of the wall that is not waited for
    with Stub(SCENARIO, SPEEDUP) as stub:
        result = run(
            SCENARIO, late, base_url=stub.base_url, speedup=SPEEDUP, out=tmp_path / "out", begin_s=3600.0, warm_up_s=0.5
        )
        served, export = stub.served, stub.export()
    recorded = Counter(request.operation for attempt in result.attempts for request in attempt.requests)
    assert {one.citizen for one in result.attempts} == set(range(6))
    assert all(served[page] > recorded[page] for page in (Operation.LOGIN, Operation.BOOKS, Operation.SLOTS))
    assert served[Operation.RESERVE] == recorded[Operation.RESERVE]
    assert check(result.attempts, export, places_of(SCENARIO), run=result.run).verdict == "correct"
    counted = (tmp_path / "out" / "locust.log").read_text(encoding="utf-8")
    (line,) = {one for one in counted.splitlines() if one.startswith("POST     login") and "%" in one}
    assert line.split()[2] == str(recorded[Operation.LOGIN])


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


def figures_on(port: int) -> dict[str, Any]:
    """What Locust's page is told of the wave."""
    said = json.load(urlopen(f"http://127.0.0.1:{port}/stats/requests", timeout=30.0))
    return {row["figure"]: row["value"] for row in said["extended_stats"][0]["data"]}


def test_the_live_page_shows_the_wave_and_is_gone_when_it_is_over(tmp_path: Path):
    port, seen = free_port(), list[dict[str, Any]]()

    def look(done: int, _of: int) -> None:
        if done and not seen:
            assert "The wave" in urlopen(f"http://127.0.0.1:{port}/", timeout=30.0).read().decode()
            seen.append(figures_on(port))

    plan = plan_within(120.0)
    with Stub(SCENARIO, SPEEDUP) as stub:
        result = run(
            SCENARIO, plan, base_url=stub.base_url, speedup=SPEEDUP, out=tmp_path / "out", progress=look,
            shape=Shape(web=port),
        )  # fmt: skip
    assert result.partial is False
    assert result.generator.started == result.generator.planned
    (figures,) = seen
    assert figures["planned in all"] == result.generator.planned
    assert 0 < figures["started"] <= figures["planned by now"] <= figures["planned in all"]
    assert figures["free places left"] == total_capacity(SCENARIO) - figures["CONFIRMED"]
    with pytest.raises(OSError, match="refused"):
        urlopen(f"http://127.0.0.1:{port}/", timeout=5.0)


def redirects(_stub: Stub) -> Said:
    return 302, {"location": "http://example.org/"}


FAULTS: dict[Operation, tuple[Fault, Outcome]] = {
    Operation.BOOKS: (sheds, Outcome.SHED),
    Operation.DAYS: (resets, Outcome.FAILED),
    Operation.RESERVE: (resets, Outcome.UNKNOWN),
    Operation.SLOTS: (redirects, Outcome.FAILED),
}


class Moody(Stub):
    """Has another fault for each citizen in turn."""

    def said(self, method: str, url: str, headers: Any, body: dict[str, str]) -> Said | None:
        who = headers["Authorization"]
        if who is not None and who.startswith("Bearer t"):
            operation, (fault, _) = list(FAULTS.items())[NUMBERS.index(who.removeprefix("Bearer t")) % len(FAULTS)]
            with self.one_at_a_time:
                self.faults = {operation: fault}
                return super().said(method, url, headers, body)
        return super().said(method, url, headers, body)


NUMBERS = [national_number(citizen) for citizen in range(8)]


def test_a_fault_of_the_server_is_recorded_as_what_it_is_and_no_request_is_sent_twice(tmp_path: Path):
    with Moody(SCENARIO, SPEEDUP) as stub:
        result = lived(stub, plan_within(6.0, acting=8), tmp_path / "out")
        served = stub.served
    assert len(result.attempts) == 8
    for attempt in result.attempts:
        operation, (_, outcome) = list(FAULTS.items())[attempt.citizen % len(FAULTS)]
        assert (attempt.requests[-1].operation, attempt.outcome) == (operation, outcome)
    assert served == Counter(request.operation for attempt in result.attempts for request in attempt.requests)
    assert result.partial is False


def test_a_log_in_that_refuses_connections_is_a_failure(tmp_path: Path):
    with Stub(SCENARIO, SPEEDUP) as stub:
        stub.about = {"login_url": f"{dead_url()}/login"}
        result = lived(stub, plan_within(1.0, acting=3), tmp_path / "out")
    assert [attempt.outcome for attempt in result.attempts] == [Outcome.FAILED] * 3
    assert result.generator.started == 3


def test_a_server_that_stalls_is_charged_to_the_server_and_not_to_the_generator(tmp_path: Path):
    patience_s = np.where(np.arange(120) < 6, 600.0, 30.0)  # ten seconds of the wall, or half of one
    plan = dataclasses.replace(plan_within(6.0, acting=9), page_patience_s=patience_s)
    with Stub(SCENARIO, SPEEDUP) as stub:
        stub.stall_s[Operation.LOGIN] = 1.0
        result = lived(stub, plan, tmp_path / "out")
    firsts = [attempt for attempt in result.attempts if attempt.number == 1]
    for attempt in firsts:
        login = attempt.requests[0]
        if attempt.citizen < 6:
            assert login.ended_s - login.planned_s >= 1.0 * SPEEDUP
        else:
            assert (attempt.outcome, attempt.ended_s) == (Outcome.ABANDONED, login.planned_s + 30.0)
    lags_s = [(one.requests[0].started_s - one.requests[0].planned_s) / SPEEDUP for one in firsts]
    assert result.generator.start_lag_max_s == max(lags_s)  # nothing of the stall is in it
    assert (len(firsts), result.generator.started) == (9, 9)


def test_a_generator_that_is_starved_convicts_itself(tmp_path: Path):
    starved = list[int]()

    def starve(done: int, _of: int) -> None:
        if done and not starved:
            starved.append(done)
            child = generator_process()
            child.suspend()
            time.sleep(0.8)  # the fault itself: its core is gone for that long
            child.resume()

    with Stub(SCENARIO, SPEEDUP) as stub:
        result = lived(stub, plan_within(150.0), tmp_path / "out", starve)
    assert starved
    assert result.generator.verdict == "inconclusive"
    assert result.generator.started == result.generator.planned
    assert result.generator.start_lag_max_s > 0.5
    assert result.reason is not None


def test_a_generator_killed_in_the_middle_leaves_a_record_that_can_be_read(tmp_path: Path):
    def kill(done: int, _of: int) -> None:
        if done:
            generator_process().send_signal(signal.SIGKILL)

    with Stub(SCENARIO, SPEEDUP) as stub:
        result = lived(stub, plan_within(240.0), tmp_path / "out", kill)
        history = check(result.attempts, stub.export(), places_of(SCENARIO), run=result.run, partial=result.partial)
    assert result.partial is True
    assert len(result.attempts) > 0
    assert read_attempts(tmp_path / "out" / "attempts.jsonl")[1] == result.attempts
    assert result.generator.verdict == "inconclusive"
    assert history.anomalies == []


def test_ctrl_c_keeps_what_was_recorded_and_says_so(tmp_path: Path):
    interrupted = list[int]()

    def interrupt(_done: int, _of: int) -> None:
        if stub.served[Operation.INBOX] > 3 and not interrupted:
            interrupted.append(1)
            signal.raise_signal(signal.SIGINT)

    with Stub(SCENARIO, SPEEDUP) as stub:
        stub.silent_inbox = True
        result = lived(stub, plan_within(240.0), tmp_path / "out", interrupt)
        history = check(result.attempts, stub.export(), places_of(SCENARIO), run=result.run)
    assert (result.partial, result.interrupted) == (True, True)
    # Their reservations were sent and not answered: they may have happened, and the record says so.
    assert Outcome.UNKNOWN in {attempt.outcome for attempt in result.attempts}
    assert history.anomalies == []
    assert result.generator.verdict == "inconclusive"


def test_a_generator_whose_parent_is_killed_stops_by_itself(tmp_path: Path):
    script = """
import sys
from pathlib import Path
from loadtests.run import run
from tests.test_loadtest_run import SCENARIO, SPEEDUP, plan_within
run(SCENARIO, plan_within(3600.0), base_url=sys.argv[1], speedup=SPEEDUP, out=Path(sys.argv[2]))
"""
    here = Path(__file__).parent.parent
    with Stub(SCENARIO, SPEEDUP) as stub:
        command = [sys.executable, "-c", script, stub.base_url, str(tmp_path / "out")]
        with subprocess.Popen(command, cwd=here) as parent:
            until = time.monotonic() + 30.0
            while not stub.served[Operation.LOGIN] and time.monotonic() < until:
                time.sleep(0.02)
            orphans = psutil.Process(parent.pid).children()
            parent.kill()
        assert len(orphans) == 1
        _, alive = psutil.wait_procs(orphans, timeout=10.0)
    assert alive == []
    assert read_attempts(tmp_path / "out" / "attempts.jsonl")[0] == plan_within(3600.0).sha256


def test_a_deadline_ends_the_run_and_makes_it_partial(tmp_path: Path):
    with Stub(SCENARIO, SPEEDUP) as stub:
        result = lived(stub, plan_within(3600.0), tmp_path / "out", deadline_s=60.0)
    assert (result.partial, result.interrupted) == (True, False)
    assert result.generator.started < result.generator.planned


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full, a disk that is always full")
def test_a_full_disk_is_said_to_be_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    import loadtests.run

    prepare = loadtests.run._prepare  # pyright: ignore[reportPrivateUsage]

    def fill(out: Path, plan: Plan) -> None:
        prepare(out, plan)
        (out / "attempts.jsonl").unlink()
        (out / "attempts.jsonl").symlink_to("/dev/full")

    monkeypatch.setattr(loadtests.run, "_prepare", fill)
    with Stub(SCENARIO, SPEEDUP) as stub, pytest.raises(OutFolderError, match="No space left"):
        lived(stub, plan_within(6.0, acting=6), tmp_path / "out")


def test_a_generator_that_cannot_start_is_our_fault_and_says_where_to_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def locust_is_missing(_options: Sequence[str]) -> list[str]:
        return [sys.executable, "-c", "import no_such_module"]

    monkeypatch.setattr("loadtests.processes.command", locust_is_missing)
    with Stub(SCENARIO, SPEEDUP) as stub, pytest.raises(GeneratorFailed, match=r"locust\.log"):
        lived(stub, plan_within(6.0, acting=6), tmp_path / "out")


@pytest.mark.parametrize("name", ["plan.csv", "attempts.jsonl", "generator.json", "locust.log"])
def test_a_folder_that_holds_a_load_test_is_left_as_it_is(tmp_path: Path, name: str):
    (tmp_path / name).write_text("precious", encoding="utf-8")
    with Stub(SCENARIO, SPEEDUP) as stub, pytest.raises(OutFolderError, match="already holds"):
        lived(stub, plan_within(6.0, acting=6), tmp_path)
    assert [one.name for one in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text(encoding="utf-8") == "precious"


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with Stub(SCENARIO, SPEEDUP) as stub, pytest.raises(OutFolderError, match="cannot write") as refused:
        lived(stub, plan_within(6.0, acting=6), tmp_path / "file" / "out")
    assert str(tmp_path / "file" / "out") in str(refused.value)


def test_nothing_is_written_before_the_server_has_answered(tmp_path: Path):
    plan = plan_within(6.0, acting=6)
    with pytest.raises(TargetUnreachable):
        run(SCENARIO, plan, base_url=dead_url(), speedup=SPEEDUP, out=tmp_path / "out")
    with pytest.raises(ForbiddenTarget):
        run(SCENARIO, plan, base_url="http://192.0.2.1", speedup=SPEEDUP, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()
