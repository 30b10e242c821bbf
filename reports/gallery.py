"""A gallery: the reports of many results, each for those who read such a result, and a page that leads to them all."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import assert_never
from urllib.parse import quote

from reports.blocks import Links, Page, Paragraph, Section
from reports.language import LANGUAGES, Language, language_of
from reports.page import headline_of, rendered, title_of, write_report
from reports.schedule_files import write_schedule
from reports.told import report_name
from reports.whole_file import write_whole
from scenarios.naming import result_at
from scenarios.reader import Reader
from scenarios.result import Result


def write_gallery(folder: Path) -> list[Path]:
    """Write `index.nb.html` and `index.en.html` over the results in the folders of a folder, and all their reports.

    Raises
    ------
    ValueError
        There is no result to show, or one cannot be read; the message says which.
    """
    shown = [(path.parent, result_at(path)) for path in sorted(folder.glob("*/result.json"))]
    shown = [(place, result) for place, result in shown if not result.provenance.interrupted]
    if not shown:
        raise ValueError(f"{folder} has no folder with a finished result.json in it")
    reports = [
        path
        for place, result in shown
        for path in [*write_report(result, [], place, readers=readers_of(result)), *write_schedule(result, place)]
    ]
    pages = [(code, rendered(_index(shown, language_of(code)), code, partial=False)) for code in LANGUAGES]
    return [*(write_whole(folder / f"index.{code}.html", html.encode()) for code, html in pages), *reports]


def readers_of(result: Result) -> tuple[Reader, ...]:
    """Who has something to decide by a result of this kind, the one it is for first."""
    match result.kind:
        case "recommend" | "simulate":
            return Reader.COORDINATOR, Reader.PLATFORM
        case "loadtest":
            return Reader.DEVELOPER, Reader.PLATFORM
        case "capacity":
            return Reader.PLATFORM, Reader.DEVELOPER
        case _:
            assert_never(result.kind)


def _index(shown: Sequence[tuple[Path, Result]], language: Language) -> Page:
    return Page(
        title=language.text("gallery.title"),
        headline=language.text("gallery.lead", count=len(shown)),
        evidence="",
        evidence_meaning="",
        made=language.text("gallery.made", version=shown[0][1].provenance.version),
        sections=[_entry(place, result, language) for place, result in shown],
    )


def _entry(place: Path, result: Result, language: Language) -> Section:
    readers = readers_of(result)
    links = [
        (
            language.text("gallery.report", reader=language.text(f"reader.{reader}.name")),
            f"{quote(place.name)}/{report_name(result, reader, language.code)}",
        )
        for reader in readers
    ]
    evidence = language.text(f"evidence.{result.evidence_level}.name", level=result.evidence_level)
    return Section(
        id=f"result-{re.sub(r'[^A-Za-z0-9-]', '-', place.name)}",
        title=title_of(result, language),
        blocks=[Paragraph(headline_of(result, language), "lead"), Paragraph(evidence, "note"), Links(links)],
    )
