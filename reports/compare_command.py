"""`bolk compare`: two simulations of the same chance, or two load tests of the same plan."""

from pathlib import Path
from typing import Literal

import click

from scenarios.exit_code import ExitCode
from scenarios.flags import JSON, LANG, taking


@click.command("compare")
@click.argument("first", type=click.Path(path_type=Path))
@click.argument("second", type=click.Path(path_type=Path))
@taking(JSON, LANG)
def command(first: Path, second: Path, as_json: bool, lang: Literal["nb", "en"]) -> int:
    """Hold two results against each other: what differs, and whether it is more than chance.

    FIRST and SECOND are a result.json, or its folder: two of `bolk simulate` with the same seed, or two of
    `bolk loadtest` with the same plan. Of load tests, what must never happen is compared exactly, and times only where
    both were made on the same machine.
    """
    from scenarios.naming import result_at

    try:
        measured = "loadtest" in {result_at(first).kind, result_at(second).kind}
        return (
            _measured(first, second, lang, as_json=as_json)
            if measured
            else _lived(first, second, lang, as_json=as_json)
        )
    except ValueError as problem:
        raise click.UsageError(str(problem)) from None


def _lived(first: Path, second: Path, lang: Literal["nb", "en"], *, as_json: bool) -> int:
    from reports.pairing import comparison_screen
    from scenarios.naming import result_at
    from scenarios.pairs import compared

    comparison = compared(result_at(first), result_at(second))
    said = comparison.model_dump_json(indent=2) + "\n" if as_json else comparison_screen(comparison, lang)
    click.echo(said, nl=False)
    return ExitCode.YES


def _measured(first: Path, second: Path, lang: Literal["nb", "en"], *, as_json: bool) -> int:
    from reports.measured_screen import measured_screen
    from scenarios.measured_pairs import compared_runs, measured_pair_at

    comparison = compared_runs(*measured_pair_at(first, second))
    click.echo(comparison.model_dump_json(indent=2) + "\n" if as_json else measured_screen(comparison, lang), nl=False)
    return ExitCode.NO if comparison.broken else ExitCode.YES
