# pyright: basic
"""How a request travels: over connections to this machine that are used again."""

import errno
from typing import Final

import gevent
from locust.contrib.fasthttp import FastHttpSession

from loadtests.api import Call, Lost, Response
from loadtests.conversation import Silence
from loadtests.guard import THIS_MACHINE

OWN_SHORTAGE: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.EADDRNOTAVAIL, errno.ENOBUFS})


class Exchange:
    """Takes calls to the server over connections that are used again; a broken or late one never is."""

    def __init__(self, clock, request_event):
        self.shortages = 0
        self._clock = clock
        self._request_event = request_event
        self._idle = []

    def __call__(self, call: Call, until_s: float):
        """Make a call; see `loadtests.api.Exchange`."""
        session = self._idle.pop() if self._idle else LoopbackSession(self._request_event)
        patience = gevent.Timeout.start_new(self._clock.left(until_s))
        answer = Lost(sent=True)
        try:
            answer = self._made(session, call, patience)
        except gevent.Timeout as timeout:
            if timeout is not patience:
                raise
            answer = Silence()
        finally:
            patience.close()
            if isinstance(answer, Response):
                self._idle.append(session)
            else:
                session.client.close()
        return answer

    def _made(self, session, call, patience):
        headers = call.headers | {"Accept-Encoding": "identity"}
        with session.request(
            call.method, call.url, name=call.operation, headers=headers, json=call.body, catch_response=True
        ) as response:
            problem = response.request_meta["exception"]
            if problem is None:
                response.success()  # any definite answer, a rejection among them
                return Response(response.status_code, response.content or b"")
        if not patience.pending:  # Locust takes the timeout for an error of the connection
            return Silence()
        number = getattr(problem, "errno", None)
        self.shortages += number in OWN_SHORTAGE
        return Lost(sent=number not in OWN_SHORTAGE | {errno.ECONNREFUSED})


class LoopbackSession(FastHttpSession):
    """One connection, to this machine only: no redirects, no cookies, and every request is sent exactly once."""

    def __init__(self, request_event):
        super().__init__(
            base_url=None,
            request_event=request_event,
            user=None,
            max_redirects=0,
            max_retries=0,
            concurrency=1,
            connection_timeout=None,
            network_timeout=None,  # patience is a timer around the whole exchange
        )
        self.client.cookiejar = None
        # What a code means is read in loadtests.api.
        self.client.valid_response_codes = frozenset(range(100, 600))  # pyright: ignore[reportAttributeAccessIssue]

    def _build_url(self, path):
        THIS_MACHINE.require(path)
        # geventhttpclient sends a GET again when the connection breaks, as often as its pool is large: here never.
        self.client.clientpool.get_client(path)._connection_pool.size = -1
        return path
