"""Is this machine fit to measure? Each thing that spoils a load test is planted, found, and told with its mend."""

import json
import os
import resource
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from loadtests import machine as here
from loadtests.fitness import Finding, Verdict, is_fit, judged
from loadtests.machine import Machine, look

ROOT = Path(__file__).parent.parent
GOOD = Machine(
    cores=4, busy=0.2, stolen=0.0, governor="performance", clock_back_s=0.0, clock_step_s=1e-7, ring_late_p99_s=0.001,
    ring_late_max_s=0.004, open_files=65_536, free_bytes=50_000_000_000, sync_s=0.001, round_trip_s=2e-5, ports=28_232,
    numba=True, postgresql=True, chromium=True,
)  # fmt: skip
PLANTED: list[tuple[dict[str, Any], str, Verdict]] = [
    ({"cores": 1}, "cores", Verdict.UNFIT),
    ({"busy": 9.0}, "other programs", Verdict.DOUBTFUL),
    ({"stolen": 0.2}, "stolen time", Verdict.DOUBTFUL),
    ({"governor": "powersave"}, "processor speed", Verdict.DOUBTFUL),
    ({"clock_back_s": 0.5}, "clock goes on", Verdict.UNFIT),
    ({"clock_step_s": 0.0156}, "clock step", Verdict.UNFIT),
    ({"ring_late_p99_s": 0.1}, "timer", Verdict.UNFIT),
    ({"ring_late_max_s": 2.0}, "timer", Verdict.UNFIT),
    ({"open_files": 256}, "open files", Verdict.UNFIT),
    ({"free_bytes": 1_000}, "free disk", Verdict.UNFIT),
    ({"sync_s": 0.3}, "write to disk", Verdict.DOUBTFUL),
    ({"round_trip_s": None}, "loopback", Verdict.UNFIT),
    ({"round_trip_s": 0.1}, "loopback", Verdict.DOUBTFUL),
    ({"ports": 100}, "ports", Verdict.DOUBTFUL),
    ({"numba": False}, "Numba", Verdict.ABSENT),
    ({"postgresql": False}, "PostgreSQL", Verdict.ABSENT),
    ({"chromium": False}, "Chromium", Verdict.ABSENT),
]


def amiss(findings: list[Finding]) -> list[Finding]:
    return [one for one in findings if one.verdict is not Verdict.FIT]


def test_a_good_machine_is_fit_and_nothing_is_to_be_mended() -> None:
    assert amiss(judged(GOOD)) == []
    assert is_fit(judged(GOOD))
    assert not any(one.mend for one in judged(GOOD))


@pytest.mark.parametrize(("planted", "name", "verdict"), PLANTED)
def test_each_planted_problem_is_the_one_that_is_found_with_its_mend(
    planted: dict[str, Any], name: str, verdict: Verdict
) -> None:
    findings = judged(replace(GOOD, **planted))
    (found,) = amiss(findings)
    assert (found.name, found.verdict) == (name, verdict)
    assert found.mend.endswith((".", "chromium", "numba"))
    assert is_fit(findings) == (verdict is not Verdict.UNFIT)


def test_what_cannot_be_read_is_said_to_be_unknown_and_is_no_fault() -> None:
    findings = judged(replace(GOOD, busy=None, stolen=None, governor=None))
    assert [one.verdict for one in amiss(findings)] == [Verdict.UNKNOWN] * 3
    assert is_fit(findings)


def test_a_clock_that_goes_back_is_seen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    right, readings = here.time.monotonic, iter(range(10**9))
    monkeypatch.setattr(here.time, "monotonic", lambda: right() - (0.25 if next(readings) == 100 else 0.0))
    assert 0.2 < look(tmp_path).clock_back_s <= 0.25


def test_a_folder_that_cannot_be_written_is_an_error_of_the_surroundings() -> None:
    with pytest.raises(OSError, match="proc"):
        look(Path("/proc"))


def doctor(*words: str, **how: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bolk", "doctor", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60, **how)


def test_a_process_that_may_open_few_files_on_one_core_is_told_so_with_exit_code_4(tmp_path: Path) -> None:
    def poor() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})

    done = doctor("--out", str(tmp_path), preexec_fn=poor, env={**os.environ, "PATH": ""})
    assert done.returncode == 4
    assert "✗ cores" in done.stdout
    assert "✗ open files" in done.stdout
    assert "ulimit -Hn" in done.stdout
    assert "- Chromium" in done.stdout
    assert "Not fit to measure: mend what is marked ✗ first." in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_json_is_all_there_is_on_standard_output_and_agrees_with_the_exit_code(tmp_path: Path) -> None:
    done = doctor("--out", str(tmp_path), "--json")
    said = json.loads(done.stdout)
    assert said["schema"] == "bolk.doctor/1"
    assert (said["verdict"] == "fit") == (done.returncode == 0)
    assert [one["name"] for one in said["findings"]] == [one.name for one in judged(GOOD)]
    assert {one["verdict"] for one in said["findings"]} <= {verdict.value for verdict in Verdict}
