"""Thorough answers as jobs: each with an address of its own, kept in a folder, begun again after a restart.

A job is a folder named by its question, so the same question is the same job. In it stand `job.json` (what was asked,
and how far it came), `progress.json`, and then `result.json`; each is replaced whole or not at all. One job is worked
on at a time, in a process of its own that steps back for quick answers, and that ends when the page does.
"""

import contextlib
import json
import os
import re
import shutil
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from reports.whole_file import write_whole
from scenarios.neighbours import Answering, Progress
from scenarios.reading import sha256_of
from scenarios.result import Result
from scenarios.scenario import Scenario

MOST_WAITING: Final = 8
"""Jobs in the queue; the last of them has to wait for minutes."""
LONGEST_S: Final = 20 * 60.0
"""A job that takes longer is ended. ASSUMPTION: ten times what 100,000 invited take."""
MOST_KEPT: Final = 300
OLDEST_S: Final = 30 * 86_400.0
"""What is kept of finished jobs; older ones are removed when the page starts and when a job is begun."""
_TELL_S: Final = 0.5
_ID: Final = re.compile(r"[0-9a-f]{16}")


class Standing(StrEnum):
    """How far a job has come."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"
    TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job as it stands: runs done and asked for so far, how many jobs are before it, and the form it came from."""

    id: str
    standing: Standing
    raw: Mapping[str, str]
    done: int = 0
    asked: int = 0
    ahead: int = 0


class Jobs:
    """The queue, its one worker, and the folder."""

    def __init__(
        self,
        folder: Path,
        answering: Answering,
        question_of: Callable[[Mapping[str, str]], Scenario | None],
    ) -> None:
        self._folder, self._answering, self._question_of = folder, answering, question_of
        self._changed = threading.Condition()
        self._waiting: deque[str] = deque()
        self._running: str | None = None
        self._crew: Executor | None = None
        self._stopped = False
        folder.mkdir(parents=True, exist_ok=True)
        self._sweep()
        self._take_up()
        self._thread = threading.Thread(target=self._work_on, daemon=True)

    def begin(self) -> None:
        """Begin with what waits."""
        self._thread.start()

    def end(self) -> None:
        """End the job under way; it stands as it did, and is begun again by the next who opens the folder."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
            crew = self._crew
        if crew is not None:
            crew.shutdown(wait=False, cancel_futures=True)
        self._thread.join()

    def put(self, question: Scenario, raw: Mapping[str, str]) -> str | None:
        """Put a question into the queue; its id, or None where the queue is full. One that is known stays as it is."""
        job_id = sha256_of(question)[:16]
        with self._changed:
            known = self.job(job_id)
            if known is not None and known.standing in (Standing.WAITING, Standing.RUNNING, Standing.DONE):
                return job_id
            if len(self._waiting) >= MOST_WAITING:
                return None
            self._sweep()
            shutil.rmtree(self._folder / job_id, ignore_errors=True)
            self._write(job_id, Standing.WAITING, raw)
            self._waiting.append(job_id)
            self._changed.notify_all()
        return job_id

    def cancel(self, job_id: str) -> None:
        """End a job that waits or is under way; nothing happens to another."""
        with self._changed:
            job = self.job(job_id)
            if job is None or job.standing not in (Standing.WAITING, Standing.RUNNING):
                return
            self._write(job_id, Standing.CANCELLED, job.raw)
            if job_id in self._waiting:
                self._waiting.remove(job_id)
            crew = self._crew if self._running == job_id else None
        if crew is not None:
            crew.shutdown(wait=False, cancel_futures=True)

    def job(self, job_id: str) -> Job | None:
        """A job as it stands on disk; None where there is none of that id."""
        if not _ID.fullmatch(job_id):
            return None
        kept = _read(self._folder / job_id / "job.json")
        if kept is None:
            return None
        progress = _read(self._folder / job_id / "progress.json") or {}
        with self._changed:
            waiting = list(self._waiting)
        ahead = waiting.index(job_id) + (self._running is not None) if job_id in waiting else 0
        return Job(
            id=job_id,
            standing=Standing(kept["standing"]),
            raw=kept["raw"],
            done=int(progress.get("done", 0)),
            asked=int(progress.get("asked", 0)),
            ahead=ahead,
        )

    def result(self, job_id: str) -> Result | None:
        """What a finished job found."""
        job = self.job(job_id)
        if job is None or job.standing is not Standing.DONE:
            return None
        with contextlib.suppress(FileNotFoundError):
            return Result.model_validate_json((self._folder / job_id / "result.json").read_bytes())
        return None

    def _work_on(self) -> None:
        while True:
            with self._changed:
                while not self._waiting and not self._stopped:
                    self._changed.wait()
                if self._stopped:
                    return
                job_id = self._running = self._waiting.popleft()
                self._crew = self._answering.crew(1)
            try:
                self._work(job_id, self._crew)
            finally:
                self._crew.shutdown(wait=True, cancel_futures=True)
                with self._changed:
                    self._running, self._crew = None, None

    def _work(self, job_id: str, crew: Executor) -> None:
        job = self.job(job_id)
        question = self._question_of(job.raw) if job else None
        if job is None or question is None:
            self._settle(job_id, Standing.FAILED)
            return
        self._settle(job_id, Standing.RUNNING)
        try:
            crew.submit(_worked, self._folder / job_id, question, self._answering.thorough).result(timeout=LONGEST_S)
        except TimeoutError:
            self._settle(job_id, Standing.TOO_LONG)
        except Exception:  # the process was ended, or failed: either way there is no answer
            if not self._stopped:
                self._settle(job_id, Standing.FAILED)
        else:
            self._settle(job_id, Standing.DONE)

    def _settle(self, job_id: str, standing: Standing) -> None:
        """Note how far a job came, unless somebody cancelled it meanwhile."""
        with self._changed:
            job = self.job(job_id)
            if job is not None and job.standing is not Standing.CANCELLED:
                self._write(job_id, standing, job.raw)

    def _write(self, job_id: str, standing: Standing, raw: Mapping[str, str]) -> None:
        kept = {"schema": "bolk.job/1", "standing": standing.value, "raw": dict(raw), "at": time.time()}
        write_whole(self._folder / job_id / "job.json", json.dumps(kept, ensure_ascii=False, indent=1).encode())

    def _take_up(self) -> None:
        """Put what was waiting or under way when the page ended back into the queue, in the order it came."""
        found: list[tuple[float, str]] = []
        for path in self._folder.glob("*/job.json"):
            kept = _read(path)
            if kept is not None and kept["standing"] in (Standing.WAITING, Standing.RUNNING):
                found.append((float(kept["at"]), path.parent.name))
        self._waiting.extend(job_id for _, job_id in sorted(found)[:MOST_WAITING])

    def _sweep(self) -> None:
        """Remove finished jobs that are old, and the oldest of too many."""
        finished: list[tuple[float, Path]] = []
        for path in self._folder.glob("*/job.json"):
            kept = _read(path)
            if kept is not None and kept["standing"] not in (Standing.WAITING, Standing.RUNNING):
                finished.append((float(kept["at"]), path.parent))
        finished.sort(reverse=True)
        now = time.time()
        for place, (at, folder) in enumerate(finished):
            if place >= MOST_KEPT or now - at > OLDEST_S:
                shutil.rmtree(folder, ignore_errors=True)


def _read(path: Path) -> dict[str, Any] | None:
    try:
        return json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return None


def _worked(
    folder: Path,
    question: Scenario,
    thorough: Callable[[Scenario, Progress], Result],
) -> None:
    """In the process of the job: tell how far it is, and write the answer."""
    with contextlib.suppress(OSError, AttributeError):
        os.nice(10)
    told = 0.0

    def tell(done: int, asked: int) -> None:
        nonlocal told
        if time.monotonic() - told >= _TELL_S:
            told = time.monotonic()
            write_whole(folder / "progress.json", json.dumps({"done": done, "asked": asked}).encode())

    result = thorough(question, tell)
    write_whole(folder / "result.json", result.json_text().encode())
