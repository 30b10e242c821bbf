"""The line to a server: what is ordered happens once, at the moment that it names, and never by chance."""

import threading
from collections.abc import Generator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from loadtests.adapters.web import NoAnswer, Web
from loadtests.contention.line import HOLDING_UP, Line, Trouble, line_to
from loadtests.guard import THIS_MACHINE

PATIENCE_S = 20.0


class _Counter(ThreadingHTTPServer):
    """Counts the orders that came whole."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Door)
        self.seen: list[str] = []


class _Door(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Counter  # pyright: ignore[reportIncompatibleVariableOverride]

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        order = self.rfile.read(length).decode()
        if len(order) < length:
            return
        self.server.seen.append(order)
        self.send_response(200)
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"done")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the name is the parent's)
        """Quiet."""


@contextmanager
def a_line() -> Generator[tuple[_Counter, Line, Web, Web]]:
    """A server, a line to it, and a session over the line and one beside it."""
    server = _Counter()
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        with (
            line_to(THIS_MACHINE, THIS_MACHINE.require(url), PATIENCE_S) as line,
            closing(Web(url, THIS_MACHINE, via=line.here)) as over,
            closing(Web(url, THIS_MACHINE)) as beside,
        ):
            yield server, line, over, beside
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("trouble", [one for one in Trouble if one not in HOLDING_UP])
def test_what_breaks_on_the_way_is_unheard_and_the_next_goes_through(trouble: Trouble) -> None:
    with a_line() as (server, line, over, _):
        assert over.ask("POST", "/", body="first").text == "done"
        line.order(trouble)
        with pytest.raises(NoAnswer):
            over.ask("POST", "/", body="second")
        assert over.ask("POST", "/", body="third").text == "done"
    arrived = ["first", "third"] if trouble is Trouble.CUT_REQUEST else ["first", "second", "third"]
    assert server.seen == arrived


@pytest.mark.parametrize(
    ("trouble", "order"),
    [(Trouble.DELAY_ANSWER, ["slow", "quick"]), (Trouble.DELAY_REQUEST, ["quick", "slow"])],
)
def test_what_is_held_up_is_overtaken_and_still_arrives(trouble: Trouble, order: list[str]) -> None:
    answers: list[str] = []
    with a_line() as (server, line, over, beside):
        line.order(trouble)
        slow = threading.Thread(target=lambda: answers.append(over.ask("POST", "/", body="slow").text))
        slow.start()
        assert line.wait_until_held_up()
        answers.append(beside.ask("POST", "/", body="quick").text)
        line.let_go()
        slow.join()
    assert (server.seen, answers) == (order, ["done", "done"])
