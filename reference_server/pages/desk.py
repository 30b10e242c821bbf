"""What every page needs: who is logged in, in which language, and the books and storage behind it."""

import datetime as dt
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Final, NoReturn
from urllib.parse import urlencode

from flask import Response, abort, make_response, redirect, request

from reference_server.free_lists import FreeLists
from reference_server.pages.behalf import Behalf, Chosen, NotRepresented, Oneself
from reference_server.pages.card import BookCard
from reference_server.pages.language import DEFAULT, LANGUAGES, Language, language_of
from reference_server.pages.municipalities import Municipalities
from reference_server.pages.rendering import page
from reference_server.pages.session import Session, Sessions
from reference_server.storage import Reservation, Storage

SESSION_COOKIE: Final = "bolk_session"
LANGUAGE_COOKIE: Final = "bolk_language"
_YEAR_S: Final = 365 * 86400


class Desk:
    """Serves one request after another.

    Parameters
    ----------
    cards : sequence of BookCard
        The books, in the order in which they are shown.
    storage : Storage
        The same as the API's.
    sessions : Sessions
    clock : callable
        Local time in Norway, without zone, for deadlines.
    lists : FreeLists
        The same as the API's, so that both show lists of the same age.
    """

    def __init__(
        self,
        cards: Sequence[BookCard],
        storage: Storage,
        sessions: Sessions,
        clock: Callable[[], dt.datetime],
        lists: FreeLists,
    ) -> None:
        self.cards = {card.book.id: card for card in cards}
        self.storage = storage
        self.lists = lists
        self.sessions = sessions
        self.clock = clock
        self.municipalities = Municipalities(cards)
        self.behalf = Behalf(sessions, clock)
        self._starts = {card.book.id: frozenset(card.book.starts) for card in cards}

    @property
    def language(self) -> Language:
        """The language asked for: in the address, else in the cookie, else bokmål."""
        asked = (request.args.get("lang"), request.cookies.get(LANGUAGE_COOKIE))
        return language_of(next((code for wanted in asked for code in LANGUAGES if code == wanted), DEFAULT))

    @property
    def session(self) -> Session | None:
        """Who is logged in; None for nobody."""
        return self.sessions.read(request.cookies.get(SESSION_COOKIE, ""))

    def logged_in(self) -> Session:
        """The session; anybody without one is sent to the log-in and back here."""
        session = self.session
        if session is None:
            wanted = request.full_path.rstrip("?") if request.method == "GET" else "/timeavtaler"
            abort(see_other(f"/logg-inn?{urlencode({'til': wanted})}"))
        return session

    def logged_in_by_form(self) -> Session:
        """As `logged_in`, for a form that was posted; one that we did not make for this session ends the request."""
        session = self.logged_in()
        if not self.behalf.is_form_token(session, request.form.get("form_token", "")):
            self.stop("form", HTTPStatus.FORBIDDEN)
        return session

    def citizen(self) -> str:
        """The opaque key of whom the page concerns: who is logged in, or somebody whom this citizen may act for."""
        session = self.logged_in()
        match self.behalf.of(session):
            case Oneself():
                return session.citizen
            case Chosen(relation):
                return relation.whom
            case NotRepresented():
                return abort(self.show("not_represented.html", status=HTTPStatus.FORBIDDEN))

    def acting(self) -> str | None:
        """The key of who is logged in, where that is somebody else than `citizen`."""
        session = self.logged_in()
        return session.citizen if isinstance(self.behalf.of(session), Chosen) else None

    def citizen_of_form(self) -> str:
        """As `citizen`, for a form that was posted; one that we did not make for this session ends the request."""
        self.logged_in_by_form()
        return self.citizen()

    def card(self, book_id: str) -> BookCard:
        """The book of that name; the request ends where there is none."""
        return self.cards[book_id] if book_id in self.cards else self.stop("not_found", HTTPStatus.NOT_FOUND)

    def offered(self, card: BookCard, date: str, clock: str) -> dt.datetime:
        """A start in the book, from a date and a time of day like 0830; the request ends where it has none."""
        try:
            start = dt.datetime.strptime(f"{date}T{clock}", "%Y-%m-%dT%H%M")  # noqa: DTZ007 (local, as the book's)
        except ValueError:
            self.stop("not_found", HTTPStatus.NOT_FOUND)
        known = start in self._starts[card.book.id]
        if not known and not self.storage.is_offered(card.book.id, f"{start:%Y-%m-%dT%H:%M}"):
            self.stop("not_found", HTTPStatus.NOT_FOUND)
        return start

    def appointment(self, citizen: str, appointment: str) -> Reservation:
        """The citizen's own reservation with that appointment; the request ends where there is none."""
        answers = self.storage.answers(citizen, self.clock_s())
        found = next((one for one in answers if one.appointment == appointment), None)
        return found or self.stop("not_found", HTTPStatus.NOT_FOUND)

    def clock_s(self) -> float:
        """Unix time, for answers that show from a moment on."""
        return dt.datetime.now(dt.UTC).timestamp()

    def show(self, template: str, /, *, status: int = 200, **values: object) -> Response:
        """A page for who is logged in, or for anybody."""
        session = self.session
        switched = "en" if self.language.code == "nb" else "nb"
        ours = {
            "logged_in": session is not None,
            "form_token": None if session is None else self.behalf.form_token(session),
            "on_behalf_of": None if session is None else self.behalf.name(session),
            "represents": session is not None and bool(self.behalf.standing(session)),
            "here": request.path,
            "other_language": f"{request.path}?{urlencode(request.args.to_dict() | {'lang': switched})}",
        }
        return page(template, self.language, ours | values, status=status)

    def stop(self, message: str, status: HTTPStatus, again: str | None = None, **values: object) -> NoReturn:
        """End the request with a page that says what is wrong and where to go."""
        abort(self.stopped(message, status, again, **values))

    def stopped(self, message: str, status: HTTPStatus, again: str | None = None, **values: object) -> Response:
        """The page that says what is wrong and where to go."""
        tr = self.language.text
        heading, explained = tr(f"error.{message}_title"), tr(f"error.{message}", **values)
        return self.show("stopped.html", status=status, heading=heading, explained=explained, again=again)

    def remember_language(self, response: Response) -> Response:
        """Keep the language that was asked for in the address."""
        if request.args.get("lang") in LANGUAGES:
            keep(response, LANGUAGE_COOKIE, self.language.code, _YEAR_S)
        return response


def keep(response: Response, name: str, value: str, max_age_s: int | None = None) -> None:
    """Set a cookie that no script reads and no other site sends along with a form."""
    response.set_cookie(name, value, max_age=max_age_s, secure=request.is_secure, httponly=True, samesite="Lax")


def see_other(address: str) -> Response:
    """On to another page, with GET."""
    return make_response(redirect(address, HTTPStatus.SEE_OTHER))
