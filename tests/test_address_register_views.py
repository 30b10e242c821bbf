"""What citizens see of a set-up, held against the guide's own screens and titles."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from reference_server.address_register.citizen_view import (
    Choice,
    ServiceView,
    confirmed_line,
    other_municipality_view,
    title_of,
    view_of,
    views_of,
)
from reference_server.address_register.set_up import SetUp
from tests import a_set_up
from tests.a_set_up import PRACTITIONERS, RESOURCES, book, service


def opened(set_up: SetUp, service_id: str = "smittevern") -> ServiceView:
    """The page behind [Bestill time]."""
    view = views_of(set_up)[service_id]
    assert view is not None
    return view


def test_the_screen_of_beste_kommune() -> None:
    """«Bestill time ved Smittevern, Beste kommune», «Velg behandler» and four books."""
    names = ["Covid-19 vaksinerings", "Labtimebok", "Koronatest", "Time til koronavaksine"]
    types = ["vaksine", "lab", "koronatest", "koronavaksine"]
    books = [book(name, type=one, text="") for name, one in zip(names, types, strict=True)]
    set_up = a_set_up.of([service(books=tuple(one["id"] for one in books))], books)
    view = opened(set_up)
    assert view.heading == "Bestill time ved Smittevern, Beste kommune"
    assert [choice.label for choice in view.choices] == names


def test_the_screen_of_the_fever_clinic_in_dhs_kommune() -> None:
    """«Bestill time ved Smittevern (Feberpoliklinikk), Dhs Kommune», the text under the name and a leaking vaccine."""
    text = "Dette er en tjeneste ved kommunen sin helsestasjon hvor du kan bestille Covid-19 test."
    books = [book("Kovidtest", text=text), book("Kovidvaksine", type="koronavaksine", text="")]
    one = service(books=("Kovidtest", "Kovidvaksine"), site="Feberpoliklinikk")
    set_up = a_set_up.of([one], books, municipality="Dhs Kommune")
    view = opened(set_up)
    assert view.heading == "Bestill time ved Smittevern (Feberpoliklinikk), Dhs Kommune"
    assert view.choices == (Choice("Kovidtest", "Kovidtest", text), Choice("Kovidvaksine", "Kovidvaksine", ""))
    assert other_municipality_view(set_up) == (view,)


def test_the_screen_of_the_intermediate_solution() -> None:
    """«Bestill time ved Smittevern (Test COVID-19)»: «Helsefaglig kontakt Smitte Kalender1» stands beside the book."""
    books = [
        book("Smitte Kalender1", id="kalender", used_as=["practitioner"]),
        book("Koronatest alle tjenester hn", id="koronatest"),
    ]
    one = service(
        books=("kalender", "koronatest"), site="Test COVID-19", processes=[*RESOURCES, "Behandleroversikt"],
        intermediate_solution="left",
    )  # fmt: skip
    view = opened(a_set_up.of([one], books))
    assert view.heading.startswith("Bestill time ved Smittevern (Test COVID-19),")
    assert [choice.label for choice in view.choices] == [
        "Helsefaglig kontakt Smitte Kalender1",
        "Koronatest alle tjenester hn",
    ]
    mended = a_set_up.of([one | {"processes": list(RESOURCES)}], books)
    assert [choice.label for choice in opened(mended).choices] == ["Koronatest alle tjenester hn"]


def test_the_screen_with_a_text_under_the_name() -> None:
    """«Vaksine covid19» and under it «Timebestilling for koronavirusvaksine hos kommunens vaksinasjonslokale ...»."""
    text = "Timebestilling for koronavirusvaksine hos kommunens vaksinasjonslokale, i Testveien 1"
    books = [book("Test covid19", text=""), book("Vaksine covid19", text=text, type="koronavaksine")]
    view = opened(a_set_up.of([service(books=("Test-covid19", "Vaksine-covid19"))], books))
    assert [(one.label, one.text) for one in view.choices] == [("Test covid19", ""), ("Vaksine covid19", text)]


@pytest.mark.parametrize(
    ("book_type", "title"),
    [
        ("koronatest", "Time til koronatest hos Hallen Beste kommune"),
        ("koronavaksine", "Time til koronavaksine hos Hallen Beste kommune"),
        ("lab", "Time til laboratoriet hos Hallen Beste kommune"),
        ("vaksine", "Time til vaksine hos Hallen Beste kommune"),
    ],
)
def test_the_title_of_each_type(book_type: str, title: str) -> None:
    """«Time til <type> hos <timeboknavn i EPJ> <Kommunenavn>»."""
    set_up = a_set_up.of([service(books=("Hallen",))], [book("Hallen", type=book_type)])
    assert title_of(set_up.books[0], set_up.municipality.name) == title


def test_the_line_of_a_confirmed_appointment() -> None:
    """«1. mai 2021, kl. 08:00: Time til koronatest hos Koronatest1 Beste kommune»."""
    set_up = a_set_up.of([service(books=("Koronatest1",))], [book("Koronatest1")])
    start = dt.datetime(2021, 5, 1, 8, 0, tzinfo=ZoneInfo("Europe/Oslo"))
    line = confirmed_line(set_up.books[0], set_up.municipality.name, start)
    assert line == "1. mai 2021, kl. 08:00: Time til koronatest hos Koronatest1 Beste kommune"


def test_a_practitioners_list_has_no_such_title() -> None:
    kari = book("Kari Nordmann", id="kari", used_as=["practitioner"])
    set_up = a_set_up.of([service("fastlege", ("kari",), processes=list(PRACTITIONERS))], [kari])
    assert title_of(set_up.books[0], "Beste kommune") is None


def test_other_municipalities_see_every_smittevern_service_and_no_other() -> None:
    """«kun vise kalendere som tilbys i smitteverntjenesten»."""
    services = [
        service("smittevern", ("Koronatest",), id="a", site="Nord"),
        service("smittevern", ("Covidtest",), id="b", site="Sør"),
        service("smittevern", ("Natt",), id="off", site="Natt", processes=["Timereservasjon", "Ressursoversikt"]),
        service("vaksinasjon", ("Natt",)),
        service("legevakt", ("Natt",)),
    ]
    set_up = a_set_up.of(services, [book(), book("Covidtest"), book("Natt")])
    assert [view.service for view in other_municipality_view(set_up)] == ["a", "b"]


def test_a_book_shows_at_every_service_it_is_coupled_to() -> None:
    services = [service("smittevern", ("Koronatest",)), service("legevakt", ("Koronatest",))]
    set_up = a_set_up.of(services, [book()])
    assert all(view and view.choices[0].label == "Koronatest" for view in views_of(set_up).values())


def test_without_an_overview_there_is_no_button() -> None:
    set_up = a_set_up.of([service(books=("Koronatest",), processes=list(RESOURCES[:2]))], [book()])
    assert view_of(set_up, set_up.services[0]) is None
