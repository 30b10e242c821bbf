"""What a command may ask of the packages beside its own, which it never imports; the front door lends them."""

from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias

from scenarios.flags import Flags

if TYPE_CHECKING:
    from scenarios.calibration import Calibration
    from scenarios.law_check import Validation
    from scenarios.one_journey import OneJourney
    from scenarios.plan import Plan
    from scenarios.result import Result
    from scenarios.run import Run
    from scenarios.scenario import Scenario
    from scenarios.verification import Verification

Progress: TypeAlias = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """Who answers questions for the planning page: functions that worker processes can be given, and such workers.

    `quick` takes about a second and shows nothing, `thorough` is what `bolk recommend` does; `crew` makes processes
    that never outlive this one, and that are ended at once by `shutdown(cancel_futures=True)`.
    """

    quick: Callable[["Scenario"], "Result"]
    thorough: Callable[["Scenario", Progress], "Result"]
    crew: Callable[[int], Executor]


class Server(Protocol):
    """A reference server that is ready, and the token of its books."""

    @property
    def base_url(self) -> str:
        """Where it listens."""
        ...

    @property
    def admin_token(self) -> str | None:
        """What opens its books for the history check; None keeps them closed."""
        ...


class Accused(Server, Protocol):
    """A server on trial."""

    @property
    def login_url(self) -> str:
        """Where citizens log in."""
        ...


class AccusedServer(Accused, Protocol):
    """A reference server on trial, whose processes may be killed."""

    def kill(self, part: str) -> None:
        """Kill a process (kill -9) and start it again."""
        ...


class Neighbours(Protocol):
    """The other packages, as a command knows them: `reports` says, `simulation` predicts, `reference_server` serves."""

    def progress(self, flags: Flags, label: str, unit: str) -> AbstractContextManager[Progress]:
        """A line that shows how far along it is, for the length of a `with` block."""
        ...

    def say(self, result: "Result", folder: Path, flags: Flags) -> int:
        """Write a result and its pages into a folder and print the answer; the exit code."""
        ...

    def say_journey(self, question: "Scenario", journey: "OneJourney", flags: Flags) -> None:
        """Print one journey."""
        ...

    def say_validation(self, validation: "Validation", flags: Flags) -> None:
        """Print the model held against theory."""
        ...

    def say_calibration(self, calibration: "Calibration", scenario_toml: str, folder: Path, flags: Flags) -> None:
        """Write and print what was learnt from a day that was, with the scenario that follows from it."""
        ...

    def predict(self, question: "Scenario", plan: "Plan") -> "Run":
        """What the simulation says of one plan."""
        ...

    def answering(self) -> Answering:
        """Who answers the questions of the planning page."""
        ...

    def serve(self, question: "Scenario", *, speedup: float) -> AbstractContextManager[Server]:
        """A reference server held to the scenario's platform, for the length of a `with` block."""
        ...

    def try_server(
        self, question: "Scenario", *, speedup: float, fault: str | None
    ) -> AbstractContextManager[AccusedServer]:
        """A reference server as fast as it can be, with a fault planted or none, for the length of a `with` block."""
        ...

    def faults(self) -> dict[str, str]:
        """The faults that can be planted, and what each is."""
        ...

    def say_verification(self, verification: "Verification", flags: Flags) -> None:
        """Print what a verification found."""
        ...

    def junit(self, verification: "Verification") -> str:
        """A verification as JUnit's XML, for CI servers."""
        ...
