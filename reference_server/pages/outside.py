"""The pages that anybody may see, and the way in and out."""

from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, request

from reference_server.login_client import LoginProblem, RelyingParty
from reference_server.pages.behalf import CHOICE_COOKIE
from reference_server.pages.desk import SESSION_COOKIE, Desk, keep, see_other
from reference_server.pages.session import LOGIN_S, safe_path
from reference_server.tokens import Tokens

_LOGIN_COOKIE: Final = "bolk_login"
_PROBLEMS: Final = {
    LoginProblem.UNREACHABLE: ("login", HTTPStatus.SERVICE_UNAVAILABLE),
    LoginProblem.REFUSED: ("login_refused", HTTPStatus.FORBIDDEN),
}


class Outside:
    """Front page, log-in, log-out and the accessibility statement."""

    def __init__(self, desk: Desk, login: RelyingParty, tokens: Tokens) -> None:
        self._desk = desk
        self._login = login
        self._tokens = tokens

    def mount(self, routes: Blueprint) -> None:
        """Add the routes."""
        routes.get("/")(self.front)
        routes.get("/tilgjengelighet")(self.accessibility)
        routes.get("/logg-inn")(self.log_in)
        routes.get("/innlogget")(self.logged_in)
        routes.post("/logg-ut")(self.log_out)

    def front(self) -> Response:
        """What this is, and the way in."""
        return self._desk.show("front.html")

    def accessibility(self) -> Response:
        """What is tested and what is not."""
        return self._desk.show("accessibility.html")

    def log_in(self) -> Response:
        """On to the log-in."""
        onwards = safe_path(request.args.get("til", ""))
        begun = self._login.begin(_redirect_uri(), self._desk.language.code, onwards)
        if isinstance(begun, LoginProblem):
            return self._stopped(begun, onwards)
        address, login = begun
        response = see_other(address)
        keep(response, _LOGIN_COOKIE, self._desk.sessions.new_login(login), LOGIN_S)
        return response

    def logged_in(self) -> Response:
        """Back from the log-in, with a code or without."""
        login = self._desk.sessions.read_login(request.cookies.get(_LOGIN_COOKIE, ""))
        if login is None or request.args.get("state") != login.state:
            return self._stopped(LoginProblem.REFUSED, "/timeavtaler")
        found = self._login.number(login, request.args.get("code", ""), _redirect_uri())
        if isinstance(found, LoginProblem):
            return self._stopped(found, login.onwards)
        response, person = see_other(safe_path(login.onwards)), self._tokens.person(found)
        keep(response, SESSION_COOKIE, self._desk.sessions.new(person.key, person.relations))
        response.delete_cookie(_LOGIN_COOKIE)
        response.delete_cookie(CHOICE_COOKIE)
        return response

    def log_out(self) -> Response:
        """The session ends in this browser."""
        self._desk.logged_in_by_form()
        response = see_other("/")
        response.delete_cookie(SESSION_COOKIE)
        response.delete_cookie(CHOICE_COOKIE)
        return response

    def _stopped(self, why: LoginProblem, onwards: str) -> Response:
        message, status = _PROBLEMS[why]
        return self._desk.stopped(message, status, again=f"/logg-inn?til={onwards}")


def _redirect_uri() -> str:
    return f"{request.host_url}innlogget"
