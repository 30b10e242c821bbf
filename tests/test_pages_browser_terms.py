"""The pages of a set-up in a real browser: meetings to choose among, a second dose, and what a refusal looks like."""

from collections.abc import Generator

import pytest

from reference_server.meeting import Meeting
from reference_server.pace import Pace
from reference_server.pages.language import LANGUAGES, LanguageCode
from reference_server.serving import RunningServer, running
from scenarios.identity import national_number
from tests import browser
from tests.test_pages_browser import QUESTIONS, Inspection, looks_until
from tests.two_doses import FIRST, SCENARIO, SECOND, SET_UP

pytestmark = pytest.mark.slow
OFFERED = {"meetings": tuple(Meeting), "form": True}


@pytest.fixture(scope="module")
def server() -> Generator[RunningServer]:
    browser.chromium()
    set_up = SET_UP.model_copy(update={"books": tuple(book.model_copy(update=OFFERED) for book in SET_UP.books)})
    with running(SCENARIO, pace=Pace.NONE, set_up=set_up) as one:
        yield one


def books(inspection: Inspection, address: str) -> None:
    """Fill in the form by video, send it and wait for the appointment."""
    inspection.opens(address)
    inspection.page.get_by_label(inspection.tr("meetings.video")).check()
    for question in QUESTIONS:
        inspection.page.locator(f"#{question}-no").check()
    inspection.clicks("button", "form.send")
    inspection.page.goto(f"{address_of(inspection)}/innboks")
    looks_until(inspection.page, inspection.tr("inbox.confirmed"))


def address_of(inspection: Inspection) -> str:
    scheme, _, host, *_ = inspection.page.url.split("/")
    return f"{scheme}//{host}"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_axe_finds_nothing_where_one_chooses_how_to_meet_and_books_a_second_dose(
    server: RunningServer, lang: LanguageCode
) -> None:
    with browser.browsing(script=True) as context:
        inspection = Inspection(context.pages[0], server.base_url, lang)
        context.pages[0].goto(f"{server.base_url}/logg-inn?lang={lang}")
        inspection.logs_in(national_number(6000 + LANGUAGES.index(lang)))
        inspection.opens("/bestill/timebok", f"/bestill/{SECOND}")
        assert inspection.seen[-1] == inspection.tr("error.no_first_title")
        books(inspection, f"/bestill/{FIRST}/2021-05-10/0830")
        inspection.clicks("link", "inbox.see")
        assert inspection.tr("appointment.video") in inspection.page.locator("main").inner_text()
        appointment = inspection.page.url
        inspection.opens(f"/bestill/{SECOND}", f"/bestill/{SECOND}?maned=2021-06", f"/bestill/{SECOND}/2021-05-31")
        books(inspection, f"/bestill/{SECOND}/2021-05-31/0830")
        inspection.page.goto(appointment)
        inspection.clicks("link", "appointment.cancel")
        assert inspection.tr("cancel.along") in inspection.page.locator("main").inner_text()
