"""`bolk recommend`: the search for the plan."""

from typing import Unpack

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


@click.command("recommend")
@taking(SCENARIO, SET, SEED, RUNS, JOBS, CLUSTER, ENGINE, OUT, JSON, LANG, PROGRESS)
@click.pass_obj
def command(neighbours: Neighbours, scenario: str, **flags: Unpack[Flags]) -> int:
    """Find the fastest plan that keeps every limit in 9 of 10 runs, and write the report."""
    from simulation.answer import recommended
    from simulation.engine_flag import engine_for
    from simulation.workers_flag import workers_for

    question = question_of(scenario, flags)
    folder = folder_of(flags, question, "recommend")
    runs, search = question.experiment.runs, question.search
    expected = len(search.batch_size) * len(search.pause) * runs.min + runs.max
    engine = engine_for(flags, question, expected)
    with (
        neighbours.progress(flags, "Simulating", "runs") as line,
        workers_for(flags, question, expected, engine) as workers,
    ):
        result = recommended(question, progress=line, command=words_given(), engine=engine, **workers)
    return neighbours.say(result, folder, flags)
