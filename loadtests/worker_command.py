"""`bolk worker`: send a share of a load test that another machine conducts."""

import os
from typing import Unpack

import click

from scenarios.exit_code import ExitCode
from scenarios.flags import MAY_LOAD, Flags, taking


@click.command("worker")
@click.argument("conductor", metavar="HOST:PORT")
@taking(MAY_LOAD)
def command(conductor: str, **flags: Unpack[Flags]) -> int:
    """Live a share of a load test, at the moments that hold for all.

    HOST:PORT is what `bolk loadtest --workers N --listen HOST:PORT` was given on the machine that conducts.
    """
    from loadtests.guard import STATED, guard_for
    from loadtests.joining import join, place_named

    try:
        place = place_named(conductor)
    except ValueError as refusal:
        raise click.BadParameter(str(refusal), param_hint="HOST:PORT") from None
    stated = guard_for(flags.get("may_load", ())).stated
    os.environ[STATED] = " ".join(sorted(stated))  # for the process that sends load
    click.echo(f"waiting for the conductor at {conductor} (Ctrl-C to leave)", err=True)
    problem = join(place)
    if problem is None:
        return ExitCode.YES
    click.echo(f"Error: {problem}", err=True)
    return ExitCode.ENVIRONMENT
