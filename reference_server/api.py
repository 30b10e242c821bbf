"""The booking server as one application: what it is, the part for citizens and the part for operators."""

import datetime as dt
import random
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Final

from flask import Blueprint, Flask, Response, jsonify, request

from reference_server.address_register.admin import admin_part
from reference_server.address_register.citizen_view import is_seen_elsewhere
from reference_server.address_register.set_up import SetUp
from reference_server.api_schemas import EXAMPLES, SCHEMAS
from reference_server.appointments import Appointments
from reference_server.books import Books
from reference_server.citizens import Citizens
from reference_server.door import Door, Entrance
from reference_server.ended_holds import EndedHolds
from reference_server.free_lists import FreeLists
from reference_server.giving import Giving
from reference_server.limits import Limits
from reference_server.local_time import local_clock
from reference_server.login_client import RelyingParty
from reference_server.openapi import Answer, Route, Schema, Who, document, mount, named
from reference_server.operators import Operators
from reference_server.pace import Pace, Workers
from reference_server.pages.part import cards_of, pages_part
from reference_server.quick_flask import QuickFlask, Way
from reference_server.representing import Representing
from reference_server.service_times import service_times_of
from reference_server.storage import Storage, StorageUnavailable
from reference_server.tokens import Tokens
from reference_server.waitlist import Waitlist
from reference_server.web import METRICS, unavailable, web_app
from reference_server.wished import ShortWay
from scenarios.inventory import books_of
from scenarios.reading import sha256_of
from scenarios.scenario import Scenario
from scenarios.strategy import HOLD_S, Strategy

_API: Final = "/api/v1"
_OF_CITIZENS: Final = ("citizens", "pages")
"""The parts that look at free times and claim them."""

_LIMITS: Final = Limits()
_ABOUT: Final[Schema] = {
    "title": "bolk reference server",
    "version": "1",
    "description": "Booking an appointment as the guide of Norsk helsenett has it. Every error is problem details. "
    "Log in at the login_url of /api/v1; the token goes in the header Authorization, as Bearer.",
}


def create_app(
    scenario: Scenario,
    storage: Storage,
    *,
    secret: str,
    admin_token: str,
    login_url: str,
    pace: Pace,
    speedup: float,
    limits: Limits = _LIMITS,
    set_up: SetUp | None = None,
    clock: Callable[[], dt.datetime] | None = None,
) -> Flask:
    """The booking server as a Flask application.

    Parameters
    ----------
    scenario : Scenario
        Says which books there are, whether a waiting room stands in front of everything that citizens ask, and, at
        `Pace.SCENARIO`, how long requests take.
    storage : Storage
        Made for the same scenario.
    secret, admin_token : str
        Shared with the log-in, and with whoever may see figures and the record.
    login_url : str
        Where citizens log in.
    pace, speedup : Pace, float
        Every service time, and how old a list may be, is divided by the speedup, citizens may ask so much more often,
        and the waiting room's clock runs so much faster.
    limits : Limits
        How often somebody may ask, at a speedup of 1.
    set_up : SetUp, optional
        What a municipality's books ask of and offer their citizens; the others have the terms of every book.
    clock : callable, optional
        Local time in Norway, without zone; `local_clock` of the scenario unless given.
    """
    app = _paced_app(scenario, pace, speedup)
    cards = cards_of(scenario, books_of(scenario), set_up)
    books = Books(cards, storage.is_offered)
    room = scenario.platform.waiting_room
    entrance = None if room is None else Entrance(room, secret, speedup)
    door = Door(Tokens(secret), limits.times(max(1.0, speedup)))
    app.before_request(lambda: door.refusal(entrance))
    now = clock or local_clock(scenario)
    strategy, representing = scenario.platform.strategy, Representing(now)
    if strategy is Strategy.HOLD:
        app.before_request(_letting_go(EndedHolds(storage)))
    elsewhere = {card.book.id for card in cards if is_seen_elsewhere(card.service)}
    age_s = scenario.platform.list_age
    lists = FreeLists(storage, None if age_s is None else age_s / speedup)
    asking = Citizens(books, storage, scenario.platform.listing, elsewhere, now, lists)
    giving = Giving(books, storage, strategy, HOLD_S / speedup)
    if entrance is None:
        app.ways |= _ways(strategy, door, books, asking, giving)
    their_own = (
        *(route for route in asking.routes() if strategy is Strategy.QUEUED or route.name != "reserve"),
        *giving.routes(),
        *Appointments(books, storage, now).routes(),
        *Waitlist(books, storage).routes(),
    )
    citizens = (*representing.open_to_others(their_own), *representing.routes())
    operators = Operators(storage, admin_token, app.extensions[METRICS], entrance).routes()
    described: Schema = {}
    front = _front(_said(scenario, login_url, pace, speedup), described)
    waiting = entrance.routes() if entrance is not None else ()
    for name, prefix, routes in (
        ("citizens", _API, citizens),
        ("entrance", _API, waiting),
        ("operators", "", operators),
        ("front", _API, front),
    ):
        part = Blueprint(name, __name__, url_prefix=prefix or None)
        mount(part, routes)
        app.register_blueprint(part)
    described |= document({_API: [*front, *citizens, *waiting], "": operators}, SCHEMAS, _ABOUT)
    login = RelyingParty(login_url.removesuffix("/login"), secret)
    pages = pages_part(
        cards,
        storage,
        secret=secret,
        login=login,
        clock=now,
        refusal_of=lambda citizen: door.refusal_of(citizen, entrance),
        strategy=strategy,
        listing=scenario.platform.listing,
        hold_s=HOLD_S / speedup,
        lists=lists,
    )
    app.register_blueprint(pages)
    services = {card.book.id: card.service for card in cards}
    app.register_blueprint(
        admin_part(list(books), storage, secret=secret, admin_token=admin_token, services=services, own=set_up)
    )
    app.register_error_handler(StorageUnavailable, lambda _: unavailable())
    return app


def _paced_app(scenario: Scenario, pace: Pace, speedup: float) -> QuickFlask:
    times = service_times_of(scenario.platform, 1 / speedup if pace is Pace.SCENARIO else 0.0)
    return web_app(__name__, Workers(random.Random(scenario.experiment.seed)), times)


def _ways(strategy: Strategy, door: Door, books: Books, asking: Citizens, giving: Giving) -> dict[tuple[str, str], Way]:
    ways = {
        Strategy.QUEUED: ("citizens.reserve", asking.send),
        Strategy.IMMEDIATE: ("citizens.reserve_at_once", giving.decide),
    }
    if strategy not in ways:
        return {}
    (endpoint, decide), path = ways[strategy], f"{_API}/reservations"
    return {("POST", path): Way(endpoint, path, ShortWay(door, books, decide).answer)}


def _letting_go(ended: EndedHolds) -> Callable[[], None]:
    return lambda: ended.let_go() if request.blueprint in _OF_CITIZENS else None


def _said(scenario: Scenario, login_url: str, pace: Pace, speedup: float) -> dict[str, object]:
    return {
        "service": "bolk reference server",
        "login_url": login_url,
        "scenario": scenario.name,
        "scenario_sha256": sha256_of(scenario),
        "pace": pace,
        "speedup": speedup,
    }


def _front(said: dict[str, object], described: Schema) -> Sequence[Route]:
    def front() -> Response:
        return jsonify(said)

    def openapi() -> Response:
        return jsonify(described)

    return (
        Route(
            method="GET",
            path="",
            does=front,
            says="What this server is, and where one logs in.",
            who=Who.EVERYBODY,
            answers={HTTPStatus.OK: Answer(says="This one.", schema=named("Front"), example=EXAMPLES["Front"])},
        ),
        Route(
            method="GET",
            path="/openapi.json",
            does=openapi,
            says="This document.",
            who=Who.EVERYBODY,
            answers={
                HTTPStatus.OK: Answer(says="OpenAPI 3.1.", schema={"type": "object"}, example={"openapi": "3.1.0"})
            },
        ),
    )
