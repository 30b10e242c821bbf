"""The verbs of `bolk register`; each imports what it needs when it is called."""

from pathlib import Path
from typing import Literal

import click


@click.group("register")
def command() -> None:
    """Look at a municipality's set-up in the address register."""


@command.command("check")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--lang", type=click.Choice(["nb", "en"]), default="en", help="Language of the findings.")
def register_check(file: Path, lang: Literal["nb", "en"]) -> int:
    """Hold FILE against the guide: each finding names its rule, what citizens would see, and the mend."""
    from reference_server.address_register.check import check_register_text

    text, code = check_register_text(file, lang)
    click.echo(text, err=code == 2)
    return code
