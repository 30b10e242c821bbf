"""`bolk compare`: two simulations of the same chance, load tests of the same plan, or a prediction against one."""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from scenarios.exit_code import ExitCode
from scenarios.flags import JSON, LANG, taking

if TYPE_CHECKING:
    from scenarios.measured_pairs import MeasuredComparison
    from scenarios.result import Result
    from scenarios.twin import Twin


@click.command("compare")
@click.argument("first", type=click.Path(path_type=Path))
@click.argument("second", type=click.Path(path_type=Path), required=False)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder for the pages of a twin test.")
@click.option(
    "--confirm", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="SCENARIO",
    help="Write a twin test, held or not, into this scenario file.",
)  # fmt: skip
@taking(JSON, LANG)
def command(
    first: Path, second: Path | None, out: Path | None, confirm: Path | None, as_json: bool, lang: Literal["nb", "en"]
) -> int:
    """Hold two results against each other: what differs, and whether it is more than chance.

    FIRST and SECOND are a result.json, or its folder: two of `bolk simulate` with the same seed, or two of
    `bolk loadtest` with the same plan. Of load tests, what must never happen is compared exactly, and times only where
    both were made on the same machine.

    A folder of several load tests is several runs of that side: made in turn, six of each and none overlapping, they
    tell how much such runs differ anyhow. Neighbours are compared, and their machine must be the same.

    A prediction (`bolk simulate` or `recommend`) and a load test of the same plan are a twin test: rejections are to be
    within 2 of 100 and the 95th percentile of response times within 15 %. A load test alone is held against its own
    prediction.

    \b
    bolk compare results/predicted results/measured --confirm my-town.toml
    """  # noqa: D301  (\b keeps click from joining the lines)
    from scenarios.naming import result_at

    try:
        if second is not None and (runs := _several(first, second)) is not None:
            if out or confirm:
                raise click.UsageError("--out and --confirm are for a prediction held against one load test")
            return _repeated(*runs, lang, as_json=as_json)
        results = [result_at(one) for one in (first, second) if one is not None]
        if second is None or sorted(one.kind == "loadtest" for one in results) == [False, True]:
            return _twin(results, (second or first).name, (out, confirm), lang, as_json=as_json)
        if out or confirm:
            raise click.UsageError("--out and --confirm are for a prediction held against a load test")
        measured = results[0].kind == "loadtest"
        return _measured(first, second, lang, as_json=as_json) if measured else _lived(results, lang, as_json=as_json)
    except ValueError as problem:
        raise click.UsageError(str(problem)) from None


def _lived(results: "list[Result]", lang: Literal["nb", "en"], *, as_json: bool) -> int:
    from reports.pairing import comparison_screen
    from scenarios.pairs import compared

    comparison = compared(*results)
    said = comparison.model_dump_json(indent=2) + "\n" if as_json else comparison_screen(comparison, lang)
    click.echo(said, nl=False)
    return ExitCode.YES


def _measured(first: Path, second: Path, lang: Literal["nb", "en"], *, as_json: bool) -> int:
    from scenarios.measured_pairs import compared_runs, measured_pair_at

    comparison = compared_runs(*measured_pair_at(first, second))
    return _said(comparison, lang, as_json=as_json)


def _several(first: Path, second: Path) -> tuple[list[Path], list[Path]] | None:
    """The runs of both sides, where one has several."""
    from scenarios.repeated_runs import runs_in

    sides = runs_in(first), runs_in(second)
    return sides if max(map(len, sides)) > 1 else None


def _repeated(first: list[Path], second: list[Path], lang: Literal["nb", "en"], *, as_json: bool) -> int:
    from scenarios.repeated_runs import compared_sides, several_at

    return _said(compared_sides(*several_at(first, second)), lang, as_json=as_json)


def _said(comparison: "MeasuredComparison", lang: Literal["nb", "en"], *, as_json: bool) -> int:
    from reports.measured_screen import measured_screen

    click.echo(comparison.model_dump_json(indent=2) + "\n" if as_json else measured_screen(comparison, lang), nl=False)
    return ExitCode.NO if comparison.broken else ExitCode.YES


def _twin(
    results: "list[Result]",
    measured: str,
    files: tuple[Path | None, Path | None],
    lang: Literal["nb", "en"],
    *,
    as_json: bool,
) -> int:
    from reports.twin_screen import twin_screen
    from scenarios.twin import own_twin, twin_of

    twin = own_twin(*results) if len(results) == 1 else twin_of(*results)
    out, confirm = files
    written = [*_pages(twin, out), *_confirmed(twin, confirm, measured)]
    click.echo(twin.json_text() if as_json else twin_screen(twin, lang), nl=False)
    if written and not as_json:
        click.echo("\n" + "\n".join(map(str, written)))
    return {"pass": ExitCode.YES, "fail": ExitCode.NO, "inconclusive": ExitCode.INCONCLUSIVE}[twin.verdict]


def _pages(twin: "Twin", out: Path | None) -> list[Path]:
    if out is None:
        return []
    from reports.twin_page import write_twin

    return write_twin(twin, out)


def _confirmed(twin: "Twin", file: Path | None, measured: str) -> list[Path]:
    if file is None:
        return []
    from reports.whole_file import write_whole
    from scenarios.confirming import confirm

    _, text = confirm(file, twin, measured)
    return [write_whole(file, text.encode("utf-8"))]
