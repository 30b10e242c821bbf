"""`bolk simulate`: one policy many times, one journey, or the model against theory."""

from typing import Unpack

import click

from scenarios.exit_code import ExitCode
from scenarios.flags import (
    CLUSTER,
    ENGINE,
    JOBS,
    JSON,
    LANG,
    OUT,
    PROGRESS,
    RUNS,
    SEED,
    SET,
    Flags,
    folder_of,
    question_of,
    taking,
    words_given,
)
from scenarios.neighbours import Neighbours


@click.command("simulate")
@click.argument("scenario", required=False)
@click.option("--validate", is_flag=True, help="Hold the model against queueing theory instead; takes no SCENARIO.")
@click.option(
    "--trace", metavar="CITIZEN", help='Tell one journey instead: a number, "confirmed", "rejected" or "gave-up".'
)
@taking(SET, SEED, RUNS, JOBS, CLUSTER, ENGINE, OUT, JSON, LANG, PROGRESS)
@click.pass_obj
def command(
    neighbours: Neighbours, scenario: str | None, validate: bool, trace: str | None, **flags: Unpack[Flags]
) -> int:
    """Run the scenario's policy many times and hold it against the limits."""
    if validate == (scenario is not None) or (validate and trace is not None):
        raise click.UsageError("give a SCENARIO, or --validate alone")
    if scenario is None:
        return _validated(neighbours, flags)
    if trace is not None:
        return _told(neighbours, scenario, trace, flags)
    return _simulated(neighbours, scenario, flags)


def _simulated(neighbours: Neighbours, scenario: str, flags: Flags) -> int:
    from simulation.answer import simulated
    from simulation.engine_flag import engine_for
    from simulation.workers_flag import workers_for

    question = question_of(scenario, flags)
    folder = folder_of(flags, question, "simulate")
    engine = engine_for(flags, question, question.experiment.runs.max)
    with neighbours.progress(flags, "Simulating", "runs") as line, workers_for(flags) as workers:
        result = simulated(question, question.policy, progress=line, command=words_given(), engine=engine, **workers)
    return neighbours.say(result, folder, flags)


def _validated(neighbours: Neighbours, flags: Flags) -> int:
    from simulation.validation import DEFAULT_SEED, validated

    seed = flags.get("seed")
    with neighbours.progress(flags, "Validating", "laws") as line:
        validation = validated(DEFAULT_SEED if seed is None else seed, line)
    neighbours.say_validation(validation, flags)
    return ExitCode.YES if validation.agrees else ExitCode.NO


def _told(neighbours: Neighbours, source: str, whom: str, flags: Flags) -> int:
    from simulation.tracing import NoSuchCitizen, traced

    question = question_of(source, flags)
    journey = traced(question, whom)
    if isinstance(journey, NoSuchCitizen):
        raise click.UsageError(journey.message)
    neighbours.say_journey(question, journey, flags)
    return ExitCode.YES
