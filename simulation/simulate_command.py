"""`bolk simulate`: one policy many times, one journey, or the model against theory."""

from typing import TYPE_CHECKING, Unpack

import click

from scenarios.exit_code import ExitCode
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
    from scenarios.policy import Policy
    from scenarios.scenario import Scenario


class SimulateFlags(Flags, total=False):
    """The flags that only this command has."""

    half_width: str | None
    measure: str | None
    against: str | None


@click.command("simulate")
@click.argument("scenario", required=False)
@click.option("--validate", is_flag=True, help="Hold the model against queueing theory instead; takes no SCENARIO.")
@click.option(
    "--trace", metavar="CITIZEN", help='Tell one journey instead: a number, "confirmed", "rejected" or "gave-up".'
)
@click.option("--half-width", metavar="WIDTH", help='Runs until a mean is known this well: "5 %" of it, 0.5, "2 s".')
@click.option("--measure", metavar="NAME", help="Whose mean --half-width is of [default: rejections_per_100_attempts].")
@click.option(
    "--against", metavar="POLICY", help='Compare with "all", "own", "200/15 min" or a result.json, on the same chance.'
)
@taking(SET, SEED, RUNS, JOBS, CLUSTER, ENGINE, OUT, FOR, JSON, LANG, PROGRESS)
@click.pass_obj
def command(
    neighbours: Neighbours, scenario: str | None, validate: bool, trace: str | None, **flags: Unpack[SimulateFlags]
) -> int:
    """Run the scenario's policy many times and hold it against the limits."""
    if validate == (scenario is not None) or (validate and trace is not None):
        raise click.UsageError("give a SCENARIO, or --validate alone")
    if scenario is None:
        return _validated(neighbours, flags)
    if trace is not None:
        return _told(neighbours, scenario, trace, flags)
    return _simulated(neighbours, scenario, flags)


def _simulated(neighbours: Neighbours, scenario: str, flags: SimulateFlags) -> int:
    from simulation.answer import simulated
    from simulation.engine_flag import engine_for
    from simulation.sequential import most_runs
    from simulation.workers_flag import workers_for

    question = _question(scenario, flags)
    against = _against(question, flags)
    folder = folder_of(flags, question, "simulate")
    runs = most_runs(question) * (1 if against is None else 2)
    engine = engine_for(flags, question, runs)
    with (
        neighbours.progress(flags, "Simulating", "runs") as line,
        workers_for(flags, question, runs, engine) as workers,
    ):
        result = simulated(
            question, question.policy, progress=line, command=words_given(), engine=engine, against=against, **workers
        )
    return neighbours.say(result, folder, flags)


def _question(source: str, flags: SimulateFlags) -> "Scenario":
    """The question with the precision that is asked for; so many runs asked for are so many, or at most so many."""
    runs, half_width, measure = flags.get("replications"), flags.get("half_width"), flags.get("measure")
    asked = {"half_width": half_width, "measure": measure}
    if half_width is not None and runs is not None:
        asked |= {"max": runs, "min": min(10, runs)}
    changed = tuple(f"experiment.precision.{key}={value}" for key, value in asked.items() if value is not None)
    question = question_of(source, {**flags, "overrides": (*flags.get("overrides", ()), *changed)})
    return question if changed or runs is None else question.with_runs_alone()


def _against(question: "Scenario", flags: SimulateFlags) -> "Policy | None":
    from scenarios.naming import policy_named

    text = flags.get("against")
    try:
        return None if text is None else policy_named(question, text)
    except ValueError as problem:
        raise click.BadParameter(str(problem), param_hint="--against") from None


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
