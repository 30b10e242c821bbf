"""What both web processes share: problem details, security headers, limits and pace."""

import math
from http import HTTPStatus
from typing import Any, Final, NoReturn, cast

from flask import Flask, Response, abort, g, jsonify, request
from werkzeug.exceptions import HTTPException

from reference_server.pace import ServiceTimes, Workers
from reference_server.watch import WatchedFlask, watch

MAX_BODY_BYTES: Final = 16 * 1024
METRICS: Final = "bolk metrics"
"""Where an application keeps its `RequestMetrics` among its extensions."""

_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def web_app(name: str, workers: Workers, times: dict[str, ServiceTimes]) -> Flask:
    """An empty Flask application with the manners of the house.

    Parameters
    ----------
    name : str
        Of the module it belongs to.
    workers : Workers
        Holds requests to their service times.
    times : dict of str to ServiceTimes
        By endpoint; other endpoints, and requests that are shed, take no more time than they need.
    """
    app = WatchedFlask(name, static_folder=None)
    app.debug = False  # whatever FLASK_DEBUG says: it would show the inside of the server
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.extensions[METRICS] = watch(app)

    def finish(response: Response) -> Response:
        said = {name for name, _ in response.headers}
        for name, value in _HEADERS.items():
            if name not in said:
                response.headers.add(name, value)
        if request.endpoint in times and not g.get("unread", False):
            workers.hold(times[request.endpoint])
        return response

    app.before_request(workers.began)
    app.after_request(finish)
    app.register_error_handler(HTTPException, _as_problem)
    return app


def problem(status: HTTPStatus, detail: str, headers: dict[str, str] | None = None, **more: object) -> Response:
    """An error as problem details (RFC 9457), with extension members."""
    response = jsonify(type="about:blank", title=status.phrase, status=status.value, detail=detail, **more)
    response.status_code = status
    response.mimetype = "application/problem+json"
    response.headers.update(headers or {})
    return response


def refuse(status: HTTPStatus, detail: str, headers: dict[str, str] | None = None) -> NoReturn:
    """End the request with problem details."""
    abort(problem(status, detail, headers))


def shed(detail: str, again_s: float, **more: object) -> Response:
    """Turn a request away unread: too many, come back in so many seconds. It costs no service time."""
    g.unread = True
    return problem(HTTPStatus.TOO_MANY_REQUESTS, detail, {"Retry-After": str(max(1, math.ceil(again_s)))}, **more)


def bearer_token() -> str:
    """The token that the request shows; empty if it shows none."""
    shown = request.authorization
    return (shown.token or "") if shown is not None and shown.type == "bearer" else ""


def texts_in_body(*names: str) -> list[str]:
    """The named texts of the JSON object in the request; anything else ends the request."""
    return texts_and_more_in_body(*names)[0]


def texts_and_more_in_body(*names: str, may_have: str = "") -> tuple[list[str], str | None]:
    """As `texts_in_body`, and one more text that may be left out, None then."""
    try:
        body: object = request.get_json()
    except RecursionError:
        refuse(HTTPStatus.BAD_REQUEST, "the JSON is nested too deeply")
    values = cast(dict[str, Any], body) if isinstance(body, dict) else {}
    texts = [values[name] for name in names if isinstance(values.get(name), str)]
    more = values.get(may_have)
    known = len(names) + isinstance(more, str)
    if len(texts) < len(names) or len(values) > known:
        wanted = " and ".join(f'"{name}"' for name in names) + (f', perhaps "{may_have}"' if may_have else "")
        refuse(HTTPStatus.UNPROCESSABLE_ENTITY, f"expected a JSON object with {wanted}, each a text, and nothing else")
    return texts, more


def _as_problem(error: HTTPException) -> Response:
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    allowed = {name: value for name, value in error.get_headers() if name == "Allow"}
    return problem(status, error.description or status.description, allowed)
