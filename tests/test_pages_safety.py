"""What the pages refuse: forms of other sites, other people's appointments, foreign log-ins; and no script at all."""

import re
from importlib.resources import files
from pathlib import Path

import pytest

from reference_server.database import prepare
from reference_server.limits import Limits, Rate
from reference_server.pages.desk import SESSION_COOKIE
from reference_server.pages.language import language_of
from reference_server.pages.session import Sessions, safe_path
from reference_server.storage import State, StorageUnavailable
from scenarios.identity import national_number
from tests import a
from tests.office import ADMIN, Office
from tests.visitor import FIRST_TIME, LOGIN, Reception

PRIVATE = (
    "/timeavtaler",
    "/innboks",
    "/bestill",
    "/bestill/9999-1",
    FIRST_TIME,
    "/venteliste/9999-1",
    "/timeavtaler/one/kalender.ics",
)


@pytest.fixture
def reception(tmp_path: Path) -> Reception:
    return Reception(tmp_path)


@pytest.mark.parametrize("token", ["", "0" * 64])
def test_a_form_that_we_did_not_make_changes_nothing(reception: Reception, token: str) -> None:
    visitor = reception.visitor(0)
    visitor.posts(FIRST_TIME, start="0830", key="k", form_token=token)
    assert (visitor.answer.status_code, visitor.heading) == (403, "Skjemaet kan ikke brukes lenger")
    assert reception.states() == []
    assert visitor.posts("/logg-ut", form_token=token).answer.status_code == 403
    assert visitor.goes("/timeavtaler").answer.status_code == 200


def test_the_form_of_another_session_is_refused(reception: Reception) -> None:
    theirs = reception.visitor(1).goes(FIRST_TIME).hidden
    visitor = reception.visitor(0).posts(FIRST_TIME, **theirs, start="0830")
    assert visitor.answer.status_code == 403
    assert reception.states() == []


def test_every_form_that_is_posted_carries_the_token() -> None:
    for template in files("reference_server.pages").iterdir():
        if template.name.endswith(".html") and not template.name.startswith("login_"):
            source = template.read_text(encoding="utf-8")
            for form in re.findall(r'<form[^>]*method="post".*?</form>', source, re.DOTALL):
                assert 'name="form_token" value="{{ form_token }}"' in form, template.name


def test_other_peoples_appointments_do_not_exist_for_you(reception: Reception) -> None:
    owner = reception.visitor(0).books("0830")
    sent = owner.answer.request.path
    reception.decide_all()
    page = owner.goes("/innboks").link("Se timeavtalen")
    other = reception.visitor(1).goes(FIRST_TIME)
    token = other.hidden["form_token"]
    addresses = (sent, page, f"{page}/kalender.ics", f"{page}/avbestill")
    assert [other.goes(address).answer.status_code for address in addresses] == [404] * 4
    assert other.posts(f"{page}/avbestill", form_token=token).answer.status_code == 404
    moving = f"{FIRST_TIME}?endrer={page.rpartition('/')[2]}"
    assert other.posts(moving, form_token=token, key="k", start="0900").answer.status_code == 404
    assert "Vaksine covid19" not in other.goes("/innboks").words
    assert reception.states() == [State.CONFIRMED]


@pytest.mark.parametrize("address", PRIVATE)
def test_nobody_sees_anything_without_logging_in(reception: Reception, address: str) -> None:
    answer = reception.visitor().goes(address).answer
    assert answer.status_code == 303
    assert answer.location.startswith(f"{LOGIN}/authorize?")


def test_a_post_without_a_session_does_nothing_but_ask_for_the_log_in(reception: Reception) -> None:
    assert reception.visitor().posts(FIRST_TIME, start="0830").answer.status_code == 303
    assert reception.states() == []


def test_the_log_in_leads_back_to_the_page_that_was_asked_for(reception: Reception) -> None:
    visitor = reception.visitor().logs_in(national_number(0), f"{FIRST_TIME}?lang=en")
    assert visitor.heading == "Choose a time"


@pytest.mark.parametrize(
    "wanted", ["//evil.example", "https://evil.example", "/\\evil.example", "/\t/evil.example", "evil", ""]
)
def test_nobody_is_led_to_another_site(reception: Reception, wanted: str) -> None:
    assert safe_path(wanted) == "/timeavtaler"
    visitor = reception.visitor()
    visitor.client.get("/logg-inn", query_string={"til": wanted})
    visitor.logs_in(national_number(0), f"/logg-inn?til={wanted}")
    assert visitor.heading == "Timeavtaler"


def test_a_log_in_begun_in_another_browser_is_not_taken_over(reception: Reception) -> None:
    theirs = reception.visitor().goes("/logg-inn").answer.location
    state = re.search(r"state=([^&]+)", theirs)
    assert state
    visitor = reception.visitor()
    for address in (f"/innlogget?code=x&state={state[1]}", "/innlogget", "/innlogget?error=access_denied"):
        visitor.goes(address)
        assert (visitor.answer.status_code, visitor.heading) == (403, "Du ble ikke logget inn")
    assert visitor.goes("/timeavtaler").answer.status_code == 303


def test_logging_out_ends_the_session_in_this_browser(reception: Reception) -> None:
    visitor = reception.visitor(0).sends("/logg-ut")
    assert visitor.heading == "Timebestilling"
    assert visitor.goes("/timeavtaler").answer.status_code == 303


def test_the_session_cookie_is_kept_from_scripts_other_sites_and_plain_http(reception: Reception) -> None:
    client = reception.app.test_client()
    for scheme, secure in (("http", False), ("https", True)):
        cookie = client.get("/logg-inn", base_url=f"{scheme}://localhost").headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert ("Secure" in cookie) is secure


def test_a_session_is_over_in_time_and_worth_nothing_with_another_secret(
    reception: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    sessions = Sessions(reception.secret)
    cookie = sessions.new("someone")
    found = sessions.read(cookie)
    assert found is not None
    assert found.citizen == "someone"
    assert Sessions("another").read(cookie) is None
    assert sessions.read(cookie + "x") is None
    assert sessions.read(sessions.new("someone")) != found
    monkeypatch.setattr("reference_server.pages.session.SESSION_S", -1)
    assert sessions.read(cookie) is None


def test_no_page_has_a_script_or_a_style_of_its_own_and_the_headers_forbid_both(reception: Reception) -> None:
    visitor = reception.visitor(0)
    for address in ("/", "/tilgjengelighet", *PRIVATE[:-1], "/bestill/timebok", "/nothing"):
        source = visitor.goes(address).source
        assert not re.search(r"<script|<style|\son\w+=|style=|javascript:", source), address
        policy = visitor.answer.headers.get("Content-Security-Policy", "")
        assert policy.startswith("default-src 'none'"), address
        assert "unsafe" not in policy
    assert visitor.goes("/").source.count("ikke Helsenorge") == 1


def test_the_style_sheet_is_served_and_may_be_kept(reception: Reception) -> None:
    visitor = reception.visitor().goes("/")
    style = re.search(r'href="(/pages.css[^"]+)"', visitor.source)
    assert style
    answer = visitor.client.get(style[1])
    assert answer.content_type.startswith("text/css")
    assert "immutable" in answer.headers["Cache-Control"]
    assert visitor.answer.headers["Cache-Control"] == "no-store"


def test_the_language_is_switched_by_address_and_remembered(reception: Reception) -> None:
    visitor = reception.visitor(0)
    assert visitor.goes(visitor.link("English")).heading == "Appointments"
    assert '<html lang="en">' in visitor.source
    assert visitor.goes("/innboks").heading == "Inbox"
    visitor.goes("/bestill/9999-1?maned=2021-05")
    assert visitor.goes(visitor.link("Norsk")).heading == "Velg dato"
    assert visitor.goes("/innboks?lang=xx").heading == "Innboks"


def test_both_catalogues_have_the_same_messages_and_placeholders() -> None:
    nb, en = (dict(language_of(code).messages) for code in ("nb", "en"))
    assert set(en) - set(nb) == {"notation.title"}  # the guide's own line is bokmål, kept beside the API's
    del en["notation.title"]
    assert set(nb) == set(en)
    for message in nb:
        fields = [set(re.findall(r"{(\w+)}", catalogue[message])) for catalogue in (nb, en)]
        assert fields[0] == fields[1], message


def test_a_database_that_does_not_answer_is_told_as_it_is(
    reception: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = reception.visitor(0)

    def busy(*_: object) -> None:
        raise StorageUnavailable("busy")

    monkeypatch.setattr(reception.storage, "answers", busy)
    visitor.goes("/innboks")
    assert (visitor.answer.status_code, visitor.heading) == (503, "Vi får ikke svar akkurat nå")
    assert visitor.answer.headers["Retry-After"] == "1"


def test_a_log_in_that_fails_is_told_as_it_is(reception: Reception) -> None:
    reception.login.put("/admin/failures", json={"refusing": True}, headers=ADMIN)
    visitor = reception.visitor()
    visitor.sees_login(visitor.goes("/timeavtaler").answer.location)
    assert (visitor.answer.status_code, visitor.heading) == (503, "Innloggingen stoppet")
    assert "med vilje" in visitor.words


def test_the_waiting_room_and_the_rate_limit_hold_for_the_pages_too(tmp_path: Path) -> None:
    scenario = a.scenario({"platform.waiting_room": {"total_active_users": 1, "new_users_per_minute": 60}})
    office = Office(tmp_path, Limits(per_citizen=Rate(per_s=0.001, burst=3)), scenario)
    sessions = Sessions(prepare(office.path, scenario))
    cookies = [sessions.new(citizen) for citizen in ("first", "second")]
    first, second = (office.app.test_client() for _ in cookies)
    for client, cookie in zip((first, second), cookies, strict=True):
        client.set_cookie(SESSION_COOKIE, cookie)
    assert first.get("/timeavtaler").status_code == 200
    queued = second.get("/timeavtaler")
    assert queued.status_code == 429
    assert int(queued.headers["Retry-After"]) >= 1
    assert "du er nummer 1 i køen" in queued.get_data(as_text=True)
    assert second.get("/").status_code == second.get("/pages.css").status_code == 200
    assert [first.get("/timeavtaler").status_code for _ in range(3)] == [200, 200, 429]
    assert "Vent noen sekunder" in first.get("/innboks").get_data(as_text=True)
    office.storage.close()
