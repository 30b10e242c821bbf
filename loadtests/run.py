"""A load test from the outside: check the server, start the generator, keep what it recorded, judge it."""

import errno
import importlib.util
import json
import os
import site
import subprocess
import sys
import tempfile
import threading
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from loadtests.generator import judged
from loadtests.job import Job, News, news_of
from loadtests.target import Target, target_at
from scenarios.attempts import Attempt, header_line, read_attempts
from scenarios.plan import Plan
from scenarios.plan_file import write_plan
from scenarios.reading import sha256_of
from scenarios.result import Generator
from scenarios.rows import longest_s
from scenarios.scenario import Scenario

PLAN: Final = "plan.csv"
RECORD: Final = "attempts.jsonl"
VERDICT: Final = "generator.json"
LOG: Final = "locust.log"

_START_S: Final = 60.0  # ASSUMPTION: importing Locust and reading a plan takes seconds even on a busy machine
_STOP_S: Final = 10.0  # ASSUMPTION: stopping takes well under a second


class OutFolderError(OSError):
    """The folder for the results cannot take them, or already holds others; the message says which and why."""


class GeneratorFailed(RuntimeError):
    """The load generator broke: a fault of ours, not of the server. The message says where its log is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadtestRun:
    """What a load test brought back.

    `run` begins every idempotency key the server was sent;
    `partial` where it ended before every journey did (`interrupted` if by Ctrl-C); `reason` says why the generator's
    verdict is not `pass`.
    """

    attempts: list[Attempt]
    generator: Generator
    run: str
    partial: bool
    interrupted: bool
    reason: str | None


def run(
    scenario: Scenario,
    plan: Plan,
    *,
    base_url: str,
    speedup: float,
    out: Path,
    progress: Callable[[int, int], None] | None = None,
    deadline_s: float | None = None,
) -> LoadtestRun:
    """Live a plan against a booking server on this machine.

    Parameters
    ----------
    speedup : float
        Seconds of the plan in one second of the wall; the server must run at the same.
    out : Path
        Made if need be; gets plan.csv, attempts.jsonl, generator.json and locust.log, and may hold none of them.
    progress : callable, optional
        Called with the number of journeys that are over, and of all.
    deadline_s : float, optional
        Stop at this moment of the plan's time. If not given: when every journey must be over.

    Raises
    ------
    ForbiddenTarget
        The server is not on this machine.
    TargetUnreachable
        It does not answer, or serves something else.
    OutFolderError
        The folder cannot take the results; nothing in it was overwritten.
    GeneratorFailed
        The generator could not run.
    """
    target = target_at(base_url, scenario_sha256=sha256_of(scenario), speedup=speedup)
    out = out.resolve()
    _prepare(out, plan)
    with tempfile.TemporaryDirectory(prefix="bolk-") as empty:
        job = _job(scenario, plan, target, speedup, out, deadline_s)
        job.write(Path(empty) / "job.json")
        child = _Child(Path(empty), target, out / LOG, _START_S + job.deadline_s / speedup + _STOP_S)
        planned = int((plan.acts == 1).sum())
        child.follow(lambda done: progress(done, planned) if progress else None)
    child.raise_problem(out)
    return _result(plan, job, out, child)


def _prepare(out: Path, plan: Plan) -> None:
    held = [name for name in (PLAN, RECORD, VERDICT, LOG) if (out / name).exists()]
    if held:
        raise OutFolderError(errno.EEXIST, f"already holds a load test ({', '.join(held)}); give another folder", out)
    try:
        out.mkdir(parents=True, exist_ok=True)
        write_plan(out / PLAN, plan)
        (out / RECORD).write_text(header_line(plan.sha256) + "\n", encoding="utf-8")
    except OSError as problem:
        raise OutFolderError(problem.errno, f"cannot write the load test here ({problem.strerror})", out) from problem


def _job(scenario: Scenario, plan: Plan, target: Target, speedup: float, out: Path, deadline_s: float | None) -> Job:
    return Job(
        plan=str(out / PLAN),
        scenario=scenario.model_dump(mode="json", by_alias=True),
        record=str(out / RECORD),
        base_url=target.base_url,
        login_url=target.login_url,
        run=uuid.uuid4().hex[:12],
        speedup=speedup,
        deadline_s=longest_s(plan) if deadline_s is None else deadline_s,
    )


class _Child:
    """The generator's process, in a session of its own so that Ctrl-C reaches it through us alone."""

    def __init__(self, folder: Path, target: Target, log: Path, limit_s: float) -> None:
        self.interrupted = False
        self.last: News | None = None
        self.problem: News | None = None
        self._limit_s = limit_s
        with log.open("xb") as stderr:
            self._process = subprocess.Popen(  # noqa: S603  (our own command line)
                _command(folder / "job.json", target),
                cwd=folder,
                env=_environment(folder),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
                start_new_session=True,
            )

    @property
    def complete(self) -> bool:
        """Whether every journey started and ended."""
        return self.last is not None and self.last.complete

    def follow(self, tell: Callable[[int], None]) -> None:
        """Pass news on until the process has ended; Ctrl-C asks it to stop, a second one ends it."""
        with self._process:
            try:
                self._listen(tell, self._limit_s)
            except KeyboardInterrupt:
                self.interrupted = True
                self._process.terminate()
                self._listen(tell, _STOP_S)
            finally:
                self._process.kill()

    def raise_problem(self, out: Path) -> None:
        """Raise what broke the run, if anything did."""
        if self.problem is not None and self.problem.errno is not None:
            raise OutFolderError(self.problem.errno, f"the record broke off ({self.problem.problem})", out / RECORD)
        if self.problem is not None:
            raise GeneratorFailed(f"the load generator broke ({self.problem.problem}); see {out / LOG}")
        if self.last is None and not self.interrupted:
            raise GeneratorFailed(f"the load generator did not start; see {out / LOG}")

    def _listen(self, tell: Callable[[int], None], limit_s: float) -> None:
        limit = threading.Timer(limit_s, self._process.kill)
        limit.start()
        try:
            for line in self._process.stdout or ():
                news = news_of(line)
                if news is not None and news.problem is not None:
                    self.problem = news
                elif news is not None:
                    self.last = news
                    tell(news.done)
        finally:
            limit.cancel()


def _command(job: Path, target: Target) -> list[str]:
    found = importlib.util.find_spec("loadtests.locustfile")
    if found is None or found.origin is None:
        raise GeneratorFailed("loadtests/locustfile.py is missing from this installation")
    options = ["--headless", "--only-summary", "--users", "1", "--spawn-rate", "1", "--exit-code-on-error", "0"]
    return [sys.executable, "-m", "locust", "-f", found.origin, *options, "--host", target.base_url, "--job", str(job)]


def _environment(empty: Path) -> dict[str, str]:
    """Ours without anything Locust would read as a setting; its configuration files are looked for in `empty`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LOCUST_", "OTEL_"))}
    here = str(Path(__file__).resolve().parent.parent)
    paths = [here, *filter(None, [kept.get("PYTHONPATH")])]
    home = {"HOME": str(empty), "USERPROFILE": str(empty), "PYTHONUSERBASE": site.getuserbase()}
    return kept | home | {"PYTHONPATH": os.pathsep.join(paths)}


def _result(plan: Plan, job: Job, out: Path, child: _Child) -> LoadtestRun:
    _, attempts = read_attempts(out / RECORD)
    health = child.last.health if child.last else None
    generator, reason = judged(plan, attempts, job.speedup, health)
    said = generator.model_dump() | {"reason": reason, "health": health and asdict(health)}
    (out / VERDICT).write_text(json.dumps(said, indent=2) + "\n", encoding="utf-8")
    return LoadtestRun(
        attempts=attempts,
        generator=generator,
        run=job.run,
        partial=not child.complete,
        interrupted=child.interrupted,
        reason=reason,
    )
