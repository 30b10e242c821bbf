"""The guard: load goes to this machine and to stated hosts, and here is what somebody might try to get around it."""

import asyncio
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from loadtests.adapters.checked import Checked
from loadtests.adapters.web import Web
from loadtests.guard import THIS_MACHINE, ForbiddenTarget, Guard, guard_for, guard_pinned
from tests.test_adapters import NOWHERE, verify
from tests.test_front_door import ROOT, bolk

ELSEWHERE = "192.0.2.1"
"""An address that belongs to nobody (RFC 5737). Nothing here is ever sent to it: that is what is tested."""


class _Sends(BaseHTTPRequestHandler):
    """Sends whoever asks to another machine, and counts them."""

    asked = 0

    def do_GET(self) -> None:
        type(self).asked += 1
        self.send_response(302 if self.path == "/away" else 200)
        self.send_header("Location", f"http://{ELSEWHERE}/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the name is the parent's)
        """Quiet."""


@pytest.fixture(scope="module")
def port() -> Generator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Sends)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


class Names:
    """A name service that changes its mind: each question about a name is answered by the next of its addresses."""

    def __init__(self, **addresses: list[str]) -> None:
        self._addresses = {name.replace("_", "."): found for name, found in addresses.items()}
        self._real = socket.getaddrinfo

    def __call__(self, host: Any, port: Any, *rest: Any, **how: Any) -> Any:
        said = self._addresses.get(host)
        if said is None:
            return self._real(host, port, *rest, **how)
        return self._real(said.pop(0) if len(said) > 1 else said[0], port, *rest, **how)


@pytest.mark.parametrize(
    "where",
    [
        f"http://{ELSEWHERE}/",
        f"http://127.0.0.1@{ELSEWHERE}/",
        f"http://{ELSEWHERE}#@127.0.0.1/",
        f"http://127.0.0.1\\@{ELSEWHERE}/",
        f"//{ELSEWHERE}/",
        "http://127.0.0.1.example.org/",
        "http://0.0.0.0/",
        "http://[::ffff:192.0.2.1]/",
        "http://3221225985/",
        "HTTP://EXAMPLE.ORG/",
        "ftp://127.0.0.1/",
        "",
    ],
)
def test_no_absolute_url_leads_elsewhere(where: str, port: int) -> None:
    asked = _Sends.asked
    with closing(Web(f"http://127.0.0.1:{port}", THIS_MACHINE)) as web:
        if where.startswith("/"):
            web.ask("GET", where)  # below the base, whatever it looks like
            assert _Sends.asked == asked + 1
        else:
            with pytest.raises(ForbiddenTarget):
                web.ask("GET", where)
            assert _Sends.asked == asked


def test_a_redirect_is_not_followed_and_where_it_leads_is_checked_as_any_address(port: int) -> None:
    with closing(Web(f"http://127.0.0.1:{port}", THIS_MACHINE)) as web:
        heard = web.ask("GET", "/away")
        assert heard.code == 302
        with pytest.raises(ForbiddenTarget, match=ELSEWHERE):
            web.ask("GET", heard.headers["location"])


def test_localhost_that_means_another_machine_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", Names(localhost=[ELSEWHERE]))
    with pytest.raises(ForbiddenTarget):
        Guard().require("http://localhost:5000")


def test_a_name_is_looked_up_once_and_means_the_same_ever_after(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", Names(booking_test=["127.0.0.1", ELSEWHERE]))
    guard = guard_for(["booking.test"])
    with closing(Web(f"http://booking.test:{port}", guard)) as web:
        assert web.ask("GET", "/").code == 200
        web.close()
        assert web.ask("GET", "/").code == 200
    assert guard_pinned(guard.pinned()).require("http://booking.test").addresses == ("127.0.0.1",)


def test_a_name_that_nobody_stated_is_refused_even_if_it_means_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", Names(booking_test=["127.0.0.1"]))
    with pytest.raises(ForbiddenTarget, match=r"--i-may-load-test booking\.test"):
        THIS_MACHINE.require("http://booking.test")
    with pytest.raises(ForbiddenTarget):
        guard_for(["test"]).require("http://booking.test")


def _urllib(port: int) -> None:
    urllib.request.urlopen(f"http://127.0.0.1:{port}/away")


def _rebound(port: int) -> None:
    urllib.request.urlopen(f"http://localhost:{port}/")


def _socket(_port: int) -> None:
    with socket.socket() as one:
        one.connect((ELSEWHERE, 80))


def _socket_by_name(_port: int) -> None:
    with socket.socket() as one:
        one.connect(("localhost", 80))


def _without_raising(_port: int) -> None:
    with socket.socket() as one:
        one.connect_ex((ELSEWHERE, 80))


def _datagram(_port: int) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as one:
        one.sendto(b"x", (ELSEWHERE, 80))


def _asyncio(_port: int) -> None:
    asyncio.run(asyncio.open_connection(ELSEWHERE, 80))  # pyright: ignore[reportArgumentType]


# What a library leaves open when its connection is refused is the library's.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("way", [_urllib, _rebound, _socket, _socket_by_name, _without_raising, _datagram, _asyncio])
def test_a_class_with_sockets_of_its_own_does_not_get_out(
    way: Callable[[int], None], port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Sly:
        def __init__(self, web: Web) -> None:
            self.web = web

        def cancel(self, _appointment: str) -> None:
            way(port)

    sly: Any = Sly
    monkeypatch.setattr(socket, "getaddrinfo", Names(localhost=["127.0.0.1", ELSEWHERE]))
    guard = Guard()
    # In a thread of its own: where a browser was driven an event loop runs already.
    with (
        closing(Web(f"http://localhost:{port}", guard)) as web,
        ThreadPoolExecutor(1) as thread,
        pytest.raises(ForbiddenTarget),
    ):
        thread.submit(Checked(sly, web, guard).cancel, "x").result()


def test_watching_ends_with_its_block_and_is_of_one_thread_alone() -> None:
    def told(problems: list[Exception]) -> None:
        try:
            sys.audit("socket.connect", None, (ELSEWHERE, 80))
        except ForbiddenTarget as problem:
            problems.append(problem)

    here: list[Exception] = []
    beside: list[Exception] = []
    after: list[Exception] = []
    with THIS_MACHINE.watching():
        told(here)
        thread = threading.Thread(target=told, args=(beside,))
        thread.start()
        thread.join()
    told(after)
    assert (len(here), beside, after) == (1, [], [])


def test_the_load_generator_checks_every_request_and_every_connection(port: int) -> None:
    program = (
        "import locust, socket, time\n"
        "from loadtests.api import Call\n"
        "from loadtests.driving.clock import WallClock\n"
        "from loadtests.driving.exchange import Exchange\n"
        "from loadtests.guard import ForbiddenTarget, guard_pinned\n"
        "from locust.event import EventHook\n"
        "from scenarios.attempts import Operation\n"
        "guard = guard_pinned({'booking.test': ['127.0.0.1']})\n"
        "guard.watch_process()\n"
        "clock = WallClock(1.0)\nclock.start(time.monotonic())\n"
        "exchange = Exchange(clock, EventHook(), guard)\n"
        "def ask(url):\n"
        "    try:\n"
        "        print(exchange(Call(operation=Operation.BOOKS, method='GET', url=url), clock.now() + 20))\n"
        "    except ForbiddenTarget as problem:\n"
        "        print('refused')\n"
        f"ask('http://booking.test:{port}/')\n"  # no name service knows it: what was pinned is all there is
        f"ask('http://{ELSEWHERE}:{port}/')\n"
        f"ask('http://other.test:{port}/')\n"
        "try:\n"
        f"    socket.create_connection(('{ELSEWHERE}', 80))\n"
        "except ForbiddenTarget as problem:\n"
        "    print('refused')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == ["Response(code=200, body=b'')", *["refused"] * 3], done.stdout + done.stderr


@pytest.mark.parametrize("host", ["http://booking.test", "booking.test:80", "*", "*.test", "", "a b"])
def test_a_statement_names_one_host_and_nothing_else(host: str) -> None:
    with pytest.raises(ForbiddenTarget, match="names no host"):
        guard_for([host])


def test_the_commands_say_what_to_state() -> None:
    theirs = verify(f"http://{ELSEWHERE}:8000")
    ours = bolk("verify", "ci-smoke", "--target", f"http://{ELSEWHERE}")
    wrong = bolk("verify", "--target", NOWHERE, "--adapter", "x:Y", "--i-may-load-test", f"http://{ELSEWHERE}")
    assert (theirs.returncode, ours.returncode, wrong.returncode) == (2, 2, 2)
    assert f"--i-may-load-test {ELSEWHERE}" in theirs.stderr
    assert f"--i-may-load-test {ELSEWHERE}" in ours.stderr
    assert "names no host" in wrong.stderr
