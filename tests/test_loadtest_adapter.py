"""A wave against a server that is not ours, through its adapter: lived, judged, and kept on this machine."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bolk import House, cli
from loadtests.adapters.answers import About, Book, Confirmed, Done, Kept, Refused, Taken, Unknown
from loadtests.adapters.checked import Checked
from loadtests.adapters.fitting import fitted
from loadtests.adapters.people import People
from loadtests.adapters.problem import AdapterProblem
from loadtests.adapters.web import Web
from loadtests.contention.on_trial import OnTrial
from loadtests.conversation import Got, Message, Refusal, Silence
from loadtests.guard import THIS_MACHINE
from scenarios.attempts import Outcome, Status
from scenarios.exit_code import ExitCode
from scenarios.inventory import books_of
from scenarios.strategy import Strategy
from tests import a
from tests.test_adapters import EXAMPLE, sauna

BLOCK = {"book": "En", "dates": ["2021-05-10"], "open": {"from": "08:30", "to": "09:00"}, "length": "10 min"}
(BOOK,) = books_of(a.scenario({"slots": [BLOCK | {"parallel": 1}]}))
SLOTS = (
    'slots=[{ book = "Sauna", dates = ["2026-12-01"], open = { from = "10:00", to = "20:00" }, length = "15 min", '
    "parallel = 1 }]"
)
SOON = (
    SLOTS,
    "platform.strategy=immediate",
    "invitation.invited=30",
    "policy.batch_size=all",
    'behaviour.response={ median = "1 s", sigma = 0.3, latest = "2 s" }',
    'behaviour.session={ login = "100 ms", choose = "100 ms" }',
    'behaviour.after_rejection={ retry = "50 %", wait = "200 ms", give_up_after = 3 }',
)


def loadtest(*words: str) -> subprocess.CompletedProcess[str]:
    settings = [word for one in SOON for word in ("--set", one)]
    command = [sys.executable, "-m", "bolk", "loadtest", "ci-smoke", *settings, "--adapter", "adapter:Adapter", *words]
    return subprocess.run(command, cwd=EXAMPLE, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.slow
def test_a_wave_at_another_server_is_lived_through_its_adapter_and_its_record_is_judged(tmp_path: Path) -> None:
    with sauna("--careful") as url:
        where = ("--from", "10 s", "--warm-up", "0 s", "--target", url, "--out", str(tmp_path / "out"))
        done = loadtest(*where, "--json", "--progress", "none")
    assert done.returncode in (ExitCode.YES, ExitCode.NO, ExitCode.INCONCLUSIVE), done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    assert result["history"] == {"verdict": "correct", "anomalies": [], "reason": None}
    assert result["generator"]["started"] == result["generator"]["planned"] > 10
    assert result["metrics"]["booked_count"]["mean"] > 0
    assert '"books"' not in (tmp_path / "out" / "attempts.jsonl").read_text(encoding="utf-8")


def test_load_through_an_adapter_goes_where_load_may_go_and_nowhere_else() -> None:
    done = loadtest("--target", "http://192.0.2.1")
    assert (done.returncode, "--i-may-load-test 192.0.2.1" in done.stderr) == (ExitCode.USAGE, True)
    twice = CliRunner().invoke(
        cli,
        ["loadtest", "ci-smoke", "--adapter", "a:B", "--target", "http://127.0.0.1:9", "--speedup", "2"],
        obj=House(),
    )
    assert (twice.exit_code, "does not run faster" in twice.output) == (ExitCode.USAGE, True)


class Other:
    """Says what it is told to."""

    said: Any
    promises = About(books=(Book(id="theirs", starts=("2021-05-10T08:00",)),), strategy=Strategy.HOLD)

    def __init__(self, web: Web) -> None:
        self.web = web

    def about(self) -> About:
        return self.promises

    def _answer(self, *_: object) -> Any:
        return self.said

    login = list = reserve = poll = cancel = hold = confirm = _answer


OTHER: Any = Other


def test_a_scenario_that_is_not_what_the_adapter_offers_is_refused() -> None:
    server = OnTrial(base_url="http://127.0.0.1:9", adapt=OTHER)
    with pytest.raises(AdapterProblem, match=r"Give --set platform\.strategy=hold"):
        fitted(server, "x:Other", "", a.scenario())
    with pytest.raises(AdapterProblem, match="Set slots in the scenario"):
        fitted(server, "x:Other", "", a.scenario({"platform.strategy": "hold"}))


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        (Confirmed("A1"), Got(Message(Outcome.CONFIRMED, f"{BOOK.id}/2021-05-10T08:30/1", "2021-05-10T08:30", "A1"))),
        (Taken(), Got(Message(Outcome.REJECTED, None))),
        (Refused(), Refusal(Status.SHED)),
        (Unknown(), Refusal(Status.UNKNOWN)),
        (Silence(), Silence()),
    ],
)
def test_what_an_adapter_answers_means_the_same_to_a_citizen(said: Any, heard: object) -> None:
    Other.said = Done()

    def asked(_operation: object, _adapter: object, call: Callable[[], Any], _until_s: float) -> Any:
        return call() if not isinstance(Other.said, Silence) else Other.said

    def meet() -> Checked:
        return Checked(OTHER, Web("http://127.0.0.1:9", THIS_MACHINE), THIS_MACHINE)

    people = People(meet, [BOOK], {BOOK.id: "theirs"}, "run", asked)
    assert people.login(7, 1.0) == Got("7")
    Other.said = said
    assert people.reserve_at_once("7", (7, 1), (BOOK.id, "2021-05-10T08:30"), 1.0) == heard
    Other.said = Kept("R1")
    assert people.hold("7", (7, 1), (BOOK.id, "2021-05-10T08:30"), 1.0) == Got(("R1",))
    Other.said = said
    assert people.confirm("7", "R1", 1.0) == heard
