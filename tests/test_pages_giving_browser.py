"""The pages of each way of giving places in a real browser, with axe-core and at 320 pixels, in both languages."""

import pytest
from playwright.sync_api import expect

from reference_server.pace import Pace
from reference_server.pages.language import LANGUAGES, LanguageCode
from reference_server.serving import running
from scenarios.strategy import Strategy
from tests import a, browser
from tests.test_pages_browser import QUESTIONS, Inspection
from tests.test_server_processes import BOOK

pytestmark = pytest.mark.slow
FIRST_TIME = f"/bestill/{BOOK}/2021-05-10"


def with_form(strategy: Strategy, *, form: str) -> dict[str, object]:
    return {"platform.strategy": strategy.value, "behaviour.session.form": form}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_time_is_held_extended_given_up_held_again_and_confirmed(lang: LanguageCode) -> None:
    browser.chromium()
    scenario = a.scenario(with_form(Strategy.HOLD, form="1 min"))
    with running(scenario, pace=Pace.NONE) as server, browser.browsing(script=True) as context:
        page = context.pages[0]
        browser.log_in(page, server, lang=lang)
        inspection = Inspection(page, server.base_url, lang)
        inspection.opens(FIRST_TIME)
        page.get_by_role("button", name="08:30–08:35").click()
        inspection.looks()
        page.locator("#ill-no").check()
        inspection.clicks("button", "held.more")
        expect(page.get_by_role("status")).to_have_text(inspection.tr("held.extended"))
        expect(page.locator("#ill-no")).to_be_checked()
        inspection.clicks("button", "held.confirm")
        expect(page.get_by_role("alert")).to_contain_text(inspection.tr("form.errors"))
        held = page.url
        inspection.clicks("button", "held.release")
        page.goto(held)
        inspection.looks()
        expect(page.get_by_role("alert")).to_be_visible()
        inspection.clicks("link", "inbox.again")
        page.get_by_role("button", name="09:00–09:05").click()
        for question in QUESTIONS:
            page.locator(f"#{question}-no").check()
        inspection.clicks("button", "held.confirm")
        expect(page.get_by_role("status")).to_have_text(inspection.tr("appointment.booked_now"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_first_free_time_is_got_by_one_button(lang: LanguageCode) -> None:
    browser.chromium()
    scenario = a.scenario(with_form(Strategy.ASSIGN, form="0 s"))
    with running(scenario, pace=Pace.NONE) as server, browser.browsing(script=True) as context:
        page = context.pages[0]
        browser.log_in(page, server, lang=lang)
        inspection = Inspection(page, server.base_url, lang)
        inspection.opens(f"/bestill/{BOOK}")
        inspection.clicks("button", "first_free.title")
        expect(page.get_by_role("status")).to_have_text(inspection.tr("appointment.booked_now"))
