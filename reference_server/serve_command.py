"""`bolk serve`: the reference server until Ctrl-C."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scenarios.flags import SCENARIO, SET, taking

if TYPE_CHECKING:
    from reference_server.serving import RunningServer


@click.command("serve")
@taking(SCENARIO)
@click.option("--port", type=click.IntRange(0, 65535), default=8000, help="Where the booking server listens.")
@click.option("--login-port", type=click.IntRange(0, 65535), default=8001, help="Where the log-in listens.")
@click.option("--database", metavar="FILE|URL", help="SQLite file or postgresql://... [default: goes when it ends].")
@click.option("--pace", "pace_text", type=click.Choice(["scenario", "none"]), default="none",
              help="Hold the server to the scenario's assumed platform, or let it run.")  # fmt: skip
@click.option("--speedup", type=click.FloatRange(1, 100), default=1.0, help="With --pace scenario: this much faster.")
@click.option(
    "--request-log", type=click.Path(path_type=Path), help="A line of JSON for each request, and nobody in it."
)
@click.option("--set-up", "file", type=click.Path(path_type=Path), help="What a municipality's books ask and offer.")
@taking(SET)
def command(scenario: str, overrides: tuple[str, ...], pace_text: str, file: Path | None, **where: Any) -> None:
    """Run the reference server: log-in, booking API and record system, on this machine only."""
    from reference_server.address_register.served import set_up_for
    from reference_server.pace import Pace
    from reference_server.serving import serve
    from scenarios.inventory import books_of
    from scenarios.reading import load

    question = load(scenario, overrides)
    set_up = None if file is None else set_up_for(books_of(question), file)
    serve(question, pace=Pace(pace_text), set_up=set_up, announce=_announce, **where)


def _announce(server: "RunningServer") -> None:
    click.echo(f"Citizens' pages: {server.base_url}/")
    click.echo(f"API:             {server.base_url}/api/v1")
    click.echo(f"Admin pages:     {server.base_url}/admin/")
    click.echo(f"Admin token (BOLK_ADMIN_TOKEN): {server.admin_token}")
    click.echo(f"One booking process with {server.threads} threads. Stop with Ctrl-C.")
