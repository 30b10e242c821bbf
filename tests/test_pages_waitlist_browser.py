"""The waiting list in a real browser, against the real processes: in line in a full book, and given what comes free."""

import tomllib
from importlib.resources import files
from pathlib import Path

import pytest
from playwright.sync_api import expect

from reference_server.database import opened
from reference_server.pace import Pace
from reference_server.pages.language import LANGUAGES, LanguageCode
from reference_server.serving import running
from scenarios.scenario import Scenario
from tests import browser
from tests.test_pages_browser import Inspection, looks_until
from tests.test_server_processes import BOOK, Caller, until

pytestmark = pytest.mark.slow


def one_place() -> Scenario:
    """The smallest scenario with a single place in its book."""
    table = tomllib.loads(files("scenarios").joinpath("ci_smoke.toml").read_text(encoding="utf-8"))
    hours = {"from": "08:30", "to": "08:35"}
    table["slots"] = [table["slots"][0] | {"dates": ["2021-05-10"], "open": hours, "parallel": 1}]
    return Scenario.model_validate(table)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_waiting_in_a_full_book_until_its_only_place_comes_free(lang: LanguageCode, tmp_path: Path) -> None:
    browser.chromium()
    where = tmp_path / "bookings.sqlite3"
    with running(one_place(), pace=Pace.NONE, database=where) as server, browser.browsing(script=True) as context:
        page, faster, storage = context.pages[0], Caller(server, 77), opened(where)
        taken = faster.reserve("2021-05-10T08:30")
        until(lambda: faster.answer(taken))
        browser.log_in(page, server, "Modig Måke", lang)
        inspection = Inspection(page, server.base_url, lang)
        inspection.opens(f"/bestill/{BOOK}")
        inspection.clicks("link", "waitlist.join")
        inspection.clicks("button", "waitlist.join")
        expect(page.get_by_role("status")).to_contain_text(inspection.tr("waitlist.first"))
        inspection.opens("/timeavtaler")
        inspection.clicks("link", "waitlist.see")
        inspection.clicks("button", "waitlist.leave")
        inspection.clicks("button", "waitlist.join")
        page.goto(f"{server.base_url}/innboks")
        (theirs,) = storage.everything().reservations
        storage.cancel(theirs.wish.citizen, theirs.id, "")
        looks_until(page, inspection.tr("inbox.confirmed"))
        expect(page.get_by_text(inspection.tr("inbox.given_text"))).to_be_visible()
        inspection.looks()
        storage.close()
