"""The server's processes as seen from the one that starts them: a port kept, a start, an end."""

import contextlib
import errno
import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Generator
from typing import IO, Final

from reference_server.process import HOST, Settings
from reference_server.start_error import ServerStartError

STOP_WITHIN_S: Final = 3.0
_MOST_WORDS_BYTES: Final = 4000
_LOG: Final = logging.getLogger(__name__)


class Child:
    """A process of the server; leaving the `with` block ends it and everything it started."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._output = tempfile.TemporaryFile("a+b")  # noqa: SIM115 (closed on leaving); appends wherever we read
        self._read_bytes = 0
        self._process = subprocess.Popen(
            [sys.executable, "-m", "reference_server.process"],
            stdin=subprocess.PIPE,
            stdout=self._output,
            stderr=self._output,
            start_new_session=True,  # Ctrl-C in a terminal comes to us alone, and the group can be killed as one
        )
        self._tell(settings.model_dump_json(by_alias=True).encode() + b"\n")

    def __enter__(self) -> "Child":
        return self

    def __exit__(self, *_: object) -> None:
        self.ask_to_end()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_WITHIN_S)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()
        with contextlib.suppress(BrokenPipeError):
            self._stdin.close()
        if words := self.new_words():
            _LOG.warning("the %s process wrote:\n%s", self.settings.part, words)
        self._output.close()

    @property
    def pid(self) -> int:
        """Its process id, and that of its group."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """How it ended; None as long as it runs, negative for a signal."""
        return self._process.poll()

    def ask_to_end(self) -> None:
        """Let it finish what it is doing."""
        self._process.terminate()

    def new_words(self) -> str:
        """The end of what it wrote to stdout and stderr since we last asked."""
        size = self._output.seek(0, os.SEEK_END)
        self._output.seek(max(self._read_bytes, size - _MOST_WORDS_BYTES))
        self._read_bytes = size
        return self._output.read().decode(errors="replace").strip()

    def _tell(self, settings: bytes) -> None:
        with contextlib.suppress(BrokenPipeError):  # it is gone already, as `exit_code` tells
            self._stdin.write(settings)
            self._stdin.flush()  # and left open: its end is the sign that we are gone

    @property
    def _stdin(self) -> IO[bytes]:
        assert self._process.stdin is not None  # noqa: S101 (a pipe was asked for)
        return self._process.stdin


@contextlib.contextmanager
def kept_port(wanted: int, option: str) -> Generator[int]:
    """A port of this machine that is kept for the server; 0 for any that is free.

    Raises
    ------
    ServerStartError
        The port is in use or not allowed; the message names the option that chooses another.
    """
    # granian shares its ports (SO_REUSEPORT), so a second server would start and get half of the requests. A socket
    # that does not share finds out; one that does and never listens then keeps the port until granian is there.
    if wanted:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # closed connections are no hindrance
            _bind(probe, wanted, option)
    with socket.socket() as keeper:
        keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        _bind(keeper, wanted, option)
        yield keeper.getsockname()[1]


def _bind(one: socket.socket, port: int, option: str) -> None:
    try:
        one.bind((HOST, port))
    except OSError as problem:
        what = "is in use" if problem.errno == errno.EADDRINUSE else f"cannot be used ({problem.strerror})"
        raise ServerStartError(
            f"port {port} on {HOST} {what}. Choose another with {option}, or {option} 0 for any that is free."
        ) from problem
