"""What the flag `--engine` comes to."""

import click

from scenarios.flags import Flags
from scenarios.scenario import Scenario
from simulation.engine import Engine, chosen


def engine_for(flags: Flags, scenario: Scenario, runs: int) -> Engine:
    """The engine asked for, or the sooner one; what people should know of the choice is said at once."""
    wanted = flags.get("engine", "auto")
    choice = chosen(None if wanted == "auto" else Engine(wanted), scenario, runs)
    if choice.note is not None:
        click.echo(choice.note, err=True)
    return choice.engine
