"""A guarded HTTP session: what an adapter speaks to its server with.

It goes where the guard lets it, follows no redirect, asks no proxy, keeps one connection to each server and sends
nothing twice.
"""

import http.client
import json as json_text
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from loadtests.guard import Guard, Site
from loadtests.guarded_connection import GuardedConnection

PATIENCE_S: Final = 20.0
"""Longest wait for an answer. ASSUMPTION: a server at rest needs far less."""

_JSON: Final = {"Content-Type": "application/json"}


class NoAnswer(OSError):
    """The connection broke, patience ended, or what came is no answer (HTTP 5xx): it may have been done."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A whole response; names of headers are in lower case."""

    code: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> dict[str, Any]:
        """The body as a JSON object, an empty one where there is no body.

        Raises
        ------
        NoAnswer
            It is none.
        """
        try:
            said: object = json_text.loads(self.body or b"{}")
        except ValueError:
            said = None
        if not isinstance(said, dict):
            raise NoAnswer(f"HTTP {self.code} with a body that is no JSON object")
        return {str(name): value for name, value in said.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


class Web:
    """The way to one server.

    Parameters
    ----------
    base_url : str
        Where it is; what `ask` is given as a path is added to it.
    admin_token : str, optional
        What opens the server's record, for adapters that need something to open it with.
    via : Site, optional
        What is connected to instead of the server, which a request still names: a line that can be cut.

    Attributes
    ----------
    patience_s : float
        How long to wait for each answer, in seconds.

    Raises
    ------
    ForbiddenTarget
        Load may not go there.
    """

    def __init__(self, base_url: str, guard: Guard, *, admin_token: str | None = None, via: Site | None = None) -> None:
        self.base_url = base_url.rstrip("/")
        self.admin_token = admin_token
        self.patience_s = PATIENCE_S
        self.guard = guard
        self._home = guard.require(self.base_url)
        self._via = via
        self._connections: dict[Site, GuardedConnection] = {}

    def ask(
        self,
        method: str,
        where: str,
        *,
        json: Mapping[str, object] | None = None,
        body: str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Heard:
        """Make one request and wait for the whole response.

        Parameters
        ----------
        where : str
            A path below the base URL, or an absolute URL that load may go to.
        json, body
            What is sent, if anything.

        Raises
        ------
        ForbiddenTarget
            Load may not go there.
        NoAnswer
            No definite answer came; what was asked for may have been done.
        """
        url = f"{self.base_url}{where}" if where.startswith("/") else where
        site = self._home if where.startswith("/") else self.guard.require(url)
        content = body if json is None else json_text.dumps(json)
        shown = {**({} if json is None else _JSON), **(headers or {})}
        connection = self._connection(site)
        try:
            connection.allow(self.patience_s)
            connection.request(method, _path_of(url), content, shown)
            response = connection.getresponse()
            heard = Heard(
                response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
            )
        except http.client.InvalidURL as problem:
            raise ValueError(f"{url!r} cannot be asked for: quote what is in it") from problem
        except (OSError, http.client.HTTPException) as problem:
            connection.close()
            raise NoAnswer(f"{method} {url}: {str(problem) or type(problem).__name__}") from problem
        if heard.code >= http.client.INTERNAL_SERVER_ERROR:
            raise NoAnswer(f"{method} {url}: HTTP {heard.code}")
        return heard

    def close(self) -> None:
        """Hang up."""
        for connection in self._connections.values():
            connection.close()
        self._connections.clear()

    def _connection(self, site: Site) -> GuardedConnection:
        if site not in self._connections:
            via = self._via if site == self._home else None
            self._connections[site] = GuardedConnection(self.guard, site, via=via)
        return self._connections[site]


def _path_of(url: str) -> str:
    """What a request line names: the path and the query of a URL."""
    _, slash, rest = url.partition("://")[2].partition("/")
    return f"{slash or '/'}{rest}"
