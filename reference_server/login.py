"""The log-in stand-in: takes ID-porten's place, with a capacity of its own, for synthetic citizens only."""

import random
from http import HTTPStatus
from typing import Final

from flask import Flask, Response, jsonify, request

from reference_server.login_provider import Provider, provider_part
from reference_server.login_switches import Switches
from reference_server.pace import Pace, ServiceTimes, Workers
from reference_server.tokens import Tokens
from reference_server.web import problem, texts_in_body, web_app
from scenarios.identity import synthetic_problem
from scenarios.scenario import Scenario

_PACED: Final = ("login", "provider.choose")
_CAN_FAIL: Final = ("login", "provider.authorize", "provider.choose", "provider.token")


def create_login_app(scenario: Scenario, *, secret: str, admin_token: str, pace: Pace, speedup: float) -> Flask:
    """The log-in as a Flask application: one request for load tests, an OpenID provider for the pages.

    Parameters
    ----------
    scenario : Scenario
        Says how long a log-in takes at `Pace.SCENARIO`.
    secret, admin_token : str
        Shared with the booking server, and with whoever may turn the failure switches.
    pace, speedup : Pace, float
        Every service time is divided by the speedup.
    """
    platform = scenario.platform
    median_s = platform.login.service_time / speedup if pace is Pace.SCENARIO else 0.0
    workers = Workers(random.Random(scenario.experiment.seed))
    app = web_app(__name__, workers, dict.fromkeys(_PACED, ServiceTimes(median_s, platform.sigma)))
    tokens = Tokens(secret)
    provider = Provider(secret, admin_token, Switches(random.Random(scenario.experiment.seed)))

    def login() -> Response:
        (number,) = texts_in_body("citizen")
        refusal = synthetic_problem(number)
        if refusal is not None:
            return problem(HTTPStatus.UNPROCESSABLE_ENTITY, refusal)
        return jsonify(token=tokens.token(number))

    app.before_request(lambda: provider.fail() if request.endpoint in _CAN_FAIL else None)
    app.register_blueprint(provider_part(provider))
    app.post("/login")(login)
    app.add_url_rule("/health/live", "live", lambda: jsonify(status="live"))
    return app
