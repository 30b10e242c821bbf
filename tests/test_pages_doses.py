"""Dose 2 on the pages: only what fits can be chosen, and what goes along is said before it is done."""

from pathlib import Path

import pytest

from reference_server.storage import State
from tests.two_doses import FIRST, SCENARIO, SECOND, SET_UP
from tests.visitor import Reception, Visitor


@pytest.fixture
def visitor(tmp_path: Path) -> Visitor:
    return Reception(tmp_path, scenario=SCENARIO, set_up=SET_UP).visitor(0)


def day(book: str, date: str) -> str:
    return f"/bestill/{book}/{date}"


def booked(visitor: Visitor, book: str, date: str) -> Visitor:
    visitor.goes(day(book, date)).sends(f"{day(book, date)}/0830", ill="no", allergy="no", anticoagulant="no")
    visitor.reception.decide_all()
    return visitor


@pytest.fixture
def with_both(visitor: Visitor) -> Visitor:
    booked(visitor, FIRST, "2021-05-10")
    return booked(visitor, SECOND, "2021-06-07")


def test_moving_the_first_offers_only_what_the_second_still_fits(with_both: Visitor) -> None:
    first = next(one for one in with_both.reception.storage.everything().reservations if one.wish.book == FIRST)
    with_both.goes(f"/bestill/{FIRST}?endrer={first.appointment}")
    assert "10. mai 2021, 5 ledige" in with_both.source
    assert "17. mai 2021, 2 ledige" in with_both.source, "later than 08:30 it is less than 21 days before dose 2"
    with_both.goes(f"{day(FIRST, '2021-05-17')}?endrer={first.appointment}")
    assert "08:30–08:40" in with_both.words
    assert "08:40–08:50" not in with_both.words
    with_both.goes(f"/bestill/{FIRST}")
    assert "17. mai 2021, 6 ledige" in with_both.source, "a new one may be at any time"


def opened(visitor: Visitor, number: int) -> Visitor:
    """The page of one's first or second appointment."""
    titles = ("10. mai 2021, kl. 08:30: Time til koronavaksine hos Dose 1 Beste kommune",
              "7. juni 2021, kl. 08:30: Time til koronavaksine hos Dose 2 Beste kommune")  # fmt: skip
    visitor.goes("/timeavtaler")
    return visitor.goes(visitor.link(titles[number]))


def test_without_the_first_the_second_is_not_offered(visitor: Visitor) -> None:
    said = "Du må ha en time i Dose 1 først, og denne timen kommer 3 uker til 4 uker etter den."
    assert said in visitor.goes("/bestill/timebok").words
    visitor.goes(f"/bestill/{SECOND}")
    assert (visitor.answer.status_code, visitor.heading) == (409, "Du trenger en annen time først")
    assert "Du må ha en bekreftet time i Dose 1 før du kan bestille her." in visitor.words
    assert visitor.goes(day(SECOND, "2021-06-07")).answer.status_code == 409


def test_only_days_and_times_within_the_interval_can_be_chosen(visitor: Visitor) -> None:
    booked(visitor, FIRST, "2021-05-10")
    visitor.goes(f"/bestill/{SECOND}")
    assert "31. mai 2021, 6 ledige" in visitor.source
    assert "30. mai 2021" not in visitor.source
    visitor.goes(f"/bestill/{SECOND}?maned=2021-06")
    assert "7. juni 2021, 2 ledige" in visitor.source  # the latest start is 08:30
    assert "14. juni 2021" not in visitor.source
    visitor.goes(day(SECOND, "2021-06-07"))
    assert "08:30–08:40" in visitor.words
    assert "08:40–08:50" not in visitor.words


def test_a_time_that_is_sent_all_the_same_is_refused_with_the_right_ones(visitor: Visitor) -> None:
    booked(visitor, FIRST, "2021-05-10")
    booked(visitor, SECOND, "2021-06-14")
    assert (visitor.answer.status_code, visitor.heading) == (409, "Timen passer ikke med den første")
    assert "fra mandag 31. mai 2021, kl. 08:30 til mandag 7. juni 2021, kl. 08:30" in visitor.words
    assert visitor.reception.states() == [State.CONFIRMED]


def test_what_goes_along_is_said_before_it_is_cancelled(with_both: Visitor) -> None:
    visitor = opened(with_both, 0)
    visitor.goes(visitor.link("Avbestill time"))
    assert "Da avbestiller du også det som henger sammen med denne timen:" in visitor.words
    assert "7. juni 2021, kl. 08:30: Time til koronavaksine hos Dose 2 Beste kommune" in visitor.words
    assert visitor.reception.states() == [State.CONFIRMED, State.CONFIRMED]
    visitor.sends(visitor.answer.request.path)
    assert visitor.reception.states() == [State.CANCELLED, State.CANCELLED]


def test_cancelling_the_second_takes_nothing_along(with_both: Visitor) -> None:
    visitor = opened(with_both, 1)
    visitor.goes(visitor.link("Avbestill time"))
    assert "Da avbestiller du også" not in visitor.words


def test_moving_the_first_so_that_the_second_does_not_fit_is_refused(with_both: Visitor) -> None:
    visitor = opened(with_both, 1)
    query = visitor.link("Endre time").partition("?")[2]
    form = f"{day(SECOND, '2021-05-31')}/0830?{query}"
    visitor.goes(form).sends(form, ill="no", allergy="no", anticoagulant="no")
    assert "Timen er endret." in visitor.words
    visitor = opened(visitor, 0)
    query = visitor.link("Endre time").partition("?")[2]
    form = f"{day(FIRST, '2021-05-17')}/0830?{query}"
    visitor.goes(form).sends(form, ill="no", allergy="no", anticoagulant="no")
    assert (visitor.answer.status_code, visitor.heading) == (409, "Timen kan ikke flyttes dit")
    assert "Endre eller avbestill den timen først." in visitor.words


def test_nobody_waits_in_a_book_that_follows_another(visitor: Visitor) -> None:
    assert visitor.goes(f"/venteliste/{FIRST}").answer.status_code == 200
    assert visitor.goes(f"/venteliste/{SECOND}").answer.status_code == 404
    booked(visitor, FIRST, "2021-05-10")
    assert "/venteliste/" not in visitor.goes(f"/bestill/{SECOND}").source
