"""Flask that does nothing twice: it remembers which address leads where, and keeps no sessions of its own.

Some requests can be answered without it, and a `Way` past it is tried first.
"""

import contextlib
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from flask import Flask, Request, Response, request
from flask.sessions import NullSession, SessionInterface
from werkzeug.exceptions import HTTPException

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment
    from werkzeug.routing import MapAdapter, Rule

_MOST_REMEMBERED: Final = 4096
"""Addresses whose route is remembered, before it begins anew: clients can ask for as many as they like."""
_WENT: Final = "bolk.way"


class Way(NamedTuple):
    """Past Flask, to an endpoint and a route that Flask leads to as well; no answer sends the request there."""

    endpoint: str
    route: str
    answer: "Callable[[WSGIEnvironment], Response | None]"


class CameTo(NamedTuple):
    """Where a request was answered; empty for nowhere."""

    endpoint: str
    route: str


def came_to(environ: "WSGIEnvironment") -> CameTo:
    """Where a request was answered, by whatever way, while its answer is sent."""
    way: Way | None = environ.get(_WENT)
    if way is not None:
        return CameTo(way.endpoint, way.route)
    rule = request.url_rule
    return CameTo(request.endpoint or "", "" if rule is None else rule.rule)


class QuickFlask(Flask):
    """A Flask application that looks an address up once.

    Flask holds host and address against the whole table of routes in every request, which takes a fifth of a short
    answer. Routes stay as they are while the server runs, and only what led somewhere is remembered, under method, host
    and path, so that every refusal is still found by Flask itself.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name, static_folder=None)
        self.session_interface = _NoSessions()
        self.ways: dict[tuple[str, str], Way] = {}
        """By method and path."""
        self._routes: dict[tuple[object, ...], tuple[Rule, dict[str, Any]]] = {}

    def wsgi_app(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request, past Flask if there is a way."""
        way = self.ways.get((environ["REQUEST_METHOD"], environ["PATH_INFO"]))
        if way is not None:
            answer = way.answer(environ)
            if answer is not None:
                environ[_WENT] = way
                return answer(environ, start_response)
        return super().wsgi_app(environ, start_response)

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The view or hook as it is: none here is a coroutine, and Flask would look at each of six in every request."""
        return func

    def create_url_adapter(self, request: Request | None) -> "MapAdapter | None":
        """What tells where the request leads."""
        if request is None:
            return super().create_url_adapter(None)
        environ = request.environ
        asked = request.method, environ.get("HTTP_HOST"), request.path
        known = self._routes.get(asked)
        if known is None:
            adapter = super().create_url_adapter(request)
            assert adapter is not None  # noqa: S101 (there is one for every request)
            with contextlib.suppress(HTTPException):  # Flask finds it again, and answers it
                found = adapter.match(return_rule=True)
                if len(self._routes) >= _MOST_REMEMBERED:
                    self._routes.clear()
                self._routes[asked] = found[0], dict(found[1])
            return adapter
        return cast("MapAdapter", _Remembered(*known, lambda: super(QuickFlask, self).create_url_adapter(request)))


class _Remembered:
    """Stands for an adapter that would have to be made: it knows the route, and has the rest done by a real one."""

    def __init__(self, rule: "Rule", values: dict[str, Any], make: "Callable[[], MapAdapter | None]") -> None:
        self._found = rule, values
        self._make = make

    def match(self, *, return_rule: bool) -> "tuple[Rule, dict[str, Any]]":  # noqa: ARG002 (Flask asks for it)
        """Where the address leads."""
        rule, values = self._found
        return rule, dict(values)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._make(), name)


class _NoSessions(SessionInterface):
    """Pages keep what they must in cookies of their own."""

    def __init__(self) -> None:
        self._none = NullSession()

    def open_session(self, app: Flask, request: Request) -> NullSession:  # noqa: ARG002 (the same for all)
        """The session that nobody can write to."""
        return self._none
