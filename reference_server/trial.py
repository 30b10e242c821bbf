"""A server on trial, for `bolk verify`: with processes that may be killed and, if asked for, a planted fault."""

import contextlib
import os
import signal
import time
from collections.abc import Callable, Generator
from typing import Final

from reference_server.children import Child
from reference_server.faults import Fault
from reference_server.pace import Pace
from reference_server.process import Part
from reference_server.serving import READY_WITHIN_S, RunningServer, is_ready, running
from reference_server.start_error import ServerStartError
from scenarios.scenario import Scenario

_LOOK_EVERY_S: Final = 0.02


class Trial:
    """The server, and the power to kill it."""

    def __init__(self, server: RunningServer, stack: contextlib.ExitStack) -> None:
        self._server = server
        self._stack = stack
        self._children = {child.settings.part: child for child in server.children}

    @property
    def base_url(self) -> str:
        """Where it listens."""
        return self._server.base_url

    @property
    def login_url(self) -> str:
        """Where citizens log in."""
        return self._server.login_url

    @property
    def admin_token(self) -> str:
        """What opens its books."""
        return self._server.admin_token

    def kill(self, part: str) -> None:
        """Kill a process and all that it started (kill -9), start it again, and wait until the server is ready.

        Raises
        ------
        ServerStartError
            It does not come back.
        """
        child = self._children[Part(part)]
        os.killpg(child.pid, signal.SIGKILL)
        over_s = time.monotonic() + READY_WITHIN_S
        _wait_for(lambda: child.exit_code is not None, over_s, f"the {part} process outlives kill -9")
        again = self._stack.enter_context(Child(child.settings))
        self._children[Part(part)] = again
        _wait_for(lambda: is_ready(self._server), over_s, f"the {part} process does not come back")


@contextlib.contextmanager
def on_trial(scenario: Scenario, *, speedup: float, fault: str | None) -> Generator[Trial]:
    """A server as fast as the machine, for the length of a `with` block."""
    planted = None if fault is None else Fault(fault)
    with (
        running(scenario, pace=Pace.NONE, speedup=speedup, fault=planted) as server,
        contextlib.ExitStack() as stack,
    ):
        yield Trial(server, stack)


def _wait_for(happened: Callable[[], bool], over_s: float, problem: str) -> None:
    while not happened():
        if time.monotonic() > over_s:
            raise ServerStartError(problem)
        time.sleep(_LOOK_EVERY_S)
