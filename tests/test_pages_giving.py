"""The pages by the ways that places are given other than Helsenorge's: at once, held, or the first there is."""

import dataclasses
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from reference_server.reservation import Reservation, State, Wish
from reference_server.strategy import MOST_EXTENSIONS
from reference_server.tokens import Tokens
from scenarios.identity import national_number
from scenarios.strategy import Listing, Strategy
from tests.office import BOOK, START
from tests.visitor import FIRST_TIME, Reception, Visitor, a_card

Open = Callable[..., Reception]
YES = {"ill": "no", "allergy": "no", "anticoagulant": "yes"}
TITLE = "10. mai 2021, kl. 08:30: Time til koronavaksine hos Vaksine covid19 Beste kommune"


@pytest.fixture
def opened(tmp_path: Path) -> Open:
    """Open a reception that gives places by a strategy, with a form or without."""

    def open_one(strategy: Strategy, *, form: bool = False, hold_s: float = 600.0) -> Reception:
        card = dataclasses.replace(a_card(), form=form)
        return Reception(tmp_path, [card], strategy=strategy, hold_s=hold_s)

    return open_one


def fill_first_time(reception: Reception) -> None:
    """All places of the first time are others'."""
    for number in range(3):
        wish = Wish(citizen=f"other {number}", idempotency_key="k", book=BOOK, start=START)
        assert isinstance(reception.storage.reserve(wish, 1.0), Reservation)


def fill(reception: Reception) -> None:
    """All places of the book are others'."""
    for number in range(144):
        wish = Wish(citizen=f"other {number}", idempotency_key="k", book=BOOK, start="")
        assert isinstance(reception.storage.assign(wish, 1.0), Reservation)


def test_an_immediate_time_is_ones_own_on_the_next_page(opened: Open) -> None:
    visitor = opened(Strategy.IMMEDIATE).visitor(0).goes(FIRST_TIME)
    assert "får du timen med en gang hvis den fortsatt er ledig" in visitor.words
    visitor.sends(FIRST_TIME, start="0830")
    assert visitor.heading == TITLE
    assert "Timen er din." in visitor.words


@pytest.mark.parametrize("strategy", [Strategy.IMMEDIATE, Strategy.HOLD])
def test_a_time_that_somebody_else_took_meanwhile_leads_straight_back_to_the_list(
    opened: Open, strategy: Strategy
) -> None:
    reception = opened(strategy)
    visitor = reception.visitor(0).goes(FIRST_TIME)
    fill_first_time(reception)
    visitor.sends(FIRST_TIME, start="0830")
    assert (visitor.answer.status_code, visitor.heading) == (409, "En annen fikk timen")
    assert "Du har ikke fått noen time." in visitor.words
    assert 'role="alert"' in visitor.source
    visitor.goes(visitor.link("Velg en ny time"))
    assert (visitor.heading, "08:30–08:35" in visitor.words) == ("Velg time", False)


def test_an_immediate_time_with_a_form_is_given_when_the_form_is_sent(opened: Open) -> None:
    visitor = opened(Strategy.IMMEDIATE, form=True).visitor(0).goes(f"{FIRST_TIME}/0830")
    assert visitor.sends(f"{FIRST_TIME}/0830", **YES).heading == TITLE


def on_hold(reception: Reception, citizen: int = 0) -> Visitor:
    """A visitor on the page of a time that was just chosen."""
    visitor = reception.visitor(citizen).goes(FIRST_TIME).sends(FIRST_TIME, start="0830")
    assert visitor.heading == "Timen er holdt av til deg"
    return visitor


def test_a_time_is_held_while_the_form_is_filled_in_and_confirmed_with_it(opened: Open) -> None:
    reception = opened(Strategy.HOLD, form=True)
    visitor = on_hold(reception)
    page = visitor.answer.request.path
    until = time.strftime("%H:%M", time.localtime(reception.storage.everything().reservations[0].held_until_s))
    assert until[2:] in visitor.words, "the minutes at which it ends, whatever zone the machine is in"
    assert reception.states() == [State.HELD]
    visitor.sends(page, ill="no")
    assert (visitor.answer.status_code, "Du må svare på alle spørsmålene" in visitor.words) == (422, True)
    assert reception.states() == [State.HELD]
    assert visitor.sends(page, **YES).heading == TITLE
    assert "Timen er din." in visitor.words
    assert reception.states() == [State.CONFIRMED]
    assert visitor.goes(page).heading == TITLE


def test_more_time_can_be_had_ten_times_and_keeps_what_was_filled_in(opened: Open) -> None:
    # WCAG 2.2, success criterion 2.2.1: by a simple action, at least ten times.
    reception = opened(Strategy.HOLD, form=True)
    visitor = on_hold(reception)
    more = f"{visitor.answer.request.path}/mer-tid"
    (before,) = reception.storage.everything().reservations
    for _ in range(MOST_EXTENSIONS):
        visitor.sends(more, ill="no")
        assert "Du har fått mer tid." in visitor.words
    (after,) = reception.storage.everything().reservations
    assert (after.held_until_s or 0.0) > (before.held_until_s or 0.0)
    assert 'id="ill-no" checked' in visitor.source
    assert "Du må svare" not in visitor.words
    assert "Du kan ikke få mer tid enn dette." in visitor.sends(more).words


@pytest.mark.parametrize("then", ["", "/mer-tid"])
def test_a_hold_that_has_ended_is_said_to_have_ended(opened: Open, then: str) -> None:
    reception = opened(Strategy.HOLD)
    visitor = on_hold(reception)
    (held,) = reception.storage.everything().reservations
    reception.storage.extend(held.wish.citizen, held.id, 1.0, 2.0, MOST_EXTENSIONS)
    visitor.sends(f"/holdt/{held.id}{then}")
    assert (visitor.answer.status_code, visitor.heading) == (409, "Tiden er ute")
    assert "er ikke lenger holdt av til deg. Du har ikke fått den" in visitor.words
    assert visitor.goes(f"/holdt/{held.id}").heading == "Tiden er ute"
    reception.storage.expire(9e9)
    assert visitor.goes(f"/holdt/{held.id}").heading == "Tiden er ute"


def test_who_goes_back_and_chooses_another_time_is_shown_the_held_one_and_may_give_it_up(opened: Open) -> None:
    reception = opened(Strategy.HOLD)
    visitor = on_hold(reception)
    page = visitor.answer.request.path
    visitor.goes(FIRST_TIME).sends(FIRST_TIME, start="0900")
    assert (visitor.answer.request.path, visitor.heading) == (page, "Timen er holdt av til deg")
    assert "Gi den fra deg hvis du vil velge en annen." in visitor.words
    assert visitor.sends(f"{page}/gi-fra-deg").heading == "Velg time"
    visitor.sends(FIRST_TIME, start="0900")
    assert "kl. 09:00" in visitor.words
    assert reception.states() == [State.EXPIRED, State.HELD]


def test_the_hold_of_another_citizen_does_not_exist(opened: Open) -> None:
    reception = opened(Strategy.HOLD)
    page = on_hold(reception).answer.request.path
    other = reception.visitor(1).goes(FIRST_TIME)
    token = other.hidden["form_token"]
    assert other.goes(page).answer.status_code == 404
    for then in ("", "/mer-tid", "/gi-fra-deg"):
        assert other.posts(page + then, form_token=token).answer.status_code == 404
    assert reception.states() == [State.HELD]


def test_who_is_assigned_a_time_chooses_none_and_sees_at_once_which_it_is(opened: Open) -> None:
    reception = opened(Strategy.ASSIGN, form=True)
    fill_first_time(reception)
    for address in (f"/bestill/{BOOK}", FIRST_TIME, f"{FIRST_TIME}/0900"):
        visitor = reception.visitor(0).goes(address)
        assert visitor.heading == "Få første ledige time"
    assert visitor.sends(f"/bestill/{BOOK}/forste").answer.status_code == 422
    visitor.sends(f"/bestill/{BOOK}/forste", **YES)
    assert visitor.heading.startswith("10. mai 2021, kl. 08:35")
    assert "Timen er din." in visitor.words
    visitor.goes(f"/bestill/{BOOK}").sends(f"/bestill/{BOOK}/forste", **YES)
    assert (visitor.answer.status_code, visitor.heading) == (409, "Du har allerede en time her")


def test_when_nothing_is_left_to_assign_the_waiting_list_is_offered(opened: Open) -> None:
    reception = opened(Strategy.ASSIGN)
    visitor = reception.visitor(0).goes(f"/bestill/{BOOK}")
    fill(reception)
    visitor.sends(f"/bestill/{BOOK}/forste")
    assert "Det er ingen ledige timer i denne timeboken nå." in visitor.words
    assert visitor.link("Sett deg på venteliste") == f"/venteliste/{BOOK}"


@pytest.mark.parametrize("strategy", [Strategy.IMMEDIATE, Strategy.HOLD, Strategy.ASSIGN])
def test_a_form_that_is_sent_twice_is_one_reservation(opened: Open, strategy: Strategy) -> None:
    reception, path = opened(strategy), FIRST_TIME
    visitor = reception.visitor(0).goes(FIRST_TIME)
    if strategy is Strategy.ASSIGN:
        path = f"/bestill/{BOOK}/forste"
    fields = visitor.hidden | {"start": "0830"}
    first = visitor.posts(path, **fields).answer.request.path
    assert visitor.posts(path, **fields).answer.request.path == first
    assert len(reception.states()) == 1


@pytest.mark.parametrize("strategy", [Strategy.HOLD, Strategy.ASSIGN])
def test_who_changes_a_time_chooses_among_the_times_and_keeps_the_old_one_until_then(
    opened: Open, strategy: Strategy
) -> None:
    reception = opened(strategy)
    visitor, citizen = reception.visitor(0), Tokens(reception.secret).citizen_key(national_number(0))
    wish = Wish(citizen=citizen, idempotency_key="k", book=BOOK, start=START)
    old = reception.storage.reserve(wish, 1.0)
    assert isinstance(old, Reservation)
    day = f"/bestill/{BOOK}/2021-05-11?endrer={old.appointment}"
    visitor.goes(day).sends(day, start="0900")
    assert visitor.heading.startswith("11. mai 2021, kl. 09:00")
    assert reception.states() == [State.CANCELLED, State.CONFIRMED]


def test_a_spread_list_has_an_order_for_each_citizen_and_the_page_says_so(tmp_path: Path) -> None:
    reception = Reception(tmp_path, listing=Listing.SPREAD)
    pages = [reception.visitor(citizen).goes(f"/bestill/{BOOK}/2021-05-10") for citizen in (0, 1, 2, 0)]
    shown = [re.findall(r"\d\d:\d\d(?=–)", page.source) for page in pages]
    assert "rekkefølge" in pages[0].words
    assert shown[0] == shown[3]
    assert len({tuple(one) for one in shown}) > 1
    assert len({tuple(sorted(one)) for one in shown}) == 1
