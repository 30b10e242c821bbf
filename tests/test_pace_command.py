"""`bolk pace` from the terminal: what it says, what it refuses, and how it ends."""

import datetime as dt
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bolk import cli
from loadtests.pacing.entries import Word
from loadtests.pacing.saying import heard
from scenarios.exit_code import ExitCode

HEADING = "from;until;decided;rejected;response_time_p95_s\n"
AT_ALL_HOURS = [
    "--set", "policy.batch_size=2", "--set", "policy.pause=1 s", "--set", 'invitation.days="every_day"',
    "--set", 'invitation.window={ from = "00:00", to = "23:59:59" }', "--set", "policy.start=00:00",
]  # fmt: skip


def asked(tmp_path: Path, *more: str, ids: str = "zx1\nzx2\nzx3\n") -> list[str]:
    """A send-out that may go at any hour, watching a file in which all is well."""
    (tmp_path / "ids").write_text(ids)
    now = dt.datetime.now(dt.UTC)  # not that of the import, which may be long ago: nothing is sent on old figures
    from_, until = (now + dt.timedelta(hours=hours) for hours in (-1, -0.02))
    (tmp_path / "figures.csv").write_text(f"{HEADING}{from_.isoformat()};{until.isoformat()};9;1;0.5\n")
    wave, figures = str(tmp_path / "wave"), f"csv:{tmp_path / 'figures.csv'}"
    return ["pace", wave, "ci-smoke", str(tmp_path / "ids"), "--figures", figures, *AT_ALL_HOURS, *more]


def result_of(*words: str) -> Any:
    return CliRunner().invoke(cli, list(words), standalone_mode=False)


def test_a_dry_run_sends_nobody_and_names_nobody(tmp_path: Path) -> None:
    result = result_of(*asked(tmp_path))
    assert result.return_value == ExitCode.YES, result.output
    assert "3 recipients. First batch" in result.output
    assert "Note: the list has 3 recipients, and the plan is for 120." in result.output
    assert "(dry run: batch 1, 1 SMS, would go to the SMS system now)" in result.output
    assert "Everybody has been sent to." in result.output
    assert "zx1" not in result.output + (tmp_path / "wave" / "ledger.jsonl").read_text()


def test_batches_become_files_in_norwegian_words(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    result = result_of(*asked(tmp_path, "--send-by", "csv", "--to", str(folder), "--lang", "nb"))
    assert "Bolk 1 er levert. 1 av 3 er sendt." in result.output
    assert (folder / "batch-0001.csv").read_text() == "recipient\nzx1\n"
    again = result_of(*asked(tmp_path, "--send-by", "csv", "--to", str(folder)))
    assert again.return_value == ExitCode.YES
    assert "Goes on where it was: 3 of 3 sent." in again.output
    assert sorted(file.name for file in folder.iterdir()) == ["batch-0001.csv", "batch-0002.csv"]


def test_a_list_longer_than_the_plan_is_warned_of_and_one_as_long_is_not(tmp_path: Path) -> None:
    planned = ("--set", "invitation.invited=2")
    assert "Warning: the list has 3 recipients, and the plan is for 2." in result_of(*asked(tmp_path, *planned)).output
    again = result_of(*asked(tmp_path, "--set", "invitation.invited=3")).output
    assert "the plan is for" not in again


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--send-by", "http", "--to", "http://sms.example.no/"], "would go over the net in the clear"),
        (["--send-by", "http"], "--send-by http needs an address"),
        (["--send-by", "command"], "--send-by command needs the command"),
        (["--figures", "clouds"], "is no source: write metrics:"),
        (["--watch", "rejections", "--set", 'thresholds={ e = "max(error_rate) <= 0.1 %" }'], "has no limit on"),
    ],
)
def test_what_does_not_fit_is_said_before_anything_is_sent(more: list[str], said: str, tmp_path: Path) -> None:
    result = result_of(*asked(tmp_path, *more))
    assert said in str(result.exception)
    assert not (tmp_path / "wave").exists()


def test_telephone_numbers_are_refused_with_one_clear_message(tmp_path: Path) -> None:
    result = result_of(*asked(tmp_path, ids="a1\n98765432\n"))
    assert "line 2 looks like a telephone number. Give ids that only the SMS system understands" in str(
        result.exception
    )
    assert "98765432" not in str(result.exception)


def test_a_person_is_heard_by_a_send_out_that_has_begun_and_by_no_other(tmp_path: Path) -> None:
    wave = str(tmp_path / "wave")
    assert "no send-out has begun here" in str(result_of("pace", wave, "--say", "pause").exception)
    result_of(*asked(tmp_path))
    assert result_of("pace", wave, "--say", "pause").return_value == ExitCode.YES
    assert [command.word for _, command in heard(tmp_path / "wave", 0)] == [Word.PAUSE]
    assert "is no word for a pacer" in str(result_of("pace", wave, "--say", "halt").exception)


@pytest.mark.slow
def test_ctrl_c_is_clean_and_the_same_command_goes_on(tmp_path: Path) -> None:
    words = asked(tmp_path, "--set", "policy.pause=1 h", "--send-by", "command")
    script = tmp_path / "send.sh"
    script.write_text('#!/bin/sh\ncat >> "$1"\n')
    script.chmod(0o755)
    command = [sys.executable, "-m", "bolk", *words, "--", str(script), str(tmp_path / "taken")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ)
    assert process.stdout is not None
    for line in process.stdout:
        if "Next batch" in line:
            process.send_signal(signal.SIGINT)
            break
    rest = process.stdout.read()
    process.stdout.close()
    assert process.wait(timeout=60) == ExitCode.INTERRUPTED
    assert "Interrupted. 2 have not been sent to. The same command goes on from here." in rest
    assert (tmp_path / "taken").read_text() == "zx1\n"
