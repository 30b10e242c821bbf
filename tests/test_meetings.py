"""At the place, by telephone or by video: chosen where the book offers it, and told where the appointment stands."""

from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

from reference_server.meeting import Meeting
from tests import a_set_up
from tests.office import BOOK, START, Office, assert_problem
from tests.visitor import FIRST_TIME, Reception, Visitor

TITLE = "10. mai 2021, kl. 08:30: Time til koronavaksine hos Vaksine covid19 Beste kommune"
EVERY = [*Meeting]
CHANGED = "2021-05-11T09:00"
ANSWERS = {"ill": "no", "allergy": "no", "anticoagulant": "no"}
Open = Callable[..., Office]


@pytest.fixture
def opened(tmp_path: Path) -> Generator[Open]:
    offices: list[Office] = []

    def open_one(meetings: list[Meeting]) -> Office:
        offices.append(Office(tmp_path, set_up=a_set_up.of_the_smoke_test(meetings=meetings)))
        return offices[-1]

    yield open_one
    for office in offices:
        office.storage.close()


def asked(office: Office, path: str, key: str, **body: str) -> Any:
    return office.web.post(f"/api/v1{path}", json=body, headers=office.of(0) | {"Idempotency-Key": key})


def visitor_of(folder: Path, **fields: Any) -> Visitor:
    return Reception(folder, set_up=a_set_up.of_the_smoke_test(meetings=EVERY, **fields)).visitor(0)


def at_the_appointment(visitor: Visitor) -> Visitor:
    visitor.reception.decide_all()
    visitor.goes("/timeavtaler")
    return visitor.goes(visitor.link(TITLE))


def calendar_of(visitor: Visitor) -> str:
    return visitor.client.get(f"{visitor.answer.request.path}/kalender.ics").get_data(as_text=True)


def test_the_api_says_what_a_book_offers_and_keeps_what_was_chosen(opened: Open) -> None:
    office = opened(EVERY)
    assert office.page("/books")["books"][0]["meetings"] == ["place", "telephone", "video"]
    assert asked(office, "/reservations", "1", book=BOOK, start=START, meeting="video").status_code == 202
    assert_problem(
        asked(office, "/reservations", "1", book=BOOK, start=START, meeting="place"), 422, "used for something else"
    )
    office.decide_all()
    (one,) = office.page("/appointments")["appointments"]
    assert one["meeting"] == "video"
    path = f"/appointments/{one['appointment']}/change"
    assert asked(office, path, "2", start=CHANGED).get_json()["meeting"] == "video"
    (one,) = office.page("/appointments")["appointments"]
    path = f"/appointments/{one['appointment']}/change"
    assert asked(office, path, "3", start=START, meeting="telephone").get_json()["meeting"] == "telephone"


def test_a_meeting_that_the_book_does_not_offer_is_refused(opened: Open) -> None:
    office = opened([Meeting.VIDEO, Meeting.TELEPHONE])
    refused = asked(office, "/reservations", "1", book=BOOK, start=START, meeting="place")
    assert_problem(refused, 422, "the book offers the meetings video, telephone")
    asked(office, "/reservations", "2", book=BOOK, start=START)
    office.decide_all()
    assert office.page("/appointments")["appointments"][0]["meeting"] == "video"  # its first way


def test_a_citizen_chooses_on_the_page_of_times_where_there_is_no_form(tmp_path: Path) -> None:
    visitor = visitor_of(tmp_path, form=False).goes(FIRST_TIME)
    assert "Hvordan vil du ha timen? Jeg møter opp På telefon På video" in visitor.words
    at_the_appointment(visitor.sends(FIRST_TIME, start="0830", meeting="video"))
    assert "Oppmøtested: På video. Lenken kommer i innboksen før timen begynner" in visitor.words
    assert "LOCATION:På video\r\n" in calendar_of(visitor)


def test_a_citizen_chooses_on_the_form_where_there_is_one(tmp_path: Path) -> None:
    visitor = visitor_of(tmp_path, form=True).goes(FIRST_TIME)
    assert "Hvordan vil du ha timen?" not in visitor.words
    visitor.goes(f"{FIRST_TIME}/0830").sends(f"{FIRST_TIME}/0830", meeting="telephone", ill="no")
    assert 'id="meeting-telephone" checked' in visitor.source  # something is missing, and the choice is kept
    at_the_appointment(visitor.sends(f"{FIRST_TIME}/0830", meeting="telephone", **ANSWERS))
    assert "Oppmøtested: På telefon. Vi ringer deg når timen begynner." in visitor.words
    assert "LOCATION:På telefon\r\n" in calendar_of(visitor)


def test_an_appointment_that_is_changed_begins_with_the_meeting_it_had(tmp_path: Path) -> None:
    visitor = visitor_of(tmp_path, form=False).goes(FIRST_TIME)
    at_the_appointment(visitor.sends(FIRST_TIME, start="0830", meeting="video"))
    query = visitor.link("Endre time").partition("?")[2]
    assert 'id="meeting-video" checked' in visitor.goes(f"{FIRST_TIME}?{query}").source
    visitor.sends(f"{FIRST_TIME}?{query}", start="0900", meeting="place")
    assert "Oppmøtested: Hall 1" in visitor.words


def test_one_way_to_meet_is_nothing_to_choose(tmp_path: Path) -> None:
    set_up = a_set_up.of_the_smoke_test(meetings=["telephone"], form=False)
    visitor = Reception(tmp_path, set_up=set_up).visitor(0).goes(FIRST_TIME)
    assert "Hvordan vil du ha timen?" not in visitor.words
    assert "På telefon. Vi ringer deg" in at_the_appointment(visitor.sends(FIRST_TIME, start="0830")).words
