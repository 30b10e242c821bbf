"""The planning page's templates, put into HTML."""

from importlib.resources import files

from reports.language import Language
from reports.templates import style_of_reports, template_of


def page_of(template: str, words: Language, **values: object) -> str:
    """Render one of the pages; `values` are what its template names."""

    def say(message: str, *, count: int | None = None, **placed: str | int) -> str:
        return words.text(f"planner.{message}", count=count, **placed)

    return template_of(f"planner/{template}.html").render(
        lang=words.code, tr=words.text, say=say, has=words.messages.__contains__, **values
    )


def style() -> bytes:
    """The style sheet: that of the reports, and what a form needs besides."""
    own = files("reports.planner").joinpath("planner.css").read_text(encoding="utf-8")
    return f"{style_of_reports()}\n{own}".encode()
