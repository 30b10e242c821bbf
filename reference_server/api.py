"""The booking server as one application: what it is, the part for citizens and the part for operators."""

import random
from http import HTTPStatus
from typing import Final

from flask import Flask, Response, jsonify

from reference_server.citizens import citizens_part
from reference_server.operators import operators_part
from reference_server.pace import Pace, ServiceTimes, Workers
from reference_server.storage import Storage, StorageUnavailable
from reference_server.tokens import Tokens
from reference_server.web import problem, web_app
from scenarios.inventory import inventory_of
from scenarios.reading import sha256_of
from scenarios.scenario import Scenario

_PAGES: Final = ("citizens.books", "citizens.days", "citizens.slots", "citizens.inbox", "citizens.appointments")


def create_app(
    scenario: Scenario,
    storage: Storage,
    *,
    secret: str,
    admin_token: str,
    login_url: str,
    pace: Pace,
    speedup: float,
) -> Flask:
    """The booking server as a Flask application.

    Parameters
    ----------
    scenario : Scenario
        Says which books there are and, at `Pace.SCENARIO`, how long requests take.
    storage : Storage
        Made for the same scenario.
    secret, admin_token : str
        Shared with the log-in, and with whoever may export the record.
    login_url : str
        Where citizens log in.
    pace, speedup : Pace, float
        Every service time is divided by the speedup.
    """
    platform = scenario.platform
    scale = 1 / speedup if pace is Pace.SCENARIO else 0.0
    page = ServiceTimes(platform.service_time.list * scale, platform.sigma)
    confirm = ServiceTimes(platform.service_time.confirm * scale, platform.sigma)
    workers = Workers(random.Random(scenario.experiment.seed))
    app = web_app(__name__, workers, dict.fromkeys(_PAGES, page) | {"citizens.reserve": confirm})
    front = {
        "service": "bolk reference server",
        "login_url": login_url,
        "scenario": scenario.name,
        "scenario_sha256": sha256_of(scenario),
        "pace": pace,
        "speedup": speedup,
    }
    books = [book for owner in inventory_of(scenario) for book in owner.books]
    app.add_url_rule("/api/v1", "front", lambda: jsonify(front))
    app.register_blueprint(citizens_part(books, storage, Tokens(secret)))
    app.register_blueprint(operators_part(storage, admin_token))
    app.register_error_handler(StorageUnavailable, _unavailable)
    return app


def _unavailable(_: StorageUnavailable) -> Response:
    return problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "the database does not answer; try again, a reservation with the same Idempotency-Key",
        {"Retry-After": "1"},
    )
