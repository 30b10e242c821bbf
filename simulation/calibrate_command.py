"""`bolk calibrate`: a scenario's assumptions, taken from a day that was."""

from pathlib import Path
from typing import Unpack

import click

from scenarios.exit_code import ExitCode
from scenarios.flags import JSON, LANG, OUT, SCENARIO, SET, Flags, folder_of, question_of, taking
from scenarios.neighbours import Neighbours


@click.command("calibrate")
@click.option(
    "--counts", required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="FILE",
    help="CSV with the columns at, sent, opened and, if known, booked: so many each minute.",
)  # fmt: skip
@taking(SCENARIO, SET, OUT, JSON, LANG)
@click.pass_obj
def command(neighbours: Neighbours, scenario: str, counts: Path, **flags: Unpack[Flags]) -> int:
    """Say how soon people answer, from what was counted on the day of an earlier sending.

    Writes the scenario with what was learnt, and a page that shows how well it fits. Counts alone are read, never who.
    """
    from scenarios.reading import load
    from scenarios.writing import scenario_toml
    from simulation.calibration.counts import CountsRefused
    from simulation.calibration.learning import learnt

    question = question_of(scenario, flags)
    try:
        calibration = learnt(question, counts)
    except CountsRefused as problem:
        raise click.BadParameter(str(problem), param_hint="--counts") from None
    folder = folder_of(flags, question, "calibrate")
    changes = [f"{key}={value}" for key, value in calibration.changes.items()]
    learned = load(scenario, [*flags.get("overrides", ()), *changes])
    neighbours.say_calibration(calibration, scenario_toml(learned), folder, flags)
    return ExitCode.INCONCLUSIVE if calibration.fit.verdict == "poor" else ExitCode.YES
