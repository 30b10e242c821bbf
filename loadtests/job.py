"""What the load generator is told before it starts, and what it tells while it runs: lines of JSON both ways."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from loadtests.clocks import Apart
from loadtests.generator import Health, Lag


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Which plan to live against which server. Paths are absolute, moments are in the plan's own time.

    Before the moment `begin_s` everything is warmed up for `warm_up_s` seconds of the wall. `workers` is how many
    processes share the plan, 0 where the one that reads the job lives it alone. `admin_token` is there where
    something is to be switched on the way, which only who lives alone does. `seed`, `replication` and `citizens` of the
    plan name what is drawn beside it: who cancels, and what others do. `adapter` (module:Class, looked for in
    `adapter_folder`) speaks to a server with another API, which calls our books by the `names`.
    `may_load` is what each host that was stated meant when the load test began; this machine needs no statement.
    """

    plan: str
    scenario: dict[str, Any]
    record: str
    base_url: str
    login_url: str
    run: str
    speedup: float
    deadline_s: float
    begin_s: float = 0.0
    workers: int = 0
    warm_up_s: float = 0.0
    may_load: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    admin_token: str | None = None
    seed: int = 0
    replication: int = 0
    citizens: int = 0
    adapter: str | None = None
    adapter_folder: str = ""
    names: Mapping[str, str] = field(default_factory=dict[str, str])

    def write(self, path: Path) -> None:
        """Lay the job where the generator finds it."""
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")


def read_job(path: Path) -> Job:
    """Read back what `Job.write` wrote."""
    return Job(**json.loads(path.read_text(encoding="utf-8")))


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """A line from the generator: how many journeys are over, and at the end how it went.

    `listening` is the port at which a conductor waits for its workers. `complete` says that every citizen started and
    ended; `healths` is how each process fared (None of one that was lost), at the end; `problem` is what broke the run,
    `errno` the operating system's number for it if it has one.
    """

    done: int = 0
    listening: int | None = None
    complete: bool = False
    healths: tuple[Health | None, ...] = ()
    problem: str | None = None
    errno: int | None = None


def news_line(news: News) -> str:
    """One piece of news as one line, without the line end."""
    return json.dumps(asdict(news))


def news_of(line: str) -> News | None:
    """Read back what `news_line` wrote; None for a line that is no news, such as one torn by a kill."""
    try:
        said: dict[str, Any] = json.loads(line)
        healths = tuple(None if one is None else health_of(one) for one in said.pop("healths"))
        return News(healths=healths, **said)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def health_of(said: dict[str, Any]) -> Health:
    """Read back a health that `asdict` took apart."""
    parts: dict[str, Any] = {"loop": Lag(**said["loop"]), "clock": Apart(**said["clock"])}
    return Health(**(said | parts))
