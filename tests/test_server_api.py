"""The server's API by request: what citizens and operators get."""

import logging
from collections.abc import Generator
from pathlib import Path

import pytest

from reference_server.operators import HEARTBEAT_RECENT_S
from scenarios.identity import national_number
from scenarios.inventory import inventory_of
from scenarios.reading import sha256_of
from tests.office import ADMIN, BOOK, SCENARIO, START, Office, assert_problem


@pytest.fixture
def office(tmp_path: Path) -> Generator[Office]:
    one = Office(tmp_path)
    yield one
    one.storage.close()


def test_the_front_says_which_scenario_at_which_pace(office: Office) -> None:
    assert office.web.get("/api/v1").get_json() == {
        "service": "bolk reference server",
        "login_url": "http://127.0.0.1:1/login",
        "scenario": "ci-smoke",
        "scenario_sha256": sha256_of(SCENARIO),
        "pace": "none",
        "speedup": 1.0,
    }


def test_a_citizen_finds_books_days_and_times(office: Office) -> None:
    books = office.page("/books?municipality=9999")["books"]
    assert books == [{"id": BOOK, "name": "Vaksine covid19", "municipality": "9999", "meetings": ["place"]}]
    assert office.page(f"/books/{BOOK}/days") == {
        "days": [{"date": "2021-05-10", "free": 72}, {"date": "2021-05-11", "free": 72}]
    }
    slots = office.page(f"/books/{BOOK}/slots?date=2021-05-11")["slots"]
    assert slots[0] == {"start": "2021-05-11T08:30", "free": 3}
    assert len(slots) == 24
    assert [slot["start"] for slot in slots] == sorted(slot["start"] for slot in slots)


def test_a_date_without_times_has_an_empty_list(office: Office) -> None:
    assert office.page(f"/books/{BOOK}/slots?date=2021-05-12") == {"slots": []}


def test_the_inbox_is_empty_until_the_answer_is_visible(office: Office) -> None:
    reservation = office.reserved(0)
    assert office.page(f"/inbox?reservation={reservation}") == {"messages": []}
    office.decide_all(visible_s=9e9)
    assert office.page(f"/inbox?reservation={reservation}") == {"messages": []}
    assert office.page("/appointments") == {"appointments": []}


def test_a_confirmation_names_the_place_and_the_appointment(office: Office) -> None:
    reservation = office.reserved(0)
    office.decide_all()
    (message,) = office.page(f"/inbox?reservation={reservation}")["messages"]
    assert message.pop("appointment") not in (None, reservation)
    (book,) = inventory_of(SCENARIO)[0].books
    assert message == {
        "reservation": reservation,
        "outcome": "CONFIRMED",
        "from_waitlist": False,
        "slot": book.slot_id(0, 1),
        "start": book.time_text(0),
        "meeting": "place",
        "title": "10. mai 2021, kl. 08:30: Time til koronavaksine hos Vaksine covid19 Beste kommune",
    }
    (appointment,) = office.page("/appointments")["appointments"]
    assert appointment["slot"] == message["slot"]


def test_the_fourth_who_wants_one_of_three_places_is_rejected_in_two_languages(office: Office) -> None:
    *_, last = [office.reserved(citizen) for citizen in range(4)]
    office.decide_all()
    (message,) = office.page(f"/inbox?reservation={last}", citizen=3)["messages"]
    assert message["outcome"] == "REJECTED"
    assert set(message["message"]) == {"nb", "en"}
    assert office.page("/appointments", citizen=3) == {"appointments": []}
    starts = [slot["start"] for slot in office.page(f"/books/{BOOK}/slots?date=2021-05-10")["slots"]]
    assert START not in starts


def test_the_inbox_holds_all_own_messages_or_the_one_asked_for(office: Office) -> None:
    mine = [office.sent_before(0, "one"), office.sent_before(0, "two", "2021-05-11T09:00")]
    office.reserved(1)
    office.decide_all()
    assert [message["reservation"] for message in office.page("/inbox")["messages"]] == mine
    (second,) = office.page(f"/inbox?reservation={mine[1]}")["messages"]
    assert second["reservation"] == mine[1]


def test_asking_again_with_the_same_key_gives_the_same_answer(office: Office) -> None:
    first = office.reserve(0)
    again = office.reserve(0)
    office.decide_all()
    after_the_decision = office.reserve(0)
    assert first.get_json() == again.get_json() == after_the_decision.get_json()
    assert len(office.web.get("/admin/export", headers=ADMIN).get_json()["reservations"]) == 1


def test_one_appointment_each_and_asking_for_more_is_told_what_to_do(office: Office) -> None:
    office.reserved(0)
    assert_problem(office.reserve(0, "two", "2021-05-11T09:00"), 409, "change or cancel the one you have")
    office.decide_all()
    assert_problem(office.reserve(0, "three", "2021-05-11T09:00"), 409, "or wait for the answer")
    assert office.reserve(0).status_code == 202  # asking again with the key is no second wish


def test_who_was_rejected_or_has_cancelled_may_ask_for_another_time(office: Office) -> None:
    for citizen in range(4):
        office.reserved(citizen)
    office.decide_all()
    office.reserved(3, "after-the-rejection", "2021-05-11T09:00")
    (appointment,) = office.page("/appointments")["appointments"]
    cancelled = office.web.post(f"/api/v1/appointments/{appointment['appointment']}/cancel", headers=office.of(0))
    assert cancelled.status_code == 200
    office.reserved(0, "after-cancelling", "2021-05-11T09:00")


def test_two_citizens_may_use_the_same_key(office: Office) -> None:
    assert office.reserved(0, "k") != office.reserved(1, "k")


def test_a_citizen_is_the_same_one_at_every_log_in(office: Office) -> None:
    office.reserved(0)
    office.decide_all()
    assert len(office.page("/appointments", citizen=0)["appointments"]) == 1


def test_neither_token_nor_record_nor_log_holds_an_identity_number(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    office.reserved(0)
    office.decide_all()
    office.login.post("/login", json={"citizen": "01019000083"})
    export = office.web.get("/admin/export", headers=ADMIN).get_data(as_text=True)
    readable = office.token(0)
    for number in (national_number(0), "01019000083"):
        for text in (readable, export, caplog.text):
            assert number not in text


def test_the_export_agrees_with_what_citizens_were_told(office: Office) -> None:
    for citizen in range(4):
        office.reserved(citizen)
    office.decide_all()
    waiting = office.reserved(9, start="2021-05-11T10:25")
    export = office.web.get("/admin/export", headers=ADMIN).get_json()
    states = [one["state"] for one in export["reservations"]]
    assert states == ["CONFIRMED", "CONFIRMED", "CONFIRMED", "REJECTED", "SENT"]
    assert export["reservations"][-1] == {
        "reservation": waiting,
        "citizen": export["reservations"][-1]["citizen"],
        "acting": None,
        "idempotency_key": "one",
        "book": BOOK,
        "start": "2021-05-11T10:25",
        "state": "SENT",
        "cancelled_by": None,
    }
    told = [office.page("/appointments", citizen)["appointments"][0] for citizen in range(3)]
    on_record = ("appointment", "slot", "start")
    assert [[one[key] for key in on_record] for one in export["appointments"]] == [
        [one[key] for key in on_record] for one in told
    ]
    assert [one["place"] for one in export["appointments"]] == [1, 2, 3]
    assert (export["free"], export["capacity"]) == (141, 144)


def test_ready_follows_the_beat_of_the_record_system(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    assert_problem(office.web.get("/health/ready"), 503, "no sign of life")
    office.storage.beat(1000.0)
    monkeypatch.setattr("time.time", lambda: 1000.0 + HEARTBEAT_RECENT_S)
    assert office.web.get("/health/ready").status_code == 200
    monkeypatch.setattr("time.time", lambda: 1000.1 + HEARTBEAT_RECENT_S)
    assert office.web.get("/health/ready").status_code == 503
    assert office.web.get("/health/live").status_code == office.login.get("/health/live").status_code == 200


@pytest.mark.parametrize("path", ["/api/v1", "/api/v1/inbox", "/nothing"])
def test_every_answer_carries_the_security_headers(office: Office, path: str) -> None:
    headers = office.web.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
