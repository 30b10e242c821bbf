"""`bolk calibrate`: a scenario's assumptions, taken from what was counted and measured."""

from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import click

from scenarios.exit_code import ExitCode
from scenarios.flags import JSON, LANG, OUT, SCENARIO, SET, Flags, folder_of, question_of, taking
from scenarios.neighbours import Neighbours

if TYPE_CHECKING:
    from scenarios.calibration import Calibration
    from scenarios.scenario import Scenario


@click.command("calibrate")
@click.option(
    "--counts", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="FILE",
    help="CSV with the columns at, sent, opened and, if known, booked: so many each minute of an earlier sending.",
)  # fmt: skip
@click.option(
    "--loadtest", type=click.Path(path_type=Path, exists=True), metavar="RESULT",
    help="Result of `bolk loadtest --speedup 1` with few people at a time: how long requests take.",
)  # fmt: skip
@click.option("--own-system", is_flag=True, help="The load test was of your own system, not of the reference server.")
@taking(SCENARIO, SET, OUT, JSON, LANG)
@click.pass_obj
def command(
    neighbours: Neighbours, scenario: str, counts: Path | None, loadtest: Path | None, own_system: bool,
    **flags: Unpack[Flags],
) -> int:  # fmt: skip
    """Put what was seen in place of what SCENARIO assumes: how soon people answer, and how long requests take.

    Writes the scenario with what was learnt, and a page that shows how well it fits. Of people, counts alone are read.
    """
    from scenarios.reading import load
    from scenarios.writing import scenario_toml

    if counts is None and loadtest is None:
        raise click.UsageError("give --counts FILE, --loadtest RESULT, or both")
    question = question_of(scenario, flags)
    calibration = _learnt(question, counts, loadtest, own_system)
    folder = folder_of(flags, question, "calibrate")
    changes = [f"{key}={value}" for key, value in calibration.changes.items()]
    learned = load(scenario, [*flags.get("overrides", ()), *changes])
    neighbours.say_calibration(calibration, scenario_toml(learned), folder, flags)
    return ExitCode.YES if calibration.fits else ExitCode.INCONCLUSIVE


def _learnt(question: "Scenario", counts: Path | None, loadtest: Path | None, own_system: bool) -> "Calibration":
    from scenarios.calibration import Calibration
    from scenarios.naming import result_at
    from scenarios.provenance import scenario_ref
    from simulation.calibration.counts import CountsRefused
    from simulation.calibration.learning import people_learnt
    from simulation.calibration.service import TooLittleLight, platform_learnt

    people = platform = None
    changes: dict[str, str] = {}
    if counts is not None:
        try:
            people, said = people_learnt(question, counts)
        except CountsRefused as problem:
            raise click.BadParameter(str(problem), param_hint="--counts") from None
        changes |= said
    if loadtest is not None:
        try:
            platform, said = platform_learnt(question, result_at(loadtest), loadtest.name, own_system=own_system)
        except (TooLittleLight, ValueError) as problem:
            raise click.BadParameter(str(problem), param_hint="--loadtest") from None
        changes |= said
    return Calibration(scenario=scenario_ref(question), people=people, platform=platform, changes=changes)
