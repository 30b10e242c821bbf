"""The planning page as it is served: its worker processes warmed, its threads counted, and nothing logged."""

import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from reports.notation import LanguageCode
from reports.planner.app import PlannerPage
from reports.planner.desk import ROOM, Desk
from reports.planner.jobs import Jobs
from reports.planner.question import asked_again
from scenarios.neighbours import Answering
from scenarios.reading import load

WORKERS: Final = 2
"""Processes for quick answers: one for each core of the smallest machine that the page is meant for."""
_CONNECTIONS: Final = 64
"""Connections that are served at once; more of them wait in the queue of the system."""
_SILENT_S: Final = 20
"""A browser that says nothing for so long is hung up on."""


class ServedPlanner:
    """A planning page that is being served."""

    def __init__(self, address: str, over: threading.Event) -> None:
        self.address = address
        self._over = over

    def wait(self) -> None:
        """Wait for Ctrl-C."""
        self._over.wait()


@contextmanager
def serving(
    answering: Answering, folder: Path, *, host: str = "127.0.0.1", port: int = 0, lang: LanguageCode = "nb",
    room: int = ROOM,
) -> Generator[ServedPlanner]:  # fmt: skip
    """Serve the planning page for the length of a `with` block, from when the engine is warm.

    Parameters
    ----------
    answering : Answering
        Who works the answers out.
    folder : Path
        Where thorough answers are kept; those that were under way are begun again.
    host, port
        Where to listen; port 0 is one that is free.
    lang : {"nb", "en"}
        For browsers that prefer neither.
    room : int
        How many people are answered at the same time.

    Raises
    ------
    OSError
        The port is taken, or the folder cannot be written.
    """
    desk = Desk(answering, WORKERS, room=room)
    jobs = Jobs(folder, answering, asked_again)
    try:
        page = PlannerPage(desk, jobs, lang, any_host=host not in ("127.0.0.1", "localhost"))
        server = _Server(host, port, page.app, handler=_Quiet)
        desk.warm(load("ci-smoke"), WORKERS)
        jobs.begin()
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
        thread.start()
        try:
            yield ServedPlanner(f"http://{host}:{server.server_port}/", threading.Event())
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
            jobs.end()
    finally:
        desk.close()


class _Server(ThreadedWSGIServer):
    """So many connections at once; the next are taken when one of those has ended."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._free = threading.BoundedSemaphore(_CONNECTIONS)
        super().__init__(*args, **kwargs)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._free.acquire()
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()


class _Quiet(WSGIRequestHandler):
    timeout = _SILENT_S

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002  (werkzeug's name)
        """Say nothing: addresses carry what people asked."""

    def setup(self) -> None:
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
