"""`bolk loadtest`: one plan over HTTP, beside what the simulation says of it."""

from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import click

from loadtests.capacity.find_capacity_command import FINDING, or_find_capacity
from scenarios.flags import (
    FOR,
    JSON,
    LANG,
    MAY_LOAD,
    OUT,
    PROGRESS,
    SCENARIO,
    SEED,
    SET,
    Flags,
    folder_of,
    question_of,
    taking,
    words_given,
)
from scenarios.neighbours import Neighbours

if TYPE_CHECKING:
    from loadtests.adapters.fitting import Fitted
    from loadtests.guard import Guard
    from loadtests.processes import Shape
    from scenarios.plan import Plan
    from scenarios.policy import Policy
    from scenarios.scenario import Scenario
    from scenarios.slices import Slice


@click.command("loadtest")
@taking(SCENARIO)
@click.option("--policy", "policy_text", default="scenario", metavar="POLICY",
              help='"scenario", "all", "own", "200/15 min", a result.json, or a table as in a scenario.')  # fmt: skip
@click.option("--speedup", type=click.FloatRange(1, 100), default=1.0, help="People and platform this much faster.")
@click.option("--from", "begin", metavar="MOMENT", help='Only those who open the page then or later: "08:55", "5 min".')
@click.option(
    "--until", metavar="MOMENT", help='Only those who open the page before: "09:15", or "10 min" after the first SMS.'
)
@click.option(
    "--warm-up", default="2 s", metavar="LENGTH", help="Before it begins, never in the figures [default: 2 s]."
)
@click.option("--target", metavar="URL", help="A running `bolk serve` instead of one of our own, on this machine.")
@click.option("--adapter", metavar="MODULE:CLASS", help="What speaks to a --target with another API than ours.")
@click.option("--admin-token", envvar="BOLK_ADMIN_TOKEN", help="The target's token for its books (history check).")
@click.option("--workers", type=click.IntRange(1, 256), default=1, help="Processes that share the citizens.")
@click.option(
    "--web", type=click.IntRange(1024, 65535), metavar="PORT", help="Watch it on 127.0.0.1:PORT (Locust's page)."
)
@click.option("--listen", metavar="HOST:PORT", help="Where workers of other machines join (`bolk worker`).")
@taking(*FINDING, MAY_LOAD, SET, SEED, OUT, FOR, JSON, LANG, PROGRESS)
@click.pass_obj
@or_find_capacity
def command(
    neighbours: Neighbours, scenario: str, policy_text: str, speedup: float, begin: str | None, until: str | None,
    warm_up: str, target: str | None, adapter: str | None, admin_token: str | None, workers: int, listen: str | None,
    web: int | None, **flags: Unpack[Flags],
) -> int:  # fmt: skip
    """Live one plan over HTTP with Locust, against the reference server at the scenario's assumed pace.

    With --find-capacity, live larger and larger waves of the scenario's people instead, until a limit breaks.
    """
    from loadtests.answer import Measuring, Served, measured_result
    from loadtests.guard import guard_for
    from loadtests.unlived import unlived

    guard = guard_for(flags.get("may_load", ()))
    if web is not None:
        click.echo(f"the wave can be watched at http://127.0.0.1:{web}/?tab=wave while it goes", err=True)

    question = question_of(scenario, flags)
    alone = workers == 1 and listen is None
    can_switch = alone and (target is None or admin_token is not None)
    if (refusal := unlived(question, can_switch=can_switch, alone=alone)) is not None:
        raise click.UsageError(refusal)
    shape = replace(_shape(workers, listen, target), web=web)
    folder = folder_of(flags, question, "loadtest")
    adapted = _adapted(adapter, target, admin_token, question, speedup, guard)
    policy, whole = _plan(question, policy_text)
    part, warm_up_s = _times(begin, until, warm_up, policy)
    plan = part.of(whole)
    prediction = neighbours.predict(question, plan)
    theirs = None if target is None else nullcontext(Served(base_url=target, admin_token=admin_token))
    with (
        neighbours.progress(flags, "Load test", "citizens") as line,
        theirs or neighbours.serve(question, speedup=speedup) as server,
    ):
        measuring = Measuring(
            scenario=question, policy=policy, plan=plan, speedup=speedup, part=part, left_out=part.left_out(whole),
            warm_up_s=warm_up_s, base_url=server.base_url,
            admin_token=server.admin_token, out=folder, command=words_given(), shape=shape,
            listening=None if listen is None else lambda _port: _invite(workers, listen), guard=guard,
            adapted=adapted,
        )  # fmt: skip
        result = measured_result(measuring, prediction, line)
    return neighbours.say(result, folder, flags)


def _adapted(
    name: str | None, target: str | None, admin_token: str | None, question: "Scenario", speedup: float, guard: "Guard"
) -> "Fitted | None":
    """The adapter, held against the scenario; a server of others keeps its own time."""
    from loadtests.adapters.finding import adapter_named
    from loadtests.adapters.fitting import fitted
    from loadtests.contention.on_trial import OnTrial
    from loadtests.unlived import unlived_by_adapters

    if name is None:
        return None
    if target is None:
        raise click.UsageError("--adapter needs the address of the server that it speaks to: --target URL")
    if speedup != 1.0:
        raise click.UsageError("a server behind an adapter does not run faster: leave out --speedup")
    if (refusal := unlived_by_adapters(question)) is not None:
        raise click.UsageError(refusal)
    guard.watch_process()  # before any of the adapter's code runs
    server = OnTrial(base_url=target, adapt=adapter_named(name, Path.cwd()), admin_token=admin_token, guard=guard)
    return fitted(server, name, str(Path.cwd()), question)


def _shape(workers: int, listen: str | None, target: str | None) -> "Shape":
    from loadtests.guard import THIS_MACHINE, ForbiddenTarget
    from loadtests.joining import place_named
    from loadtests.processes import ALONE, Shape

    try:
        place = None if listen is None else place_named(listen)
    except ValueError as refusal:
        raise click.BadParameter(str(refusal), param_hint="--listen") from None
    if place is not None and target is None:
        try:
            THIS_MACHINE.require(f"http://{listen}")
        except ForbiddenTarget:
            raise click.UsageError(
                "workers of other machines do not reach a server that bolk starts on this one: "
                "give a --target that each of them finds at the same address"
            ) from None
    return ALONE if workers == 1 and place is None else Shape(workers=workers, listen=place)


def _invite(workers: int, listen: str) -> None:
    click.echo(f"waiting for {workers} workers; start each with: bolk worker {listen}", err=True)


def _plan(question: "Scenario", policy_text: str) -> "tuple[Policy, Plan]":
    from scenarios.naming import policy_named
    from scenarios.plan import plan_of

    try:
        policy = policy_named(question, policy_text)
        return policy, plan_of(question, policy, 0)
    except ValueError as problem:
        raise click.UsageError(str(problem)) from None


def _times(begin: str | None, until: str | None, warm_up: str, policy: "Policy") -> "tuple[Slice, float]":
    from scenarios.naming import length_named
    from scenarios.slices import slice_named

    try:
        return slice_named(begin, until, policy.start), length_named(warm_up) or 0.0
    except ValueError as problem:
        raise click.UsageError(str(problem)) from None
