"""`bolk report`: pages from results that are there already."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from scenarios.flags import FOR, taking
from scenarios.reader import Reader

if TYPE_CHECKING:
    from scenarios.result import Result


@click.command("report")
@click.argument("result", type=click.Path(path_type=Path))
@click.option("--measured", multiple=True, type=click.Path(path_type=Path), help="A load test to show beside it.")
@taking(FOR)
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the pages [default: beside RESULT].")
def command(result: Path, measured: tuple[Path, ...], readers: tuple[Reader, ...], out: Path | None) -> None:
    """Render RESULT (a result.json, or its folder) again, in bokmål and English.

    Without --for, the report is for the reader whom such a result is for: the coordinator of a recommendation or
    simulation, the developer of a load test, the platform of a search for capacity.
    """
    from reports.page import write_report
    from reports.schedule_files import write_schedule

    folder = out or (result if result.is_dir() else result.parent)
    told, shown = _read_result(result), [_read_result(one) for one in measured]
    for file in [*write_report(told, shown, folder, readers=readers), *write_schedule(told, folder)]:
        click.echo(file)


def _read_result(path: Path) -> "Result":
    from scenarios.naming import result_at

    try:
        result = result_at(path)
    except ValueError as problem:
        raise click.UsageError(str(problem)) from None
    if result.kind == "recommend" and result.recommendation is None:
        raise click.UsageError(f"{path} was interrupted before it had an answer; run it again")
    return result
