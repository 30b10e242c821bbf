"""The verbs of `bolk scenario`; each imports what it needs when it is called."""

from pathlib import Path
from typing import Any

import click


@click.group("scenario")
def command() -> None:
    """List, show, make, check and compare scenario files."""


@command.command("list")
def scenario_list() -> None:
    """Every scenario that comes with bolk."""
    from scenarios.scenario_verbs import list_text

    click.echo(list_text())


@command.command("show")
@click.argument("source")
@click.option("--resolved", is_flag=True, help="Every value, and where it came from.")
@click.option("--set", "overrides", multiple=True, metavar="KEY.PATH=VALUE", help="Change a key of the scenario.")
def scenario_show(source: str, overrides: tuple[str, ...], *, resolved: bool) -> None:
    """A scenario as a file, or resolved."""
    from scenarios.scenario_verbs import show_text

    click.echo(show_text(source, overrides, resolved=resolved))


@command.command("check")
@click.argument("sources", nargs=-1, required=True)
def scenario_check(sources: tuple[str, ...]) -> int:
    """Every problem of these files at once, and what looks odd."""
    from scenarios.scenario_verbs import check_text

    texts = [check_text(source) for source in sources]
    click.echo("\n\n".join(text for text, _ in texts))
    return 0 if all(ok for _, ok in texts) else 2


@command.command("schema")
def scenario_schema() -> None:
    """The JSON Schema of scenario files, for editors."""
    from scenarios.scenario_verbs import schema_text

    click.echo(schema_text(), nl=False)


@command.command("diff")
@click.argument("one")
@click.argument("other")
def scenario_diff(one: str, other: str) -> None:
    """The keys in which two scenarios differ."""
    from scenarios.scenario_verbs import diff_text

    click.echo(diff_text(one, other))


@command.command("new")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--from", "origin", default="medium", metavar="NAME", help="The scenario to begin from.")
@click.option("--municipality", metavar="NAME", help="A name or number in the register.")
@click.option("--cohort", metavar="AGES", help='An age group of the register, "45-54" or "65+".')
@click.option("--invited", type=click.IntRange(1), help="Number of SMS, instead of --cohort.")
def scenario_new(path: Path, **filled_in: Any) -> None:
    """Write a new scenario file to PATH, ready to edit."""
    from scenarios.scenario_verbs import new_file

    click.echo(new_file(path, **filled_in))
