"""A result as its user meets it: the files, the screen or the JSON, and the exit code."""

from pathlib import Path
from typing import assert_never

import click

from reports.capacity_screen import capacity_screen
from reports.schedule_files import write_schedule
from reports.terminal import loadtest_screen, recommend_screen, simulate_screen
from reports.whole_file import write_whole
from scenarios.exit_code import ExitCode
from scenarios.flags import Flags
from scenarios.result import Result


def say(result: Result, folder: Path, flags: Flags) -> ExitCode:
    """Write a result and its pages into a folder, print the answer, and turn it into the exit code.

    One that was interrupted is kept as data alone: there is nothing to say of it yet.

    Raises
    ------
    OSError
        A file cannot be written.
    """
    files = [write_whole(folder / "result.json", result.json_text().encode()), *_pages(result, folder, flags)]
    if flags.get("as_json"):
        click.echo(result.json_text(), nl=False)
    else:
        click.echo("\n".join([_screen(result, flags), *map(str, files)]).lstrip())
    if (reason := _unfit(result)) is not None:
        click.echo(f"The measurement is inconclusive: {reason}", err=True)
    if result.provenance.interrupted:
        click.echo("Interrupted: what was finished is kept, and marked as partial", err=True)
        return ExitCode.INTERRUPTED
    return {"pass": ExitCode.YES, "fail": ExitCode.NO, "inconclusive": ExitCode.INCONCLUSIVE}[result.verdict]


def _unfit(result: Result) -> str | None:
    """Why the load generator could not measure."""
    if result.capacity is not None:
        return result.capacity.reason if result.capacity.ending == "generator" else None
    return result.generator.reason if result.generator else None


def _pages(result: Result, folder: Path, flags: Flags) -> list[Path]:
    """Write the report; what draws pictures is loaded after the result is safe."""
    if result.provenance.interrupted:
        return []
    from reports.page import write_report

    pages = write_report(result, [], folder, readers=flags.get("readers", ()))
    return [*pages, *write_schedule(result, folder)]


def _screen(result: Result, flags: Flags) -> str:
    lang = flags.get("lang", "en")
    if result.provenance.interrupted:
        return ""
    match result.kind:
        case "recommend":
            return recommend_screen(result, lang)
        case "simulate":
            return simulate_screen(result, lang)
        case "loadtest":
            return loadtest_screen(result, lang)
        case "capacity":
            return capacity_screen(result, lang)
        case _:
            assert_never(result.kind)
