"""`bolk compare`: two results of the same chance, run by run."""

from pathlib import Path
from typing import Literal

import click

from scenarios.flags import JSON, LANG, taking


@click.command("compare")
@click.argument("first", type=click.Path(path_type=Path))
@click.argument("second", type=click.Path(path_type=Path))
@taking(JSON, LANG)
def command(first: Path, second: Path, as_json: bool, lang: Literal["nb", "en"]) -> None:
    """Hold two results of `bolk simulate` against each other: what differs, and whether it is more than chance.

    FIRST and SECOND are a result.json, or its folder, of the same seed.
    """
    from reports.pairing import comparison_screen
    from scenarios.naming import result_at
    from scenarios.pairs import compared

    try:
        comparison = compared(result_at(first), result_at(second))
    except ValueError as problem:
        raise click.UsageError(str(problem)) from None
    click.echo(
        comparison.model_dump_json(indent=2) + "\n" if as_json else comparison_screen(comparison, lang), nl=False
    )
