"""Adapters: what another server's class may be, what is said of one that is wrong, and a whole one for real."""

import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from loadtests.adapters.answers import (
    About,
    Book,
    Confirmed,
    Done,
    Offered,
    Record,
    Refused,
    Sent,
    Standing,
    Taken,
    Unknown,
    Wish,
)
from loadtests.adapters.finding import adapter_named, adapter_of
from loadtests.adapters.problem import AdapterProblem
from loadtests.adapters.web import Web
from loadtests.contention.cases import Case
from loadtests.contention.on_trial import OnTrial
from loadtests.contention.suite import Suite
from scenarios.strategy import Strategy
from scenarios.verification import Trial
from tests.test_front_door import ROOT

EXAMPLE = ROOT / "tests" / "example_project"
NOWHERE = "http://127.0.0.1:9"
STARTS = tuple(f"2026-12-01T{hour:02}:{minute:02}" for hour in range(8, 16) for minute in range(0, 60, 10))


class Desk:
    """A server without a network, as right as can be: what tests put wrong is in its children."""

    standing: dict[str, Standing]
    free: set[str]
    promises = About(books=(Book(id="b", starts=STARTS),))

    def __init__(self, web: Web) -> None:
        self.web, self.citizen = web, 0

    def __init_subclass__(cls) -> None:
        cls.standing, cls.free = {}, set(STARTS)

    def about(self) -> About:
        return self.promises

    def login(self, citizen: int) -> Done | Refused | Unknown:
        self.citizen = citizen
        return Done()

    def list(self, book: str, date: str) -> Offered | Refused | Unknown:
        return Offered(frozenset(self.free))

    def reserve(self, key: str, wish: Wish) -> Confirmed | Taken | Refused | Unknown | Sent:
        assert wish.start is not None
        if key in self.standing:
            return Confirmed(f"a-{key}")
        try:
            self.free.remove(wish.start)
        except KeyError:
            return Taken()
        self.standing[key] = Standing(appointment=f"a-{key}", book="b", start=wish.start, citizen=self.citizen)
        return Confirmed(f"a-{key}")

    def poll(self, reservation: str) -> Unknown:
        return Unknown()

    def cancel(self, appointment: str) -> Done | Refused | Unknown:
        gone = self.standing.pop(appointment.removeprefix("a-"), None)
        if gone is None:
            return Refused()
        self.free.add(gone.start)
        return Done()

    def record(self) -> Record | None:
        return Record(standing=tuple(self.standing.values()))


def tried(found: object, *cases: Case, clients: int = 4) -> Trial:
    server = OnTrial(base_url=NOWHERE, adapt=adapter_of(found, "the adapter"))
    about = server.about()
    assert about is not None
    return Suite(about=about, clients=clients, cases=cases).against(server, None, lambda _done, _whole: None)


def refused(found: object, *cases: Case) -> str:
    with pytest.raises(AdapterProblem) as problem:
        tried(found, *(cases or (Case.HOT_SLOT,)))
    return str(problem.value)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("my_adapter", "'my_adapter' is not. For example: my_adapter:Adapter"),
        ("no_such_module:Adapter", "there is no module no_such_module (looked for in "),
        ("scenarios.naming:Adapter", "naming.py has no Adapter"),
        ("loadtests.adapters.our_api:OurAPI", "has no OurAPI. It has OurApi."),
        ("loadtests.adapters.answers:Wish", "lacks login, list, reserve, poll, cancel. Every adapter has"),
        ("loadtests.adapters.web:PATIENCE_S", "is 20.0, which makes no adapters"),
    ],
)
def test_an_adapter_that_is_not_there_is_named_with_what_to_do(name: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(AdapterProblem) as problem:
        adapter_named(name, tmp_path)
    assert said in str(problem.value)


def test_a_module_that_cannot_be_imported_says_why(tmp_path: Path) -> None:
    (tmp_path / "broken_adapter.py").write_text("import json\n\n1 / 0\n", encoding="utf-8")
    (tmp_path / "poor_adapter.py").write_text("import no_such_library\n", encoding="utf-8")
    with pytest.raises(AdapterProblem, match=r"ZeroDivisionError: division by zero \(broken_adapter.py, line 3\)"):
        adapter_named("broken_adapter:Adapter", tmp_path)
    with pytest.raises(AdapterProblem, match="poor_adapter needs no_such_library, which is not installed"):
        adapter_named("poor_adapter:Adapter", tmp_path)


def test_a_right_server_of_another_kind_is_called_correct_and_what_it_cannot_do_is_left_out() -> None:
    class Right(Desk):
        pass

    trial = tried(Right, *Case)
    assert (trial.ruling, trial.anomalies) == ("correct", [])
    left_out = {one.case: one.skipped for one in trial.tried if one.skipped is not None}
    assert left_out[Case.CHANGE] == "the adapter has no change"
    assert "holds nothing" in (left_out[Case.HOLD_EXPIRY] or "")
    assert "more than one appointment" in (left_out[Case.LIMIT] or "")
    assert "connections of its own" in (left_out[Case.BROKEN_LINE] or "")
    assert Case.HOT_SLOT not in left_out
    assert Case.RETRY not in left_out


CLOSED_RECORD = "the server's record was not read, so nobody knows what it holds"


def test_a_server_whose_record_nobody_can_read_is_never_called_correct() -> None:
    class Closed(Desk):
        def record(self) -> Record | None:
            return None

    trial = tried(Closed, Case.HOT_SLOT)
    assert (trial.ruling, trial.reason) == (
        "unknown",
        "the server's record was not read, so nobody knows what it holds",
    )


def test_a_server_that_gives_nobody_anything_proves_nothing() -> None:
    class Grumpy(Desk):
        def reserve(self, key: str, wish: Wish) -> Refused:
            return Refused()

    trial = tried(Grumpy, Case.HOT_SLOT)
    assert (trial.ruling, trial.reason) == ("unknown", "nobody was given an appointment, so nothing was tried")


def test_a_server_that_gives_a_time_twice_is_found_out_without_keys_in_its_record() -> None:
    class Generous(Desk):
        def reserve(self, key: str, wish: Wish) -> Confirmed:
            self.standing[key] = Standing(appointment=f"a-{key}", book="b", start=wish.start or "")
            return Confirmed(f"a-{key}")

    trial = tried(Generous, Case.HOT_SLOT)
    assert {one.kind for one in trial.anomalies} == {"double booking"}


def test_an_appointment_without_a_key_that_an_unheard_citizen_asked_for_accuses_nobody() -> None:
    class Mute(Desk):
        def reserve(self, key: str, wish: Wish) -> Confirmed | Taken | Refused | Unknown | Sent:
            said = super().reserve(key, wish)
            return Unknown() if wish.start == STARTS[0] else said

    assert tried(Mute, Case.HOT_SLOT).anomalies == []


def test_a_time_that_is_closed_when_the_suite_begins_is_left_alone() -> None:
    class HalfClosed(Desk):
        def list(self, book: str, date: str) -> Offered:
            return Offered(frozenset(self.free - set(STARTS[:3])))

        def reserve(self, key: str, wish: Wish) -> Confirmed | Taken | Refused | Unknown | Sent:
            assert wish.start not in STARTS[:3]
            return super().reserve(key, wish)

    assert tried(HalfClosed, Case.HOT_SLOT, Case.LISTING).ruling == "correct"


def test_an_adapter_that_breaks_or_answers_nonsense_is_told_apart_from_a_server_that_is_wrong() -> None:
    class Raises(Desk):
        def reserve(self, key: str, wish: Wish) -> Confirmed:
            raise KeyError("ticket")

    class Nonsense(Desk):
        def cancel(self, appointment: str) -> Done:
            return {"ok": True}  # pyright: ignore[reportReturnType]

    class Forgetful(Desk):
        def login(self, citizen: int) -> Done:
            return None  # pyright: ignore[reportReturnType]

    class Nameless(Desk):
        def reserve(self, key: str, wish: Wish) -> Confirmed:
            return Confirmed("")

    class WithoutPlace(Desk):
        promises = About(books=(Book(id="b", starts=STARTS, places=3),))

    class NoHolds(Desk):
        promises = About(books=(Book(id="b", starts=STARTS),), strategy=Strategy.HOLD)

    assert "Raises.reserve broke: KeyError: 'ticket' (test_adapters.py, line " in refused(Raises)
    assert "Nonsense.cancel answered {'ok': True}, and may answer Done or Refused" in refused(
        Nonsense, Case.CANCEL_REBOOK
    )
    assert "Forgetful.login answered None, and may answer Done or Refused or Unknown" in refused(Forgetful)
    assert "names no appointment" in refused(Nameless)
    assert "which of the 3 places" in refused(WithoutPlace)
    assert "has no hold and confirm" in refused(NoHolds)


@contextmanager
def sauna(*how: str) -> Generator[str]:
    command = [sys.executable, str(EXAMPLE / "sauna.py"), "0", *how]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.kill()


def verify(url: str, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bolk", "verify", "--adapter", "adapter:Adapter", "--target", url, *words]
    return subprocess.run(command, cwd=EXAMPLE, capture_output=True, text=True, check=False, timeout=120)


def test_the_race_of_the_example_is_found_and_its_mend_is_called_correct() -> None:
    with sauna() as url:
        found = verify(url, "--clients", "16")
    with sauna("--careful") as url:
        mended = verify(url, "--clients", "16")
    assert (found.returncode, mended.returncode) == (1, 0), found.stdout + mended.stdout + mended.stderr
    assert "✗ double booking (in " in found.stdout
    assert "– change: the adapter has no change" in mended.stdout
    assert "Correct: no answer contradicts another" in mended.stdout


def test_an_adapter_without_a_target_or_books_is_a_usage_error() -> None:
    alone = subprocess.run(
        [sys.executable, "-m", "bolk", "verify", "--adapter", "x:Y"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    bare = verify(NOWHERE)
    assert (alone.returncode, bare.returncode) == (2, 4)
    assert "--target URL" in alone.stderr
    assert "no answer" in bare.stderr
