"""The flags that several commands share, and what they come to: the question, and the folder for the answer.

`bolk --help` loads this file, so what is heavy is imported inside each function.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypedDict, TypeVar

import click

from scenarios.reader import Reader

if TYPE_CHECKING:
    from scenarios.scenario import Scenario

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


class Flags(TypedDict, total=False):
    """What the shared flags bring to a command that takes them."""

    overrides: tuple[str, ...]
    seed: int | None
    replications: int | None
    jobs: int
    cluster: str | None
    engine: str
    out: Path | None
    as_json: bool
    lang: Literal["nb", "en"]
    progress: str
    may_load: tuple[str, ...]
    readers: tuple[Reader, ...]
    already_sent: int | None
    at: str | None


_ENGINES: Final = click.Choice(["auto", "simpy", "compiled"])
_KINDS: Final = click.Choice(["auto", "plain", "none"])

SCENARIO: Final = click.argument("scenario")
SET: Final = click.option(
    "--set", "overrides", multiple=True, metavar="KEY.PATH=VALUE", help="Change a key of the scenario."
)
SEED: Final = click.option(
    "--seed", type=click.IntRange(0, 2**63 - 1), help="Seed of all chance, instead of the scenario's."
)
RUNS: Final = click.option(
    "--replications", type=click.IntRange(2, 10_000), help="Runs of each policy the answer rests on."
)
JOBS: Final = click.option(
    "--jobs", type=click.IntRange(0, 256), default=0, help="Workers; 0 is one a core, if worth it."
)
CLUSTER: Final = click.option(
    "--cluster", metavar="ADDRESS", help="A Dask scheduler for the runs, such as tcp://127.0.0.1:8786."
)
ENGINE: Final = click.option(
    "--engine", type=_ENGINES, default="auto", help="What lives the plans; the answer is the same."
)
OUT: Final = click.option("--out", type=click.Path(path_type=Path), help="Folder for the files [default: results/...].")
JSON: Final = click.option(
    "--json", "as_json", is_flag=True, help="The result on standard output, and nothing else there."
)
LANG: Final = click.option("--lang", type=click.Choice(["nb", "en"]), default="en", help="Language of the screen.")
PROGRESS: Final = click.option("--progress", type=_KINDS, default="auto", help="How to show progress.")
FOR: Final = click.option(
    "--for", "readers", multiple=True, type=click.Choice(Reader, case_sensitive=False),
    help="Who is to read the report; more than one may be named.",
)  # fmt: skip
MAY_LOAD: Final = click.option(
    "--i-may-load-test", "may_load", multiple=True, metavar="HOST", envvar="BOLK_MAY_LOAD_TEST",
    help="A host beside this machine that load may go to; say it only of your own.",
)  # fmt: skip


def taking(*options: Callable[[Decorated], Decorated]) -> Callable[[Decorated], Decorated]:
    """Give a command these arguments and flags, in the order in which its help shows them."""

    def decorate(command: Decorated) -> Decorated:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def question_of(source: str, flags: Flags) -> "Scenario":
    """Read a scenario with what the flags change in it.

    Raises
    ------
    ScenarioError
        It is not there or not valid; the message names every problem.
    """
    from scenarios.reading import load

    overrides, seed, replications = list(flags.get("overrides", ())), flags.get("seed"), flags.get("replications")
    overrides += [] if seed is None else [f"experiment.seed={seed}"]
    if replications is not None:
        overrides.append(f"experiment.runs={{ min = {min(4, replications)}, max = {replications} }}")
    return load(source, overrides)


def folder_of(flags: Flags, question: "Scenario", kind: str) -> Path:
    """Make the folder for the answer before the work begins: what cannot be written is said at once.

    Raises
    ------
    click.BadParameter
        It already holds a result.
    OSError
        It cannot be made.
    """
    import datetime as dt

    stamp = dt.datetime.now().astimezone().strftime("%Y-%m-%dT%H%M%S")
    folder = flags.get("out") or Path("results") / f"{stamp}-{question.name}-{kind}"
    if (folder / "result.json").exists():
        raise click.BadParameter(f"{folder} already holds a result; choose another folder", param_hint="--out")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def words_given() -> list[str]:
    """The command as it was typed, for the record of where a result comes from."""
    return ["bolk", *sys.argv[1:]]
