"""The front door as its users meet it: real processes, exit codes, and what is left behind."""

import json
import os
import re
import resource
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
QUIET = ("--progress", "none")


def bolk(*words: str, **how: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bolk", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120, **how)


def test_help_opens_every_command_and_loads_nothing_heavy() -> None:
    heavy = "{'numpy', 'pandas', 'flask', 'granian', 'locust', 'simpy', 'matplotlib', 'numba', 'psycopg', 'pydantic'}"
    program = (
        "import sys, bolk\n"
        "bolk.cli.main(['--help'], standalone_mode=False)\n"
        f"print('loaded:', *sorted({heavy} & set(sys.modules)))\n"
        "print('not opened:', *sorted(set(bolk.COMMANDS.values()) - set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-2:] == ["loaded:", "not opened:"]


def test_a_command_that_does_not_exist_is_a_usage_error() -> None:
    done = bolk("recommend-me", "ci-smoke")
    assert done.returncode == 2
    assert "No such command 'recommend-me'" in done.stderr


def test_a_simulation_never_loads_what_patches_the_process(tmp_path: Path) -> None:
    program = (
        "import sys, bolk\n"
        f"sys.argv = ['bolk', 'simulate', 'ci-smoke', '--jobs', '1', '--json', '--out', {str(tmp_path)!r}]\n"
        "try:\n    bolk.main()\nexcept SystemExit:\n    pass\n"
        "print('loaded:', *({'locust', 'gevent'} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stderr.splitlines()[-1] == "loaded:"
    assert json.loads(done.stdout)["kind"] == "simulate"


def test_json_puts_the_result_on_standard_output_and_nothing_else(tmp_path: Path) -> None:
    done = bolk("simulate", "ci-smoke", "--replications", "2", "--json", "--out", str(tmp_path / "out"))
    result = json.loads(done.stdout)
    assert result["schema"] == "bolk.result/1"
    assert result["provenance"]["replications"] == 2
    assert json.loads((tmp_path / "out" / "result.json").read_text(encoding="utf-8")) == result


def test_a_plan_that_keeps_the_limits_is_0_and_one_that_does_not_is_1(tmp_path: Path) -> None:
    kept = bolk("simulate", "ci-smoke", *QUIET, "--out", str(tmp_path / "a"))
    broken = bolk("simulate", "ci-smoke", "--set", "policy.batch_size=all", *QUIET, "--out", str(tmp_path / "b"))
    assert (kept.returncode, broken.returncode) == (0, 1)


def test_a_waiting_room_is_set_like_any_other_key(tmp_path: Path) -> None:
    room = "platform.waiting_room={ total_active_users = 1, new_users_per_minute = 1 }"
    done = bolk("simulate", "ci-smoke", "--set", room, "--replications", "2", "--json", "--out", str(tmp_path))
    result = json.loads(done.stdout)
    assert (
        result["metrics"]["gave_up_per_100_citizens"]["mean"] > 90
    )  # they are tired of waiting before it is their turn
    assert result["scenario"]["resolved"]["platform"]["waiting_room"]["order"] == "fifo"


def test_too_few_slots_is_said_instead_of_a_batch_size(tmp_path: Path) -> None:
    done = bolk("recommend", "ci-smoke", "--set", "invitation.invited=400", *QUIET, "--out", str(tmp_path))
    assert done.returncode == 1
    assert "Enough appointments? No." in done.stdout
    assert "Send in batches" not in done.stdout
    assert not (tmp_path / "sendeplan.csv").exists()


def test_the_same_seed_gives_the_same_answer_and_another_seed_another(tmp_path: Path) -> None:
    def metrics(name: str, seed: str) -> Any:
        bolk("simulate", "ci-smoke", "--seed", seed, "--replications", "4", *QUIET, "--out", str(tmp_path / name))
        return json.loads((tmp_path / name / "result.json").read_text(encoding="utf-8"))["metrics"]

    assert metrics("a", "1") == metrics("b", "1") != metrics("c", "2")


def test_a_broken_scenario_names_every_problem_and_makes_no_folder(tmp_path: Path) -> None:
    file = tmp_path / "broken.toml"
    text = (ROOT / "scenarios" / "ci_smoke.toml").read_text(encoding="utf-8")
    file.write_text(text.replace("batch_size = 40", "bathc_size = 40").replace('"5 min"', "5", 1), encoding="utf-8")
    done = bolk("recommend", str(file), "--out", str(tmp_path / "out"))
    assert done.returncode == 2
    assert "did you mean batch_size?" in done.stderr
    assert "needs a unit" in done.stderr
    assert not (tmp_path / "out").exists()


def test_an_unknown_municipality_suggests_the_nearest() -> None:
    done = bolk("recommend", "medium", "--set", "municipality.name=Bergn")
    assert done.returncode == 2
    assert "did you mean Bergen" in done.stderr


def test_a_folder_that_holds_a_result_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "result.json").write_text("mine", encoding="utf-8")
    done = bolk("simulate", "ci-smoke", "--out", str(tmp_path))
    assert done.returncode == 2
    assert "choose another folder" in done.stderr
    assert (tmp_path / "result.json").read_text(encoding="utf-8") == "mine"


def test_a_load_test_of_a_policy_with_feedback_is_refused_in_one_sentence(tmp_path: Path) -> None:
    feedback = (
        '{ kind = "feedback_on_rejections", first = 10, increase = 5, most = 40, target = "5 %", pause = "5 min", '
        'start = "09:07" }'
    )
    done = bolk("loadtest", "ci-smoke", "--set", f"policy={feedback}", "--out", str(tmp_path / "out"))
    assert done.returncode == 2
    assert "decides while the SMS go, so there is no plan before: simulate it" in done.stderr


@pytest.mark.parametrize("policy", ["sometimes", "0/5 min", "200/5", "missing.json"])
def test_a_policy_that_is_none_is_a_usage_error(policy: str, tmp_path: Path) -> None:
    done = bolk("loadtest", "ci-smoke", "--policy", policy, "--out", str(tmp_path / "out"))
    assert done.returncode == 2
    assert "Error:" in done.stderr


def test_a_port_in_use_is_named_with_the_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = bolk("serve", "ci-smoke", "--port", port, "--login-port", "0")
    assert done.returncode == 4
    assert port in done.stderr
    assert "--port" in done.stderr


def test_an_unreachable_target_is_4_and_says_how_to_start_one(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    done = bolk("loadtest", "ci-smoke", "--target", address, "--out", str(tmp_path), *QUIET)
    assert done.returncode == 4
    assert "bolk serve" in done.stderr


def test_a_target_that_is_not_this_machine_is_refused(tmp_path: Path) -> None:
    done = bolk("loadtest", "ci-smoke", "--target", "http://192.0.2.1:8000", "--out", str(tmp_path), *QUIET)
    assert done.returncode == 2
    assert "this machine only" in done.stderr


def test_a_full_disk_leaves_no_half_a_result(tmp_path: Path) -> None:
    def small_files_only() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    done = bolk("simulate", "ci-smoke", "--jobs", "1", *QUIET, "--out", str(tmp_path), preexec_fn=small_files_only)
    assert done.returncode == 4
    assert "Error:" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_said_before_anything_runs(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    done = bolk("simulate", "ci-smoke", "--out", str(tmp_path / "file" / "out"))
    assert done.returncode == 4
    assert "Simulating" not in done.stderr


def test_ctrl_c_keeps_what_was_finished_and_marks_it(tmp_path: Path) -> None:
    words = ["simulate", "ci-smoke", "--replications", "10000", "--progress", "plain", "--out", str(tmp_path)]
    child = subprocess.Popen(
        [sys.executable, "-m", "bolk", *words],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    assert child.stderr is not None
    assert re.match(r"Simulating: [1-9]", child.stderr.readline())
    os.killpg(child.pid, signal.SIGINT)  # as a terminal does: to every process of the group
    _, said = child.communicate(timeout=60)
    result = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))
    assert child.returncode == 130
    assert "Interrupted" in said
    assert result["provenance"]["partial"]
    assert 0 < result["provenance"]["replications"] < 10000
    assert result["verdict"] == "inconclusive"


def test_a_load_test_lives_the_plan_beside_its_prediction_and_the_report_is_the_same_bytes_again(
    tmp_path: Path,
) -> None:
    out = tmp_path / "measured"
    done = bolk("loadtest", "ci-smoke", "--speedup", "60", "--until", "3 min", "--out", str(out), *QUIET)
    result = json.loads((out / "result.json").read_text(encoding="utf-8"))
    assert done.returncode in (0, 1, 3), done.stderr  # a busy machine may make the generator late, which is said
    assert result["history"] == {"verdict": "correct", "anomalies": [], "reason": None}
    assert result["generator"]["planned"] == result["generator"]["started"] > 0
    assert result["measurement"]["predicted"]["booked_count"]["mean"] > 0
    again = bolk("verify", "--history", str(out))
    assert (again.returncode, "Correct: " in again.stdout) == (0, True)
    # Eleven digits of their own: ids of appointments are hexadecimal, and have such runs inside.
    assert not re.search(r"(?<![\da-f-])\d{11}(?![\da-f-])", (out / "history.jsonl").read_text(encoding="utf-8"))
    for folder in ("once", "again"):
        assert bolk("report", str(out), "--out", str(tmp_path / folder)).returncode == 0
    pages = [(tmp_path / folder / "report.nb.html").read_bytes() for folder in ("once", "again")]
    assert pages[0] == pages[1]


def test_a_load_test_of_what_it_cannot_live_is_refused_before_anything_starts(tmp_path: Path) -> None:
    stopped = 'platform.ehr.stopped=[{ from = "1 min", to = "2 min" }]'
    done = bolk("loadtest", "ci-smoke", "--set", stopped, "--workers", "2", "--out", str(tmp_path / "out"))
    assert done.returncode == 2
    assert "platform.ehr.stopped (its switch takes one worker and the admin token)" in done.stderr
    assert "bolk simulate" in done.stderr
    assert not (tmp_path / "out").exists()
