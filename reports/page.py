"""The report as a page: one self-contained HTML file for each reader and language, rendered from results alone."""

import datetime as dt
import functools
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from reports.advice import headline
from reports.arrangement import sections_for
from reports.blocks import Page
from reports.capacity_words import capacity_sentence
from reports.language import LANGUAGES, Language, language_of
from reports.method import verdict_sentence
from reports.notation import LanguageCode
from reports.told import Told, own_reader, report_name
from reports.whole_file import write_whole
from scenarios.reader import Reader
from scenarios.result import Result


def write_report(
    result: Result,
    measured: Sequence[Result],
    out: Path,
    languages: Sequence[LanguageCode] = LANGUAGES,
    readers: Sequence[Reader] = (),
) -> list[Path]:
    """Write `report.nb.html` and `report.en.html` into a folder, and a file for each other reader.

    Parameters
    ----------
    result : Result
        A recommendation, a simulation or a load test.
    measured : sequence of Result
        Load tests to set beside the calculation, each with a `measurement`.
    out : Path
        Made if it is not there. Each file is replaced whole or not at all.
    languages : sequence of {"nb", "en"}
    readers : sequence of Reader
        Nobody named means the one whom this kind of result is for. Those who are named get links to each other.

    Returns
    -------
    list of Path
        What was written, reader by reader in the order of `languages`.
    """
    pages = [
        (out / report_name(told, told.reader), _html(told))
        for reader in _whom(result, readers)
        for told in (_told(result, measured, code, reader, readers) for code in languages)
    ]
    return [write_whole(path, html.encode("utf-8")) for path, html in pages]


def report_html(
    result: Result,
    measured: Sequence[Result],
    code: LanguageCode,
    reader: Reader | None = None,
    readers: Sequence[Reader] = (),
) -> str:
    """Render a report for one of its readers; the same results give the same text."""
    return _html(_told(result, measured, code, reader or _whom(result, readers)[0], readers))


def _whom(result: Result, readers: Sequence[Reader]) -> list[Reader]:
    return list(dict.fromkeys(readers)) or [own_reader(result)]


def _told(
    result: Result, measured: Sequence[Result], code: LanguageCode, reader: Reader, readers: Sequence[Reader]
) -> Told:
    whom = _whom(result, readers or [reader])
    return Told(result=result, measured=measured, language=language_of(code), reader=reader, readers=whom)


def _html(told: Told) -> str:
    return rendered(_page(told), told.language.code, partial=told.result.provenance.partial)


def rendered(page: Page, code: LanguageCode, *, partial: bool) -> str:
    """Put a page into HTML; one that is `partial` says so at its head."""
    return (
        _environment()
        .get_template("page.html")
        .render(
            page=page,
            tr=language_of(code).text,
            lang=code,
            css=Markup(files("reports").joinpath("page.css").read_text(encoding="utf-8")),  # noqa: S704
            partial=partial,
        )
    )


@functools.cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("reports", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _page(told: Told) -> Page:
    result, language = told.result, told.language
    made = dt.datetime.fromisoformat(result.provenance.started_at)
    return Page(
        title=language.text(f"page.title_{result.kind}", title=language.pick(result.scenario.title)),
        reader=language.text(f"reader.{told.reader}.whom"),
        others=[
            (language.text(f"reader.{one}.name"), report_name(told, one))
            for one in told.readers
            if one is not told.reader
        ],
        headline=_headline(result, language),
        evidence=language.text(f"evidence.{result.evidence_level}.name", level=result.evidence_level),
        evidence_meaning=language.text(f"evidence.{result.evidence_level}.meaning"),
        made=language.text("page.made", when=language.notation.moment(made), version=result.provenance.version),
        sections=sections_for(told),
    )


def _headline(result: Result, language: Language) -> str:
    if result.capacity is not None:
        return capacity_sentence(result.capacity, language)
    return headline(result, language) if result.kind == "recommend" else verdict_sentence(result, language)
