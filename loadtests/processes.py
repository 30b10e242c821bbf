"""The processes of the load generator, from the outside: started, followed, and never left behind."""

import importlib.util
import os
import site
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from loadtests.job import News, news_of

STOP_S: Final = 10.0  # ASSUMPTION: stopping takes well under a second, and a conductor waits 5 s for its workers


class GeneratorFailed(RuntimeError):
    """The load generator broke: a fault of ours, not of the server. The message says where its log is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What the generator consists of: one process, or a conductor and workers.

    `workers` is 0 for one process that lives the plan alone. Workers are started here, unless `listen`, an address of
    this machine and a port, says where those of other machines join. `web` is the port of Locust's live page, on this
    machine only.
    """

    workers: int = 0
    listen: tuple[str, int] | None = None
    web: int | None = None


ALONE: Final = Shape()


class Processes:
    """The generator's processes, in sessions of their own so that Ctrl-C reaches them through us alone.

    The first one tells the news: who lives the plan alone, or the conductor.
    """

    def __init__(self, folder: Path, base_url: str, shape: Shape, log: Path, limit_s: float) -> None:
        self.interrupted = False
        self.last: News | None = None
        self.problem: News | None = None
        self._folder, self._shape, self._limit_s = folder, shape, limit_s
        self._workers: list[subprocess.Popen[str]] = []
        self._log = log.open("xb")
        options = ["--users", str(max(1, shape.workers)), "--host", base_url, "--job", str(folder / "job.json")]
        self._process = self._started([*_part(shape), *options], subprocess.PIPE)

    @property
    def complete(self) -> bool:
        """Whether every journey started and ended."""
        return self.last is not None and self.last.complete

    def follow(self, tell: Callable[[int], None], listening: Callable[[int], None]) -> None:
        """Pass news on until all have ended; Ctrl-C asks them to stop, a second one ends them."""
        with self._log, self._process:
            try:
                self._listen(tell, listening, self._limit_s)
            except KeyboardInterrupt:
                self.interrupted = True
                self._process.terminate()
                self._listen(tell, listening, STOP_S)
            finally:
                self._process.kill()
                self._end_workers()

    def raise_problem(self, log: Path) -> None:
        """Raise what broke the run, if anything did but the surroundings."""
        if self.problem is not None and self.problem.errno is None:
            raise GeneratorFailed(f"the load generator broke ({self.problem.problem}); see {log}")
        if self.problem is None and self.last is None and not self.interrupted:
            raise GeneratorFailed(f"the load generator did not start; see {log}")

    def _listen(self, tell: Callable[[int], None], listening: Callable[[int], None], limit_s: float) -> None:
        limit = threading.Timer(limit_s, self._process.kill)
        limit.start()
        try:
            for line in self._process.stdout or ():
                news = news_of(line)
                if news is None:
                    continue
                if news.listening is not None:
                    self._bring_workers(news.listening)
                    listening(news.listening)
                elif news.problem is not None:
                    self.problem = news
                else:
                    self.last = news
                    tell(news.done)
        finally:
            limit.cancel()

    def _bring_workers(self, port: int) -> None:
        if self._shape.listen is None:
            join = worker_options("127.0.0.1", port)
            self._workers = [self._started(join, subprocess.DEVNULL) for _ in range(self._shape.workers)]

    def _end_workers(self) -> None:
        """They go when their conductor says so, which it has by now; who does not is ended."""
        for worker in self._workers:
            try:
                worker.wait(timeout=STOP_S if self.complete else 1.0)
            except subprocess.TimeoutExpired:
                worker.kill()
                worker.wait()

    def _started(self, options: Sequence[str], news: int) -> subprocess.Popen[str]:
        return started(options, self._folder, self._log, news)


def started(options: Sequence[str], folder: Path, log: IO[bytes], news: int) -> subprocess.Popen[str]:
    """Start Locust on our locustfile in a folder where nothing lies that it would take for settings."""
    return subprocess.Popen(  # noqa: S603  (our own command line)
        command(options),
        cwd=folder,
        env=_environment(folder),
        stdin=subprocess.DEVNULL,
        stdout=news,
        stderr=log,
        text=True,
        start_new_session=True,
    )


def command(options: Sequence[str]) -> list[str]:
    """The command line of one process.

    Raises
    ------
    GeneratorFailed
        This installation lacks the locustfile.
    """
    found = importlib.util.find_spec("loadtests.locustfile")
    if found is None or found.origin is None:
        raise GeneratorFailed("loadtests/locustfile.py is missing from this installation")
    quiet = ["--only-summary", "--exit-code-on-error", "0"]
    return [sys.executable, "-m", "locust", "-f", found.origin, *quiet, *options]


def worker_options(host: str, port: int) -> list[str]:
    """What makes a process a worker of the conductor at an address."""
    return ["--worker", "--master-host", host, "--master-port", str(port)]


def _part(shape: Shape) -> list[str]:
    seen = ["--autostart", "--web-host", "127.0.0.1", "--web-port", str(shape.web)]
    page = ["--headless"] if shape.web is None else seen
    if not shape.workers:
        return [*page, "--spawn-rate", "1"]
    host, port = shape.listen or ("127.0.0.1", 0)  # port 0: any that is free
    return [
        *page, "--master", "--master-bind-host", host, "--master-bind-port", str(port),
        "--expect-workers", str(shape.workers), "--spawn-rate", str(shape.workers),
    ]  # fmt: skip


def _environment(empty: Path) -> dict[str, str]:
    """Ours without anything Locust would read as a setting; its configuration files are looked for in `empty`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LOCUST_", "OTEL_"))}
    here = str(Path(__file__).resolve().parent.parent)
    paths = [here, *filter(None, [kept.get("PYTHONPATH")])]
    home = {"HOME": str(empty), "USERPROFILE": str(empty), "PYTHONUSERBASE": site.getuserbase()}
    return kept | home | {"PYTHONPATH": os.pathsep.join(paths)}
