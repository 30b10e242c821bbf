"""«Bestill koronatest i annen kommune»: what is on smittevern shows everywhere, all else at home only."""

import dataclasses
import random
import re
from collections.abc import Generator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference_server.address_register.citizen_view import other_municipality_view
from reference_server.address_register.set_up import Book, Ehr, Owner, Process, Service, ServiceKind, SetUp
from reference_server.pace import Workers
from reference_server.pages.card import BookCard, card_of
from reference_server.pages.language import language_of
from reference_server.pages.municipalities import Municipalities
from reference_server.storage import State
from reference_server.web import web_app
from scenarios.book_type import BookType
from scenarios.inventory import inventory_of
from tests import a
from tests.office import Office, assert_problem
from tests.visitor import Reception, Visitor

SCENARIO = a.scenario_of_three_municipalities()
BOOKS = [book for owner in inventory_of(SCENARIO) for book in owner.books]
ASKOY, BERGEN, OSLO = (owner.number for owner in inventory_of(SCENARIO))
KINDS = st.sampled_from([ServiceKind.SMITTEVERN, ServiceKind.VAKSINASJON, ServiceKind.LEGEVAKT])


def cards(services: Sequence[ServiceKind | None] = (None,) * 6) -> list[BookCard]:
    """The six books, on the services that the guide recommends or on others."""
    recommended = [card_of(book, form=False) for book in BOOKS]
    return [
        dataclasses.replace(card, service=service or card.service)
        for card, service in zip(recommended, services, strict=True)
    ]


@pytest.fixture
def reception(tmp_path: Path) -> Reception:
    return Reception(tmp_path, cards(), scenario=SCENARIO)


@pytest.fixture
def office(tmp_path: Path) -> Generator[Office]:
    one = Office(tmp_path, scenario=SCENARIO)
    yield one
    one.storage.close()


def offered(visitor: Visitor) -> list[str]:
    """The values one can choose among on the page."""
    return re.findall(r'<input type="radio" name="\w+" value="([^"]*)"', visitor.source)


def test_the_list_of_the_home_municipality_is_its_own_books_alone(reception: Reception) -> None:
    visitor = reception.visitor(0).goes("/bestill/timebok")
    assert offered(visitor) == [f"{ASKOY}-1", f"{ASKOY}-2"]
    assert "Dette er timebøkene i Askøy." in visitor.words


def test_one_can_live_in_another_municipality_of_the_server(reception: Reception) -> None:
    visitor = reception.visitor(0).goes("/bestill/timebok")
    visitor.goes(visitor.link("Bor du i en annen kommune?"))
    assert offered(visitor) == [ASKOY, BERGEN, OSLO]
    visitor.sends("/bestill/kommune", kommune=OSLO)
    assert offered(visitor) == [f"{OSLO}-1", f"{OSLO}-2"]
    assert offered(visitor.goes("/bestill/annen-kommune")) == [ASKOY, BERGEN]
    assert visitor.goes("/bestill/kommune").sends("/bestill/kommune", kommune="0000").answer.status_code == 404
    assert visitor.posts("/bestill/kommune", kommune=BERGEN).answer.status_code == 403


def test_the_way_to_a_corona_test_in_another_municipality(reception: Reception) -> None:
    visitor = reception.visitor(0).goes("/bestill")
    visitor.goes(visitor.link("Bestill koronatest i annen kommune"))
    assert offered(visitor) == [BERGEN, OSLO]
    visitor.goes(f"/bestill/annen-kommune?kommune={BERGEN}&neste=1")
    assert (visitor.heading, offered(visitor)) == ("Bestill koronatest i Bergen", [f"{BERGEN}-1"])
    visitor.goes(f"/bestill/timebok?timebok={BERGEN}-1&neste=1").books("0830", f"/bestill/{BERGEN}-1/2021-05-10")
    reception.decide_all()
    assert reception.states() == [State.CONFIRMED]
    assert "Time til koronatest hos Testhall Bergen" in visitor.goes("/timeavtaler").words


def test_a_choice_that_is_missing_or_shows_nothing_is_said(reception: Reception, tmp_path: Path) -> None:
    visitor = reception.visitor(0).goes("/bestill/annen-kommune?neste=1")
    assert (visitor.answer.status_code, "Velg en kommune i listen." in visitor.words) == (422, True)
    for number in (ASKOY, "0000", ""):
        assert visitor.goes(f"/bestill/annen-kommune?kommune={number}").answer.status_code == 404
    (tmp_path / "other").mkdir()
    local = Reception(tmp_path / "other", cards([ServiceKind.LEGEVAKT] * 6), scenario=SCENARIO).visitor(0)
    assert "Ingen andre kommuner her tilbyr koronatest" in local.goes("/bestill/annen-kommune").words


def test_a_server_of_one_municipality_has_no_other_to_offer(tmp_path: Path) -> None:
    visitor = Reception(tmp_path).visitor(0)
    assert language_of("nb").text("need.elsewhere") not in visitor.goes("/bestill").words
    assert "Bor du i en annen kommune?" not in visitor.goes("/bestill/timebok").words


@given(
    types=st.lists(st.sampled_from(BookType), min_size=6, max_size=6), services=st.lists(KINDS, min_size=6, max_size=6)
)
def test_pages_show_elsewhere_what_the_address_register_says(
    types: list[BookType], services: list[ServiceKind]
) -> None:
    shown = [
        dataclasses.replace(card, book=dataclasses.replace(card.book, type=kind))
        for card, kind in zip(cards(services), types, strict=True)
    ]
    with web_app("municipalities", Workers(random.Random(0)), {}).test_request_context():
        found = Municipalities(shown).elsewhere()
    for number in (BERGEN, OSLO):
        theirs = [card for card in shown if card.book.municipality_number == number]
        views = other_municipality_view(set_up_of(theirs))
        assert [card.book.id for card in found.get(number, [])] == sorted(
            choice.book or "" for view in views for choice in view.choices
        )
    assert ASKOY not in found


def set_up_of(theirs: list[BookCard]) -> SetUp:
    """One municipality's books as it would have set them up: one service for each kind."""
    switched_on = (Process.TIMEBESTILLING, Process.TIMERESERVASJON, Process.RESSURSOVERSIKT)
    return SetUp(
        schema=1,
        municipality=Owner(name=theirs[0].book.municipality_name),
        ehrs=(Ehr(id="epj", name="EPJ"),),
        services=tuple(
            Service(
                id=kind,
                kind=kind,
                ehr="epj",
                processes=switched_on,
                books=tuple(card.book.id for card in theirs if card.service is kind),
            )
            for kind in ServiceKind
        ),
        books=tuple(Book(id=card.book.id, name=card.book.name, type=card.book.type) for card in theirs),
    )


@pytest.mark.parametrize(
    ("query", "books"),
    [
        ("", [f"{number}-{place}" for number in (ASKOY, BERGEN, OSLO) for place in (1, 2)]),
        ("?elsewhere=false", [f"{number}-{place}" for number in (ASKOY, BERGEN, OSLO) for place in (1, 2)]),
        ("?elsewhere=true", [f"{ASKOY}-1", f"{BERGEN}-1", f"{OSLO}-1"]),
        (f"?elsewhere=true&municipality={OSLO}", [f"{OSLO}-1"]),
    ],
)
def test_the_api_lists_what_others_see(office: Office, query: str, books: list[str]) -> None:
    assert [one["id"] for one in office.page(f"/books{query}")["books"]] == books


@pytest.mark.parametrize("value", ["", "True", "1", "x"])
def test_elsewhere_is_true_or_false(office: Office, value: str) -> None:
    answer = office.web.get("/api/v1/books", query_string={"elsewhere": value}, headers=office.of(0))
    assert_problem(answer, 422, "elsewhere=true or elsewhere=false")
