"""The waiting list over the API: in line once, seen by oneself alone, told of in the inbox, and on record."""

from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from reference_server.booking import Terms
from tests.office import ADMIN, BOOK, Office, assert_problem


@pytest.fixture
def office(tmp_path: Path) -> Generator[Office]:
    one = Office(tmp_path)
    yield one
    one.storage.close()


def post(office: Office, path: str, citizen: int) -> Any:
    return office.web.post(f"/api/v1/waitlist/{path}", headers=office.of(citizen))


def test_a_citizen_gets_in_line_once_and_sees_how_many_are_ahead(office: Office) -> None:
    answers = [post(office, BOOK, citizen).get_json() for citizen in (0, 1, 1, 0)]
    assert [answer["ahead"] for answer in answers] == [0, 1, 1, 0]
    assert office.page("/waitlist", 1)["waitlist"] == [answers[1]]
    assert f'bolk_waitlist{{book="{BOOK}"}} 2.0' in office.web.get("/metrics", headers=ADMIN).get_data(as_text=True)
    assert office.page("/waitlist", 2)["waitlist"] == []
    assert post(office, f"{BOOK}/leave", 0).status_code == post(office, f"{BOOK}/leave", 0).status_code == 204
    assert office.page("/waitlist", 0)["waitlist"] == []
    assert office.page("/waitlist", 1)["waitlist"][0]["ahead"] == 0


def test_what_is_given_comes_to_the_inbox_with_its_origin_and_is_on_record(office: Office) -> None:
    post(office, BOOK, 0)
    post(office, BOOK, 1)
    assert office.storage.give_waitlisted(BOOK, "", 1.0, 2.0, Terms()) is not None
    office.reserved(2)
    office.decide_all()
    assert [office.page("/inbox", citizen)["messages"][0]["from_waitlist"] for citizen in (0, 2)] == [True, False]
    assert len(office.page("/appointments")["appointments"]) == 1
    assert_problem(post(office, BOOK, 0), 409, "you have as many appointments")
    waits = office.web.get("/admin/export", headers=ADMIN).get_json()["waitlist"]
    (message,) = office.page("/inbox")["messages"]
    assert [(one["given"], one["ended_s"]) for one in waits] == [(message["reservation"], 2.0), (None, None)]


@pytest.mark.parametrize("path", ["none", "none/leave"])
def test_there_is_no_line_for_a_book_that_is_not_there(office: Office, path: str) -> None:
    assert_problem(post(office, path, 0), 404, "no such book")
    assert_problem(office.web.post(f"/api/v1/waitlist/{path}"), 401, "log in")
