"""A twin test as a page and as data."""

import importlib.metadata
from pathlib import Path

from reports.blocks import Page, Paragraph, Section, Table, Tone, number, text
from reports.language import LANGUAGES, language_of
from reports.notation import LanguageCode
from reports.page import rendered
from reports.twin_screen import about_twin, twin_notes, twin_rows, twin_verdict
from reports.whole_file import write_whole
from scenarios.summary import Verdict
from scenarios.twin import Twin

_TONES: dict[Verdict, Tone] = {"pass": "advice", "fail": "bad", "inconclusive": "lead"}


def write_twin(twin: Twin, out: Path) -> list[Path]:
    """Write `twin.json` and its pages into a folder.

    Raises
    ------
    OSError
        A file cannot be written.
    """
    files = {"twin.json": twin.json_text()} | {f"twin.{code}.html": twin_html(twin, code) for code in LANGUAGES}
    return [write_whole(out / name, content.encode("utf-8")) for name, content in files.items()]


def twin_html(twin: Twin, code: LanguageCode) -> str:
    """Render the page; the same twin test gives the same text."""
    language = language_of(code)
    head, *rows = twin_rows(twin, language)
    table = Table(
        caption=language.text("twin.caption"),
        head=head,
        rows=[[text(row[0]), *(number(cell) for cell in row[1:-1]), text(row[-1])] for row in rows],
        aligned=True,
    )
    verdict = twin_verdict(twin, language)
    page = Page(
        title=language.text("twin.page_title", title=language.pick(twin.scenario.title)),
        headline=verdict,
        evidence=language.text("twin.evidence"),
        evidence_meaning=language.text("twin.evidence_meaning"),
        made=language.text("calibration.made", version=importlib.metadata.version("bolk")),
        sections=[
            Section(
                id="verdict",
                title=language.text("twin.title"),
                blocks=[Paragraph(verdict, _TONES[twin.verdict]), *map(Paragraph, about_twin(twin, language)), table],
            ),
            Section(
                id="reading",
                title=language.text("twin.reading"),
                blocks=[Paragraph(one) for one in twin_notes(twin, language)],
            ),
        ],
    )
    return rendered(page, code, partial=False)
