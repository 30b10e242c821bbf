"""Watches every request from its first moment to its answer: a name for it, a line in the log, and the counts."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Final

from flask import Flask, Response, g, request

from reference_server.metrics import RequestMetrics
from reference_server.request_log import log_error, log_request, request_id

NO_ROUTE: Final = "none"
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"})


class WatchedFlask(Flask):
    """A Flask application that tells of its errors what and where, and never what was in them."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The view or hook as it is: none here is a coroutine, and Flask would look at each of six in every request."""
        return func

    def log_exception(
        self, exc_info: tuple[type, BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> None:
        """See `request_log.log_error`."""
        log_error(g.get("request_id", ""), exc_info[0], exc_info[2])


def watch(app: Flask) -> RequestMetrics:
    """Watch the requests to an application; what is counted, as it grows.

    To be called before anything else is set up: then it is the first to see a request, and the last to see its answer.
    """
    metrics = RequestMetrics()

    def begin() -> None:
        g.begun_s = time.perf_counter()
        g.request_id = request_id(request.headers.get("X-Request-ID"), request.headers.get("Idempotency-Key"))

    def end(response: Response) -> Response:
        response.headers["X-Request-ID"] = g.request_id
        service_s = time.perf_counter() - g.begun_s
        route = request.url_rule.rule if request.url_rule is not None else NO_ROUTE
        method = request.method if request.method in _METHODS else "other"  # clients may make up any word
        metrics.count(route, method, response.status_code, service_s)
        log_request(g.request_id, method, route, response.status_code, service_s)
        return response

    app.before_request(begin)
    app.after_request(end)
    return metrics
