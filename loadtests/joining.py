"""A worker of a load test that is conducted elsewhere, from the outside."""

import re
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from loadtests.job import news_of
from loadtests.processes import STOP_S, started, worker_options

_PLACE: Final = re.compile(r"(\[[0-9a-fA-F:.]+\]|[0-9A-Za-z.-]+):(\d{1,5})")


def place_named(text: str) -> tuple[str, int]:
    """A host and a port out of "HOST:PORT".

    Raises
    ------
    ValueError
        It is not of that form; the message says how it is written.
    """
    match = _PLACE.fullmatch(text)
    if match is None or not 0 < int(match[2]) < 65536:
        raise ValueError(f"{text!r} is no address: write for example 192.0.2.10:5557")
    return match[1], int(match[2])


def join(place: tuple[str, int]) -> str | None:
    """Work for the conductor at an address until it is over; what went wrong, or None.

    Ctrl-C leaves: what was recorded so far goes to the conductor first.
    """
    problem = None
    with tempfile.TemporaryDirectory(prefix="bolk-") as empty, tempfile.TemporaryFile() as log:
        process = started(worker_options(*place), Path(empty), log, subprocess.PIPE)
        try:
            for line in process.stdout or ():
                news = news_of(line)
                problem = problem if news is None or news.problem is None else news.problem
            code = process.wait()
        finally:
            process.terminate()
            try:
                process.wait(timeout=STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
        if problem is None and code:
            log.seek(0)
            said = log.read().decode(errors="replace").strip().splitlines()
            problem = f"no load test was conducted from {place[0]}:{place[1]} ({said[-1] if said else f'exit {code}'})"
    return problem
