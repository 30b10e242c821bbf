"""What the load generator is told before it starts, and what it tells while it runs: lines of JSON both ways."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from loadtests.generator import Health, Lag


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Which plan to live against which server. Paths are absolute, `deadline_s` is in the plan's own time."""

    plan: str
    scenario: dict[str, Any]
    record: str
    base_url: str
    login_url: str
    run: str
    speedup: float
    deadline_s: float

    def write(self, path: Path) -> None:
        """Lay the job where the generator finds it."""
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")


def read_job(path: Path) -> Job:
    """Read back what `Job.write` wrote."""
    return Job(**json.loads(path.read_text(encoding="utf-8")))


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """A line from the generator: how many journeys are over, and at the end how it went.

    `complete` says that every citizen started and ended; `problem` is what broke the run, `errno` the operating
    system's number for it if it has one.
    """

    done: int
    complete: bool = False
    health: Health | None = None
    problem: str | None = None
    errno: int | None = None


def news_line(news: News) -> str:
    """One piece of news as one line, without the line end."""
    return json.dumps(asdict(news))


def news_of(line: str) -> News | None:
    """Read back what `news_line` wrote; None for a line that is no news, such as one torn by a kill."""
    try:
        said: dict[str, Any] = json.loads(line)
        health = said.pop("health")
        return News(health=health and Health(loop=Lag(**health["loop"]), shortages=health["shortages"]), **said)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
