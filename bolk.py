"""The front door: the table of commands, what packages lend each other, and how every command ends."""

import signal
import sys
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NoReturn

import click

from scenarios.exit_code import ExitCode
from scenarios.flags import Flags
from scenarios.neighbours import AccusedServer, Answering, Neighbours, Progress

if TYPE_CHECKING:
    from reference_server.serving import RunningServer
    from scenarios.calibration import Calibration
    from scenarios.law_check import Validation
    from scenarios.one_journey import OneJourney
    from scenarios.plan import Plan
    from scenarios.result import Result
    from scenarios.run import Run
    from scenarios.scenario import Scenario
    from scenarios.verification import Verification

COMMANDS: Final = MappingProxyType({
    "recommend": "simulation.recommend_command",
    "planner": "reports.planner.planner_command",
    "simulate": "simulation.simulate_command",
    "loadtest": "loadtests.loadtest_command",
    "worker": "loadtests.worker_command",
    "verify": "loadtests.verify_command",
    "calibrate": "simulation.calibrate_command",
    "pace": "loadtests.pace_command",
    "compare": "reports.compare_command",
    "report": "reports.report_command",
    "serve": "reference_server.serve_command",
    "scenario": "scenarios.scenario_command",
    "register": "reference_server.address_register.register_command",
    "doctor": "loadtests.doctor_command",
})  # fmt: skip
"""Every command, in the order of the help, and the file in which its `command` is."""


class FrontDoor(click.Group):
    """Opens the file of a command when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  (click's signature)
        """Every command, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name, if there is one."""
        return import_module(COMMANDS[cmd_name]).command if cmd_name in COMMANDS else None


class House:
    """What packages that never import each other lend to one another's commands (`Neighbours`)."""

    @contextmanager
    def progress(self, flags: Flags, label: str, unit: str) -> Generator[Progress]:
        """A line on standard error, as `--progress` asks."""
        from reports.progress import ProgressKind, ProgressLine

        line = ProgressLine(label, ProgressKind(flags.get("progress", "auto")), unit)
        yield line
        line.close()

    def say(self, result: "Result", folder: Path, flags: Flags) -> int:
        """`reports` writes and says a result."""
        from reports.saying import say

        return say(result, folder, flags)

    def say_journey(self, question: "Scenario", journey: "OneJourney", flags: Flags) -> None:
        """`reports` tells one journey."""
        from reports.journey_words import journey_json, journey_screen

        tell = journey_json if flags.get("as_json") else journey_screen
        click.echo(tell(question, journey, flags.get("lang", "en")), nl=False)

    def say_validation(self, validation: "Validation", flags: Flags) -> None:
        """`reports` says how the model and theory agree."""
        from reports.validation_screen import validation_screen

        as_json, lang = flags.get("as_json"), flags.get("lang", "en")
        click.echo(validation.json_text() if as_json else validation_screen(validation, lang), nl=False)

    def say_calibration(self, calibration: "Calibration", scenario_toml: str, folder: Path, flags: Flags) -> None:
        """`reports` writes and says what was learnt."""
        from reports.calibration_page import say_calibration

        say_calibration(calibration, scenario_toml, folder, flags)

    def predict(self, question: "Scenario", plan: "Plan") -> "Run":
        """`simulation` lives one plan."""
        from simulation.answer import predicted

        return predicted(question, plan)

    def answering(self) -> Answering:
        """`simulation` answers the planning page."""
        from simulation.quick import quick_answer, thorough_answer
        from simulation.workers import Processes

        return Answering(quick=quick_answer, thorough=thorough_answer, crew=Processes)

    def serve(self, question: "Scenario", *, speedup: float) -> "AbstractContextManager[RunningServer]":
        """`reference_server` starts its processes."""
        from reference_server.pace import Pace
        from reference_server.serving import running

        return running(question, pace=Pace.SCENARIO, speedup=speedup)

    def try_server(
        self, question: "Scenario", *, speedup: float, fault: str | None
    ) -> "AbstractContextManager[AccusedServer]":
        """`reference_server` puts one of its own on trial."""
        from reference_server.trial import on_trial

        return on_trial(question, speedup=speedup, fault=fault)

    def faults(self) -> dict[str, str]:
        """`reference_server` knows what can be wrong with it."""
        from reference_server.faults import MEANING

        return {fault.value: what for fault, what in MEANING.items()}

    def say_verification(self, verification: "Verification", flags: Flags) -> None:
        """`reports` says what a verification found."""
        from reports.verification_screen import verification_screen

        click.echo(verification.json_text() if flags.get("as_json") else verification_screen(verification), nl=False)

    def junit(self, verification: "Verification") -> str:
        """`reports` writes a verification for CI servers."""
        from reports.verification_junit import verification_junit

        return verification_junit(verification)


@click.group(cls=FrontDoor, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="bolk")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Say how many SMS to send at a time, and how long to pause.

    SCENARIO is a path or a name from `bolk scenario list`.

    \b
    bolk recommend medium                                  find the plan, write the report
    bolk simulate medium --set policy.batch_size=all       one policy, many runs
    bolk loadtest ci-smoke --speedup 20 --until "10 min"   the same wave over HTTP
    """  # noqa: D301  (\b keeps click from joining the lines)
    house: Neighbours = House()
    ctx.obj = house


def main() -> None:
    """Run a command and leave with the exit code of the design, whatever happens."""
    signal.signal(signal.SIGTERM, _terminated)
    try:
        code = cli.main(standalone_mode=False) or ExitCode.YES
    except click.ClickException as problem:
        problem.show()
        code = problem.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        code = ExitCode.INTERRUPTED
    except Exception as problem:
        code = _explained(problem)
    sys.exit(code)


def _terminated(*_: object) -> NoReturn:
    raise SystemExit(128 + signal.SIGTERM)  # so that children are stopped and temporary folders removed


def _explained(problem: Exception) -> int:
    """Say what went wrong: with the question (2), with the surroundings (4), or in bolk itself (5)."""
    from loadtests.adapters.problem import AdapterProblem
    from loadtests.guard import ForbiddenTarget
    from loadtests.target import TargetUnreachable
    from reference_server.address_register.served import SetUpRefused
    from reference_server.start_error import ServerStartError
    from scenarios.problems import ScenarioError
    from simulation.workers import WorkersLost

    match problem:
        case ScenarioError() | SetUpRefused():
            text, code = str(problem), ExitCode.USAGE
        case ForbiddenTarget() | AdapterProblem():
            text, code = f"Error: {problem}", ExitCode.USAGE
        case ServerStartError() | TargetUnreachable() | WorkersLost():
            text, code = f"Error: {problem}", ExitCode.ENVIRONMENT
        case OSError():
            where = f"{problem.filename}: " if problem.filename else ""
            text = f"Error: {where}{problem.strerror or problem}. What stood there before is as it was."
            code = ExitCode.ENVIRONMENT
        case _:
            text, code = f"Error: this is a bug in bolk ({problem!r}). More in {_traceback_file(problem)}", ExitCode.BUG
    click.echo(text, err=True)
    return code


def _traceback_file(problem: Exception) -> str:
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile("w", prefix="bolk-bug-", suffix=".txt", delete=False, encoding="utf-8") as file:
        traceback.print_exception(problem, file=file)
    return file.name


if __name__ == "__main__":
    main()
