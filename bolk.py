"""The front door: one function for each verb. Each imports what it needs when it is called."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from scenarios.commands import scenario_commands

if TYPE_CHECKING:
    from reference_server.serving import RunningServer
    from reports.language import LanguageCode
    from reports.progress import ProgressLine
    from scenarios.plan import Plan
    from scenarios.policy import Policy
    from scenarios.result import Result
    from scenarios.scenario import Scenario

EXIT_NO, EXIT_INCONCLUSIVE, EXIT_ENVIRONMENT, EXIT_BUG, EXIT_INTERRUPTED = 1, 3, 4, 5, 130
Verb = TypeVar("Verb", bound=Callable[..., Any])

_SET = click.option("--set", "overrides", multiple=True, metavar="KEY.PATH=VALUE", help="Change a key of the scenario.")
_LANG = click.option("--lang", type=click.Choice(["nb", "en"]), default="en", help="Language of the screen.")
_JSON = click.option("--json", "as_json", is_flag=True, help="The result on standard output, and nothing else there.")
_OUT = click.option("--out", type=click.Path(path_type=Path), help="Folder for the files [default: results/...].")
_PROGRESS = click.option(
    "--progress", type=click.Choice(["auto", "plain", "none"]), default="auto", help="How to show progress."
)
_RUN = (
    click.option("--seed", type=click.IntRange(0, 2**63 - 1), help="Seed of all chance, instead of the scenario's."),
    click.option("--replications", type=click.IntRange(2, 10_000), help="Runs of each policy the answer rests on."),
    click.option("--jobs", type=click.IntRange(0, 256), default=0, help="Processes; 0 is one for each core."),
)


def _options(*options: Callable[[Verb], Verb]) -> Callable[[Verb], Verb]:
    def decorate(verb: Verb) -> Verb:
        for option in reversed(options):
            verb = option(verb)
        return verb

    return decorate


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="bolk")
def cli() -> None:
    """Say how many SMS to send at a time, and how long to pause.

    SCENARIO is a path or a name from `bolk scenario list`.

    \b
    bolk recommend medium                     find the plan, write the report
    bolk simulate medium --set policy.batch_size=all
    bolk loadtest ci-smoke                    the same wave over HTTP
    """  # noqa: D301  (\b keeps click from joining the lines)


@cli.command()
@click.argument("scenario")
@_options(_SET, *_RUN, _OUT, _JSON, _LANG, _PROGRESS)
def recommend(
    scenario: str,
    overrides: tuple[str, ...],
    out: Path | None,
    as_json: bool,
    lang: "LanguageCode",
    progress: str,
    **run: Any,
) -> int:
    """Find the fastest plan that keeps every limit in 9 of 10 runs, and write the report."""
    from reports.page import write_report
    from reports.schedule_csv import write_schedule
    from reports.terminal import recommend_screen
    from simulation.answer import recommend as find

    question = _question(scenario, overrides, run)
    folder = _folder(out, question, "recommend")
    line = _progress_line(progress, "Simulating")
    result = find(question, jobs=run["jobs"], progress=line, command=_command())
    line.close()
    _write_result(result, folder)
    files = [*write_report(result, [], folder), *write_schedule(result, folder)]
    _say(result, recommend_screen(result, lang), [folder / "result.json", *files], as_json=as_json)
    return _exit_code(result)


@cli.command()
@click.argument("scenario")
@_options(_SET, *_RUN, _OUT, _JSON, _LANG, _PROGRESS)
def simulate(
    scenario: str,
    overrides: tuple[str, ...],
    out: Path | None,
    as_json: bool,
    lang: "LanguageCode",
    progress: str,
    **run: Any,
) -> int:
    """Run the scenario's policy many times and hold it against the limits."""
    from reports.terminal import simulate_screen
    from simulation.answer import simulated

    question = _question(scenario, overrides, run)
    folder = _folder(out, question, "simulate")
    line = _progress_line(progress, "Simulating")
    result = simulated(question, question.policy, jobs=run["jobs"], progress=line, command=_command())
    line.close()
    _write_result(result, folder)
    _say(result, simulate_screen(result, lang), [folder / "result.json"], as_json=as_json)
    return _exit_code(result)


@cli.command()
@click.argument("scenario")
@click.option("--policy", "policy_text", default="scenario", metavar="POLICY",
              help='"scenario", "all", "own", "200/15 min", or a result.json of recommend.')  # fmt: skip
@click.option(
    "--speedup", type=click.FloatRange(1, 1000), default=1.0, help="People and platform this many times faster."
)
@click.option("--until", metavar="LENGTH", help='Only those who open the page this soon after the first SMS, "10 min".')
@click.option("--target", metavar="URL", help="A running `bolk serve` on this machine, instead of one of our own.")
@click.option("--admin-token", envvar="BOLK_ADMIN_TOKEN", help="The target's token for its books (history check).")
@_options(_SET, _RUN[0], _OUT, _JSON, _LANG, _PROGRESS)
def loadtest(
    scenario: str,
    overrides: tuple[str, ...],
    out: Path | None,
    as_json: bool,
    lang: "LanguageCode",
    progress: str,
    **run: Any,
) -> int:
    """Live one plan over HTTP with Locust, against the reference server at the scenario's assumed pace."""
    from contextlib import nullcontext

    from loadtests.answer import Measuring, Served, measured_result
    from reference_server.pace import Pace
    from reference_server.serving import running
    from reports.terminal import loadtest_screen
    from simulation.answer import predict

    question = _question(scenario, overrides, run)
    policy, plan, until_s = _plan(question, run["policy_text"], run["until"])
    folder = _folder(out, question, "loadtest")
    predicted = predict(question, plan, until_s)
    line = _progress_line(progress, "Load test", "citizens")
    theirs = Served(base_url=run["target"] or "", admin_token=run["admin_token"])
    ours = running(question, pace=Pace.SCENARIO, speedup=run["speedup"])
    with nullcontext(theirs) if run["target"] else ours as server:
        measuring = Measuring(
            scenario=question,
            policy=policy,
            plan=plan,
            speedup=run["speedup"],
            until_s=until_s,
            base_url=server.base_url,
            admin_token=server.admin_token,
            out=folder,
            command=_command(),
        )
        result = measured_result(measuring, predicted, line)
    line.close()
    _write_result(result, folder)
    _say(result, loadtest_screen(result, lang), [folder / "result.json"], as_json=as_json)
    return _exit_code(result)


@cli.command()
@click.argument("scenario")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, help="Where the booking pages listen.")
@click.option("--login-port", type=click.IntRange(0, 65535), default=8001, help="Where the log-in listens.")
@click.option(
    "--database", type=click.Path(path_type=Path), help="SQLite file [default: a new one, removed at the end]."
)
@click.option("--pace", type=click.Choice(["scenario", "none"]), default="none",
              help="Hold the server to the scenario's assumed platform, or let it run.")  # fmt: skip
@click.option("--speedup", type=click.FloatRange(1, 1000), default=1.0, help="With --pace scenario: this much faster.")
@_options(_SET)
def serve(scenario: str, overrides: tuple[str, ...], **where: Any) -> int:
    """Run the reference server: log-in, booking API and record system, on this machine only."""
    from reference_server.pace import Pace
    from reference_server.serving import serve as run_server
    from scenarios.reading import load

    where["pace"] = Pace(where["pace"])
    run_server(load(scenario, overrides), **where, announce=_announce)
    return 0


@cli.command()
@click.argument("result", type=click.Path(path_type=Path))
@click.option("--measured", multiple=True, type=click.Path(path_type=Path), help="Load tests to show beside it.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the pages [default: beside RESULT].")
def report(result: Path, measured: tuple[Path, ...], out: Path | None) -> int:
    """Render RESULT (a result.json, or its folder) again, in bokmål and English."""
    from reports.page import write_report

    folder = out or (result if result.is_dir() else result.parent)
    for file in write_report(_read_result(result), [_read_result(one) for one in measured], folder):
        click.echo(file)
    return 0


cli.add_command(scenario_commands)


def _question(source: str, overrides: tuple[str, ...], run: dict[str, Any]) -> "Scenario":
    from scenarios.reading import load

    seed, replications = run.get("seed"), run.get("replications")
    flags = [] if seed is None else [f"experiment.seed={seed}"]
    if replications is not None:
        flags.append(f"experiment.runs={{ min = {min(4, replications)}, max = {replications} }}")
    return load(source, (*overrides, *flags))


def _announce(server: "RunningServer") -> None:
    click.echo(f"Booking server: {server.base_url}/api/v1")
    click.echo(f"Log-in:         {server.login_url}")
    click.echo(f"Token for /admin/export (BOLK_ADMIN_TOKEN): {server.admin_token}")
    click.echo("Stop with Ctrl-C.")


def _plan(question: "Scenario", policy_text: str, until: str | None) -> "tuple[Policy, Plan, float | None]":
    from pydantic_core import PydanticCustomError

    from scenarios.naming import policy_named
    from scenarios.plan import plan_of
    from scenarios.quantities import seconds_of

    try:
        policy = policy_named(question, policy_text)
    except ValueError as problem:
        raise click.BadParameter(str(problem), param_hint="--policy") from None
    try:
        until_s = None if until is None else seconds_of(until)
    except PydanticCustomError as problem:
        raise click.BadParameter(problem.message(), param_hint="--until") from None
    plan = plan_of(question, policy, 0)
    return policy, plan if until_s is None else plan.until(until_s), until_s


def _folder(out: Path | None, question: "Scenario", kind: str) -> Path:
    """Where the files go: never over those of another run."""
    import datetime as dt

    stamp = dt.datetime.now().astimezone().strftime("%Y-%m-%dT%H%M%S")
    folder = out or Path("results") / f"{stamp}-{question.name}-{kind}"
    if (folder / "result.json").exists():
        raise click.BadParameter(f"{folder} already holds a result; choose another folder", param_hint="--out")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _progress_line(kind: str, label: str, unit: str = "runs") -> "ProgressLine":
    from reports.progress import ProgressKind, ProgressLine

    return ProgressLine(label, ProgressKind(kind), unit)


def _command() -> list[str]:
    return ["bolk", *sys.argv[1:]]


def _write_result(result: "Result", folder: Path) -> None:
    from reports.whole_file import write_whole

    write_whole(folder / "result.json", result.json_text().encode())


def _read_result(path: Path) -> "Result":
    from pydantic import ValidationError

    from scenarios.result import Result

    file = path / "result.json" if path.is_dir() else path
    try:
        return Result.model_validate_json(file.read_bytes())
    except FileNotFoundError:
        raise click.BadParameter(f"{file} does not exist") from None
    except ValidationError as problem:
        raise click.BadParameter(f"{file} is not a result of bolk ({problem.error_count()} problems)") from None


def _say(result: "Result", screen: str, files: list[Path], *, as_json: bool) -> None:
    if as_json:
        click.echo(result.json_text(), nl=False)
        return
    click.echo(screen)
    for file in files:
        click.echo(file)


def _exit_code(result: "Result") -> int:
    if result.provenance.partial:
        return EXIT_INTERRUPTED
    return {"pass": 0, "fail": EXIT_NO, "inconclusive": EXIT_INCONCLUSIVE}[result.verdict]


def main() -> None:
    """Run a verb and leave with the exit code of the design, whatever happens."""
    sys.exit(_run())


def _run() -> int:
    try:
        return cli.main(standalone_mode=False) or 0
    except click.ClickException as problem:
        problem.show()
        return problem.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return EXIT_INTERRUPTED
    except Exception as problem:
        return _explained(problem)


def _explained(problem: Exception) -> int:
    """Say what went wrong: the question (2), the surroundings (4), or bolk itself (5)."""
    from loadtests.target import ForbiddenTarget, TargetUnreachable
    from reference_server.start_error import ServerStartError
    from scenarios.problems import ScenarioError

    match problem:
        case ScenarioError():
            click.echo(str(problem), err=True)
            return 2
        case ForbiddenTarget():
            click.echo(f"Error: {problem}", err=True)
            return 2
        case ServerStartError() | TargetUnreachable():
            click.echo(f"Error: {problem}", err=True)
            return EXIT_ENVIRONMENT
        case OSError():
            where = f"{problem.filename}: " if problem.filename else ""
            click.echo(f"Error: {where}{problem.strerror or problem}. Nothing that stood there was changed.", err=True)
            return EXIT_ENVIRONMENT
        case _:
            return _our_bug(problem)


def _our_bug(problem: Exception) -> int:
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile("w", prefix="bolk-bug-", suffix=".txt", delete=False, encoding="utf-8") as file:
        traceback.print_exception(problem, file=file)
    click.echo(
        f"Error: this is a bug in bolk ({type(problem).__name__}). What happened is written in {file.name}", err=True
    )
    return EXIT_BUG


if __name__ == "__main__":
    main()
