"""Starts the server's processes together, waits until they are ready, and leaves none behind."""

import contextlib
import http.client
import secrets
import tempfile
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Required, TypedDict, Unpack

from reference_server.address_register.set_up import SetUp
from reference_server.children import Child, kept_port
from reference_server.database import is_postgresql, prepare
from reference_server.ehr import FAULTLESS, Link
from reference_server.faults import Fault
from reference_server.pace import Pace
from reference_server.process import HOST, Part, Settings, cores_here, threads_of
from reference_server.start_error import ServerStartError
from scenarios.scenario import Scenario

READY_WITHIN_S: Final = 30.0
_LOOK_EVERY_S: Final = 0.02
_WATCH_EVERY_S: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningServer:
    """A server that is ready: where it is, the token that may export its record, and its processes.

    `threads` is how many requests the booking process works on at the same time.
    """

    base_url: str
    login_url: str
    admin_token: str
    threads: int
    children: Sequence[Child]


class How(TypedDict, total=False):
    """What `running` can be told, beside the scenario."""

    port: int
    login_port: int
    database: str | Path | None
    pace: Required[Pace]
    speedup: float
    link: Link
    request_log: Path | None
    set_up: SetUp | None
    fault: Fault | None


@contextlib.contextmanager
def running(
    scenario: Scenario,
    *,
    port: int = 0,
    login_port: int = 0,
    database: str | Path | None = None,
    pace: Pace,
    speedup: float = 1.0,
    link: Link = FAULTLESS,
    request_log: Path | None = None,
    set_up: SetUp | None = None,
    fault: Fault | None = None,
) -> Generator[RunningServer]:
    """A server for the length of a `with` block.

    Parameters
    ----------
    scenario : Scenario
        What it offers and, at `Pace.SCENARIO`, how slow it is.
    port, login_port : int
        On 127.0.0.1; 0 for any that is free.
    database : str or Path, optional
        A file or the address of a PostgreSQL database, kept afterwards; without it the record is gone when the block
        ends.
    pace, speedup : Pace, float
        Every service time of the scenario is divided by the speedup.
    link : Link
        How messages reach the record system.
    request_log : Path, optional
        Gets a line of JSON for each request, without anything that says who asked.
    set_up : SetUp, optional
        What a municipality's books ask of and offer their citizens.
    fault : Fault, optional
        What the server does wrong on purpose; no command but `bolk verify` plants one.

    Raises
    ------
    ServerStartError
        A port is in use, the database cannot be used, or a process ended or was not ready in time.
    """
    with contextlib.ExitStack() as stack:
        ports = {
            Part.BOOKING: stack.enter_context(kept_port(port, "--port")),
            Part.LOGIN: stack.enter_context(kept_port(login_port, "--login-port")),
        }
        if database is None:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="bolk-server-"))
            database = Path(folder) / "bookings.sqlite3"
        if not is_postgresql(database):
            database = Path(database).absolute()
        secret, admin_token = prepare(database, scenario), secrets.token_urlsafe(32)
        threads = {part: threads_of(part, scenario, pace, cores_here()) for part in Part}
        told = Settings(
            part=Part.BOOKING,
            scenario=scenario,
            database=str(database),
            port=ports[Part.BOOKING],
            threads=threads[Part.BOOKING],
            login_url=f"http://{HOST}:{ports[Part.LOGIN]}/login",
            secret=secret,
            admin_token=admin_token,
            pace=pace,
            speedup=speedup,
            link=link,
            request_log=None if request_log is None else str(request_log.absolute()),
            set_up=set_up,
            fault=fault,
        )
        children: list[Child] = []
        for part in Part:
            own = {"part": part, "port": ports.get(part, 0), "threads": threads[part]}
            settings = told.model_copy(update=own)
            children.append(stack.enter_context(Child(settings)))
        stack.callback(lambda: [child.ask_to_end() for child in children])
        _wait_until_ready(children, ports)
        yield RunningServer(
            base_url=f"http://{HOST}:{ports[Part.BOOKING]}",
            login_url=told.login_url,
            admin_token=admin_token,
            threads=threads[Part.BOOKING],
            children=children,
        )


def serve(scenario: Scenario, *, announce: Callable[[RunningServer], None], **how: Unpack[How]) -> None:
    """A server until Ctrl-C; `announce` is called once when it is ready, and the rest is as in `running`.

    Raises
    ------
    ServerStartError
        As `running`, and when a process ends by itself.
    """
    with (
        contextlib.suppress(KeyboardInterrupt),
        running(scenario, **how) as server,
    ):
        announce(server)
        while True:
            _check_alive(server.children)
            time.sleep(_WATCH_EVERY_S)


def _wait_until_ready(children: Sequence[Child], ports: dict[Part, int]) -> None:
    deadline_s = time.monotonic() + READY_WITHIN_S
    questions = [(ports[Part.LOGIN], "/health/live"), (ports[Part.BOOKING], "/health/ready")]
    while questions:
        _check_alive(children)
        if _is_ok(*questions[0]):
            questions.pop(0)
        elif time.monotonic() > deadline_s:
            raise ServerStartError(
                f"the server was not ready within {READY_WITHIN_S:g} s (http://{HOST}:{questions[0][0]}"
                f"{questions[0][1]} does not say so). The machine may be too busy: close other programs and try again."
                + "".join(_words(child) for child in children)
            )
        else:
            time.sleep(_LOOK_EVERY_S)


def _check_alive(children: Sequence[Child]) -> None:
    for child in children:
        if child.exit_code is not None:
            raise ServerStartError(
                f"the {child.settings.part} process ended with code {child.exit_code}.{_words(child)}"
            )


def _words(child: Child) -> str:
    words = child.new_words()
    return f"\nThe {child.settings.part} process wrote:\n{words}" if words else ""


def is_ready(server: RunningServer) -> bool:
    """Whether it says so itself."""
    return _is_ok(int(server.base_url.rsplit(":", 1)[1]), "/health/ready")


def _is_ok(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=1.0)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
