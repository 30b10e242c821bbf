"""What both web processes share: problem details, security headers, limits and pace."""

from http import HTTPStatus
from typing import Any, Final, NoReturn, cast

from flask import Flask, Response, abort, jsonify, request
from werkzeug.exceptions import HTTPException

from reference_server.pace import ServiceTimes, Workers

MAX_BODY_BYTES: Final = 16 * 1024
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
        By endpoint; other endpoints take no more time than they need.
    """
    app = Flask(name, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES

    def finish(response: Response) -> Response:
        response.headers.update(_HEADERS)
        if request.endpoint in times:
            workers.hold(times[request.endpoint])
        return response

    app.before_request(workers.began)
    app.after_request(finish)
    app.register_error_handler(HTTPException, _as_problem)
    return app


def problem(status: HTTPStatus, detail: str, headers: dict[str, str] | None = None) -> Response:
    """An error as problem details (RFC 9457)."""
    response = jsonify(type="about:blank", title=status.phrase, status=status.value, detail=detail)
    response.status_code = status
    response.mimetype = "application/problem+json"
    response.headers.update(headers or {})
    return response


def refuse(status: HTTPStatus, detail: str, headers: dict[str, str] | None = None) -> NoReturn:
    """End the request with problem details."""
    abort(problem(status, detail, headers))


def texts_in_body(*names: str) -> list[str]:
    """The named texts of the JSON object in the request; anything else ends the request."""
    try:
        body: object = request.get_json()
    except RecursionError:
        refuse(HTTPStatus.BAD_REQUEST, "the JSON is nested too deeply")
    values = cast(dict[str, Any], body) if isinstance(body, dict) else {}
    texts = [values[name] for name in names if isinstance(values.get(name), str)]
    if len(texts) < len(names):
        wanted = " and ".join(f'"{name}"' for name in names)
        refuse(HTTPStatus.UNPROCESSABLE_ENTITY, f"expected a JSON object with {wanted}, each a text")
    return texts


def _as_problem(error: HTTPException) -> Response:
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    allowed = {name: value for name, value in error.get_headers() if name == "Allow"}
    return problem(status, error.description or status.description, allowed)
