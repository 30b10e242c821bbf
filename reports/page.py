"""The report as a page: one self-contained HTML file for each reader and language, rendered from results alone."""

import datetime as dt
from collections.abc import Collection, Sequence
from enum import StrEnum
from pathlib import Path

from markupsafe import Markup

from reports.advice import headline
from reports.arrangement import sections_for
from reports.blocks import Page
from reports.capacity_words import capacity_sentence
from reports.language import LANGUAGES, Language, language_of
from reports.method import verdict_sentence
from reports.notation import LanguageCode
from reports.pdf import pdf_of
from reports.png import write_pictures
from reports.templates import style_of_reports, template_of
from reports.told import Told, own_reader, report_name
from reports.track_record import evidence_meaning
from reports.whole_file import write_whole
from scenarios.reader import Reader
from scenarios.result import Result


class Format(StrEnum):
    """What can be written beside the pages."""

    PNG = "png"  # every picture
    PDF = "pdf"  # every page


def write_report(
    result: Result,
    measured: Sequence[Result],
    out: Path,
    *,
    readers: Sequence[Reader] = (),
    formats: Collection[Format] = (),
) -> list[Path]:
    """Write `report.nb.html` and `report.en.html` into a folder, and a pair of files for each other reader.

    Parameters
    ----------
    result : Result
        A recommendation, a simulation, a load test or a search for capacity.
    measured : sequence of Result
        Load tests to set beside the calculation, each with a `measurement`.
    out : Path
        Made if it is not there. Each file is replaced whole or not at all.
    readers : sequence of Reader
        Nobody named means the one whom this kind of result is for. Those who are named get links to each other.
    formats : collection of Format
        What is wanted beside the pages.

    Returns
    -------
    list of Path
        What was written, reader by reader in the order of the languages.
    """
    told = [_told(result, measured, code, one, readers) for one in _whom(result, readers) for code in LANGUAGES]
    return list(dict.fromkeys(path for one in told for path in _write(one, out, formats)))


def _write(told: Told, out: Path, formats: Collection[Format]) -> list[Path]:
    page, path = _page(told), out / report_name(told.result, told.reader, told.language.code)
    html = rendered(page, told.language.code, partial=told.result.provenance.partial)
    written = [write_whole(path, html.encode("utf-8"))]
    if Format.PNG in formats:
        written += write_pictures(page, told.result, out, told.language.code)
    if Format.PDF in formats:
        written.append(write_whole(path.with_suffix(".pdf"), pdf_of(html)))
    return written


def report_html(
    result: Result,
    measured: Sequence[Result],
    code: LanguageCode,
    reader: Reader | None = None,
    readers: Sequence[Reader] = (),
) -> str:
    """Render a report for one of its readers; the same results give the same text."""
    told = _told(result, measured, code, reader or _whom(result, readers)[0], readers)
    quick = result.recommendation is not None and result.recommendation.quick
    return rendered(_page(told), code, partial=result.provenance.partial, quick=quick)


def _whom(result: Result, readers: Sequence[Reader]) -> list[Reader]:
    return list(dict.fromkeys(readers)) or [own_reader(result)]


def _told(
    result: Result, measured: Sequence[Result], code: LanguageCode, reader: Reader, readers: Sequence[Reader]
) -> Told:
    whom = _whom(result, readers or [reader])
    return Told(result=result, measured=measured, language=language_of(code), reader=reader, readers=whom)


def rendered(page: Page, code: LanguageCode, *, partial: bool, quick: bool = False) -> str:
    """Put a page into HTML; one that is `partial`, or `quick`, says so at its head."""
    return template_of("page.html").render(
        page=page,
        tr=language_of(code).text,
        lang=code,
        css=Markup(style_of_reports()),  # noqa: S704
        partial=partial,
        quick=quick,
    )


def _page(told: Told) -> Page:
    result, language = told.result, told.language
    made = dt.datetime.fromisoformat(result.provenance.started_at)
    return Page(
        title=title_of(result, language),
        reader=language.text(f"reader.{told.reader}.whom"),
        others=[
            (language.text(f"reader.{one}.name"), report_name(result, one, language.code))
            for one in told.readers
            if one is not told.reader
        ],
        headline=headline_of(result, language),
        evidence=language.text(f"evidence.{result.evidence_level}.name", level=result.evidence_level),
        evidence_meaning=evidence_meaning(result, language),
        made=language.text("page.made", when=language.notation.moment(made), version=result.provenance.version),
        sections=sections_for(told),
    )


def title_of(result: Result, language: Language) -> str:
    """Name a report: what was asked, of which scenario."""
    return language.text(f"page.title_{result.kind}", title=language.pick(result.scenario.title))


def headline_of(result: Result, language: Language) -> str:
    """Say the answer of a report in a sentence."""
    if result.capacity is not None:
        return capacity_sentence(result.capacity, language)
    return headline(result, language) if result.kind == "recommend" else verdict_sentence(result, language)
