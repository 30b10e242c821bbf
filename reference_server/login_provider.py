"""The log-in stand-in as an OpenID provider: discovery, the page where one chooses a person, tokens and keys.

It takes the place of ID-porten for synthetic citizens and never looks like it.
Source: docs.digdir.no/docs/idporten/oidc; RFC 6749, RFC 7636, OpenID Connect Core 1.0.
"""

import hmac
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, abort, jsonify, redirect, request
from itsdangerous import BadData, URLSafeTimedSerializer
from pydantic import ValidationError

from reference_server.login_client import CLIENT_ID, challenge_of, client_secret
from reference_server.login_codes import Codes, Grant, Request
from reference_server.login_signing import ALGORITHM, Signature
from reference_server.login_switches import Failures, Switches
from reference_server.pages.language import DEFAULT, LANGUAGES, Language, language_of
from reference_server.pages.rendering import STYLE_PATH, page, style
from reference_server.relations import persons
from reference_server.tokens import LIFETIME_S, Tokens
from reference_server.web import problem, refuse
from scenarios.identity import synthetic_problem

CHOOSE_S: Final = 600
"""How long the page may stand open. ASSUMPTION."""


class Provider:
    """What the stand-in knows while it runs."""

    def __init__(self, secret: str, admin_token: str, switches: Switches) -> None:
        self._requests = URLSafeTimedSerializer(secret, salt="authorization request")
        self._client_secret = client_secret(secret)
        self._admin_token = admin_token
        self._tokens = Tokens(secret)
        self._switches = switches
        self._codes = Codes()
        self._signature = Signature()

    def discovery(self) -> Response:
        """What clients need to know (OpenID Connect Discovery 1.0)."""
        issuer = _issuer()
        return jsonify(
            issuer=issuer,
            authorization_endpoint=f"{issuer}/authorize",
            token_endpoint=f"{issuer}/token",
            jwks_uri=f"{issuer}/jwks",
            response_types_supported=["code"],
            response_modes_supported=["query"],
            grant_types_supported=["authorization_code"],
            subject_types_supported=["public"],
            scopes_supported=["openid"],
            claims_supported=["iss", "aud", "sub", "pid", "nonce", "acr", "auth_time", "iat", "exp"],
            id_token_signing_alg_values_supported=[ALGORITHM],
            token_endpoint_auth_methods_supported=["client_secret_basic"],
            code_challenge_methods_supported=["S256"],
            ui_locales_supported=list(LANGUAGES),
            authorization_response_iss_parameter_supported=True,
        )

    def jwks(self) -> Response:
        """The public key."""
        return jsonify(self._signature.public_keys())

    def authorize(self) -> Response:
        """The page where a synthetic person is chosen."""
        language, asked = _language(), request.args
        if asked.get("client_id") != CLIENT_ID or not _is_ours(asked.get("redirect_uri", "")):
            return _stopped("login.unknown_client", HTTPStatus.BAD_REQUEST)
        wanted = Request(
            client_id=CLIENT_ID,
            redirect_uri=asked["redirect_uri"],
            state=asked.get("state", ""),
            nonce=asked.get("nonce", ""),
            challenge=asked.get("code_challenge", ""),
        )
        fault = _fault(wanted)
        if fault is not None:
            return _back(wanted, error=fault)
        return self._choose(wanted, language)

    def choose(self) -> Response:
        """A person was chosen: back to the client with a code, or the page again with what is wrong."""
        language = _language()
        try:
            kept = self._requests.loads(request.form.get("request", ""), max_age=CHOOSE_S)
        except BadData:
            return _stopped("login.too_late", HTTPStatus.BAD_REQUEST)
        wanted = Request(**kept)
        if "cancel" in request.form:
            return _back(wanted, error="access_denied")
        number = "".join(request.form.get("number", "").split())
        if synthetic_problem(number) is not None:
            return self._choose(wanted, language, refused=True)
        return _back(wanted, code=self._codes.issue(Grant(wanted, number)))

    def token(self) -> Response:
        """A code in exchange for tokens; the access token is good for the booking API."""
        shown = request.authorization
        basic = (
            (shown.username or "", shown.password or "") if shown is not None and shown.type == "basic" else ("", "")
        )
        if basic[0] != CLIENT_ID or not hmac.compare_digest(basic[1].encode(), self._client_secret.encode()):
            return _token_error("invalid_client", HTTPStatus.UNAUTHORIZED)
        if request.form.get("grant_type") != "authorization_code":
            return _token_error("unsupported_grant_type")
        grant = self._codes.redeem(request.form.get("code", ""))
        if (
            grant is None
            or request.form.get("redirect_uri") != grant.request.redirect_uri
            or not hmac.compare_digest(challenge_of(request.form.get("code_verifier", "")), grant.request.challenge)
        ):
            return _token_error("invalid_grant")
        return jsonify(
            token_type="Bearer",  # noqa: S106 (the kind of token, not one)
            access_token=self._tokens.token(grant.number),
            expires_in=LIFETIME_S,
            scope="openid",
            id_token=self._signature.id_token(grant, _issuer(), self._tokens.citizen_key(grant.number)),
        )

    def failures(self) -> Response:
        """Which switches are on; PUT turns them, for whoever has the admin token."""
        shown = request.authorization
        token = shown.token if shown is not None and shown.type == "bearer" else None
        if not self._admin_token or not hmac.compare_digest((token or "").encode(), self._admin_token.encode()):
            refuse(HTTPStatus.UNAUTHORIZED, "the admin token is needed", {"WWW-Authenticate": "Bearer"})
        if request.method == "PUT":
            try:
                self._switches.turn(Failures.model_validate_json(request.get_data()))
            except ValidationError:
                refuse(
                    HTTPStatus.UNPROCESSABLE_ENTITY,
                    'expected {"slow_s": 0 to 60, "refusing": true or false, "error_rate": 0 to 1}; '
                    "what is left out is off",
                )
        return jsonify(self._switches.now.model_dump())

    def fail(self) -> None:
        """End a request that a switch lets fail."""
        status = self._switches.verdict()
        if status is None:
            return
        detail = "the log-in stand-in fails on purpose: a switch is on"
        if request.path == "/authorize":
            abort(_stopped("login.failing", status))
        abort(problem(HTTPStatus(status), detail, {"Retry-After": "1"} if status == 503 else None))

    def _choose(self, wanted: Request, language: Language, *, refused: bool = False) -> Response:
        target = urlsplit(wanted.redirect_uri)
        kept = {name: getattr(wanted, name) for name in Request.__dataclass_fields__}
        return page(
            "login_choose.html",
            language,
            {
                "other_language": _other_language(language),
                "request": self._requests.dumps(kept),
                "persons": list(persons().items()),
                "refused": refused,
                "failures": self._switches.now,
            },
            status=HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK,
            form_targets=f"{target.scheme}://{target.netloc}",
        )


def provider_part(provider: Provider) -> Blueprint:
    """The routes, named `provider.authorize`, `provider.choose` and so on."""
    routes = Blueprint("provider", __name__)
    routes.get("/.well-known/openid-configuration")(provider.discovery)
    routes.get("/jwks")(provider.jwks)
    routes.get("/authorize")(provider.authorize)
    routes.post("/authorize")(provider.choose)
    routes.post("/token")(provider.token)
    routes.add_url_rule("/admin/failures", "failures", provider.failures, methods=["GET", "PUT"])
    routes.get(STYLE_PATH)(style)
    return routes


def _issuer() -> str:
    return request.host_url.rstrip("/")


def _stopped(message: str, status: int) -> Response:
    return page("login_stopped.html", _language(), {"message": message, "other_language": None}, status=status)


def _language() -> Language:
    asked = (request.form.get("ui_locales") or request.args.get("ui_locales", "")).split()
    return language_of(next((code for code in LANGUAGES if code in asked), DEFAULT))


def _other_language(language: Language) -> str | None:
    if request.method != "GET":
        return None
    switched = "en" if language.code == "nb" else "nb"
    return f"/authorize?{urlencode(request.args.to_dict() | {'ui_locales': switched})}"


def _is_ours(address: str) -> bool:
    # Citizens go back to this machine only, to any port (RFC 8252, 7.3), so the stand-in is nobody's springboard.
    try:
        where = urlsplit(address)
        inside = where.hostname in ("127.0.0.1", "localhost", "::1") and where.port != 0
    except ValueError:
        return False
    return where.scheme == "http" and inside and where.username is None and not where.query and not where.fragment


def _fault(wanted: Request) -> str | None:
    if request.args.get("response_type") != "code":
        return "unsupported_response_type"
    if "openid" not in request.args.get("scope", "").split():
        return "invalid_scope"
    pkce = request.args.get("code_challenge_method") == "S256" and len(wanted.challenge) == 43
    return None if pkce and wanted.state and wanted.nonce else "invalid_request"


def _back(wanted: Request, **answer: str) -> Response:
    told = urlencode(answer | {"state": wanted.state, "iss": _issuer()})
    response = redirect(f"{wanted.redirect_uri}?{told}", HTTPStatus.SEE_OTHER)
    return Response(response.get_data(), response.status_code, response.headers)


def _token_error(error: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> Response:
    response = jsonify(error=error)
    response.status_code = status
    if status is HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = 'Basic realm="token"'
    return response
