# pyright: basic
"""How a request travels: over connections that are used again, to where load may go.

Locust's own session spends more time on a request than a quick server does, so it is spoken to the socket directly, and
Locust is told of each request afterwards.
"""

import errno
import ssl
import time
from functools import partial
from typing import Final

import gevent
from gevent import socket
from gevent.ssl import SSLContext

from loadtests.api import Call, Lost, Response
from loadtests.conversation import Silence
from loadtests.driving.connection import Connection
from loadtests.guard import ForbiddenTarget
from loadtests.wire import read_response, request_bytes

OWN_SHORTAGE: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.EADDRNOTAVAIL, errno.ENOBUFS})
_PIECE: Final = 65536
_BEGINS: Final = len("https://")


class Exchange:
    """Takes calls to the server over connections that are used again; a broken or late one never is.

    Every request is sent exactly once, follows no redirect, and goes where `loadtests.guard` lets it.
    """

    def __init__(self, clock, request_event, guard):
        self.shortages = 0
        self._clock = clock
        self._guard = guard
        self._request_event = request_event
        self._origins = {}

    def __call__(self, call: Call, until_s: float):
        """Make a call; see `loadtests.api.Exchange`."""
        at = call.url.find("/", _BEGINS)
        url = call.url[:at]
        origin = self._origins.get(url)
        if origin is None:
            origin = self._origins[url] = Origin(url, self._guard)
        started, begun_s = time.time(), time.perf_counter()
        patience = gevent.Timeout.start_new(self._clock.left(until_s))
        answer, problem = Lost(sent=True), None
        try:
            answer = origin.ask(call, call.url[at:])
        except gevent.Timeout as timeout:
            if timeout is not patience:
                raise
            answer, problem = Silence(), timeout
        except ForbiddenTarget:
            raise
        except (OSError, ValueError) as broken:
            answer, problem = self._lost(broken), broken
        finally:
            patience.close()
        if self._request_event is not None:
            self._request_event.fire(
                request_type=call.method, name=call.operation, response_time=1000 * (time.perf_counter() - begun_s),
                response_length=len(answer.body) if isinstance(answer, Response) else 0, response=None, context={},
                exception=problem, start_time=started, url=call.url,
            )  # fmt: skip
        return answer

    def quietly(self):
        """The same connections, of whose requests Locust is not told."""
        other = Exchange(self._clock, None, self._guard)
        other._origins = self._origins
        return other

    def _lost(self, problem):
        number = getattr(problem, "errno", None)
        self.shortages += number in OWN_SHORTAGE
        return Lost(sent=number not in OWN_SHORTAGE | {errno.ECONNREFUSED})


class Origin:
    """A server, and the connections to it that are idle."""

    def __init__(self, url, guard):
        self._site = guard.require(url)
        self._host = url.partition("://")[2]
        self._encrypts = self._site.scheme == "https"
        self._idle = []

    def ask(self, call, path):
        """Send a request and read its response."""
        connection = self._unused() or self._connected()
        keep = False
        try:
            connection.sendall(request_bytes(call, self._host, path))
            answer, keep = read_response(partial(connection.recv, _PIECE))
        finally:
            if keep:
                self._idle.append(connection)
            else:
                connection.close()
        return answer

    def _unused(self):
        """The connection that was idle the shortest, if the server has not ended it meanwhile."""
        while self._idle:
            connection = self._idle.pop()
            if self._encrypts or connection.is_quiet:
                return connection  # what comes unasked in secret may be its encryption's own
            connection.close()
        return None

    def _connected(self):
        problem = OSError(f"{self._site.host} has no address")
        for address in self._site.addresses:
            try:
                return self._encrypted(address) if self._encrypts else Connection(address, self._site.port)
            except OSError as refused:
                problem = refused
        raise problem

    def _encrypted(self, address):
        connection = socket.create_connection((address, self._site.port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        context = SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # a server under test signs for itself
        return context.wrap_socket(connection, server_hostname=self._site.host)
