"""`bolk verify`: a booking server under contention, and everything that it did wrong."""

from pathlib import Path
from typing import TYPE_CHECKING, Final, Unpack

import click

from scenarios.exit_code import ExitCode
from scenarios.flags import JSON, MAY_LOAD, PROGRESS, SET, Flags, taking
from scenarios.neighbours import Neighbours

if TYPE_CHECKING:
    from loadtests.guard import Guard
    from scenarios.scenario import Scenario
    from scenarios.verification import Trial, Verification

SPEEDUP: Final = 100.0
"""Of our own server's clock: a hold lasts 6 s instead of 10 minutes, and nobody is too quick for the rate limits."""

_STRATEGIES: Final = ("queued", "immediate", "hold", "assign")
_BOOKS: Final = (
    '{ book = "En", dates = ["2021-05-10"], open = { from = "08:00", to = "13:00" }, length = "5 min", parallel = 1 }',
    '{ book = "Tre", dates = ["2021-05-11"], open = { from = "08:00", to = "13:00" }, length = "5 min", parallel = 3 }',
)
"""One place at each time, where the checker is exact, and three."""


@click.command("verify")
@click.argument("scenario", required=False)
@click.option("--strategy", "strategies", multiple=True, type=click.Choice(_STRATEGIES),
              help="How places are given; may be repeated [default: queued, immediate and hold].")  # fmt: skip
@click.option("--clients", type=click.IntRange(2, 256), default=64, help="Most clients at one place at once.")
@click.option("--target", metavar="URL", help="A running `bolk serve SCENARIO` instead of our own, on this machine.")
@click.option("--adapter", metavar="MODULE:CLASS", help="What speaks to a --target with another API than ours.")
@click.option("--admin-token", envvar="BOLK_ADMIN_TOKEN", help="The target's token for its record.")
@click.option("--speedup", type=click.FloatRange(1, 100), default=1.0, help="What the target was started with.")
@click.option("--plant", metavar="FAULT", help='A fault to find in our own server; "list" names them.')
@click.option("--history", type=click.Path(path_type=Path), help="Judge a recorded history (history.jsonl) instead.")
@click.option("--out", "file", type=click.Path(path_type=Path), help="File for the verification as JSON.")
@click.option("--junit", type=click.Path(path_type=Path), help="File for the same as JUnit's XML, for CI servers.")
@taking(MAY_LOAD, SET, JSON, PROGRESS)
@click.pass_obj
def command(
    neighbours: Neighbours, scenario: str | None, strategies: tuple[str, ...], clients: int, target: str | None,
    adapter: str | None, admin_token: str | None, speedup: float, plant: str | None, history: Path | None,
    file: Path | None, junit: Path | None, **flags: Unpack[Flags],
) -> int:  # fmt: skip
    """Try to make a booking server give a place twice, lose an answer or tell a lie, and judge all that was seen.

    Without SCENARIO the server offers two books of its own, with one place and with three at each time. With --history
    nothing is started: what a load test recorded is judged again.
    """
    from scenarios.verification import Verification

    if history is not None:
        return _said(neighbours, Verification(trials=[_recorded(history)]), file, junit, flags)
    faults = neighbours.faults()
    if plant == "list":
        click.echo("\n".join(f"{name:28} {what}" for name, what in faults.items()))
        return ExitCode.YES
    if plant is not None and (plant not in faults or target is not None):
        raise click.UsageError(
            "--plant works on our own server alone" if target else f"no such fault: {plant}. One of {', '.join(faults)}"
        )
    wanted = strategies or (("immediate",) if plant else _STRATEGIES[:3])
    if adapter is not None:
        if target is None:
            raise click.UsageError("--adapter needs the address of the server that it speaks to: --target URL")
        trials = [_adapted_trial(neighbours, scenario, adapter, target, admin_token, clients, flags)]
    elif target is not None:
        question = _question(scenario, flags, None)
        trials = [_their_trial(neighbours, question, target, admin_token, speedup, clients, flags)]
    else:
        trials = [_own_trial(neighbours, _question(scenario, flags, one), clients, plant, flags) for one in wanted]
    return _said(neighbours, Verification(target=target, planted=plant, trials=trials), file, junit, flags)


def _said(neighbours: Neighbours, found: "Verification", file: Path | None, junit: Path | None, flags: Flags) -> int:
    if file is not None:
        file.write_text(found.json_text(), encoding="utf-8")
    if junit is not None:
        junit.write_text(neighbours.junit(found), encoding="utf-8")
    neighbours.say_verification(found, flags)
    return {"correct": ExitCode.YES, "anomaly": ExitCode.NO, "unknown": ExitCode.INCONCLUSIVE}[found.ruling]


def _recorded(path: Path) -> "Trial":
    from loadtests.history_file import HistoryFileError
    from loadtests.recorded import recorded_trial

    try:
        return recorded_trial(path)
    except (OSError, HistoryFileError) as problem:
        reason = f"{path} cannot be read ({problem.strerror})" if isinstance(problem, OSError) else str(problem)
        raise click.BadParameter(reason, param_hint="--history") from None


def _question(scenario: str | None, flags: Flags, strategy: str | None) -> "Scenario":
    from scenarios.reading import load

    own = [] if scenario is not None else [f"slots=[{', '.join(_BOOKS)}]"]
    given = [] if strategy is None else [f"platform.strategy={strategy}"]
    return load(scenario or "ci-smoke", [*own, *given, *flags.get("overrides", ())])


def _own_trial(neighbours: Neighbours, question: "Scenario", clients: int, plant: str | None, flags: Flags) -> "Trial":
    from loadtests.contention.on_trial import about_ours, ours
    from loadtests.contention.suite import Suite

    suite = Suite(about=about_ours(question, SPEEDUP), clients=clients)
    with (
        neighbours.progress(flags, f"Verify ({question.platform.strategy})", "cases") as line,
        neighbours.try_server(question, speedup=SPEEDUP, fault=plant) as server,
    ):
        return suite.against(ours(server), server.kill, line)


def _their_trial(
    neighbours: Neighbours,
    question: "Scenario",
    url: str,
    admin_token: str | None,
    speedup: float,
    clients: int,
    flags: Flags,
) -> "Trial":
    from loadtests.contention.on_trial import Known, about_ours, ours
    from loadtests.contention.suite import Suite
    from loadtests.target import target_at
    from scenarios.reading import sha256_of

    guard = _guard(flags)
    found = target_at(url, scenario_sha256=sha256_of(question), speedup=speedup, guard=guard)
    server = Known(base_url=found.base_url, login_url=found.login_url, admin_token=admin_token)
    suite = Suite(about=about_ours(question, speedup), clients=clients)
    with neighbours.progress(flags, f"Verify ({question.platform.strategy})", "cases") as line:
        return suite.against(ours(server, guard), None, line)


def _adapted_trial(
    neighbours: Neighbours,
    scenario: str | None,
    adapter: str,
    url: str,
    admin_token: str | None,
    clients: int,
    flags: Flags,
) -> "Trial":
    """A server that speaks through an adapter, which says what the server offers, or leaves that to a scenario."""
    from loadtests.adapters.finding import adapter_named
    from loadtests.contention.on_trial import OnTrial, about_ours
    from loadtests.contention.suite import Suite

    guard = _guard(flags)  # before any of the adapter's code runs
    server = OnTrial(base_url=url, adapt=adapter_named(adapter, Path.cwd()), admin_token=admin_token, guard=guard)
    about = server.about() or about_ours(_question(_given(scenario, adapter), flags, None), 1.0)
    with neighbours.progress(flags, f"Verify ({adapter})", "cases") as line:
        return Suite(about=about, clients=clients).against(server, None, line)


def _given(scenario: str | None, adapter: str) -> str:
    if scenario is None:
        raise click.UsageError(
            f"the adapter {adapter} has no about(), so SCENARIO must say which books and times the server has"
        )
    return scenario


def _guard(flags: Flags) -> "Guard":
    """Where load may go, for this whole process: an adapter may start threads of its own."""
    from loadtests.guard import guard_for

    guard = guard_for(flags.get("may_load", ()))
    guard.watch_process()
    return guard
