"""Builders for tests of the pacer: a clock that jumps, figures that were written beforehand, a pacer on both."""

import contextlib
import datetime as dt
import tempfile
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

from loadtests.pacing.durable import Disk
from loadtests.pacing.entries import Line
from loadtests.pacing.figures import Figures
from loadtests.pacing.ledger import Ledger
from loadtests.pacing.paced import rulebook
from loadtests.pacing.pacer import Pacer, SendOutAsked
from loadtests.pacing.recipients import Recipients
from loadtests.pacing.sending import Handed, Package, Sender, Taken
from loadtests.pacing.state import State
from loadtests.pacing.steering import Rulebook, Silence
from scenarios.policies.feedback import Observation
from scenarios.policies.feedback_on_response_time import FeedbackOnResponseTime
from scenarios.scenario import Scenario
from tests import a

MONDAY = dt.datetime(2021, 5, 3, 7, 7, tzinfo=dt.UTC)
"""The first batch of the smoke test, 09:07 in Oslo."""

RULE: dict[str, Any] = {
    "kind": "feedback_on_response_time", "first": 20, "increase": 5, "least": 5, "most": 40, "target": "2 s",
    "window": "5 min", "delay": "1 min", "pause": "5 min", "start": "09:07",
}  # fmt: skip


class JumpingClock:
    """Waiting takes no time; what stands in `at`, by moments, happens on the way there."""

    def __init__(self, now: dt.datetime = MONDAY) -> None:
        self.time = now
        self.step_s = 0.0
        self.at: list[tuple[dt.datetime, Callable[[], object]]] = []

    def now(self) -> dt.datetime:
        return self.time

    def stepped(self) -> float:
        by_s, self.step_s = self.step_s, 0.0
        self.time += dt.timedelta(seconds=by_s)
        return by_s

    def wait_until(self, moment: dt.datetime | None) -> None:
        until = self.time + dt.timedelta(seconds=30) if moment is None else moment
        if self.at and self.at[0][0] <= until:
            until, happens = self.at.pop(0)
            happens()
        self.time = max(self.time, until)


class Written:
    """Figures as they were written beforehand: the response time at each minute from the first SMS."""

    def __init__(self, p95_s: Callable[[float], float | Silence | None]) -> None:
        self._p95_s = p95_s

    def look(self, now: dt.datetime) -> None:
        """Nothing to fetch."""

    def between(self, begins: dt.datetime, ends: dt.datetime, first: dt.datetime) -> Observation | Silence:
        from_s, until_s = ((one - first).total_seconds() for one in (begins, ends))
        said = self._p95_s(until_s)
        return (
            said if isinstance(said, Silence) else Observation(from_s=from_s, until_s=until_s, response_time_p95_s=said)
        )

    def forget(self) -> None:
        """Nothing was fetched."""


class Kept:
    """A sender that keeps what it is handed."""

    name = "kept"

    def __init__(self) -> None:
        self.packages: list[Package] = []

    def prepare(self, package: Package) -> None:
        """Nothing to get ready."""

    def hand_over(self, package: Package) -> Handed:
        self.packages.append(package)
        return Taken()

    def find_out(self, package: Package) -> Handed:
        return Taken() if package in self.packages else self.hand_over(package)


def _untold(line: Line, state: State) -> None:
    """Nobody listens."""


@contextlib.contextmanager
def scratch() -> Generator[Path]:
    """A new folder for each example of a property, which cannot share a fixture's."""
    with tempfile.TemporaryDirectory(prefix="bolk-test-") as folder:
        yield Path(folder)


def recipients(count: int) -> Recipients:
    return Recipients(tuple(f"r{number}" for number in range(count)))


def rules(scenario: Scenario | None = None, rule: dict[str, Any] | None = None) -> Rulebook:
    return rulebook(scenario or a.scenario(), FeedbackOnResponseTime.model_validate(RULE | (rule or {})))


@contextlib.contextmanager
def pacer(
    folder: Path,
    *,
    sender: Sender,
    count: int = 120,
    figures: Figures | None = None,
    clock: JumpingClock | None = None,
    by: Rulebook | None = None,
    disk: Disk | None = None,
    tell: Callable[[Line, State], None] | None = None,
) -> Generator[Pacer]:
    """A pacer that is ready; its ledger is closed afterwards."""
    by, clock = by or rules(), clock or JumpingClock()
    ledger = Ledger(folder, disk or Disk())
    try:
        yield Pacer(
            SendOutAsked(
                scenario="ci-smoke",
                rules=by,
                recipients=recipients(count),
                sender=sender,
                first=by.first_from(clock.now()),
            ),
            folder=folder,
            ledger=ledger,
            figures=figures or Written(lambda _: 0.5),
            clock=clock,
            tell=tell or _untold,
        )
    finally:
        ledger.close()
