"""The templates of pages, those of reports and of the planning page alike."""

import functools
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined, Template


def template_of(name: str) -> Template:
    """Find a template by its path below this package."""
    return _environment().get_template(name)


def style_of_reports() -> str:
    """Read the style sheet of the reports."""
    return files("reports").joinpath("page.css").read_text(encoding="utf-8")


@functools.cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("reports", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
