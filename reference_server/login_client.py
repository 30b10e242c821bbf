"""The booking server as a client of the log-in (OpenID Connect, authorization code with PKCE, state and nonce)."""

import base64
import hashlib
import hmac
import http.client
import json
import secrets
from collections.abc import Callable
from enum import StrEnum
from typing import Any, Final, TypeAlias, cast
from urllib.parse import urlencode, urlsplit

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from reference_server.login_signing import ALGORITHM
from reference_server.pages.session import LoginUnderWay
from scenarios.identity import synthetic_problem

CLIENT_ID: Final = "bolk-booking"
TIMEOUT_S: Final = 10.0
"""How long the booking server waits for the log-in. ASSUMPTION: a citizen waits no longer for a page."""
MAX_ANSWER_BYTES: Final = 64 * 1024

Ask: TypeAlias = Callable[[str, str, dict[str, str], str | None], tuple[int, bytes]]
"""Sends method, address, headers and body; returns status and body, or raises OSError or HTTPException."""


class LoginProblem(StrEnum):
    """Why a log-in came to nothing."""

    UNREACHABLE = "unreachable"
    REFUSED = "refused"


def client_secret(secret: str) -> str:
    """What the booking server and the log-in know of each other, made from the secret they share."""
    return hmac.new(secret.encode(), b"client " + CLIENT_ID.encode(), hashlib.sha256).hexdigest()


def challenge_of(verifier: str) -> str:
    """The S256 code challenge (RFC 7636)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def over_http(method: str, address: str, headers: dict[str, str], body: str | None) -> tuple[int, bytes]:
    """Ask the log-in itself."""
    where = urlsplit(address)
    connection = http.client.HTTPConnection(where.netloc, timeout=TIMEOUT_S)
    try:
        connection.request(method, where.path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read(MAX_ANSWER_BYTES)
    finally:
        connection.close()


class RelyingParty:
    """Sends citizens to the log-in and takes them back."""

    def __init__(self, issuer: str, secret: str, ask: Ask = over_http) -> None:
        self._issuer = issuer
        self._basic = base64.b64encode(f"{CLIENT_ID}:{client_secret(secret)}".encode()).decode()
        self._ask = ask

    def begin(self, redirect_uri: str, language: str, onwards: str) -> tuple[str, LoginUnderWay] | LoginProblem:
        """Where to send the citizen, and what to remember meanwhile."""
        about = self._json("GET", f"{self._issuer}/.well-known/openid-configuration")
        if about is None or about.get("issuer") != self._issuer:
            return LoginProblem.UNREACHABLE
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        asked = {
            "response_type": "code",
            "client_id": CLIENT_ID,
            "redirect_uri": redirect_uri,
            "scope": "openid",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge_of(verifier),
            "code_challenge_method": "S256",
            "ui_locales": language,
        }
        login = LoginUnderWay(state=state, nonce=nonce, verifier=verifier, onwards=onwards)
        return f"{about['authorization_endpoint']}?{urlencode(asked)}", login

    def number(self, login: LoginUnderWay, code: str, redirect_uri: str) -> str | LoginProblem:
        """The synthetic identity number of the citizen who came back with a code."""
        about = self._json("GET", f"{self._issuer}/.well-known/openid-configuration")
        keys = about and self._json("GET", about["jwks_uri"])
        if about is None or keys is None:
            return LoginProblem.UNREACHABLE
        asked = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": login.verifier,
        }
        answer = self._json("POST", about["token_endpoint"], urlencode(asked))
        if answer is None:
            return LoginProblem.UNREACHABLE
        pid = self._pid(str(answer.get("id_token", "")), keys, login.nonce)
        return LoginProblem.REFUSED if pid is None or synthetic_problem(pid) else pid

    def _pid(self, id_token: str, keys: dict[str, Any], nonce: str) -> str | None:
        rules = jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": CLIENT_ID},
            nonce={"essential": True, "value": nonce},
            exp={"essential": True},
            pid={"essential": True},
        )
        try:
            token = jwt.decode(id_token, KeySet.import_key_set(cast(Any, keys)), algorithms=[ALGORITHM])
            rules.validate(token.claims)
        except (JoseError, ValueError):
            return None
        return str(token.claims["pid"])

    def _json(self, method: str, address: str, form: str | None = None) -> dict[str, Any] | None:
        headers = {"Accept": "application/json"}
        if form is not None:
            headers |= {"Authorization": f"Basic {self._basic}", "Content-Type": "application/x-www-form-urlencoded"}
        try:
            status, body = self._ask(method, address, headers, form)
            answer: object = json.loads(body)
        except (OSError, http.client.HTTPException, ValueError):
            return None
        usable = isinstance(answer, dict) and status < 500
        return cast(dict[str, Any], answer) if usable else None
