"""`bolk report`: pages from results that are there already."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from scenarios.exit_code import ExitCode
from scenarios.flags import FOR, taking
from scenarios.reader import Reader

if TYPE_CHECKING:
    from scenarios.result import Result


@click.command("report")
@click.argument("result", type=click.Path(path_type=Path))
@click.option("--measured", multiple=True, type=click.Path(path_type=Path), help="A load test to show beside it.")
@taking(FOR)
@click.option("--png", is_flag=True, help="Every picture as a PNG file too.")
@click.option("--pdf", is_flag=True, help="Every page as PDF too (needs the extra `pdf`).")
@click.option("--gallery", is_flag=True, help="RESULT is a folder of results: all their reports, and an index.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the pages [default: beside RESULT].")
def command(
    result: Path, measured: tuple[Path, ...], readers: tuple[Reader, ...], png: bool, pdf: bool, gallery: bool,
    out: Path | None,
) -> int:  # fmt: skip
    """Render RESULT (a result.json, or its folder) again, in bokmål and English.

    Without --for, the report is for the reader whom such a result is for: the coordinator of a recommendation or
    simulation, the developer of a load test, the platform of a search for capacity.
    """
    if gallery:
        if measured or readers or png or pdf or out:
            raise click.UsageError("--gallery writes every report where its result is, and takes no other flag")
        return _gallery(result)
    from reports.page import Format, write_report
    from reports.pdf import why_no_pdf
    from reports.schedule_files import write_schedule

    if pdf and (reason := why_no_pdf()):
        click.echo(f"Error: {reason}", err=True)
        return ExitCode.ENVIRONMENT
    folder = out or (result if result.is_dir() else result.parent)
    told, shown = _read_result(result), [_read_result(one) for one in measured]
    formats = [form for form, wanted in ((Format.PNG, png), (Format.PDF, pdf)) if wanted]
    pages = write_report(told, shown, folder, readers=readers, formats=formats)
    for file in [*pages, *write_schedule(told, folder)]:
        click.echo(file)
    return ExitCode.YES


def _gallery(folder: Path) -> int:
    from reports.gallery import write_gallery

    try:
        written = write_gallery(folder)
    except ValueError as problem:
        raise click.UsageError(str(problem)) from None
    click.echo("\n".join(map(str, written)))
    return ExitCode.YES


def _read_result(path: Path) -> "Result":
    from scenarios.naming import result_at

    try:
        result = result_at(path)
    except ValueError as problem:
        raise click.UsageError(str(problem)) from None
    if result.kind == "recommend" and result.recommendation is None:
        raise click.UsageError(f"{path} was interrupted before it had an answer; run it again")
    return result
