"""`bolk recommend`: the search for the plan."""

from typing import TYPE_CHECKING, Unpack

import click

from scenarios.flags import (
    CLUSTER,
    ENGINE,
    FOR,
    JOBS,
    JSON,
    LANG,
    OUT,
    PROGRESS,
    RUNS,
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
from scenarios.reader import Reader

if TYPE_CHECKING:
    from scenarios.scenario import Scenario


@click.command("recommend")
@click.option(
    "--already-sent", type=click.IntRange(1), metavar="SMS", help="So many SMS have gone: plan the rest, from --at on."
)
@click.option("--at", metavar="HH:MM", help="The rest goes no earlier than this; needs --already-sent.")
@click.option(
    "--sensitivity", "sensitive", is_flag=True,
    help="Also where the advice changes when an assumption is wrong, and how it fares on other days.",
)  # fmt: skip
@taking(SCENARIO, SET, SEED, RUNS, JOBS, CLUSTER, ENGINE, OUT, FOR, JSON, LANG, PROGRESS)
@click.pass_obj
def command(neighbours: Neighbours, scenario: str, sensitive: bool, **flags: Unpack[Flags]) -> int:
    """Find the fastest plan that keeps every limit in 9 of 10 runs, with 95 % confidence, and write the report."""
    from simulation.answer import recommended
    from simulation.engine_flag import engine_for
    from simulation.platform_needs import ABOUT_RUNS
    from simulation.sensitivity import MOST_RUNS
    from simulation.workers_flag import workers_for

    if (most := flags.get("replications")) is not None:
        flags["overrides"] = (*flags.get("overrides", ()), f"search.runs={most}")
    question = _question(scenario, flags)
    _could_show(question)
    folder = folder_of(flags, question, "recommend")
    runs, search = question.experiment.runs, question.search
    for_platform = Reader.PLATFORM in flags.get("readers", ())
    expected = len(search.batch_size) * len(search.pause) * runs.min + runs.max + search.runs
    expected += (MOST_RUNS if sensitive else 0) + (ABOUT_RUNS if for_platform else 0)
    engine = engine_for(flags, question, expected)
    with (
        neighbours.progress(flags, "Simulating", "runs") as line,
        workers_for(flags, question, expected, engine) as workers,
    ):
        result = recommended(
            question, progress=line, command=words_given(), engine=engine, sensitive=sensitive,
            for_platform=for_platform, **workers,
        )  # fmt: skip
    return neighbours.say(result, folder, flags)


def _question(source: str, flags: Flags) -> "Scenario":
    """Read the scenario, and how far its send-out has come."""
    from scenarios.sending import with_rule_followed

    sent, at = flags.get("already_sent"), flags.get("at")
    if (sent is None) != (at is None):
        raise click.UsageError("--already-sent and --at go together: how many SMS have gone, and by what time")
    if sent is not None:
        already = (f"invitation.already.sent={sent}", f'invitation.already.at="{at}"')
        flags["overrides"] = (*flags.get("overrides", ()), *already)
    return with_rule_followed(question_of(source, flags))


def _could_show(question: "Scenario") -> None:
    """Refuse to begin where no plan could be shown to be good, however well it went."""
    from simulation.feasibility import fewest_to_show
    from simulation.search import considered

    policies, most = considered(question), question.search.runs
    fewest = fewest_to_show(policies)
    if most < fewest:
        raise click.UsageError(
            f"{most} runs cannot show that one of {policies} plans keeps the limits in 9 of 10 send-outs; "
            f"it takes {fewest} (search.runs, or --replications {fewest})"
        )
