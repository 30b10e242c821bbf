"""The report as a page: one self-contained HTML file for each language, rendered from results and nothing else."""

import datetime as dt
import functools
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import assert_never

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from reports.advice import caveats, headline, page_one
from reports.agreement import agreement
from reports.alternatives import alternatives
from reports.assumptions import assumptions
from reports.blocks import Page, Section
from reports.capacity_section import the_capacity
from reports.capacity_words import capacity_sentence
from reports.expectation import comparison
from reports.figures_section import the_figures
from reports.language import LANGUAGES, Language, language_of
from reports.lever_section import levers
from reports.method import judgement, method, verdict_sentence
from reports.notation import LanguageCode
from reports.pairing import pairing
from reports.timelines import the_day
from reports.wave_section import the_wave
from reports.whole_file import write_whole
from scenarios.result import Result


def write_report(
    result: Result, measured: Sequence[Result], out: Path, languages: Sequence[LanguageCode] = LANGUAGES
) -> list[Path]:
    """Write `report.nb.html` and `report.en.html` into a folder.

    Parameters
    ----------
    result : Result
        A recommendation, a simulation or a load test.
    measured : sequence of Result
        Load tests to set beside the calculation, each with a `measurement`.
    out : Path
        Made if it is not there. Each file is replaced whole or not at all.
    languages : sequence of {"nb", "en"}

    Returns
    -------
    list of Path
        What was written, in the order of `languages`.
    """
    pages = [(out / f"report.{code}.html", report_html(result, measured, code)) for code in languages]
    return [write_whole(path, html.encode("utf-8")) for path, html in pages]


def report_html(result: Result, measured: Sequence[Result], code: LanguageCode) -> str:
    """Render a report; the same results give the same text."""
    language = language_of(code)
    return rendered(_page(result, measured, language), code, partial=result.provenance.partial)


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


def _page(result: Result, measured: Sequence[Result], language: Language) -> Page:
    made = dt.datetime.fromisoformat(result.provenance.started_at)
    return Page(
        title=language.text(f"page.title_{result.kind}", title=language.pick(result.scenario.title)),
        headline=_headline(result, language),
        evidence=language.text(f"evidence.{result.evidence_level}.name", level=result.evidence_level),
        evidence_meaning=language.text(f"evidence.{result.evidence_level}.meaning"),
        made=language.text("page.made", when=language.notation.moment(made), version=result.provenance.version),
        sections=[section for section in _sections(result, measured, language) if section],
    )


def _headline(result: Result, language: Language) -> str:
    if result.capacity is not None:
        return capacity_sentence(result.capacity, language)
    return headline(result, language) if result.kind == "recommend" else verdict_sentence(result, language)


def _sections(result: Result, measured: Sequence[Result], language: Language) -> list[Section | None]:
    match result.kind:
        case "recommend":
            first: list[Section | None] = [
                *page_one(result, language),
                alternatives(result, language),
                the_day(result, language),
                agreement(measured, language),
            ]
        case "simulate":
            first = [
                judgement(result, language),
                pairing(result, language),
                comparison(result, language),
                levers(result, language),
                caveats(result, language),
                the_wave(result, language),
                the_day(result, language),
                agreement(measured, language),
            ]
        case "loadtest":
            first = [
                judgement(result, language),
                the_figures(result, language),
                agreement([result, *measured], language),
                levers(result, language),
                caveats(result, language),
            ]
        case "capacity":
            first = [*the_capacity(result, language), levers(result, language), caveats(result, language)]
        case _:
            assert_never(result.kind)
    return [*first, assumptions(result, language), method(result, language)]
