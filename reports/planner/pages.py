"""The planning page's templates, put into HTML."""

import functools
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined

from reports.language import Language


def page_of(template: str, words: Language, **values: object) -> str:
    """Render one of the pages; `values` are what its template names."""

    def say(message: str, *, count: int | None = None, **placed: str | int) -> str:
        return words.text(f"planner.{message}", count=count, **placed)

    return (
        _environment()
        .get_template(f"planner/{template}.html")
        .render(lang=words.code, tr=words.text, say=say, has=words.messages.__contains__, **values)
    )


def style() -> bytes:
    """The style sheet: that of the reports, and what a form needs besides."""
    names = (("reports", "page.css"), ("reports.planner", "planner.css"))
    return b"\n".join(files(package).joinpath(name).read_bytes() for package, name in names)


@functools.cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("reports", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
