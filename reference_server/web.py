"""What both web processes share: problem details, security headers, limits and pace."""

import functools
import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, NoReturn, cast

from flask import Response, abort, g, request
from werkzeug.exceptions import BadRequest, HTTPException

from reference_server.answers import CompactJson, WholeResponse, json_bytes
from reference_server.pace import ServiceTimes, Workers
from reference_server.quick_flask import QuickFlask, came_to
from reference_server.watch import Application, WatchedFlask, watch

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

MAX_BODY_BYTES: Final = 16 * 1024
JSON: Final = "application/json"
METRICS: Final = "bolk metrics"
"""Where an application keeps its `RequestMetrics` among its extensions."""

_HEADERS: Final = (
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
)


def web_app(name: str, workers: Workers, times: dict[str, ServiceTimes]) -> QuickFlask:
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
    app = WatchedFlask(name)
    app.debug = False  # whatever FLASK_DEBUG says: it would show the inside of the server
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.response_class, app.json = WholeResponse, CompactJson(app)
    app.wsgi_app = _with_manners(app.wsgi_app, workers, times)
    app.extensions[METRICS] = watch(app)
    app.register_error_handler(HTTPException, _as_problem)
    return app


def _with_manners(inner: Application, workers: Workers, times: Mapping[str, ServiceTimes]) -> Application:
    """The application at its pace, with the house's headers where an answer does not have its own.

    Headers are added to what goes over the wire: in Flask each costs as much as all of them do here.
    """

    def mannered(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        workers.began()

        def answer(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
            took = times.get(came_to(environ).endpoint)
            if took is not None and not (g and g.get("unread", False)):
                workers.hold(took)
            said = {name for name, _ in headers}
            return start_response(status, [*headers, *(one for one in _HEADERS if one[0] not in said)], exc_info)

        return inner(environ, answer)

    return mannered


def problem(status: HTTPStatus, detail: str, headers: dict[str, str] | None = None, **more: object) -> Response:
    """An error as problem details (RFC 9457), with extension members."""
    body = _problem(status, detail) if not more else _problem_with(status, detail, **more)
    response = WholeResponse(body, status, content_type="application/problem+json")
    response.headers.update(headers or {})
    return response


@functools.lru_cache(maxsize=256)  # the house's own words, few of which have something of the request in them
def _problem(status: HTTPStatus, detail: str) -> bytes:
    return _problem_with(status, detail)


def _problem_with(status: HTTPStatus, detail: str, **more: object) -> bytes:
    return json_bytes({"type": "about:blank", "title": status.phrase, "status": status.value, "detail": detail} | more)


def refuse(status: HTTPStatus, detail: str, headers: dict[str, str] | None = None) -> NoReturn:
    """End the request with problem details."""
    abort(problem(status, detail, headers))


def shed(detail: str, again_s: float, **more: object) -> Response:
    """Turn a request away unread: too many, come back in so many seconds. It costs no service time."""
    g.unread = True
    return problem(HTTPStatus.TOO_MANY_REQUESTS, detail, {"Retry-After": str(max(1, math.ceil(again_s)))}, **more)


def unavailable() -> Response:
    """What is said when the database does not answer."""
    return problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "the database does not answer; try again, a reservation with the same Idempotency-Key",
        {"Retry-After": "1"},
    )


def bearer_token(environ: "WSGIEnvironment") -> str:
    """The token that a request shows; empty if it shows none."""
    scheme, _, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def texts_in_body(*names: str) -> list[str]:
    """The named texts of the JSON object in the request; anything else ends the request."""
    return texts_and_more_in_body(*names)[0]


def texts_and_more_in_body(*names: str, may_have: str = "") -> tuple[list[str], str | None]:
    """As `texts_in_body`, and one more text that may be left out, None then."""
    try:
        body = _json_in_body()
    except RecursionError:
        refuse(HTTPStatus.BAD_REQUEST, "the JSON is nested too deeply")
    found = texts_and_more_of(body, names, may_have)
    if found is None:
        wanted = " and ".join(f'"{name}"' for name in names) + (f', perhaps "{may_have}"' if may_have else "")
        refuse(HTTPStatus.UNPROCESSABLE_ENTITY, f"expected a JSON object with {wanted}, each a text, and nothing else")
    return found


def texts_and_more_of(body: object, names: Sequence[str], may_have: str) -> tuple[list[str], str | None] | None:
    """The named texts of a JSON object and the one that may be left out; None if it is anything else."""
    values = cast(dict[str, Any], body) if isinstance(body, dict) else {}
    texts = [values[name] for name in names if isinstance(values.get(name), str)]
    more = values.get(may_have)
    known = len(names) + isinstance(more, str)
    return None if len(texts) < len(names) or len(values) > known else (texts, more)


def plain_length(environ: "WSGIEnvironment") -> int | None:
    """How many bytes of JSON a request carries; None if it carries none, too many, or in another way."""
    length: str = environ.get("CONTENT_LENGTH", "")
    plain = environ.get("CONTENT_TYPE") == JSON and length.isdecimal() and int(length) <= MAX_BODY_BYTES
    return int(length) if plain else None


def _json_in_body() -> object:
    length = plain_length(request.environ)
    if length is None:
        return request.get_json()  # which refuses it, or reads what comes in another way
    try:  # Flask's way of saying the same takes 5 times as long
        return json.loads(request.environ["wsgi.input"].read(length))
    except ValueError:
        refuse(HTTPStatus.BAD_REQUEST, BadRequest.description or "")


def _as_problem(error: HTTPException) -> Response:
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    allowed = {name: value for name, value in error.get_headers() if name == "Allow"}
    return problem(status, error.description or status.description, allowed)
