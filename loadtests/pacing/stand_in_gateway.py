"""A pretend SMS gateway on this machine, for rehearsals and tests: it knows batches again by their idempotency key.

It does what `send_http` asks of a gateway, and can fail as gateways do: `Failure` says how the next requests go wrong.
"""

import json
import threading
from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Final, Self

_MOST: Final = 64_000_000  # bytes of a batch


class Failure(StrEnum):
    """How a request goes wrong; a closed set."""

    BUSY = "busy"
    """503, and nothing was taken."""
    TAKEN_AND_CUT = "taken_and_cut"
    """The batch is taken and the connection cut before the answer."""
    CUT = "cut"
    """The connection is cut, and nothing was taken."""
    REFUSES = "refuses"
    """422: the gateway will not have it."""


class StandInGateway:
    """A gateway that listens for the length of a `with` block.

    Parameters
    ----------
    failures : iterable of Failure or None
        How the requests go, in their order; those after them go well.
    """

    def __init__(self, failures: Iterable[Failure | None] = ()) -> None:
        self._failures = iter(failures)
        self._lock = threading.Lock()
        self._taken: dict[str, tuple[str, ...]] = {}
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                gateway._answer(self)

            def log_message(self, *_: object) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
                """Say nothing: bodies and addresses are nobody's business."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/batches"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def sent(self) -> Counter[str]:
        """How many SMS each recipient was sent."""
        with self._lock:
            return Counter(one for ids in self._taken.values() for one in ids)

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        length = min(_MOST, int(request.headers.get("Content-Length", 0)))
        said = json.loads(request.rfile.read(length))
        key = request.headers.get("Idempotency-Key", "")
        with self._lock:
            failure = next(self._failures, None)
            if failure in (None, Failure.TAKEN_AND_CUT):
                self._taken.setdefault(key, tuple(said["recipients"]))
        if failure in (Failure.CUT, Failure.TAKEN_AND_CUT):
            request.close_connection = True
            return
        request.send_response({Failure.BUSY: 503, Failure.REFUSES: 422}.get(failure, 202) if failure else 202)
        request.send_header("Content-Length", "0")
        request.end_headers()
