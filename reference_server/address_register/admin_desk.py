"""What all admin pages share: the books, the storage, the session of the request and its language."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from flask import Response, request, url_for

from reference_server.address_register.admin_pages import admin_page
from reference_server.address_register.admin_session import AdminSessions
from reference_server.address_register.finding import Language
from reference_server.storage import Storage
from scenarios.inventory import AppointmentBook

LANGUAGE_COOKIE: Final = "bolk_admin_language"
SESSION_COOKIE: Final = "bolk_admin"


@dataclass(frozen=True, slots=True)
class AdminDesk:
    """The books of the server, where their times are, and who has logged in."""

    books: tuple[AppointmentBook, ...]
    storage: Storage
    sessions: AdminSessions

    @property
    def session(self) -> str:
        """The cookie that came with the request."""
        return request.cookies.get(SESSION_COOKIE, "")

    @property
    def form_token(self) -> str | None:
        """What the forms of this session carry; None without a session."""
        return self.sessions.form_token(self.session)

    @property
    def language(self) -> Language:
        """The language asked for now or before; bokmål to begin with."""
        asked = request.args.get("lang") or request.cookies.get(LANGUAGE_COOKIE)
        return "en" if asked == "en" else "nb"

    @property
    def municipalities(self) -> dict[str, str]:
        """Number and name of every municipality of the server."""
        return {book.municipality_number: book.municipality_name for book in self.books}

    @property
    def municipality(self) -> str:
        """The number of the municipality asked for; the first one where there is no such."""
        asked = request.args.get("municipality", "")
        return asked if asked in self.municipalities else next(iter(self.municipalities))

    def books_of(self, number: str) -> list[AppointmentBook]:
        """The books of a municipality."""
        return [book for book in self.books if book.municipality_number == number]

    def page(
        self, template: str, home: str, values: Mapping[str, object], status: HTTPStatus = HTTPStatus.OK
    ) -> Response:
        """A page; `home` is the endpoint that shows it in another language and stands out in the menu."""
        other = "nb" if self.language == "en" else "en"
        shared = {
            "form_token": self.form_token,
            "home": home,
            "other_language": url_for(f"admin.{home}", lang=other, municipality=request.args.get("municipality")),
            "municipalities": self.municipalities,
            "municipality": self.municipality,
        }
        return admin_page(template, self.language, shared | dict(values), status)

    def entered(self, session: str, length_s: int) -> Response:
        """On to the first page, with a new session."""
        response = moved_to("admin.show_set_up")
        response.set_cookie(
            SESSION_COOKIE,
            session,
            max_age=length_s,
            path="/admin",
            httponly=True,
            samesite="Strict",
            secure=request.is_secure,
        )
        return response

    def left(self) -> Response:
        """Back to the log-in, without a session."""
        response = moved_to("admin.show_login")
        response.delete_cookie(SESSION_COOKIE, path="/admin", httponly=True, samesite="Strict")
        return response


def moved_to(endpoint: str) -> Response:
    """A redirect after which the browser asks with GET."""
    response = Response(status=HTTPStatus.SEE_OTHER)
    response.location = url_for(endpoint)
    return response
