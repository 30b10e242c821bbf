"""`bolk recommend`: the search for the plan."""

from typing import TYPE_CHECKING, Unpack

import click

from scenarios.flags import (
    CLUSTER,
    ENGINE,
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

if TYPE_CHECKING:
    from scenarios.scenario import Scenario


@click.command("recommend")
@taking(SCENARIO, SET, SEED, RUNS, JOBS, CLUSTER, ENGINE, OUT, JSON, LANG, PROGRESS)
@click.pass_obj
def command(neighbours: Neighbours, scenario: str, **flags: Unpack[Flags]) -> int:
    """Find the fastest plan that keeps every limit in 9 of 10 runs, with 95 % confidence, and write the report."""
    from simulation.answer import recommended
    from simulation.engine_flag import engine_for
    from simulation.workers_flag import workers_for

    if (most := flags.get("replications")) is not None:
        flags["overrides"] = (*flags.get("overrides", ()), f"search.runs={most}")
    question = question_of(scenario, flags)
    _could_show(question)
    folder = folder_of(flags, question, "recommend")
    runs, search = question.experiment.runs, question.search
    expected = len(search.batch_size) * len(search.pause) * runs.min + runs.max + search.runs
    engine = engine_for(flags, question, expected)
    with (
        neighbours.progress(flags, "Simulating", "runs") as line,
        workers_for(flags, question, expected, engine) as workers,
    ):
        result = recommended(question, progress=line, command=words_given(), engine=engine, **workers)
    return neighbours.say(result, folder, flags)


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
