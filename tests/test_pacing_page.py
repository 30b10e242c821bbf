"""The page of a send-out: who may see it, what it takes from a form, and how it is in a real browser."""

import http.client
from collections.abc import Generator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from loadtests.pacing.durable import Disk
from loadtests.pacing.entries import Sent, Unsure, Word
from loadtests.pacing.ledger import LEDGER, Ledger, read_ledger
from loadtests.pacing.page import SendOutPage, serving
from loadtests.pacing.saying import heard
from tests import a_send_out
from tests.browser import NARROW, WIDE, browsing, is_wider_than_the_screen, violations


@pytest.fixture
def wave(tmp_path: Path) -> Path:
    """A send-out with three batches, the third of which nobody knows about."""
    figures = a_send_out.Written(lambda until_s: 0.5 if until_s < 700 else 2.5)
    with a_send_out.pacer(tmp_path / "wave", sender=a_send_out.Kept(), figures=figures) as pacer:
        pacer.run()
    end = next(n for n, line in enumerate(read_ledger(tmp_path / "wave")) if isinstance(line, Sent) and line.batch == 3)
    path = tmp_path / "wave" / LEDGER
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:end]))
    ledger = Ledger(tmp_path / "wave", Disk())
    ledger.append(Unsure(at=a_send_out.MONDAY, batch=3, what="HTTP 503"))
    ledger.close()
    return tmp_path / "wave"


def test_nobody_sees_the_page_without_its_key_or_by_another_name(wave: Path) -> None:
    page = SendOutPage(wave, "nb")
    client = page.app.test_client()
    assert client.get("/").status_code == 403
    assert client.get("/?key=guess").status_code == 403
    assert client.get(page.path, headers={"Host": "evil.example"}).status_code == 404
    assert client.get(page.path).headers["Location"] == "/"
    shown = client.get("/")
    assert shown.status_code == 200
    assert "default-src 'none'" in shown.headers["Content-Security-Policy"]
    assert "<script" not in shown.text


def test_a_form_that_was_not_sent_from_the_page_changes_nothing(wave: Path) -> None:
    page = SendOutPage(wave, "nb")
    client = page.app.test_client()
    client.get(page.path)
    token = client.get("/").text.split('name="form_token" value="')[1].split('"')[0]
    for data in ({"word": "stop"}, {"word": "stop", "form_token": "guess"}, {"word": "halt", "form_token": token}):
        assert client.post("/say", data=data).status_code == 403
    assert heard(wave, 0) == []
    assert client.post("/say", data={"word": "was-sent 3", "form_token": token}).status_code == 303
    assert [(said.word, said.batch) for _, said in heard(wave, 0)] == [(Word.WAS_SENT, 3)]


def test_the_page_updates_by_itself_only_where_somebody_asked_for_it(wave: Path) -> None:
    page = SendOutPage(wave, "en")
    client = page.app.test_client()
    client.get(page.path)
    assert "Refresh" not in client.get("/").headers
    assert client.get("/?live=on").headers["Refresh"] == "10"
    assert "Stop updating by itself" in client.get("/?live=on").text


@pytest.fixture
def address(wave: Path) -> Generator[str]:
    with serving(wave, "nb") as page:
        yield page.address


@pytest.mark.slow
def test_a_person_takes_over_by_keyboard_and_nothing_is_wrong_with_the_page(address: str, wave: Path) -> None:
    found: list[str] = []
    for size in (WIDE, NARROW):
        with browsing(size, script=True) as browser:
            page = browser.new_page()
            page.goto(address)
            expect(page.get_by_role("heading", name="Utsendingen")).to_be_visible()
            expect(page.get_by_role("progressbar", name="45 av 120 er sendt")).to_be_visible()
            found += [*violations(page), *(["wider"] if is_wider_than_the_screen(page) else [])]
    with browsing() as browser:
        page = browser.new_page()
        page.goto(address)
        page.get_by_role("button", name="Bolk 3 ble sendt").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_contain_text("Beskjeden ligger hos utsendingen.")
        page.get_by_role("link", name="English").click()
        expect(page.get_by_role("heading", name="Take over")).to_be_visible()
        page.get_by_role("button", name="Pause").click()
        expect(page.get_by_role("status")).to_be_visible()
    assert found == []
    assert [said.word for _, said in heard(wave, 0)] == [Word.WAS_SENT, Word.PAUSE]


def test_the_page_listens_on_this_machine_and_prints_no_key(address: str, capfd: pytest.CaptureFixture[str]) -> None:
    parts = urlsplit(address)
    assert parts.hostname == "127.0.0.1"
    connection = http.client.HTTPConnection("127.0.0.1", parts.port or 0, timeout=20)
    connection.request("GET", f"/?{parts.query}")
    assert connection.getresponse().status == 303
    connection.close()
    assert "key=" not in "".join(capfd.readouterr())
