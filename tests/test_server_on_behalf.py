"""Acting for others over the API: who may, for how long, on record, and nobody else's appointment ever."""

import datetime as dt
import itertools
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from reference_server.relations import persons
from reference_server.storage import State
from reference_server.tokens import Tokens
from scenarios.identity import number_of_birthday
from tests.office import ADMIN, BOOK, START, Office, assert_problem
from tests.test_server_openapi import UNHINDERED

BEFORE = dt.datetime(2021, 5, 3)  # noqa: DTZ001 (local, as the books')
NUMBERS = dict(persons()) | {
    "Liten Lerke": number_of_birthday(dt.date(2017, 9, 14), 0),
    "Spe Spire": number_of_birthday(dt.date(2007, 6, 1), 0),
}


class Clocked(Office):
    """An office at a time of its own, with the persons of the register."""

    def __init__(self, folder: Path) -> None:
        self.now = BEFORE
        super().__init__(folder, UNHINDERED, clock=lambda: self.now)
        self.bearer = {name: {"Authorization": f"Bearer {self.token_of(number)}"} for name, number in NUMBERS.items()}

    def asks(self, who: str, path: str, whom: str | None = None, **how: Any) -> Any:
        """One request of a person, on behalf of another by key."""
        headers = self.bearer[who] | how.pop("headers", {}) | ({} if whom is None else {"On-Behalf-Of": whom})
        return self.web.open(f"/api/v1{path}", headers=headers, **how)

    def represented(self, who: str) -> dict[str, str]:
        """Whom a person may act for: keys by name."""
        listed = self.asks(who, "/represented").get_json()["represented"]
        return {one["name"]: one["citizen"] for one in listed}

    def reserves(self, who: str, whom: str | None = None, key: str = "one", start: str = START) -> Any:
        wish = {"book": BOOK, "start": start}
        return self.asks(who, "/reservations", whom, method="POST", json=wish, headers={"Idempotency-Key": key})

    def appointment_ids(self, who: str, whom: str | None = None) -> list[str]:
        answer = self.asks(who, "/appointments", whom)
        assert answer.status_code == 200
        return [one["appointment"] for one in answer.get_json()["appointments"]]


@pytest.fixture
def office(tmp_path: Path) -> Generator[Clocked]:
    one = Clocked(tmp_path)
    yield one
    one.storage.close()


def test_one_is_told_whom_one_may_act_for_and_until_when(office: Clocked) -> None:
    listed = office.asks("Varm Vind", "/represented").get_json()["represented"]
    assert [(one["name"], one["relation"], one["until"]) for one in listed] == [
        ("Liten Lerke", "child", "2033-09-14"),
        ("Spe Spire", "child", "2023-06-01"),
        ("Blid Bjørk", "mandate", "2041-01-01"),
    ]
    assert office.represented("Kvikk Elg") == {}
    assert_problem(office.web.get("/api/v1/represented"), 401, "log in")


def test_a_parent_books_changes_and_cancels_for_a_child_and_it_is_the_childs(office: Clocked) -> None:
    child = office.represented("Varm Vind")["Liten Lerke"]
    reservation = office.reserves("Varm Vind", child).get_json()["reservation"]
    office.decide_all()
    (message,) = office.asks("Varm Vind", f"/inbox?reservation={reservation}", child).get_json()["messages"]
    appointment = message["appointment"]
    assert office.appointment_ids("Varm Vind") == []
    assert office.appointment_ids("Trygg Tinde", child) == office.appointment_ids("Liten Lerke") == [appointment]
    moved = office.asks(
        "Trygg Tinde",
        f"/appointments/{appointment}/change",
        child,
        method="POST",
        json={"start": "2021-05-11T09:00"},
        headers={"Idempotency-Key": "one"},  # keys belong to who asks: it is not the other parent's
    )
    assert moved.status_code == 200
    kept = office.web.get("/admin/export", headers=ADMIN).get_json()["reservations"]
    keys = [Tokens(office.secret).citizen_key(NUMBERS[name]) for name in ("Varm Vind", "Trygg Tinde")]
    assert [(one["citizen"], one["acting"]) for one in kept] == [(child, key) for key in keys]
    gone = office.asks("Varm Vind", f"/appointments/{moved.get_json()['appointment']}/cancel", child, method="POST")
    assert gone.get_json()["status"] == "CANCELLED"
    kept = office.web.get("/admin/export", headers=ADMIN).get_json()["reservations"]
    assert [one["cancelled_by"] for one in kept] == keys[::-1], "who moved the first, and who gave the second back"
    assert office.appointment_ids("Liten Lerke") == []


def test_whoever_acts_for_nobody_stands_on_record_alone(office: Clocked) -> None:
    office.reserves("Kvikk Elg")
    assert [one["acting"] for one in office.web.get("/admin/export", headers=ADMIN).get_json()["reservations"]] == [
        None
    ]


@pytest.mark.parametrize("path", ["/books", f"/books/{BOOK}/days", "/inbox", "/appointments", "/appointments/x"])
def test_nobody_acts_for_somebody_else(office: Clocked, path: str) -> None:
    child = office.represented("Trygg Tinde")["Liten Lerke"]
    for whom in (child, "5e" * 16, "", NUMBERS["Liten Lerke"], "é"):
        assert_problem(office.asks("Kvikk Elg", path, whom), 403, "you may not act for this citizen")
    assert_problem(office.web.get(f"/api/v1{path}", headers={"On-Behalf-Of": child}), 401, "log in")


def test_on_the_day_a_child_turns_16_the_parent_acts_for_it_no_more(office: Clocked) -> None:
    child = office.represented("Varm Vind")["Spe Spire"]
    office.now = dt.datetime(2023, 5, 31, 23, 59)  # noqa: DTZ001
    assert office.asks("Varm Vind", "/inbox", child).status_code == 200
    office.now = dt.datetime(2023, 6, 1)  # noqa: DTZ001
    assert_problem(office.asks("Varm Vind", "/inbox", child), 403, "or no longer")
    assert "Spe Spire" not in office.represented("Varm Vind")
    assert office.asks("Spe Spire", "/inbox").status_code == 200


# Who may act for whom, from a day on and no longer on another: the register told a second time, on purpose.
MAY = {
    ("Varm Vind", "Liten Lerke"): (dt.date(2017, 9, 14), dt.date(2033, 9, 14)),
    ("Trygg Tinde", "Liten Lerke"): (dt.date(2017, 9, 14), dt.date(2033, 9, 14)),
    ("Varm Vind", "Spe Spire"): (dt.date(2007, 6, 1), dt.date(2023, 6, 1)),
    ("Varm Vind", "Blid Bjørk"): (dt.date(2020, 1, 1), dt.date(2041, 1, 1)),
    ("Varm Vind", "Stille Fjord"): (dt.date(2019, 1, 1), dt.date(2021, 1, 1)),
}
WHO = st.sampled_from(
    ["Varm Vind", "Varm Vind", "Trygg Tinde", "Kvikk Elg", "Spe Spire", "Liten Lerke", "Stille Fjord"]
)
WHOM = st.sampled_from(sorted(NUMBERS)) | st.none()
STARTS = st.integers(0, 11).map(lambda number: f"2021-05-11T09:{5 * number:02}")
DAYS = st.sampled_from([dt.date(2020, 6, 1), dt.date(2021, 1, 1), dt.date(2023, 5, 31), dt.date(2023, 6, 1)])
INDEX = st.integers(0, 99)


class Household(RuleBasedStateMachine):
    """Everybody asks for everybody, also for those they may not act for; the model knows who may and whose is what."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.office = Clocked(Path(self.folder.name))
        tokens = Tokens(self.office.secret)
        self.key_of = {name: tokens.citizen_key(number) for name, number in NUMBERS.items()}
        self.keys = map(str, itertools.count())
        self.owners: dict[str, str] = {}  # of every appointment there ever was, by name
        self.standing: set[str] = set()

    def may(self, who: str, whom: str | None) -> bool:
        if whom is None:
            return True
        since, until = MAY.get((who, whom), (dt.date.max, dt.date.max))
        return since <= self.office.now.date() < until

    def asks(self, who: str, whom: str | None, path: str, **how: Any) -> Any:
        key = {"Idempotency-Key": next(self.keys)}
        return self.office.asks(who, path, None if whom is None else self.key_of[whom], headers=key, **how)

    def some(self, index: int) -> str:
        return sorted(self.owners)[index % len(self.owners)]

    def written_down(self) -> None:
        """Whose is what by the record, beside what the model expects."""
        self.office.decide_all()
        names = {key: name for name, key in self.key_of.items()}
        kept = self.office.storage.everything().reservations
        for one in (one for one in kept if one.appointment is not None):
            assert self.owners.setdefault(one.appointment or "", names[one.wish.citizen]) == names[one.wish.citizen]
        self.standing = {one.appointment or "" for one in kept if one.state is State.CONFIRMED}

    @rule(who=WHO, whom=WHOM, start=STARTS)
    def books(self, who: str, whom: str | None, start: str) -> None:
        before = set(self.owners)
        answer = self.asks(who, whom, "/reservations", method="POST", json={"book": BOOK, "start": start})
        has_one = any(self.owners[one] == (whom or who) for one in self.standing)  # and the book allows no more
        assert answer.status_code == (403 if not self.may(who, whom) else 409 if has_one else 202)
        self.written_down()
        assert {self.owners[new] for new in set(self.owners) - before} <= {whom or who}

    @rule(who=WHO, whom=WHOM)
    def looks(self, who: str, whom: str | None) -> None:
        answers = [self.asks(who, whom, path) for path in ("/appointments", "/inbox")]
        if not self.may(who, whom):
            assert [answer.status_code for answer in answers] == [403, 403]
            return
        listed, inbox = (answer.get_json() for answer in answers)
        theirs = {one for one, owner in self.owners.items() if owner == (whom or who)}
        assert {one["appointment"] for one in listed["appointments"]} == theirs & self.standing
        assert {one["appointment"] for one in inbox["messages"] if "appointment" in one} == theirs

    @precondition(lambda self: self.owners)
    @rule(who=WHO, whom=WHOM, index=INDEX, start=STARTS, verb=st.sampled_from(["", "/cancel", "/change"]))
    def asks_about_one(self, who: str, whom: str | None, index: int, start: str, verb: str) -> None:
        one, before = self.some(index), self.standing
        how = {"method": "POST" if verb else "GET"} | ({"json": {"start": start}} if verb == "/change" else {})
        answer = self.asks(who, whom, f"/appointments/{one}{verb}", **how)
        self.written_down()
        if not self.may(who, whom):
            assert answer.status_code == 403
        elif self.owners[one] != (whom or who):
            assert answer.status_code == 404
        else:
            assert answer.status_code in ({200, 409} if verb else {200})
            return
        assert self.standing == before

    @rule(day=DAYS)
    def time_passes(self, day: dt.date) -> None:
        self.office.now = dt.datetime.combine(day, dt.time())

    def teardown(self) -> None:
        self.office.storage.close()
        self.folder.cleanup()


TestNobodyEverSeesOrChangesAnAppointmentOfSomebodyTheyDoNotRepresent = Household.TestCase
TestNobodyEverSeesOrChangesAnAppointmentOfSomebodyTheyDoNotRepresent.settings = settings(
    max_examples=20,
    stateful_step_count=25,
    deadline=None,
    phases=[Phase.reuse, Phase.generate],  # every example is a server of its own: making one smaller takes minutes
)
