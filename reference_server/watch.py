"""Watches every request from its first moment to its answer: a name for it, a line in the log, and the counts."""

import time
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Protocol

from flask import Flask, request

from reference_server.metrics import RequestMetrics
from reference_server.quick_flask import QuickFlask, came_to
from reference_server.request_log import log_error, log_request, request_id

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

NO_ROUTE: Final = "none"
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"})
_NAME: Final = "bolk.request_id"


class Application(Protocol):
    """What a web server calls for each request (WSGI)."""

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request."""
        ...


class WatchedFlask(QuickFlask):
    """A Flask application that tells of its errors what and where, and never what was in them."""

    def log_exception(
        self, exc_info: tuple[type, BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> None:
        """See `request_log.log_error`."""
        log_error(request.environ.get(_NAME, ""), exc_info[0], exc_info[2])


def watch(app: Flask) -> RequestMetrics:
    """Watch the requests to an application; what is counted, as it grows.

    To be called when everything else stands around the application: then it is the first to see a request, and the last
    to see its answer. It looks at what goes over the wire, since a hook of Flask's costs several times as much.
    """
    metrics, inner = RequestMetrics(), app.wsgi_app

    def watched(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        begun_s = time.perf_counter()
        environ[_NAME] = name = request_id(environ.get("HTTP_X_REQUEST_ID"), environ.get("HTTP_IDEMPOTENCY_KEY"))

        def answer(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
            service_s, method = time.perf_counter() - begun_s, environ["REQUEST_METHOD"]
            route = came_to(environ).route or NO_ROUTE
            known = method if method in _METHODS else "other"  # clients may make up any word
            metrics.count(route, known, int(status[:3]), service_s)
            log_request(name, known, route, int(status[:3]), service_s)
            return start_response(status, [*headers, ("X-Request-ID", name)], exc_info)

        return inner(environ, answer)

    app.wsgi_app = watched
    return metrics
