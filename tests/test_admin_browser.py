"""The admin pages in a real browser: no violation found by axe-core, readable at 320 px, usable by keyboard."""

from collections.abc import Generator
from importlib.resources import files
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from reference_server.pace import Pace
from reference_server.serving import RunningServer, running
from tests import a
from tests.browser import NARROW, WIDE, browsing, is_wider_than_the_screen, violations

pytestmark = pytest.mark.slow

TROBBEL = Path(str(files("reference_server.address_register").joinpath("trobbel_kommune.toml")))
LATER = b"timebok;dato;kl;minutter;plasser\r\n9999-1;12.05.2021;08.30;5;3\r\n"


@pytest.fixture(scope="module")
def server() -> Generator[RunningServer]:
    with running(a.scenario(), pace=Pace.NONE) as one:
        yield one


def log_in(page: Page, server: RunningServer) -> None:
    page.goto(f"{server.base_url}/admin/")
    page.get_by_label("Driftsnøkkel").fill(server.admin_token)
    page.get_by_role("button", name="Logg inn").click()
    page.wait_for_url("**/admin/set-up")


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_no_page_has_a_violation_or_is_wider_than_the_screen(server: RunningServer, size: dict[str, int]) -> None:
    found: list[str] = []

    def look(page: Page) -> None:
        found.extend([*violations(page), *(["wider"] if is_wider_than_the_screen(page) else [])])

    with browsing(NARROW if size == NARROW else WIDE, script=True) as browser:
        page = browser.new_page()
        page.goto(f"{server.base_url}/admin/")
        look(page)
        log_in(page, server)
        look(page)
        page.get_by_label("Fil").set_input_files(TROBBEL)
        page.get_by_role("button", name="Sjekk").click()
        expect(page.get_by_role("heading", name="Avvist (4)")).to_be_visible()
        look(page)
        page.get_by_role("link", name="Legg inn timer").click()
        look(page)
        page.get_by_label("Fil", exact=True).set_input_files(TROBBEL)
        page.get_by_role("button", name="Prøv filen").first.click()
        expect(page.get_by_role("alert")).to_be_visible()
        look(page)
        page.goto(f"{server.base_url}/admin/live?lang=en")
        expect(page.get_by_role("heading", name="Answers")).to_be_visible()
        look(page)
    assert found == []


def test_times_are_put_in_by_keyboard_and_without_script(server: RunningServer) -> None:
    with browsing() as browser:
        page = browser.new_page()
        page.goto(f"{server.base_url}/admin/")
        page.get_by_label("Driftsnøkkel").focus()
        page.keyboard.type(server.admin_token)
        page.keyboard.press("Enter")
        page.wait_for_url("**/admin/set-up")
        page.goto(f"{server.base_url}/admin/slots")
        page.get_by_label("Fil", exact=True).set_input_files({"name": "t.csv", "mimeType": "text/csv", "buffer": LATER})
        page.get_by_label("Fil", exact=True).focus()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_contain_text("Alt passer.")
        expect(page.get_by_text("1 tid, 3 plasser")).to_be_visible()
        page.get_by_role("button", name="Legg inn").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_contain_text("1 ny tid er lagt inn.")
        page.get_by_role("link", name="Akkurat nå").last.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("rowheader", name="12.05.2021")).to_be_visible()
