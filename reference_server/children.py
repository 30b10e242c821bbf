"""The server's processes as seen from the one that starts them: a port kept, a start, an end."""

import contextlib
import errno
import logging
import multiprocessing
import os
import signal
import socket
import tempfile
from collections.abc import Generator
from multiprocessing.connection import Connection
from multiprocessing.reduction import DupFd
from typing import IO, Any, Final

from reference_server.process import HOST, Settings, live
from reference_server.start_error import ServerStartError

STOP_WITHIN_S: Final = 3.0
_MOST_WORDS_BYTES: Final = 4000
_LOG: Final = logging.getLogger(__name__)


class Child:
    """A process of the server; leaving the `with` block ends it and everything it started.

    Python's fork server loads the server's code once, and every process is forked from it: three interpreters that each
    load it by themselves need three times as long until the server is ready.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._output = tempfile.TemporaryFile("a+b")  # noqa: SIM115 (closed on leaving); appends wherever we read
        self._read_bytes = 0
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([live.__module__])
        theirs, self._lifeline = context.Pipe(duplex=False)  # open until we are gone, and its end is the sign of it
        told = settings.model_dump_json(by_alias=True)
        self._process = context.Process(target=_begin, args=(told, theirs, _Output(self._output)))
        self._process.start()
        theirs.close()

    def __enter__(self) -> "Child":
        return self

    def __exit__(self, *_: object) -> None:
        self.ask_to_end()
        self._process.join(STOP_WITHIN_S)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.join()
        self._lifeline.close()
        if words := self.new_words():
            _LOG.warning("the %s process wrote:\n%s", self.settings.part, words)
        self._output.close()

    @property
    def pid(self) -> int:
        """Its process id, and that of its group."""
        assert self._process.pid is not None  # noqa: S101 (it was started)
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """How it ended; None as long as it runs, negative for a signal."""
        return self._process.exitcode

    def ask_to_end(self) -> None:
        """Let it finish what it is doing."""
        self._process.terminate()

    def new_words(self) -> str:
        """The end of what it wrote to stdout and stderr since we last asked."""
        size = self._output.seek(0, os.SEEK_END)
        self._output.seek(max(self._read_bytes, size - _MOST_WORDS_BYTES))
        self._read_bytes = size
        return self._output.read().decode(errors="replace").strip()


class _Output:
    """A file that is handed to a new process, where it arrives as a descriptor."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def __reduce__(self) -> tuple[Any, ...]:
        return _descriptor_of, (DupFd(self._file.fileno()),)


def _descriptor_of(handed: Any) -> int:
    return handed.detach()


def _begin(told: str, lifeline: Connection, output: int) -> None:
    os.setsid()  # Ctrl-C in a terminal comes to the starter alone, and the group can be killed as one
    for stream in (1, 2):
        os.dup2(output, stream)
    live(told, lifeline)


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
