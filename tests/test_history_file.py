"""A recorded history says the same as the one that was recorded, and less where it was cut short."""

import json
from dataclasses import replace
from math import inf
from pathlib import Path

import pytest
from click.testing import CliRunner

from bolk import cli
from loadtests.checker.anomalies import Kind
from loadtests.checker.judging import judge
from loadtests.checker.operations import History, Hold, Told
from loadtests.history import history_of
from loadtests.history_file import HISTORY, HistoryFileError, read_history, write_history
from loadtests.recorded import recorded_trial
from scenarios.strategy import Strategy
from tests.test_checker_kinds import ANN, ANNS, PLACES, PLANTED, read
from tests.test_loadtest_history import PLACES as MORNING
from tests.test_loadtest_history import RUN, right

CORRECT = replace(PLANTED[Kind.LOST], snapshots=(read(9, ANNS),))


@pytest.mark.parametrize("kind", Kind)
def test_every_anomaly_is_found_again_in_what_was_recorded(kind: Kind, tmp_path: Path) -> None:
    write_history(tmp_path / HISTORY, PLANTED[kind], Strategy.HOLD)
    assert read_history(tmp_path / HISTORY) == (PLANTED[kind], Strategy.HOLD)
    trial = recorded_trial(tmp_path)
    assert (trial.ruling, trial.strategy, [one.kind for one in trial.anomalies]) == ("anomaly", Strategy.HOLD, [kind])


def test_moments_before_and_after_everything_survive(tmp_path: Path) -> None:
    hold = Hold(citizen="ann", time="B 09:00", invoked_s=-inf, returned_s=inf, told=Told.UNKNOWN, lasts_s=600.0)
    attempts, books = right()
    whole = replace(history_of(attempts, books, MORNING, run=RUN), holds=(hold,))
    assert any(one.returned_s == inf for one in whole.sendings)
    write_history(tmp_path / HISTORY, whole, Strategy.QUEUED)
    written = (tmp_path / HISTORY).read_text(encoding="utf-8")
    assert "Infinity" not in written
    assert read_history(tmp_path / HISTORY)[0] == whole
    assert all(isinstance(json.loads(line), dict) for line in written.splitlines())


def test_a_file_that_was_cut_short_is_never_called_correct(tmp_path: Path) -> None:
    file = tmp_path / HISTORY
    write_history(file, CORRECT, Strategy.QUEUED)
    assert recorded_trial(file).ruling == "correct"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    for kept in range(1, len(lines)):
        file.write_text("".join(lines[:kept]) + lines[kept][:7], encoding="utf-8")
        assert judge(read_history(file)[0]).ruling != "correct"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "line 1: not a history"),
        ('{"schema":"bolk.attempts/1"}\n', "line 1: not a history"),
        ("[1]\n", "line 1: not a history"),
        (None, "line 3: neither a time nor an operation"),
    ],
)
def test_what_is_no_history_is_refused_with_the_line(content: str | None, says: str, tmp_path: Path) -> None:
    file = tmp_path / HISTORY
    write_history(file, CORRECT, Strategy.QUEUED)
    lines = file.read_text(encoding="utf-8").splitlines()
    lines[2] = '{"did":"dance"}'
    file.write_text("\n".join(lines) + "\n" if content is None else content, encoding="utf-8")
    with pytest.raises(HistoryFileError, match=says):
        read_history(file)
    done = CliRunner().invoke(cli, ["verify", "--history", str(file)], obj=None)
    assert done.exit_code == 2
    assert says in done.output.replace("\n", " ")


@pytest.mark.parametrize(
    ("history", "code"), [(CORRECT, 0), (PLANTED[Kind.LOST], 1), (replace(CORRECT, final=False), 3)]
)
def test_the_exit_code_says_what_was_found(history: History, code: int, tmp_path: Path) -> None:
    write_history(tmp_path / HISTORY, history, Strategy.IMMEDIATE)
    done = CliRunner().invoke(cli, ["verify", "--history", str(tmp_path)], standalone_mode=False)
    assert (done.return_value, "recorded" in done.output) == (code, True)


def test_places_are_recorded_with_their_times(tmp_path: Path) -> None:
    write_history(tmp_path / HISTORY, CORRECT, Strategy.QUEUED)
    lines = [json.loads(line) for line in (tmp_path / HISTORY).read_text(encoding="utf-8").splitlines()]
    assert {row["time"]: tuple(row["places"]) for row in lines if "places" in row} == PLACES
    assert lines[-1] == {"lines": len(lines) - 1}
    assert [row["did"] for row in lines if "did" in row] == ["reserve", "record"]
    assert ANN.key in {row.get("key") for row in lines}
