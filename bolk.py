"""The front door: one function for each verb. Each imports what it needs when it is called."""

import signal
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypedDict, TypeVar, Unpack

import click

from reference_server.address_register.commands import register_commands
from scenarios.commands import scenario_commands

if TYPE_CHECKING:
    from reference_server.serving import RunningServer
    from reports.language import LanguageCode
    from reports.progress import ProgressLine
    from scenarios.plan import Plan
    from scenarios.policy import Policy
    from scenarios.result import Result
    from scenarios.scenario import Scenario
    from simulation.engine import Engine

EXIT_NO, EXIT_USAGE, EXIT_INCONCLUSIVE, EXIT_ENVIRONMENT, EXIT_BUG, EXIT_INTERRUPTED = 1, 2, 3, 4, 5, 130
Verb = TypeVar("Verb", bound=Callable[..., Any])


class Flags(TypedDict, total=False):
    """What the flags that several verbs share bring."""

    overrides: tuple[str, ...]
    seed: int | None
    replications: int | None
    jobs: int
    engine: str
    out: Path | None
    as_json: bool
    lang: "LanguageCode"
    progress: str


_SCENARIO = click.argument("scenario")
_SET = click.option("--set", "overrides", multiple=True, metavar="KEY.PATH=VALUE", help="Change a key of the scenario.")
_SEED = click.option("--seed", type=click.IntRange(0, 2**63 - 1), help="Seed of all chance, instead of the scenario's.")
_RUNS = click.option("--replications", type=click.IntRange(2, 10_000), help="Runs of each policy the answer rests on.")
_JOBS = click.option("--jobs", type=click.IntRange(0, 256), default=0, help="Workers; 0 is one for each core.")
_ENGINES = click.Choice(["auto", "simpy", "compiled"])
_ENGINE = click.option("--engine", type=_ENGINES, default="auto", help="What lives the plans; the answer is the same.")
_OUT = click.option("--out", type=click.Path(path_type=Path), help="Folder for the files [default: results/...].")
_JSON = click.option("--json", "as_json", is_flag=True, help="The result on standard output, and nothing else there.")
_LANG = click.option("--lang", type=click.Choice(["nb", "en"]), default="en", help="Language of the screen.")
_KINDS = click.Choice(["auto", "plain", "none"])
_PROGRESS = click.option("--progress", type=_KINDS, default="auto", help="How to show progress.")


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
    bolk recommend medium                                  find the plan, write the report
    bolk simulate medium --set policy.batch_size=all       one policy, many runs
    bolk loadtest ci-smoke --speedup 20 --until "10 min"   the same wave over HTTP
    """  # noqa: D301  (\b keeps click from joining the lines)


cli.add_command(scenario_commands)
cli.add_command(register_commands)


@cli.command()
@_options(_SCENARIO, _SET, _SEED, _RUNS, _JOBS, _ENGINE, _OUT, _JSON, _LANG, _PROGRESS)
def recommend(scenario: str, **flags: Unpack[Flags]) -> int:
    """Find the fastest plan that keeps every limit in 9 of 10 runs, and write the report."""
    from reports.page import write_report
    from reports.schedule_csv import write_schedule
    from reports.terminal import recommend_screen
    from simulation.answer import recommended

    question, folder, line = _begun(scenario, "recommend", flags)
    engine = _engine(question, flags, searching=True)
    result = recommended(question, jobs=flags.get("jobs", 0), progress=line, command=_command(), engine=engine)
    line.close()
    _write_result(result, folder)
    files = [folder / "result.json"]
    if not result.provenance.interrupted:
        files += [*write_report(result, [], folder), *write_schedule(result, folder)]
    return _said(result, recommend_screen, files, flags)


@cli.command()
@click.argument("scenario", required=False)
@click.option("--validate", is_flag=True, help="Hold the model against queueing theory instead; takes no SCENARIO.")
@click.option(
    "--trace", metavar="CITIZEN", help='Tell one journey instead: a number, "confirmed", "rejected" or "gave-up".'
)
@_options(_SET, _SEED, _RUNS, _JOBS, _ENGINE, _OUT, _JSON, _LANG, _PROGRESS)
def simulate(scenario: str | None, validate: bool, trace: str | None, **flags: Unpack[Flags]) -> int:
    """Run the scenario's policy many times and hold it against the limits."""
    from reports.page import write_report
    from reports.terminal import simulate_screen
    from simulation.answer import simulated

    if validate == (scenario is not None) or (validate and trace is not None):
        raise click.UsageError("give a SCENARIO, or --validate alone")
    if scenario is None:
        return _validated(flags)
    if trace is not None:
        return _told(scenario, trace, flags)
    question, folder, line = _begun(scenario, "simulate", flags)
    engine, jobs = _engine(question, flags), flags.get("jobs", 0)
    result = simulated(question, question.policy, jobs=jobs, progress=line, command=_command(), engine=engine)
    line.close()
    _write_result(result, folder)
    pages = [] if result.provenance.interrupted else write_report(result, [], folder)
    return _said(result, simulate_screen, [folder / "result.json", *pages], flags)


@cli.command()
@_SCENARIO
@click.option("--policy", "policy_text", default="scenario", metavar="POLICY",
              help='"scenario", "all", "own", "200/15 min", or a result.json of recommend.')  # fmt: skip
@click.option("--speedup", type=click.FloatRange(1, 100), default=1.0, help="People and platform this much faster.")
@click.option("--until", metavar="LENGTH", help='Only those who open the page this soon after the first SMS, "10 min".')
@click.option("--target", metavar="URL", help="A running `bolk serve` on this machine, instead of one of our own.")
@click.option("--admin-token", envvar="BOLK_ADMIN_TOKEN", help="The target's token for its books (history check).")
@_options(_SET, _SEED, _OUT, _JSON, _LANG, _PROGRESS)
def loadtest(
    scenario: str, policy_text: str, speedup: float, until: str | None, target: str | None, admin_token: str | None,
    **flags: Unpack[Flags],
) -> int:  # fmt: skip
    """Live one plan over HTTP with Locust, against the reference server at the scenario's assumed pace."""
    from loadtests.answer import Measuring, Served, measured_result
    from reference_server.pace import Pace
    from reference_server.serving import running
    from reports.terminal import loadtest_screen
    from simulation.answer import predicted

    question, folder, line = _begun(scenario, "loadtest", flags)
    policy, plan, until_s = _plan(question, policy_text, until)
    prediction = predicted(question, plan)
    ours = running(question, pace=Pace.SCENARIO, speedup=speedup)
    with nullcontext(Served(base_url=target, admin_token=admin_token)) if target else ours as server:
        measuring = Measuring(
            scenario=question, policy=policy, plan=plan, speedup=speedup, until_s=until_s, base_url=server.base_url,
            admin_token=server.admin_token, out=folder, command=_command(),
        )  # fmt: skip
        result = measured_result(measuring, prediction, line)
    line.close()
    _write_result(result, folder)
    return _said(result, loadtest_screen, [folder / "result.json"], flags)


@cli.command()
@_SCENARIO
@click.option("--port", type=click.IntRange(0, 65535), default=8000, help="Where the booking server listens.")
@click.option("--login-port", type=click.IntRange(0, 65535), default=8001, help="Where the log-in listens.")
@click.option("--database", metavar="FILE|URL", help="SQLite file or postgresql://... [default: goes when it ends].")
@click.option("--pace", "pace_text", type=click.Choice(["scenario", "none"]), default="none",
              help="Hold the server to the scenario's assumed platform, or let it run.")  # fmt: skip
@click.option("--speedup", type=click.FloatRange(1, 100), default=1.0, help="With --pace scenario: this much faster.")
@click.option(
    "--request-log", type=click.Path(path_type=Path), help="A line of JSON for each request, and nobody in it."
)
@click.option("--set-up", "file", type=click.Path(path_type=Path), help="What a municipality's books ask and offer.")
@_SET
def serve(scenario: str, overrides: tuple[str, ...], pace_text: str, file: Path | None, **where: Any) -> int:
    """Run the reference server: log-in, booking API and record system, on this machine only."""
    from reference_server.address_register.served import set_up_for
    from reference_server.pace import Pace
    from reference_server.serving import serve as run_server
    from scenarios.inventory import books_of
    from scenarios.reading import load

    question = load(scenario, overrides)
    set_up = None if file is None else set_up_for(books_of(question), file)
    run_server(question, pace=Pace(pace_text), set_up=set_up, announce=_announce, **where)
    return 0


@cli.command()
@click.argument("result", type=click.Path(path_type=Path))
@click.option("--measured", multiple=True, type=click.Path(path_type=Path), help="A load test to show beside it.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the pages [default: beside RESULT].")
def report(result: Path, measured: tuple[Path, ...], out: Path | None) -> int:
    """Render RESULT (a result.json, or its folder) again, in bokmål and English."""
    from reports.page import write_report

    folder = out or (result if result.is_dir() else result.parent)
    for file in write_report(_read_result(result), [_read_result(one) for one in measured], folder):
        click.echo(file)
    return 0


def _validated(flags: Flags) -> int:
    from reports.progress import ProgressKind, ProgressLine
    from reports.validation_screen import validation_screen
    from simulation.validation import DEFAULT_SEED, validated

    seed, line = flags.get("seed"), ProgressLine("Validating", ProgressKind(flags.get("progress", "auto")), "laws")
    validation = validated(DEFAULT_SEED if seed is None else seed, line)
    line.close()
    shown = validation.json_text() if flags.get("as_json") else validation_screen(validation, flags.get("lang", "en"))
    click.echo(shown, nl=False)
    return 0 if validation.agrees else EXIT_NO


def _told(source: str, whom: str, flags: Flags) -> int:
    from reports.journey_words import journey_json, journey_screen
    from simulation.tracing import NoSuchCitizen, traced

    question = _question(source, flags)
    journey = traced(question, whom)
    if isinstance(journey, NoSuchCitizen):
        raise click.UsageError(journey.message)
    tell = journey_json if flags.get("as_json") else journey_screen
    click.echo(tell(question, journey, flags.get("lang", "en")), nl=False)
    return 0


def _question(source: str, flags: Flags) -> "Scenario":
    from scenarios.reading import load

    overrides, seed, replications = list(flags.get("overrides", ())), flags.get("seed"), flags.get("replications")
    overrides += [] if seed is None else [f"experiment.seed={seed}"]
    if replications is not None:
        overrides.append(f"experiment.runs={{ min = {min(4, replications)}, max = {replications} }}")
    return load(source, overrides)


def _begun(source: str, kind: str, flags: Flags) -> "tuple[Scenario, Path, ProgressLine]":
    """Read the question, and make the folder before the work: what cannot be written is said at once."""
    from reports.progress import ProgressKind, ProgressLine

    question = _question(source, flags)
    folder = _folder(flags.get("out"), question, kind)
    unit = "citizens" if kind == "loadtest" else "runs"
    label = "Load test" if kind == "loadtest" else "Simulating"
    return question, folder, ProgressLine(label, ProgressKind(flags.get("progress", "auto")), unit)


def _engine(question: "Scenario", flags: Flags, *, searching: bool = False) -> "Engine":
    """The engine asked for, or the sooner one; what people should know of the choice is said at once."""
    from simulation.engine import Engine, chosen

    wanted = flags.get("engine", "auto")
    runs, search = question.experiment.runs, question.search
    expected = len(search.batch_size) * len(search.pause) * runs.min + runs.max if searching else runs.max
    choice = chosen(None if wanted == "auto" else Engine(wanted), question, expected)
    if choice.note is not None:
        click.echo(choice.note, err=True)
    return choice.engine


def _folder(out: Path | None, question: "Scenario", kind: str) -> Path:
    import datetime as dt

    stamp = dt.datetime.now().astimezone().strftime("%Y-%m-%dT%H%M%S")
    folder = out or Path("results") / f"{stamp}-{question.name}-{kind}"
    if (folder / "result.json").exists():
        raise click.BadParameter(f"{folder} already holds a result; choose another folder", param_hint="--out")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _plan(question: "Scenario", policy_text: str, until: str | None) -> "tuple[Policy, Plan, float | None]":
    from scenarios.naming import length_named, policy_named
    from scenarios.plan import plan_of

    try:
        policy, until_s = policy_named(question, policy_text), length_named(until)
    except ValueError as problem:
        raise click.UsageError(str(problem)) from None
    plan = plan_of(question, policy, 0)
    return policy, plan if until_s is None else plan.until(until_s), until_s


def _announce(server: "RunningServer") -> None:
    click.echo(f"Citizens' pages: {server.base_url}/")
    click.echo(f"API:             {server.base_url}/api/v1")
    click.echo(f"Admin pages:     {server.base_url}/admin/")
    click.echo(f"Admin token (BOLK_ADMIN_TOKEN): {server.admin_token}")
    click.echo(f"One booking process with {server.threads} threads. Stop with Ctrl-C.")


def _command() -> list[str]:
    return ["bolk", *sys.argv[1:]]


def _write_result(result: "Result", folder: Path) -> None:
    from reports.whole_file import write_whole

    write_whole(folder / "result.json", result.json_text().encode())


def _read_result(path: Path) -> "Result":
    from scenarios.naming import result_at

    try:
        result = result_at(path)
    except ValueError as problem:
        raise click.UsageError(str(problem)) from None
    if result.kind == "recommend" and result.recommendation is None:
        raise click.UsageError(f"{path} was interrupted before it had an answer; run it again")
    return result


def _said(result: "Result", screen: Callable[..., str], files: list[Path], flags: Flags) -> int:
    """Print the answer, and turn it into the exit code."""
    shown = "" if result.provenance.interrupted else screen(result, flags.get("lang", "en"))
    if flags.get("as_json"):
        click.echo(result.json_text(), nl=False)
    else:
        click.echo("\n".join([shown, *map(str, files)]).lstrip())
    if result.generator and result.generator.reason:
        click.echo(f"The measurement is inconclusive: {result.generator.reason}", err=True)
    if result.provenance.interrupted:
        click.echo("Interrupted: what was finished is kept, and marked as partial", err=True)
        return EXIT_INTERRUPTED
    return {"pass": 0, "fail": EXIT_NO, "inconclusive": EXIT_INCONCLUSIVE}[result.verdict]


def main() -> None:
    """Run a verb and leave with the exit code of the design, whatever happens."""
    signal.signal(signal.SIGTERM, _terminated)
    try:
        code = cli.main(standalone_mode=False) or 0
    except click.ClickException as problem:
        problem.show()
        code = problem.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        code = EXIT_INTERRUPTED
    except Exception as problem:
        code = _explained(problem)
    sys.exit(code)


def _terminated(*_: object) -> NoReturn:
    raise SystemExit(128 + signal.SIGTERM)  # so that children are stopped and temporary folders removed


def _explained(problem: Exception) -> int:
    """Say what went wrong: with the question (2), with the surroundings (4), or in bolk itself (5)."""
    from loadtests.target import ForbiddenTarget, TargetUnreachable
    from reference_server.address_register.served import SetUpRefused
    from reference_server.start_error import ServerStartError
    from scenarios.problems import ScenarioError

    match problem:
        case ScenarioError() | SetUpRefused():
            text, code = str(problem), EXIT_USAGE
        case ForbiddenTarget():
            text, code = f"Error: {problem}", EXIT_USAGE
        case ServerStartError() | TargetUnreachable():
            text, code = f"Error: {problem}", EXIT_ENVIRONMENT
        case OSError():
            where = f"{problem.filename}: " if problem.filename else ""
            text = f"Error: {where}{problem.strerror or problem}. What stood there before is as it was."
            code = EXIT_ENVIRONMENT
        case _:
            text, code = f"Error: this is a bug in bolk ({problem!r}). More in {_traceback_file(problem)}", EXIT_BUG
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
