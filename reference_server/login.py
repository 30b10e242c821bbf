"""The log-in stand-in: takes ID-porten's place, with a capacity of its own, for synthetic citizens only."""

import random
from http import HTTPStatus

from flask import Flask, Response, jsonify

from reference_server.pace import Pace, ServiceTimes, Workers
from reference_server.tokens import Tokens
from reference_server.web import problem, texts_in_body, web_app
from scenarios.identity import synthetic_problem
from scenarios.scenario import Scenario


def create_login_app(scenario: Scenario, *, secret: str, pace: Pace, speedup: float) -> Flask:
    """The log-in as a Flask application."""
    platform = scenario.platform
    median_s = platform.login.service_time / speedup if pace is Pace.SCENARIO else 0.0
    workers = Workers(random.Random(scenario.experiment.seed))
    app = web_app(__name__, workers, {"login": ServiceTimes(median_s, platform.sigma)})
    tokens = Tokens(secret)

    def login() -> Response:
        (number,) = texts_in_body("citizen")
        refusal = synthetic_problem(number)
        if refusal is not None:
            return problem(HTTPStatus.UNPROCESSABLE_ENTITY, refusal)
        return jsonify(token=tokens.token(number))

    app.post("/login")(login)
    app.add_url_rule("/health/live", "live", lambda: jsonify(status="live"))
    return app
