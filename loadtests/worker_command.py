"""`bolk worker`: send a share of a load test that another machine conducts."""

import click

from scenarios.exit_code import ExitCode


@click.command("worker")
@click.argument("conductor", metavar="HOST:PORT")
def command(conductor: str) -> int:
    """Live a share of a load test, at the moments that hold for all.

    HOST:PORT is what `bolk loadtest --workers N --listen HOST:PORT` was given on the machine that conducts.
    """
    from loadtests.joining import join, place_named

    try:
        place = place_named(conductor)
    except ValueError as refusal:
        raise click.BadParameter(str(refusal), param_hint="HOST:PORT") from None
    click.echo(f"waiting for the conductor at {conductor} (Ctrl-C to leave)", err=True)
    problem = join(place)
    if problem is None:
        return ExitCode.YES
    click.echo(f"Error: {problem}", err=True)
    return ExitCode.ENVIRONMENT
