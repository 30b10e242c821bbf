"""Flask that does nothing twice: it remembers which address leads where, and keeps no sessions of its own."""

import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, cast

from flask import Flask, Request
from flask.sessions import NullSession, SessionInterface
from werkzeug.exceptions import HTTPException

if TYPE_CHECKING:
    from werkzeug.routing import MapAdapter, Rule

_MOST_REMEMBERED: Final = 4096
"""Addresses whose route is remembered, before it begins anew: clients can ask for as many as they like."""


class QuickFlask(Flask):
    """A Flask application that looks an address up once.

    Flask holds host and address against the whole table of routes in every request, which takes a fifth of a short
    answer. Routes stay as they are while the server runs, and only what led somewhere is remembered, under method, host
    and path, so that every refusal is still found by Flask itself.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name, static_folder=None)
        self.session_interface = _NoSessions()
        self._routes: dict[tuple[object, ...], tuple[Rule, dict[str, Any]]] = {}

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
