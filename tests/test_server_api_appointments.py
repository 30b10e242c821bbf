"""Appointments as a resource: look, cancel and change, and each citizen's are that citizen's alone."""

import datetime as dt
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from reference_server.local_time import local_clock
from tests.office import ADMIN, BOOK, SCENARIO, START, Office, assert_problem

OTHER = "2021-05-11T09:00"


@pytest.fixture
def office(tmp_path: Path) -> Generator[Office]:
    one = Office(tmp_path)
    yield one
    one.storage.close()


def appointed(office: Office, citizen: int = 0, start: str = START) -> str:
    """The id of a new appointment."""
    office.reserved(citizen, f"for {start}".replace(" ", "-"), start)
    office.decide_all()
    return next(
        one["appointment"] for one in office.page("/appointments", citizen)["appointments"] if one["start"] == start
    )


def change(office: Office, appointment: str, start: str, key: str = "new", citizen: int = 0) -> Any:
    return office.web.post(
        f"/api/v1/appointments/{appointment}/change",
        json={"start": start},
        headers=office.of(citizen) | {"Idempotency-Key": key},
    )


def cancel(office: Office, appointment: str, citizen: int = 0) -> Any:
    return office.web.post(f"/api/v1/appointments/{appointment}/cancel", headers=office.of(citizen))


def free(office: Office) -> int:
    return office.web.get("/admin/export", headers=ADMIN).get_json()["free"]


def starts(office: Office, citizen: int = 0) -> list[str]:
    return [one["start"] for one in office.page("/appointments", citizen)["appointments"]]


def test_a_cancelled_appointment_frees_its_place_at_once_and_stays_to_be_looked_at(office: Office) -> None:
    appointment = appointed(office)
    assert office.page(f"/appointments/{appointment}")["status"] == "CONFIRMED"
    assert free(office) == 143
    answers = [cancel(office, appointment), cancel(office, appointment)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].get_json() == answers[1].get_json() == office.page(f"/appointments/{appointment}")
    assert answers[0].get_json()["status"] == "CANCELLED"
    assert (free(office), starts(office)) == (144, [])
    assert office.page(f"/books/{BOOK}/slots?date=2021-05-10")["slots"][0] == {"start": START, "free": 3}
    assert office.web.get("/admin/export", headers=ADMIN).get_json()["appointments"] == []
    assert office.page("/inbox")["messages"][0]["outcome"] == "CANCELLED"


def test_a_change_takes_the_new_place_and_frees_the_old_one(office: Office) -> None:
    appointment = appointed(office)
    answer = change(office, appointment, OTHER)
    assert answer.status_code == 200
    assert (answer.get_json()["start"], answer.get_json()["status"]) == (OTHER, "CONFIRMED")
    assert answer.get_json()["appointment"] != appointment
    assert (free(office), starts(office)) == (143, [OTHER])
    assert change(office, appointment, OTHER).get_json() == answer.get_json()
    assert (free(office), starts(office)) == (143, [OTHER])


def test_a_change_to_a_full_time_changes_nothing(office: Office) -> None:
    for citizen in (1, 2, 3):
        appointed(office, citizen, OTHER)
    appointment = appointed(office)
    for _ in range(2):
        assert_problem(change(office, appointment, OTHER), 409, "your appointment stands")
    assert (free(office), starts(office)) == (140, [START])


def test_a_change_is_refused_for_what_is_not_there(office: Office) -> None:
    appointment = appointed(office)
    assert_problem(change(office, appointment, "2021-05-11T09:01"), 404, "no such time")
    assert_problem(change(office, "unknown", OTHER), 404, "no such appointment")
    assert_problem(change(office, appointment, OTHER, key=""), 400, "Idempotency-Key")
    assert_problem(change(office, appointment, OTHER, key=f"for-{START}"), 422, "used for something else")
    cancel(office, appointment)
    assert_problem(change(office, appointment, OTHER), 409, "cancelled before")
    assert free(office) == 144


@pytest.mark.parametrize("body", [{}, {"start": 1}, {"start": OTHER, "book": BOOK}, [OTHER]])
def test_a_change_needs_a_start(office: Office, body: object) -> None:
    appointment = appointed(office)
    headers = office.of(0) | {"Idempotency-Key": "k"}
    answer = office.web.post(f"/api/v1/appointments/{appointment}/change", json=body, headers=headers)
    assert_problem(answer, 422, '"start"')


def test_after_the_deadline_one_has_to_call(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    appointment = appointed(office)

    def a_minute_later(*_: object) -> str:
        return "2021-05-10T08:31"

    monkeypatch.setattr("reference_server.booking.Terms.first_cancellable", a_minute_later)
    monkeypatch.setattr("reference_server.booking.Terms.first_changeable", a_minute_later)
    assert_problem(cancel(office, appointment), 409, "please call")
    assert_problem(change(office, appointment, OTHER), 409, "please call")
    assert starts(office) == [START]


def test_another_citizens_appointment_does_not_exist(office: Office) -> None:
    appointment = appointed(office)
    assert_problem(office.web.get(f"/api/v1/appointments/{appointment}", headers=office.of(1)), 404, "no such")
    assert_problem(cancel(office, appointment, citizen=1), 404, "no such")
    assert_problem(change(office, appointment, OTHER, citizen=1), 404, "no such")
    assert starts(office, citizen=1) == []
    assert starts(office) == [START]


@pytest.mark.parametrize(("method", "tail"), [("GET", ""), ("POST", "/cancel"), ("POST", "/change")])
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer forged"}, ADMIN])
def test_an_appointment_needs_its_citizens_token(
    office: Office, method: str, tail: str, headers: dict[str, str]
) -> None:
    appointment = appointed(office)
    answer = office.web.open(f"/api/v1/appointments/{appointment}{tail}", method=method, json={}, headers=headers)
    assert_problem(answer, 401, "log in first")


def test_the_clock_is_that_of_the_place_until_the_last_appointment_has_passed() -> None:
    during = dt.datetime(2021, 5, 1, 12, tzinfo=SCENARIO.zone)
    assert local_clock(SCENARIO, lambda _: during)() == dt.datetime(2021, 5, 1, 12)  # noqa: DTZ001 (local by contract)
    later = dt.datetime(2031, 5, 1, 12, tzinfo=SCENARIO.zone)
    again = local_clock(SCENARIO, lambda _: later)()
    assert again == dt.datetime.combine(SCENARIO.invitation.send_date, dt.time())
