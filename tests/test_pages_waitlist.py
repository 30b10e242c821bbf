"""The waiting list as a citizen meets it: in line, told when a time came free, and out again."""

from pathlib import Path

import pytest

from reference_server.booking import Terms
from reference_server.reservation import Reservation, State, Wish
from tests.office import BOOK, START
from tests.visitor import FIRST_TIME, Reception, Visitor

JOIN = "Sett deg på venteliste"


@pytest.fixture
def reception(tmp_path: Path) -> Reception:
    return Reception(tmp_path)


def in_line(reception: Reception, citizen: int) -> Visitor:
    """A visitor who got in line from the month of the book."""
    visitor = reception.visitor(citizen).goes(f"/bestill/{BOOK}")
    visitor.goes(visitor.link(JOIN))
    return visitor.sends(visitor.answer.request.path)


def filled(reception: Reception) -> Reservation:
    """Every place of the book is somebody's; the first of them."""
    given = [
        reception.storage.assign(Wish(citizen=f"{one}", idempotency_key="k", book=BOOK, start=""), 1.0)
        for one in range(144)
    ]
    assert isinstance(given[0], Reservation)
    return given[0]


def give(reception: Reception) -> Reservation | None:
    return reception.storage.give_waitlisted(BOOK, "", 1.0, 1.0, Terms())


def test_in_a_full_book_one_waits_and_is_told_in_the_inbox_when_a_time_comes_free(reception: Reception) -> None:
    first = filled(reception)
    visitor = reception.visitor(0).goes(f"/bestill/{BOOK}")
    assert "Det er ingen ledige timer i denne timeboken nå. På venteliste får du" in visitor.words
    visitor = in_line(reception, 0)
    assert (visitor.heading, JOIN in visitor.words) == ("Venteliste", False)
    assert "Du står på venteliste. Du er først i køen." in visitor.words
    assert "Du får bare timer som er minst 24 timer fram i tid." in visitor.words
    assert give(reception) is None
    reception.storage.cancel("0", first.id, "")
    assert give(reception) is not None
    visitor.goes("/innboks")
    assert "● Bekreftet 10. mai 2021, kl. 08:30: Time til" in visitor.words
    assert "Du sto på venteliste, og denne timen ble ledig." in visitor.words
    assert "venteliste" not in visitor.goes("/timeavtaler").words
    visitor.goes(visitor.goes("/innboks").link("Se timeavtalen"))
    visitor.goes(visitor.link("Avbestill time")).sends(visitor.answer.request.path)
    assert reception.states().count(State.CANCELLED) == 2


def test_the_appointments_page_says_that_one_waits_and_lets_one_leave(reception: Reception) -> None:
    in_line(reception, 0)
    visitor = in_line(reception, 1).goes("/timeavtaler")
    assert "Vaksine covid19, Beste kommune Du står på venteliste. Du er nummer 2 i køen." in visitor.words
    page = visitor.link("Se ventelisten")
    visitor.goes(page).sends(f"{page}/forlat")
    assert "Du står ikke lenger på ventelisten." in visitor.words
    assert JOIN in visitor.words
    assert "venteliste" not in visitor.goes("/timeavtaler").words
    given = give(reception)
    assert given is not None
    assert given.wish.start == START
    assert give(reception) is None


def test_asking_twice_keeps_the_place_in_line(reception: Reception) -> None:
    visitor, _ = in_line(reception, 0), in_line(reception, 1)
    visitor.posts(f"/venteliste/{BOOK}", **visitor.hidden)
    assert "Du er først i køen." in visitor.words
    assert len(reception.storage.everything().waitlist) == 2


def test_who_has_a_time_in_the_book_is_told_so_and_does_not_wait(reception: Reception) -> None:
    visitor = reception.visitor(0).books("0830")
    visitor.goes(f"/venteliste/{BOOK}").sends(f"/venteliste/{BOOK}")
    assert (visitor.answer.status_code, visitor.heading) == (409, "Du har allerede en time her")
    assert reception.storage.everything().waitlist == []


def test_who_changes_a_time_is_not_led_to_the_waiting_list(reception: Reception) -> None:
    visitor = reception.visitor(0).books("0830")
    reception.decide_all()
    visitor.goes(visitor.goes("/innboks").link("Se timeavtalen"))
    visitor.goes(visitor.link("Endre time"))
    assert JOIN not in visitor.words


def test_nobody_gets_in_line_or_out_by_a_form_that_we_did_not_make(reception: Reception) -> None:
    visitor = in_line(reception, 0)
    for path in (f"/venteliste/{BOOK}", f"/venteliste/{BOOK}/forlat"):
        assert reception.visitor(1).posts(path, form_token="0" * 64).answer.status_code == 403
        assert visitor.posts(path.replace(BOOK, "none"), **visitor.goes(FIRST_TIME).hidden).answer.status_code == 404
    assert [one.ended_s for one in reception.storage.everything().waitlist] == [None]
