"""A line that can be cut, reset and held up on command: a small TCP proxy on this machine, for one client.

Nothing happens by chance or after a while: an answer is lost when it is on the line, so that the server has surely made
it, and what is held up stays so until it is let go. Bytes are not looked into. Where every request opens a connection
with TLS, it is the greeting that is hit.
"""

import select
import socket
import struct
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from enum import StrEnum
from typing import Final, assert_never

from loadtests.guard import Guard, Site

_CHUNK: Final = 65536
_SCRAP: Final = 8
"""Bytes that are no whole line of any request or answer. More could pass for an answer whose end is where it closes."""

_RESET: Final = struct.pack("ii", 1, 0)
"""Linger for 0 seconds: closing sends a reset."""


class Trouble(StrEnum):
    """What may happen on the way, once each time it is ordered; a closed set."""

    CUT_REQUEST = "cut-request"  # the request breaks off in its first line, and the server cannot act on it
    CUT_ANSWER = "cut-answer"  # the server has answered, and the line closes
    RESET_ANSWER = "reset-answer"  # the same, with a reset
    SCRAP_OF_ANSWER = "scrap-of-answer"  # the answer breaks off in its first line
    DELAY_ANSWER = "delay-answer"  # the answer waits on the line
    DELAY_REQUEST = "delay-request"  # the request waits on the line


HOLDING_UP: Final = frozenset({Trouble.DELAY_ANSWER, Trouble.DELAY_REQUEST})
_OF_REQUESTS: Final = frozenset({Trouble.CUT_REQUEST, Trouble.DELAY_REQUEST})


class Line:
    """A listening socket, and what is to happen to what comes next.

    Attributes
    ----------
    here : Site
        What clients connect to.
    was_used : bool
        Whether anybody has connected.
    """

    def __init__(self, guard: Guard, there: Site, patience_s: float) -> None:
        self._guard, self._there, self._patience_s = guard, there, patience_s
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.here = Site(
            scheme="http", host="127.0.0.1", port=self._listening.getsockname()[1], addresses=("127.0.0.1",)
        )
        self.was_used = False
        self._ordered: Trouble | None = None
        self._waits = threading.Event()
        self._released = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def order(self, trouble: Trouble) -> None:
        """Let it happen to the next request, or to the next answer."""
        self._ordered = trouble

    def wait_until_held_up(self) -> bool:
        """Wait until something waits on the line, or nothing can any more; False if patience ended before."""
        return self._waits.wait(self._patience_s)

    def let_go(self) -> None:
        """Send on what waits, and hold up nothing more."""
        self._released.set()
        self._waits.set()

    def close(self) -> None:
        """Listen no more; what is connected ends with its clients."""
        self.let_go()
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)  # wakes who waits in `accept`
        self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            self.was_used = True
            threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        with client:
            try:
                with self._guard.connect(self._there, self._patience_s) as server:
                    while self._carried(client, server):
                        pass
            except OSError:
                pass  # either end has hung up

    def _carried(self, client: socket.socket, server: socket.socket) -> bool:
        """Carry what comes next; False when the line is over."""
        for source in select.select([client, server], [], [])[0]:
            data = source.recv(_CHUNK)
            if not data:
                return False
            to = server if source is client else client
            trouble = self._due(of_request=source is client)
            if trouble is None:
                to.sendall(data)
            elif not self._suffered(trouble, to, data):
                return False
        return True

    def _due(self, *, of_request: bool) -> Trouble | None:
        if self._ordered is None or (self._ordered in _OF_REQUESTS) is not of_request:
            return None
        trouble, self._ordered = self._ordered, None
        return trouble

    def _suffered(self, trouble: Trouble, to: socket.socket, data: bytes) -> bool:
        """What becomes of it; False when the line is over."""
        match trouble:
            case Trouble.CUT_REQUEST | Trouble.SCRAP_OF_ANSWER:
                to.sendall(data[:_SCRAP])
                return False
            case Trouble.CUT_ANSWER:
                return False
            case Trouble.RESET_ANSWER:
                to.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                return False
            case Trouble.DELAY_ANSWER | Trouble.DELAY_REQUEST:
                self._waits.set()
                self._released.wait()
                to.sendall(data)
                return True
            case _:
                assert_never(trouble)


@contextmanager
def line_to(guard: Guard, there: Site, patience_s: float) -> Generator[Line]:
    """A line, for the length of a `with` block."""
    line = Line(guard, there, patience_s)
    try:
        yield line
    finally:
        line.close()
