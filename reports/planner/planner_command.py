"""`bolk planner`: the page where a coordinator finds a send-out plan."""

from pathlib import Path
from typing import Literal

import click

from scenarios.exit_code import ExitCode
from scenarios.flags import LANG, taking
from scenarios.neighbours import Neighbours


@click.command("planner")
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen; this machine alone by default.")
@click.option("--port", type=click.IntRange(0, 65_535), default=5070, show_default=True, help="0 is one that is free.")
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), default=Path("results/planner"),
              show_default=True, help="Where thorough answers are kept, for at most 30 days.")  # fmt: skip
@taking(LANG)
@click.pass_obj
def command(neighbours: Neighbours, host: str, port: int, folder: Path, lang: Literal["nb", "en"]) -> int:
    """Serve the planning page: a form, an answer in a second or two, and a thorough one for whoever waits.

    It asks for no personal data and logs no questions. --lang is for browsers that prefer neither language.
    """
    from reports.planner.serving import serving

    click.echo("Getting ready; the very first time on a machine that takes a minute.", err=True)
    with serving(neighbours.answering(), folder, host=host, port=port, lang=lang) as page:
        click.echo(f"Open {page.address}   (Ctrl-C ends it)")
        if host not in ("127.0.0.1", "localhost", "::1"):
            click.echo("Others can reach this page: put a proxy with TLS in front of it.", err=True)
        page.wait()
    return ExitCode.YES
