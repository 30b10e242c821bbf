"""Reminders: of every appointment that stands and is near, of no other, as often as one looks."""

import datetime as dt
from collections.abc import Generator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference_server.api_schemas import SCHEMAS
from reference_server.booking import Terms
from reference_server.reminders import reminders_of
from reference_server.storage import Reservation, State, Wish
from tests.office import BOOK, START, Office
from tests.visitor import FIRST_TIME, Reception

NEAR = dt.datetime(2021, 5, 9, 8, 30)  # noqa: DTZ001 (local, as the books'; a day before `START` to the minute)
OTHER = "2021-05-11T09:00"
DAY = dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)
MOMENTS = st.datetimes(dt.datetime(2021, 5, 8), dt.datetime(2021, 5, 12)).map(  # noqa: DTZ001
    lambda moment: moment.replace(second=0, microsecond=0)
)


def answer(number: int, start: dt.datetime, state: State) -> Reservation:
    wish = Wish(citizen="c", idempotency_key=str(number), book=BOOK, start=f"{start:%Y-%m-%dT%H:%M}")
    has_place = state in (State.CONFIRMED, State.CANCELLED)
    return Reservation(id=str(number), wish=wish, state=state, appointment="a" * has_place or None, place=1)


ANSWERS = st.lists(st.tuples(MOMENTS, st.sampled_from(State)), max_size=8).map(
    lambda many: [answer(number, *one) for number, one in enumerate(many)]
)


@given(ANSWERS, MOMENTS, st.sampled_from([dt.timedelta(0), DAY, 2 * DAY]))
def test_there_is_one_reminder_of_each_appointment_that_stands_and_is_near(
    answers: list[Reservation], now: dt.datetime, ahead: dt.timedelta
) -> None:
    told = reminders_of(answers, now, lambda _: Terms(remind_ahead=ahead))
    near = {
        one.id
        for one in answers
        if one.state is State.CONFIRMED and dt.timedelta(0) < dt.datetime.fromisoformat(one.wish.start) - now <= ahead
    }
    assert len(told) == len(near)
    assert {one.about.id for one in told} == near
    starts = [one.about.wish.start for one in told]
    assert starts == sorted(starts)
    assert len({one.id for one in [*answers, *told]}) == len(answers) + len(told)


class Clocked(Office):
    """An office whose clock can be set."""

    def __init__(self, folder: Path) -> None:
        self.now = NEAR - MINUTE
        super().__init__(folder, clock=lambda: self.now)

    def told(self, query: str = "") -> list[tuple[str, str]]:
        """What stands in the inbox: outcomes and starts."""
        return [(one["outcome"], one.get("start", "")) for one in self.page(f"/inbox{query}")["messages"]]


@pytest.fixture
def office(tmp_path: Path) -> Generator[Clocked]:
    one = Clocked(tmp_path)
    yield one
    one.storage.close()


def test_a_reminder_is_in_the_inbox_from_a_day_before_until_the_appointment_begins(office: Clocked) -> None:
    reservation = office.reserved(0)
    office.decide_all()
    there, not_there = [("CONFIRMED", START), ("REMINDER", START)], [("CONFIRMED", START)]
    assert office.told() == not_there
    for office.now in (NEAR, NEAR + DAY - MINUTE):
        assert office.told() == office.told(f"?reservation={reservation}") == there
    office.now = NEAR + DAY
    assert office.told() == not_there


def test_a_reminder_follows_an_appointment_that_is_moved_and_goes_with_one_that_is_cancelled(office: Clocked) -> None:
    office.reserved(0)
    office.decide_all()
    (one,) = office.page("/appointments")["appointments"]
    headers = office.of(0) | {"Idempotency-Key": "new"}
    path = f"/api/v1/appointments/{one['appointment']}/change"
    assert office.web.post(path, json={"start": OTHER}, headers=headers).status_code == 200
    office.now = NEAR
    assert office.told() == [("CANCELLED", START), ("CONFIRMED", OTHER)]
    office.now = NEAR + dt.timedelta(days=1, hours=1)
    assert office.told()[-1] == ("REMINDER", OTHER)
    citizen, moved = office.storage.everything().reservations[1].wish.citizen, office.storage.everything()
    office.storage.cancel(citizen, moved.reservations[1].id, "")  # by the municipality, after the citizen's deadline
    assert office.told() == [("CANCELLED", START), ("CANCELLED", OTHER)]


def test_reminders_have_their_place_in_a_long_inbox_and_their_schema(office: Clocked) -> None:
    starts = [f"2021-05-10T09:{minute:02}" for minute in range(0, 25, 5)]
    for start in reversed(starts):
        office.sent_before(0, start[-2:], start)
    office.decide_all()
    office.now = NEAR + dt.timedelta(hours=2)
    messages, onwards = list[Any](), "/api/v1/inbox?limit=3"
    while onwards:
        page = office.web.get(onwards, headers=office.of(0))
        messages += page.get_json()["messages"]
        onwards = page.headers.get("Link", "")[1:].partition(">; rel=")[0]
    assert [one["start"] for one in messages] == [*reversed(starts), *starts]
    assert [one["outcome"] for one in messages] == ["CONFIRMED"] * 5 + ["REMINDER"] * 5
    for one in messages[5:]:
        jsonschema.validate(one, SCHEMAS["Reminder"])


def test_the_inbox_of_the_pages_reminds_of_what_is_near(tmp_path: Path) -> None:
    now = [NEAR - MINUTE]
    reception = Reception(tmp_path, clock=lambda: now[0])
    visitor = reception.visitor(0).books("0830", FIRST_TIME)
    reception.decide_all()
    assert "Påminnelser" not in visitor.goes("/innboks").words
    now[0] = NEAR
    visitor.goes("/innboks")
    assert "Påminnelser ! Husk timen mandag 10. mai 2021, kl. 08:30" in visitor.words
    assert "Oppmøtested: Vaksine covid19" in visitor.words
    assert visitor.goes(visitor.link("Se timeavtalen")).heading.startswith("10. mai 2021, kl. 08:30")
    (one,) = reception.storage.everything().reservations
    reception.storage.cancel(one.wish.citizen, one.id, "")
    assert "Påminnelser" not in visitor.goes("/innboks").words
