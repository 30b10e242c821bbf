"""The whole flow in a real browser, against the real processes: by mouse, by keyboard, narrow, in both languages."""

import datetime as dt
import re
import time
import tomllib
from collections.abc import Generator
from importlib.resources import files
from typing import Any, Literal

import pytest
from playwright.sync_api import Page, expect

from reference_server.pace import Pace
from reference_server.pages.behalf import CHOICE_COOKIE
from reference_server.pages.language import LANGUAGES, LanguageCode, language_of
from reference_server.serving import RunningServer, running
from scenarios.identity import national_number
from scenarios.scenario import Scenario
from tests import a, browser
from tests.test_server_processes import Caller, until

pytestmark = pytest.mark.slow

TITLE = {
    "nb": r"11\. mai 2021, kl\. 08:30: Time til koronavaksine hos Hall 2 Beste kommune",
    "en": r"11 May 2021, 08:30: Appointment for coronavirus vaccine at Hall 2 Beste kommune",
}
QUESTIONS = ("ill", "allergy", "anticoagulant")


def two_halls(*, form: bool) -> Scenario:
    """The smallest scenario with two books, one of them with one place at each time, on two days."""
    table: dict[str, Any] = tomllib.loads(files("scenarios").joinpath("ci_smoke.toml").read_text(encoding="utf-8"))
    table["slots"] = [
        table["slots"][0] | {"book": "Hall 1"},
        table["slots"][0] | {"book": "Hall 2", "parallel": 1},
    ]
    table["behaviour"]["session"]["form"] = "1 min" if form else "0 s"
    return Scenario.model_validate(table)


@pytest.fixture(scope="module")
def server() -> Generator[RunningServer]:
    browser.chromium()
    with running(two_halls(form=False), pace=Pace.NONE) as one:
        yield one


@pytest.fixture(scope="module")
def asking_server() -> Generator[RunningServer]:
    """A server whose books ask for a self-declaration."""
    browser.chromium()
    with running(two_halls(form=True), pace=Pace.NONE) as one:
        yield one


@pytest.fixture(scope="module")
def server_of_today() -> Generator[RunningServer]:
    """A server of three municipalities on the day of all its appointments."""
    browser.chromium()
    today = {"invitation.send_date": dt.date(2021, 5, 10)}
    with running(a.scenario_of_three_municipalities(today), pace=Pace.NONE) as one:
        yield one


def looks_until(page: Page, text: str) -> None:
    """Look in the inbox again until it says so."""
    until(lambda: page.reload() and page.locator(".status", has_text=text).count() > 0)


def test_by_mouse_from_the_front_page_to_an_appointment_changed_and_cancelled(server: RunningServer) -> None:
    with browser.browsing() as context:
        page = context.pages[0]
        page.goto(server.base_url)
        page.get_by_role("link", name="Logg inn").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Liksom-innlogging")
        page.get_by_role("button", name="Kvikk Elg").click()
        page.get_by_role("link", name="Bestill time").click()
        page.get_by_role("link", name="Gå direkte til timebestilling").click()
        page.get_by_label("Hall 2").check()
        page.get_by_role("button", name="Neste").click()
        page.get_by_role("link", name="11. mai 2021, 24 ledige").click()
        page.get_by_role("button", name="08:30–08:35").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Timebestillingen er sendt")
        page.get_by_role("link", name="OK", exact=True).click()
        looks_until(page, "Bekreftet")
        page.get_by_role("link", name="Se timeavtalen").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(TITLE["nb"]))
        with page.expect_download() as download:
            page.get_by_role("link", name="Legg i egen kalender").click()
        assert download.value.suggested_filename == "timeavtale.ics"
        assert download.value.path().read_bytes().startswith(b"BEGIN:VCALENDAR\r\n")
        page.get_by_role("link", name="Endre time").click()
        page.get_by_role("link", name="10. mai 2021, 24 ledige").click()
        page.get_by_role("button", name="09:00–09:05").click()
        expect(page.get_by_role("status")).to_have_text("Timen er endret. Den gamle timen er ledig for andre.")
        page.get_by_role("link", name="Avbestill time").click()
        page.get_by_role("button", name="Ja, avbestill timen").click()
        expect(page.get_by_role("status")).to_have_text("Timen er avbestilt. Andre kan nå bestille den.")
        page.get_by_role("button", name="Logg ut").click()
        page.goto(f"{server.base_url}/timeavtaler")
        expect(page.get_by_role("heading", level=1)).to_have_text("Liksom-innlogging")


def focused(page: Page) -> str:
    """What the keyboard is at: its text or its label."""
    element = "document.activeElement"
    name = f"{element}.ariaLabel ?? ({element}.labels?.[0] ?? {element}).innerText"
    return str(page.evaluate(f"({name}).trim().replace(/\\s+/g, ' ')"))


def tabs_to(page: Page, text: str) -> None:
    """Press Tab until the keyboard is at something with that text, and see that it shows."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if text in focused(page):
            ring = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert ring != "none", f"the focus at «{text}» cannot be seen"
            return
    pytest.fail(f"the keyboard never came to «{text}»; the last was «{focused(page)}»")


def enters(page: Page, text: str, address: str) -> None:
    """Tab to a link or button, press Enter, and wait for the page it leads to."""
    tabs_to(page, text)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(address))


def test_by_keyboard_alone_through_the_form(asking_server: RunningServer) -> None:
    with browser.browsing(script=True) as context:  # a script of ours reads where the focus is
        page = context.pages[0]
        page.goto(asking_server.base_url)
        page.keyboard.press("Tab")
        assert focused(page) == "Hopp til innholdet"
        enters(page, "Logg inn", "/authorize")
        enters(page, "Lun Lyng", "/timeavtaler$")
        enters(page, "Bestill time", "/bestill$")
        enters(page, "Gå direkte til timebestilling", "/timebok$")
        tabs_to(page, "Hall 1")
        page.keyboard.press("ArrowDown")
        assert focused(page) == "Hall 2"
        enters(page, "Neste", "/bestill/9999-2$")
        enters(page, "11. mai 2021", "2021-05-11$")
        enters(page, "08:30–08:35", "0830$")
        enters(page, "Send bestilling", "0830$")
        expect(page.get_by_role("alert")).to_contain_text("Du må svare på alle spørsmålene")
        enters(page, "Har du feber", "#ill-yes$")
        assert focused(page) == "Ja"
        page.keyboard.press("ArrowDown")
        for _ in QUESTIONS[1:]:
            page.keyboard.press("Tab")
            page.keyboard.press("Space")
        enters(page, "Send bestilling", "/bestilt/")
        enters(page, "OK", "/innboks$")
        looks_until(page, "Bekreftet")
        enters(page, "Se timeavtalen", "/timeavtaler/")
        expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(TITLE["nb"]))


def test_somebody_else_takes_the_last_place_between_the_list_and_the_click(server: RunningServer) -> None:
    with browser.browsing() as context:
        page = context.pages[0]
        browser.log_in(page, server, "Modig Måke")
        page.goto(f"{server.base_url}/bestill/9999-2/2021-05-10")
        faster = Caller(server, 77)
        taken = faster.ask("/api/v1/reservations", {"book": "9999-2", "start": "2021-05-10T10:00"}, "k")["reservation"]
        until(lambda: faster.answer(taken))
        page.get_by_role("button", name="10:00–10:05").click()
        expect(page.get_by_text("Timen er ikke din før du har fått bekreftelse.")).to_be_visible()
        page.get_by_role("link", name="OK", exact=True).click()
        looks_until(page, "Avslag")
        expect(page.get_by_role("alert")).to_contain_text("En annen fikk timen mandag 10. mai 2021, kl. 10:00 før deg.")
        expect(page).to_have_title(re.compile("^Du fikk ikke timen"))
        page.get_by_role("link", name="Velg en ny time").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Velg time")
        expect(page.get_by_role("button", name="10:00–10:05")).to_have_count(0)
        page.get_by_role("button", name="10:05–10:10").click()
        page.get_by_role("link", name="OK", exact=True).click()
        looks_until(page, "Bekreftet")


class Inspection:
    """Looks at one page after another, with axe-core and at 320 pixels."""

    def __init__(self, page: Page, base_url: str, lang: LanguageCode) -> None:
        self.page = page
        self.tr = language_of(lang).text
        self.seen = list[str]()
        self._base_url = base_url
        self._lang = lang

    def opens(self, *addresses: str) -> None:
        """Open pages and look at each."""
        for address in addresses:
            self.page.goto(f"{self._base_url}{address}")
            self.looks()

    def clicks(self, role: Literal["button", "link"], message: str) -> None:
        """Click what bears that message, and look at where it leads."""
        self.page.get_by_role(role, name=self.tr(message)).click()
        self.looks()

    def looks(self) -> None:
        """Look at the page at hand."""
        self.page.wait_for_load_state()
        self.seen.append(self.page.get_by_role("heading", level=1).inner_text())
        assert self.page.locator("html").get_attribute("lang") == self._lang
        assert browser.violations(self.page) == [], self.seen[-1]
        self.page.set_viewport_size(browser.NARROW)
        assert not browser.is_wider_than_the_screen(self.page), self.seen[-1]
        self.page.set_viewport_size(browser.WIDE)

    def way_in(self, number: str) -> None:
        """What anybody sees, and the log-in."""
        self.opens(f"/?lang={self._lang}", "/tilgjengelighet", "/innlogget", "/nothing-here", "/logg-inn")
        self.page.get_by_label(self.tr("login.number")).fill("01019000083")
        self.clicks("button", "login.submit")
        self.logs_in(number)
        self.looks()

    def logs_in(self, number: str) -> None:
        """To «Timeavtaler», from the pages of the log-in, without looking at them."""
        self.page.get_by_label(self.tr("login.number")).fill(number)
        self.page.get_by_role("button", name=self.tr("login.submit")).click()

    def on_behalf(self) -> None:
        """Choosing for whom to book, the line that says so, and what is refused."""
        self.opens("/hvem")
        self.page.get_by_label("Liten Lerke").check()
        self.clicks("button", "whom.choose")
        expect(self.page.locator("header")).to_contain_text(self.tr("whom.line", name="Liten Lerke"))
        self.opens("/hvem", "/bestill/9999-1/2021-05-10/0830")
        choice = next(one for one in self.page.context.cookies() if one.get("name") == CHOICE_COOKIE)
        self.page.context.add_cookies([{**choice, "value": "forged"}])  # type: ignore[misc, list-item]
        self.opens("/timeavtaler")
        self.clicks("button", "whom.back")

    def booking(self) -> None:
        """The way to an appointment, with every page that can be met."""
        self.opens("/innboks", "/bestill", "/bestill/veiledning", "/bestill/timebok?neste=1", "/bestill/timebok")
        self.opens("/bestill/9999-1", "/bestill/9999-1/2021-05-10", "/bestill/9999-1/2021-05-10/0830")
        self.clicks("button", "form.send")
        for question in QUESTIONS:
            self.page.locator(f"#{question}-no").check()
        self.clicks("button", "form.send")

    def own(self) -> None:
        """What the answer leads to."""
        self.page.goto(f"{self._base_url}/innboks")
        looks_until(self.page, self.tr("inbox.confirmed"))
        self.opens("/timeavtaler", "/innboks")
        self.clicks("link", "inbox.see")
        appointment = self.page.url
        self.clicks("link", "appointment.change")
        self.page.goto(appointment)
        self.clicks("link", "appointment.cancel")
        self.clicks("button", "cancel.yes")
        self.opens("/innboks")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_axe_finds_nothing_on_any_page_and_none_is_wider_than_320_pixels(
    asking_server: RunningServer, lang: LanguageCode
) -> None:
    with browser.browsing(script=True) as context:
        inspection = Inspection(context.pages[0], asking_server.base_url, lang)
        inspection.way_in(national_number(5000 + LANGUAGES.index(lang)))
        inspection.booking()
        inspection.own()
    assert len(inspection.seen) == 24


@pytest.mark.parametrize("lang", LANGUAGES)
def test_axe_finds_nothing_on_the_pages_on_behalf_of_somebody(asking_server: RunningServer, lang: LanguageCode) -> None:
    with browser.browsing(script=True) as context:
        inspection = Inspection(context.pages[0], asking_server.base_url, lang)
        browser.log_in(context.pages[0], asking_server, "Varm Vind", lang)
        inspection.on_behalf()
        inspection.opens("/timeavtaler")
    assert len(inspection.seen) == 7


def test_axe_finds_nothing_on_the_way_to_another_municipality_and_the_keyboard_gets_there(
    server_of_today: RunningServer,
) -> None:
    with browser.browsing(script=True) as context:
        page = context.pages[0]
        for lang in LANGUAGES:
            browser.log_in(page, server_of_today, lang=lang)
            inspection = Inspection(page, server_of_today.base_url, lang)
            inspection.opens("/bestill", "/bestill/kommune", "/bestill/timebok", "/bestill/annen-kommune?neste=1")
            page.goto(f"{server_of_today.base_url}/bestill")
            enters(page, inspection.tr("need.elsewhere"), "/annen-kommune$")
            tabs_to(page, "Bergen")
            page.keyboard.press("Space")
            enters(page, inspection.tr("layout.next"), "kommune=4601")
            inspection.looks()
            tabs_to(page, "Testhall")
            page.keyboard.press("Space")
            enters(page, inspection.tr("layout.next"), "/bestill/4601-1$")


def test_axe_finds_nothing_on_an_inbox_with_reminders(server_of_today: RunningServer) -> None:
    with browser.browsing(script=True) as context:
        page = context.pages[0]
        for lang in LANGUAGES:
            browser.log_in(page, server_of_today, "Kvikk Elg", lang)
            inspection = Inspection(page, server_of_today.base_url, lang)
            page.goto(f"{server_of_today.base_url}/bestill/4627-{1 + LANGUAGES.index(lang)}/2021-05-10")
            page.get_by_role("button", name="08:30–08:35").click()
            page.goto(f"{server_of_today.base_url}/innboks")
            looks_until(page, inspection.tr("inbox.confirmed"))
            inspection.looks()
            expect(page.get_by_role("heading", name=inspection.tr("inbox.reminders"))).to_be_visible()


def test_by_keyboard_alone_for_a_child_and_back_to_oneself(server: RunningServer) -> None:
    with browser.browsing(script=True) as context:
        page = context.pages[0]
        browser.log_in(page, server, "Trygg Tinde")
        enters(page, "Velg hvem du bestiller for", "/hvem$")
        tabs_to(page, "Meg selv")
        page.keyboard.press("ArrowDown")
        assert focused(page) == "Liten Lerke"
        enters(page, "Velg", "/timeavtaler$")
        expect(page.locator("header")).to_contain_text("Du bruker timebestilling på vegne av Liten Lerke")
        enters(page, "Bestill time", "/bestill$")
        enters(page, "Tilbake til meg selv", "/timeavtaler$")
        expect(page.locator("header")).not_to_contain_text("på vegne av")


def test_a_log_in_that_is_switched_off_says_so_and_comes_back(server: RunningServer) -> None:
    origin = server.login_url.removesuffix("/login")
    with browser.browsing() as context:
        page = context.pages[0]
        admin = {"Authorization": f"Bearer {server.admin_token}"}

        def turn(**switches: object) -> None:
            answer = context.request.put(f"{origin}/admin/failures", data=switches, headers=admin)
            assert answer.ok, answer.text()

        turn(refusing=True)
        try:
            page.goto(f"{server.base_url}/logg-inn")
            expect(page.get_by_role("alert")).to_contain_text("Feilbryteren er på")
            turn(slow_s=0.5)
            begun_s = time.monotonic()
            page.goto(f"{server.base_url}/logg-inn")
            assert time.monotonic() - begun_s >= 0.5
            expect(page.get_by_role("status")).to_contain_text("hver forespørsel venter 0.5 s")
        finally:
            turn()
        browser.log_in(page, server, "Rask Røyskatt")
