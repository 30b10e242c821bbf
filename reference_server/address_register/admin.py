"""The admin pages below /admin: who gets in, and where the set-up, the slot import and the live view are mounted."""

import hmac
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from reference_server.address_register.admin_desk import LANGUAGE_COOKIE, AdminDesk, moved_to
from reference_server.address_register.admin_live import LivePages
from reference_server.address_register.admin_pages import admin_style
from reference_server.address_register.admin_session import SESSION_S, AdminSessions
from reference_server.address_register.admin_set_up import SetUpPages
from reference_server.address_register.admin_slots import SlotPages
from reference_server.address_register.offered_times import MAX_BYTES
from reference_server.address_register.server_set_up import server_set_ups
from reference_server.address_register.set_up import ServiceKind, SetUp
from reference_server.storage import Storage
from scenarios.inventory import AppointmentBook

MAX_UPLOAD_BYTES: Final = 2 * MAX_BYTES
"""Of all files of one form together."""

_OPEN: Final = frozenset({"admin.show_login", "admin.log_in", "admin.style"})


def admin_part(
    books: Sequence[AppointmentBook],
    storage: Storage,
    *,
    secret: str,
    admin_token: str,
    services: Mapping[str, ServiceKind],
    own: SetUp | None = None,
) -> Blueprint:
    """The pages below /admin, for whoever has the admin token.

    Parameters
    ----------
    books : sequence of AppointmentBook
        All books of the server.
    storage : Storage
        Where their times are.
    secret, admin_token : str
        Sign sessions and forms; the token is what one logs in with.
    services : mapping of str to ServiceKind
        The service of each book by its id.
    own : SetUp, optional
        What a municipality has set up itself.
    """
    desk = AdminDesk(tuple(books), storage, AdminSessions(secret, admin_token))
    door, set_up, slots, live = (
        _Door(desk),
        SetUpPages(desk, server_set_ups(books, services, own)),
        SlotPages(desk),
        LivePages(desk),
    )
    routes = Blueprint("admin", __name__, url_prefix="/admin")
    gets: dict[str, Callable[..., Response]] = {
        "/": door.start,
        "/login": door.show_login,
        "/set-up": set_up.show_set_up,
        "/slots": slots.show_slots,
        "/live": live.show_live,
        "/publication/<number>/<name>": live.publication,
    }
    posts: dict[str, Callable[..., Response]] = {
        "/login": door.log_in,
        "/logout": door.log_out,
        "/set-up": set_up.check_set_up,
        "/slots/csv": slots.try_csv,
        "/slots/links": slots.try_links,
        "/slots/apply": slots.apply,
    }
    routes.add_url_rule("/admin.css", "style", admin_style)
    for rule, page in gets.items():
        routes.get(rule)(page)
    for rule, page in posts.items():
        routes.post(rule)(page)
    routes.before_request(door.refusal)
    routes.after_request(_remember_language)
    return routes


class _Door:
    def __init__(self, desk: AdminDesk) -> None:
        self._desk = desk

    def refusal(self) -> Response | None:
        """The log-in for whoever has no session, and an end to forms that are not ours."""
        if request.endpoint in _OPEN:
            return None
        token = self._desk.form_token
        if token is None:
            return moved_to("admin.show_login")
        if request.method != "POST":
            return None
        request.max_content_length = request.max_form_memory_size = MAX_UPLOAD_BYTES
        try:
            shown = request.form.get("form_token", "")
        except RequestEntityTooLarge:
            return self._refused("too_large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        ours = hmac.compare_digest(shown.encode(), token.encode())
        return None if ours else self._refused("forbidden", HTTPStatus.FORBIDDEN)

    def start(self) -> Response:
        return moved_to("admin.show_set_up")

    def show_login(self) -> Response:
        return self._login()

    def log_in(self) -> Response:
        session = self._desk.sessions.begun(request.form.get("token", ""))
        if session is None:
            return self._login(wrong=True)
        return self._desk.entered(session, SESSION_S)

    def log_out(self) -> Response:
        return self._desk.left()

    def _login(self, *, wrong: bool = False) -> Response:
        status = HTTPStatus.FORBIDDEN if wrong else HTTPStatus.OK
        return self._desk.page("admin_login.html", "show_login", {"wrong": wrong}, status)

    def _refused(self, word: str, status: HTTPStatus) -> Response:
        return self._desk.page("admin_refused.html", "show_set_up", {"word": word}, status)


def _remember_language(response: Response) -> Response:
    if (chosen := request.args.get("lang")) in ("nb", "en"):
        response.set_cookie(LANGUAGE_COOKIE, chosen or "", path="/admin", httponly=True, samesite="Strict")
    return response
