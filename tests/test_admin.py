"""The admin pages: who gets in, the set-up with findings, times from files, and how it stands."""

import html
import io
import json
import re
import time
from collections.abc import Generator
from importlib.resources import files
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from reference_server.address_register.admin_desk import SESSION_COOKIE
from reference_server.address_register.admin_pages import admin_words
from reference_server.address_register.admin_session import AdminSessions
from reference_server.storage import State
from reference_server.web import MAX_BODY_BYTES
from tests import a, a_set_up
from tests.office import ADMIN_TOKEN, BOOK, SCENARIO, START, Office

TROBBEL = files("reference_server.address_register").joinpath("trobbel_kommune.toml").read_bytes()
HEADING = "timebok;dato;kl;minutter;plasser\r\n"
GETS = ["/admin/", "/admin/set-up", "/admin/slots", "/admin/live", "/admin/publication/9999/slots.ndjson"]
POSTS = ["/admin/set-up", "/admin/slots/csv", "/admin/slots/links", "/admin/slots/apply", "/admin/logout"]


@pytest.fixture
def office(tmp_path: Path) -> Generator[Office]:
    one = Office(tmp_path)
    yield one
    one.storage.close()


@pytest.fixture
def admin(office: Office) -> FlaskClient:
    return logged_in(office)


def logged_in(office: Office) -> FlaskClient:
    """A browser that has logged in."""
    browser = office.app.test_client()
    answer = browser.post("/admin/login", data={"token": ADMIN_TOKEN})
    assert (answer.status_code, answer.location) == (303, "/admin/set-up")
    return browser


def text_of(answer: TestResponse, status: int = 200) -> str:
    """What a page says, and that it is one of ours: no script, nothing from elsewhere."""
    assert answer.status_code == status, answer.text
    assert "script-src" not in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "<script" not in answer.text
    assert "http-equiv" not in answer.text
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text)))


def form_token(browser: FlaskClient, path: str = "/admin/slots") -> str:
    found = re.search(r'name="form_token" value="([^"]+)"', browser.get(path).text)
    assert found
    return found[1]


def sent(browser: FlaskClient, path: str, **fields: str | list[tuple[bytes, str]]) -> TestResponse:
    """A form of ours with files as (content, name)."""
    uploads = {name: value if isinstance(value, str) else list(map(_file, value)) for name, value in fields.items()}
    return browser.post(path, data={"form_token": form_token(browser)} | uploads)


def _file(file: tuple[bytes, str]) -> tuple[io.BytesIO, str]:
    return io.BytesIO(file[0]), file[1]


def tried(browser: FlaskClient, *rows: str) -> TestResponse:
    return sent(browser, "/admin/slots/csv", file=[((HEADING + "\r\n".join(rows)).encode("utf-8-sig"), "timer.csv")])


def plan_in(answer: TestResponse) -> str:
    found = re.search(r'name="plan" value="([^"]+)"', answer.text)
    assert found
    return html.unescape(found[1])


def starts(office: Office, date: str) -> dict[str, int]:
    return dict(office.storage.free_times(BOOK, date))


@pytest.mark.parametrize("path", GETS)
def test_nobody_sees_a_page_without_the_admin_token(office: Office, path: str) -> None:
    answer = office.web.get(path)
    assert (answer.status_code, answer.location) == (303, "/admin/login")


@pytest.mark.parametrize("path", POSTS)
def test_nobody_sends_a_form_without_the_admin_token(office: Office, path: str) -> None:
    answer = office.web.post(path)
    assert (answer.status_code, answer.location) == (303, "/admin/login")


def test_a_citizens_token_opens_no_admin_page(office: Office) -> None:
    assert office.web.get("/admin/live", headers=office.of(0)).status_code == 303


@pytest.mark.parametrize("token", ["", "guess", pytest.param(ADMIN_TOKEN[:-1], id="shortened")])
def test_a_wrong_token_does_not_log_in_and_is_not_shown_again(office: Office, token: str) -> None:
    answer = office.web.post("/admin/login", data={"token": token})
    assert "Det var ikke riktig nøkkel." in text_of(answer, 403)
    assert "Set-Cookie" not in answer.headers
    assert not token or f'"{token}"' not in answer.text


def test_the_session_is_kept_from_scripts_and_other_sites(office: Office) -> None:
    cookie = office.web.post("/admin/login", data={"token": ADMIN_TOKEN}).headers["Set-Cookie"]
    assert cookie.startswith(f"{SESSION_COOKIE}=")
    assert ADMIN_TOKEN not in cookie
    for part in ("HttpOnly", "SameSite=Strict", "Path=/admin"):
        assert part in cookie


def test_a_session_of_another_server_or_an_old_token_is_none(admin: FlaskClient) -> None:
    other = AdminSessions("another secret", ADMIN_TOKEN).begun(ADMIN_TOKEN)
    admin.set_cookie(SESSION_COOKIE, other or "", path="/admin")
    assert admin.get("/admin/live").status_code == 303


def test_whoever_logs_out_is_out(admin: FlaskClient) -> None:
    assert sent(admin, "/admin/logout").location == "/admin/login"
    assert admin.get("/admin/live").status_code == 303


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("token", ["", "forged", "æøå"])
def test_a_form_from_elsewhere_is_refused(admin: FlaskClient, path: str, token: str) -> None:
    answer = admin.post(path, data={"form_token": token, "plan": "x"})
    assert "Skjemaet er ikke herfra" in text_of(answer, 403)


def test_the_set_up_of_the_server_is_held_against_the_guide(admin: FlaskClient) -> None:
    text = text_of(admin.get("/admin/set-up"))
    assert "Oppsett: Beste kommune" in text
    assert "Råd (2)" in text
    assert "Avvist" not in text
    assert "Bestill time ved Vaksinasjon, Beste kommune Velg behandler Vaksine covid19" in text
    assert "Time til koronavaksine hos Vaksine covid19 Beste kommune" in text


def test_the_set_up_that_is_shown_is_the_one_that_citizens_meet(tmp_path: Path) -> None:
    blocks = [{**SCENARIO.slots[0].model_dump(by_alias=True, mode="json", exclude_none=True), "type": "koronatest"}]
    tested = Office(tmp_path, scenario=a.scenario({"slots": blocks}))
    text = text_of(logged_in(tested).get("/admin/set-up"))
    assert "Bestill time ved Smittevern, Beste kommune Velg behandler Vaksine covid19" in text
    tested.storage.close()


def test_a_set_up_from_a_file_is_the_one_that_is_shown(tmp_path: Path) -> None:
    own = Office(tmp_path, set_up=a_set_up.of_the_smoke_test(text="Kom i god tid."))
    assert "Kom i god tid." in text_of(logged_in(own).get("/admin/set-up"))
    own.storage.close()


def test_an_uploaded_set_up_is_checked_and_not_kept(admin: FlaskClient) -> None:
    text = text_of(sent(admin, "/admin/set-up", file=[(TROBBEL, "trobbel.toml")]))
    assert "Avvist (4)" in text
    assert "Krav: Man kan ikke ha ressurstimebøker brukt som ressurs og behandler" in text
    assert "Vaksinasjon har ingen [Bestill time]." in text
    assert "Bestill koronatest i annen kommune" in text
    assert "Trobbel" not in text_of(admin.get("/admin/set-up"))


def test_what_is_uploaded_is_shown_as_text_and_never_as_markup(admin: FlaskClient) -> None:
    answer = sent(admin, "/admin/set-up", file=[(TROBBEL.replace(b"Labtimebok", b"<img src=x>"), "<b>.toml")])
    assert answer.status_code == 200
    assert "<img" not in answer.text
    assert "<b>" not in answer.text
    assert "&lt;img src=x&gt;" in answer.text


def test_a_file_that_is_no_set_up_is_refused_with_lines(admin: FlaskClient) -> None:
    answer = sent(admin, "/admin/set-up", file=[(TROBBEL.replace(b'"legevakt"', b'"legvakt"', 2), "feil.toml")])
    assert "mente du legevakt?" in text_of(answer, 422)
    assert "Ingen fil er valgt." in text_of(sent(admin, "/admin/set-up"), 422)


def test_english_by_switch_is_remembered_and_the_guide_stays_bokmaal(admin: FlaskClient) -> None:
    assert 'lang="en"' in admin.get("/admin/set-up?lang=en").text
    answer = admin.get("/admin/set-up")
    assert "Advice (2)" in text_of(answer)
    assert '<dd lang="nb">' in answer.text
    assert '<html lang="nb">' in admin.get("/admin/set-up?lang=nb").text


def test_a_trial_says_what_fits_and_puts_nothing_in(admin: FlaskClient, office: Office) -> None:
    before = office.storage.levels()
    answer = tried(admin, f"{BOOK};12.05.2021;08.30;5;3", "Vaksine covid19;12.05.2021;08.45;5;2")
    text = text_of(answer)
    assert "Alt passer. Ingenting er lagt inn ennå." in text
    assert "Vaksine covid19 2 tider, 5 plasser, fra 12.05.2021 08:30 til 12.05.2021 08:45" in text
    assert office.storage.levels() == before


def test_what_was_tried_is_put_in_and_can_be_booked(admin: FlaskClient, office: Office) -> None:
    plan = plan_in(tried(admin, f"{BOOK};12.05.2021;08.30;5;3", f"{BOOK};10.05.2021;08.30;5;9"))
    text = text_of(sent(admin, "/admin/slots/apply", plan=plan))
    assert "1 ny tid er lagt inn. 1 tid fantes fra før og er som den var." in text
    assert starts(office, "2021-05-12") == {"2021-05-12T08:30": 3}
    assert starts(office, "2021-05-10")[START] == 3  # as it was
    office.reserved(0, start="2021-05-12T08:30")
    office.decide_all()
    assert starts(office, "2021-05-12") == {"2021-05-12T08:30": 2}
    assert [one["start"] for one in office.page("/appointments")["appointments"]] == ["2021-05-12T08:30"]


def test_putting_in_twice_changes_nothing(admin: FlaskClient, office: Office) -> None:
    plan = plan_in(tried(admin, f"{BOOK};12.05.2021;08.30;5;3"))
    sent(admin, "/admin/slots/apply", plan=plan)
    before = office.storage.levels()
    assert "0 nye tider" in text_of(sent(admin, "/admin/slots/apply", plan=plan))
    assert office.storage.levels() == before


def test_a_list_that_was_asked_for_before_has_the_new_times(admin: FlaskClient, office: Office) -> None:
    path = f"/books/{BOOK}/slots?date=2021-05-12"
    assert office.page(path)["slots"] == []
    sent(admin, "/admin/slots/apply", plan=plan_in(tried(admin, f"{BOOK};12.05.2021;08.30;5;3")))
    assert [one["start"] for one in office.page(path)["slots"]] == ["2021-05-12T08:30"]


def test_a_file_with_one_wrong_line_cannot_be_put_in(admin: FlaskClient, office: Office) -> None:
    answer = tried(admin, f"{BOOK};12.05.2021;08.30;5;3", f"{BOOK};12.05.2021;08.45;20;3", "8888;x;08.45;5;0")
    text = text_of(answer, 422)
    assert f"timer.csv, linje 3: 20 minutter, men timene i {BOOK} varer 5" in text
    assert "timer.csv, linje 4: ventet en dato som 10.05.2021, fikk 'x'" in text
    assert "timer.csv, linje 4: ventet 1 til 1000 plasser, fikk '0'" in text
    assert 'name="plan"' not in answer.text
    assert starts(office, "2021-05-12") == {}


@pytest.mark.parametrize("plan", ["", "forged", "WyJhIiwiYiJd.x.y"])
def test_a_plan_that_was_not_tried_here_is_not_put_in(admin: FlaskClient, plan: str) -> None:
    assert "Prøv filen på nytt." in text_of(sent(admin, "/admin/slots/apply", plan=plan), 422)


def test_a_plan_of_another_session_is_not_put_in(admin: FlaskClient, office: Office) -> None:
    plan = plan_in(tried(admin, f"{BOOK};12.05.2021;08.30;5;3"))
    other = office.app.test_client()
    other.post("/admin/login", data={"token": ADMIN_TOKEN})
    assert sent(other, "/admin/slots/apply", plan=plan).status_code == 422
    assert starts(office, "2021-05-12") == {}


@pytest.mark.parametrize("path", ["/admin/slots/csv", "/admin/slots/links"])
def test_a_form_without_a_file_is_refused(admin: FlaskClient, path: str) -> None:
    assert "Ingen fil er valgt." in text_of(sent(admin, path), 422)


def test_files_that_are_too_large_are_refused(admin: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reference_server.address_register.admin.MAX_UPLOAD_BYTES", 1000)
    answer = sent(admin, "/admin/slots/csv", file=[(b"x" * 1001, "stor.csv")])
    assert "Filene er for store til sammen." in text_of(answer, 413)


def test_a_file_larger_than_other_requests_may_be_is_read(admin: FlaskClient) -> None:
    rows = [f"{BOOK};{day:02}.{month:02}.2031;08.30;5;3" for month in range(1, 13) for day in range(1, 29)]
    assert sum(map(len, rows)) < MAX_BODY_BYTES
    many = [row.replace("08.30", f"{hour:02}.30") for row in rows for hour in (7, 8, 9, 10, 11)]
    assert sum(map(len, many)) > MAX_BODY_BYTES
    answer = tried(admin, *many)
    assert f"{len(many)} tider, " in text_of(answer)
    assert f"{len(many)} nye tider" in text_of(sent(admin, "/admin/slots/apply", plan=plan_in(answer)))


def test_the_servers_free_times_are_a_publication_that_can_be_put_in_again(admin: FlaskClient, office: Office) -> None:
    links = re.findall(r'href="(/admin/publication/[^"]+)"', admin.get("/admin/live").text)
    read = {link.rsplit("/", 1)[-1].replace("%24", "$"): admin.get(link).data for link in links}
    assert [one["type"] for one in json.loads(read["$bulk-publish"])["output"]] == ["Location", "Schedule", "Slot"]
    assert len(read["slots.ndjson"].splitlines()) == 48
    later = {name: content.replace(b"2021-05-10T", b"2021-05-17T") for name, content in read.items()}
    answer = sent(admin, "/admin/slots/links", files=[(content, name) for name, content in later.items()])
    assert "48 tider, 144 plasser" in text_of(answer)
    assert "24 nye tider er lagt inn. 24 tider fantes fra før" in text_of(
        sent(admin, "/admin/slots/apply", plan=plan_in(answer))
    )
    assert starts(office, "2021-05-17") == {
        k.replace("-10T", "-17T"): v for k, v in starts(office, "2021-05-10").items()
    }


@pytest.mark.parametrize("path", ["/admin/publication/0000/slots.ndjson", "/admin/publication/9999/passwd"])
def test_a_publication_that_is_not_there_is_not_found(admin: FlaskClient, path: str) -> None:
    assert admin.get(path).status_code == 404


def test_the_live_view_counts_answers_and_free_places(admin: FlaskClient, office: Office) -> None:
    for citizen in range(4):
        office.reserved(citizen)
    assert "Sendt, venter på svar 4" in text_of(admin.get("/admin/live"))
    office.decide_all()
    text = text_of(admin.get("/admin/live"))
    assert "Bekreftet 3" in text
    assert "Avslått: en annen fikk timen 1" in text
    assert "141 av 144 plasser er ledige." in text
    assert "10.05.2021 69" in text
    assert "Det gir ikke livstegn." in text
    assert 'href="/admin/live?municipality=9999">Les på nytt</a>' in admin.get("/admin/live").text


def test_the_live_view_tells_a_stopped_record_system_from_one_at_work(admin: FlaskClient, office: Office) -> None:
    office.storage.beat(time.time())
    assert "Det er i arbeid." in text_of(admin.get("/admin/live"))
    office.storage.beat(time.time(), stopped=True)
    assert "Det er stoppet" in text_of(admin.get("/admin/live"))


def test_no_page_holds_a_citizens_key(admin: FlaskClient, office: Office) -> None:
    office.reserved(0)
    office.decide_all()
    (reservation,) = office.storage.everything().reservations
    for path in GETS[1:]:
        assert reservation.wish.citizen not in admin.get(path).text


def test_every_word_is_there_in_both_languages_and_for_every_state() -> None:
    nb, en = (admin_words()[language] for language in ("nb", "en"))
    assert set(nb) == set(en)
    assert set(State) <= set(nb)
    for word in nb:
        assert set(re.findall(r"{(\w+)}", nb[word])) == set(re.findall(r"{(\w+)}", en[word])), word


def test_every_word_is_said_somewhere() -> None:
    folder = files("reference_server.address_register")
    pages = "".join(
        one.read_text(encoding="utf-8") for one in folder.iterdir() if re.fullmatch(r"admin.*[.](py|html)", one.name)
    )
    computed = {*State, "refused", "warning", "advice"}
    plain = {re.sub("_(one|other)$", "", word) for word in admin_words()["nb"]} - computed
    assert [word for word in sorted(plain) if f'"{word}"' not in pages and f"'{word}'" not in pages] == []


def test_the_style_needs_no_log_in_and_comes_from_here(office: Office) -> None:
    answer = office.web.get("/admin/admin.css")
    assert answer.content_type.startswith("text/css")
    assert b"url(" not in answer.data
    assert b"@import" not in answer.data


def test_every_field_has_a_label_and_every_page_one_heading(admin: FlaskClient) -> None:
    for path in ("/admin/set-up", "/admin/slots", "/admin/live"):
        text = admin.get(path).text
        fields = re.findall(r'<(?:input|select) id="([^"]+)"', text)
        assert set(fields) == set(re.findall(r'<label for="([^"]+)"', text))
        assert len(re.findall(r"<h1>", text)) == 1
