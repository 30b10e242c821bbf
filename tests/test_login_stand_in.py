"""The log-in stand-in: an OpenID provider for synthetic people, with switches that make it fail on purpose."""

import base64
import json
import random
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from joserfc import jwt
from joserfc.errors import BadSignatureError
from joserfc.jwk import KeySet, RSAKey
from werkzeug.test import TestResponse

from reference_server.login_client import CLIENT_ID, LoginProblem, RelyingParty, challenge_of, client_secret
from reference_server.login_codes import CODE_S, Codes, Grant, Request
from reference_server.login_switches import Failures, Switches
from reference_server.pages.session import LoginUnderWay
from scenarios.identity import national_number, synthetic_problem
from tests.office import ADMIN
from tests.visitor import LOGIN, Reception

BACK = "http://127.0.0.1:5000/innlogget"
VERIFIER = "v" * 43
ASKED = {
    "response_type": "code",
    "client_id": CLIENT_ID,
    "redirect_uri": BACK,
    "scope": "openid",
    "state": "the-state",
    "nonce": "the-nonce",
    "code_challenge": challenge_of(VERIFIER),
    "code_challenge_method": "S256",
}
REAL = "01019000083"


@pytest.fixture
def reception(tmp_path: Path) -> Reception:
    return Reception(tmp_path)


def authorize(reception: Reception, changed: Mapping[str, str] | None = None) -> TestResponse:
    return reception.login.get("/authorize", base_url=LOGIN, query_string={**ASKED, **(changed or {})})


def chosen(reception: Reception, number: str) -> TestResponse:
    """The answer to choosing a number on the page of the log-in."""
    visitor = reception.visitor().sees_login(f"/authorize?{urlencode(ASKED)}")
    return reception.login.post("/authorize", base_url=LOGIN, data=visitor.hidden | {"number": number})


def a_code(reception: Reception) -> str:
    return parse_qs(urlsplit(chosen(reception, national_number(0)).location).query)["code"][0]


def token(reception: Reception, secret: str | None = None, **changed: str) -> TestResponse:
    key = client_secret(reception.secret) if secret is None else secret
    basic = base64.b64encode(f"{CLIENT_ID}:{key}".encode()).decode()
    form = {"grant_type": "authorization_code", "redirect_uri": BACK, "code_verifier": VERIFIER} | changed
    return reception.login.post("/token", base_url=LOGIN, data=form, headers={"Authorization": f"Basic {basic}"})


def test_discovery_names_endpoints_that_answer(reception: Reception) -> None:
    about: dict[str, Any] = reception.login.get("/.well-known/openid-configuration", base_url=LOGIN).get_json()
    assert about["issuer"] == LOGIN
    assert about["code_challenge_methods_supported"] == ["S256"]
    assert authorize(reception).status_code == 200
    assert about["authorization_endpoint"] == f"{LOGIN}/authorize"
    assert about["jwks_uri"] == f"{LOGIN}/jwks"
    (key,) = reception.login.get("/jwks").get_json()["keys"]
    assert (key["kty"], key["use"], key["alg"]) == ("RSA", "sig", "RS256")
    assert "d" not in key, "the private key is public"


def test_a_code_becomes_a_signed_token_with_the_synthetic_number(reception: Reception) -> None:
    answer = token(reception, code=a_code(reception))
    assert answer.headers["Cache-Control"] == "no-store"
    keys = KeySet.import_key_set(reception.login.get("/jwks").get_json())
    claims = jwt.decode(answer.get_json()["id_token"], keys, algorithms=["RS256"]).claims
    assert (claims["iss"], claims["aud"], claims["nonce"]) == (LOGIN, CLIENT_ID, "the-nonce")
    assert claims["pid"] == national_number(0)
    assert claims["iat"] <= time.time() <= claims["exp"]
    assert national_number(0) not in claims["sub"]
    with pytest.raises(BadSignatureError):
        jwt.decode(answer.get_json()["id_token"], RSAKey.generate_key(2048), algorithms=["RS256"])


def test_the_citizen_comes_back_with_the_state_and_the_issuer(reception: Reception) -> None:
    answer = chosen(reception, national_number(0))
    assert answer.status_code == 303
    assert answer.location.startswith(BACK + "?")
    back = parse_qs(urlsplit(answer.location).query)
    assert (back["state"], back["iss"]) == (["the-state"], [LOGIN])


def test_a_code_is_good_once(reception: Reception) -> None:
    code = a_code(reception)
    assert token(reception, code=code).status_code == 200
    assert token(reception, code=code).get_json() == {"error": "invalid_grant"}


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"code_verifier": "w" * 43}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_grant"),
        ({"redirect_uri": "http://127.0.0.1:5000/other"}, "invalid_grant"),
        ({"code": "made-up"}, "invalid_grant"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"secret": "wrong"}, "invalid_client"),
        ({"secret": ""}, "invalid_client"),
    ],
)
def test_a_code_is_worth_nothing_to_anybody_else(reception: Reception, changed: dict[str, str], error: str) -> None:
    answer = token(reception, **({"code": a_code(reception)} | changed))
    assert answer.status_code in (400, 401)
    assert answer.get_json() == {"error": error}


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"state": ""}, "invalid_request"),
        ({"nonce": ""}, "invalid_request"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
    ],
)
def test_a_request_that_lacks_a_guard_goes_back_with_the_error(
    reception: Reception, changed: dict[str, str], error: str
) -> None:
    answer = authorize(reception, changed)
    assert answer.status_code == 303
    assert parse_qs(urlsplit(answer.location).query)["error"] == [error]


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": "somebody"},
        {"redirect_uri": "https://evil.example/innlogget"},
        {"redirect_uri": "http://evil.example/innlogget"},
        {"redirect_uri": "http://127.0.0.1@evil.example/"},
        {"redirect_uri": "http://127.0.0.1:99999999/"},
        {"redirect_uri": "http://127.0.0.1:5000/?x=1"},
        {"redirect_uri": "javascript:alert(1)"},
        {"redirect_uri": ""},
    ],
)
def test_nobody_is_sent_to_an_unknown_address(reception: Reception, changed: dict[str, str]) -> None:
    answer = authorize(reception, changed)
    assert (answer.status_code, answer.headers.get("Location")) == (400, None)


def test_the_page_says_plainly_what_it_is_not(reception: Reception) -> None:
    page = reception.visitor().sees_login(f"/authorize?{urlencode(ASKED)}")
    assert page.heading == "Liksom-innlogging"
    assert "Dette er ikke ID-porten og ikke BankID." in page.words
    assert "<script" not in page.source
    assert "Feilbryter" not in page.words
    offered = [number for number in page.source.split('value="') if number[:11].isdigit()]
    assert len(offered) == 8
    assert {synthetic_problem(number[:11]) for number in offered} == {None}
    assert "Pretend log-in" in page.sees_login(f"/authorize?{urlencode(ASKED | {'ui_locales': 'en'})}").source


def test_a_real_number_is_refused_with_a_clear_message_and_not_repeated(reception: Reception) -> None:
    answer = chosen(reception, REAL)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Ekte fødselsnumre blir avvist her." in text
    assert REAL not in text


def test_the_choice_cannot_be_posted_without_the_page(reception: Reception) -> None:
    answer = reception.login.post("/authorize", data={"request": "made-up", "number": national_number(0)})
    assert answer.status_code == 400


def test_going_back_without_choosing_is_an_answer_too(reception: Reception) -> None:
    visitor = reception.visitor().sees_login(f"/authorize?{urlencode(ASKED)}")
    answer = reception.login.post("/authorize", base_url=LOGIN, data=visitor.hidden | {"cancel": "1", "number": ""})
    assert parse_qs(urlsplit(answer.location).query)["error"] == ["access_denied"]


def test_the_log_in_for_load_tests_gives_the_same_citizen_as_the_pages(reception: Reception) -> None:
    plain = reception.login.post("/login", json={"citizen": national_number(0)}).get_json()["token"]
    access = token(reception, code=a_code(reception)).get_json()["access_token"]
    first, second = (one.split(".")[1:3] for one in (plain, access))
    assert first == second


def test_codes_are_over_after_their_time() -> None:
    now_s = [0.0]
    codes = Codes(clock=lambda: now_s[0])
    grant = Grant(Request(client_id="c", redirect_uri=BACK, state="s", nonce="n", challenge="x"), national_number(0))
    early, late = codes.issue(grant), codes.issue(grant)
    now_s[0] = CODE_S
    assert codes.redeem(early) == grant
    now_s[0] = CODE_S + 0.1
    assert codes.redeem(late) is None
    assert codes.redeem("never issued") is None


class Forger:
    """A log-in that answers what it likes."""

    def __init__(self, reception: Reception, changed: Mapping[str, Any], *, key: RSAKey | None = None) -> None:
        self._reception = reception
        self._own = RSAKey.generate_key(2048, auto_kid=True)
        now_s = int(time.time())
        good = {
            "iss": LOGIN,
            "aud": CLIENT_ID,
            "nonce": "n",
            "exp": now_s + 60,
            "iat": now_s,
            "pid": national_number(0),
        }
        claims = {name: value for name, value in (good | dict(changed)).items() if value is not None}
        self._id_token = jwt.encode({"alg": "RS256", "kid": self._own.kid}, claims, key or self._own)

    def __call__(self, method: str, address: str, headers: dict[str, str], body: str | None) -> tuple[int, bytes]:
        if address.endswith("/jwks"):
            return 200, json.dumps({"keys": [self._own.as_dict(private=False)]}).encode()
        if address.endswith("/token"):
            return 200, json.dumps({"id_token": self._id_token}).encode()
        return self._reception.ask_login(method, address, headers, body)


UNDER_WAY = LoginUnderWay(state="s", nonce="n", verifier=VERIFIER, onwards="/")


def test_the_booking_server_takes_a_good_token(reception: Reception) -> None:
    party = RelyingParty(LOGIN, reception.secret, Forger(reception, {}))
    assert party.number(UNDER_WAY, "code", BACK) == national_number(0)


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "http://127.0.0.1:2"},
        {"aud": "somebody"},
        {"nonce": "another"},
        {"nonce": None},
        {"exp": 1},
        {"exp": None},
        {"pid": None},
        {"pid": REAL},
    ],
)
def test_the_booking_server_refuses_a_token_with(reception: Reception, changed: dict[str, Any]) -> None:
    party = RelyingParty(LOGIN, reception.secret, Forger(reception, changed))
    assert party.number(UNDER_WAY, "code", BACK) is LoginProblem.REFUSED


def test_the_booking_server_refuses_a_token_signed_with_another_key(reception: Reception) -> None:
    forger = Forger(reception, {}, key=RSAKey.generate_key(2048))
    assert RelyingParty(LOGIN, reception.secret, forger).number(UNDER_WAY, "code", BACK) is LoginProblem.REFUSED


@pytest.mark.parametrize("answer", [(503, b"{}"), (200, b"<html>"), (200, b"[]")])
def test_a_log_in_that_answers_nonsense_counts_as_unreachable(answer: tuple[int, bytes]) -> None:
    def nonsense(*_: object) -> tuple[int, bytes]:
        return answer

    party = RelyingParty(LOGIN, "secret", nonsense)
    assert party.begin(BACK, "nb", "/") is LoginProblem.UNREACHABLE
    assert party.number(UNDER_WAY, "code", BACK) is LoginProblem.UNREACHABLE


def test_a_log_in_that_is_gone_counts_as_unreachable() -> None:
    def gone(*_: object) -> tuple[int, bytes]:
        raise ConnectionRefusedError

    assert RelyingParty(LOGIN, "secret", gone).begin(BACK, "nb", "/") is LoginProblem.UNREACHABLE


def test_switches_are_off_until_an_operator_turns_them(reception: Reception) -> None:
    off = {"slow_s": 0.0, "refusing": False, "error_rate": 0.0}
    assert reception.login.get("/admin/failures", headers=ADMIN).get_json() == off
    for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer wrong"}):
        answer = reception.login.put("/admin/failures", json={"refusing": True}, headers=headers)
        assert answer.status_code == 401
    assert reception.login.get("/admin/failures", headers=ADMIN).get_json() == off


@pytest.mark.parametrize(
    "wrong", ['{"slow_s": -1}', '{"slow_s": 61}', '{"error_rate": 2}', '{"other": 1}', '{"refusing": "yes"}', "x", ""]
)
def test_a_switch_that_makes_no_sense_is_refused(reception: Reception, wrong: str) -> None:
    answer = reception.login.put("/admin/failures", data=wrong, headers=ADMIN)
    assert answer.status_code == 422
    assert not any(reception.login.get("/admin/failures", headers=ADMIN).get_json().values())


def test_a_switch_that_is_on_is_stated_on_the_page(reception: Reception) -> None:
    reception.login.put("/admin/failures", json={"error_rate": 0.000001}, headers=ADMIN)
    page = reception.visitor().sees_login(f"/authorize?{urlencode(ASKED)}")
    assert "Feilbryter er på: 0.0001 % av forespørslene feiler" in page.words


def test_refusing_turns_away_people_and_load_tests_alike_and_can_be_turned_off(reception: Reception) -> None:
    code = a_code(reception)
    reception.login.put("/admin/failures", json={"refusing": True}, headers=ADMIN)
    plain = reception.login.post("/login", json={"citizen": national_number(0)})
    assert [one.status_code for one in (plain, authorize(reception), token(reception, code=code))] == [503] * 3
    assert reception.login.get("/health/live").status_code == 200
    reception.login.put("/admin/failures", json={}, headers=ADMIN)
    assert token(reception, code=code).status_code == 200


def test_errors_come_at_the_rate_and_slowness_at_its_length() -> None:
    slept_s = list[float]()
    switches = Switches(random.Random(1), slept_s.append)
    assert switches.verdict() is None
    assert not switches.now.any
    switches.turn(Failures(slow_s=1.5, error_rate=0.25))
    failed = [switches.verdict() for _ in range(2000)].count(500)
    assert 400 < failed < 600
    assert slept_s == [1.5] * 2000
    switches.turn(Failures())
    assert switches.verdict() is None
