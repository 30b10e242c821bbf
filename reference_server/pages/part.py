"""The citizen's pages as a part of the booking server."""

import datetime as dt
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException, NotFound

from reference_server.address_register.served import offers_of
from reference_server.address_register.set_up import SetUp
from reference_server.free_lists import FreeLists
from reference_server.login_client import RelyingParty
from reference_server.pages.card import BookCard, card_of
from reference_server.pages.choosing import Choosing
from reference_server.pages.desk import Desk
from reference_server.pages.elsewhere import Elsewhere
from reference_server.pages.giving import Giving
from reference_server.pages.outside import Outside
from reference_server.pages.own import Own
from reference_server.pages.rendering import STYLE_PATH, style
from reference_server.pages.session import Sessions
from reference_server.pages.waiting import Waiting
from reference_server.pages.whom import Whom
from reference_server.storage import Storage, StorageUnavailable
from reference_server.tokens import Tokens
from reference_server.web import problem
from scenarios.inventory import AppointmentBook
from scenarios.scenario import Scenario
from scenarios.strategy import HOLD_S, Listing, Strategy

_OPEN: Final = frozenset(
    f"pages.{name}" for name in ("front", "accessibility", "log_in", "logged_in", "log_out", "style")
)


def pages_part(
    cards: Sequence[BookCard],
    storage: Storage,
    *,
    secret: str,
    login: RelyingParty,
    clock: Callable[[], dt.datetime],
    refusal_of: Callable[[str], Response | None],
    strategy: Strategy = Strategy.QUEUED,
    listing: Listing = Listing.EARLIEST,
    hold_s: float = HOLD_S,
    lists: FreeLists | None = None,
) -> Blueprint:
    """The pages, named `pages.front`, `pages.times` and so on.

    Parameters
    ----------
    cards : sequence of BookCard
        What is offered, in the order in which it is shown.
    storage : Storage
        The same as the API's.
    secret : str
        Shared with the log-in.
    login : RelyingParty
        Where citizens log in.
    clock : callable
        Local time in Norway, without zone, for deadlines.
    refusal_of : callable
        From a citizen's key to what the door says: None lets the request in, 429 keeps it waiting.
    strategy, hold_s : Strategy, float
        How a time is given, and for how long one is held.
    listing : Listing
        In which order the times of a day are shown.
    lists : FreeLists, optional
        The same as the API's; always fresh unless given.
    """
    desk = Desk(cards, storage, Sessions(secret), clock, lists or FreeLists(storage))
    giving = Giving(desk, strategy, hold_s)
    routes = Blueprint("pages", __name__)
    for part in (
        Outside(desk, login, Tokens(secret)),
        Whom(desk),
        Choosing(desk, giving, listing),
        giving,
        Elsewhere(desk),
        Own(desk),
        Waiting(desk),
    ):
        part.mount(routes)
    routes.get(STYLE_PATH)(style)
    routes.before_request(lambda: None if request.endpoint in _OPEN else _waits(desk, refusal_of))
    routes.after_request(desk.remember_language)

    def failed(error: HTTPException) -> Response:
        return desk.stopped("form", HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR))

    def not_found(error: NotFound) -> Response:
        if "text/html" in request.accept_mimetypes.values():  # a browser; programs get problem details
            return desk.stopped("not_found", HTTPStatus.NOT_FOUND)
        return problem(HTTPStatus.NOT_FOUND, error.description or "no such page")

    def busy(_: StorageUnavailable) -> Response:
        again = request.full_path.rstrip("?") if request.method == "GET" else None
        response = desk.stopped("busy", HTTPStatus.SERVICE_UNAVAILABLE, again)
        response.headers["Retry-After"] = "1"
        return response

    routes.register_error_handler(HTTPException, failed)
    routes.app_errorhandler(NotFound)(not_found)
    routes.register_error_handler(StorageUnavailable, busy)
    return routes


def cards_of(scenario: Scenario, books: Sequence[AppointmentBook], set_up: SetUp | None = None) -> list[BookCard]:
    """The cards of a scenario's books, as the set-up has them; else with a form where its citizens fill one in."""
    offers = offers_of(set_up, books)
    return [card_of(book, form=scenario.behaviour.session.form > 0, offer=offers.get(book.id)) for book in books]


def _waits(desk: Desk, refusal_of: Callable[[str], Response | None]) -> Response | None:
    session = desk.session
    refusal = None if session is None else refusal_of(session.citizen)
    if refusal is None:
        return None
    position = refusal.get_json().get("position")
    message = "hurry" if position is None else "queue"
    again = request.full_path.rstrip("?") if request.method == "GET" else None
    response = desk.stopped(message, HTTPStatus.TOO_MANY_REQUESTS, again, position=position)
    response.headers["Retry-After"] = refusal.headers["Retry-After"]
    return response
