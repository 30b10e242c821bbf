"""What was learnt from counts, as a page: the counts drawn beside what the fit expects, with the table behind."""

import importlib.metadata
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click
import numpy as np

from reports.blocks import Items, Page, Paragraph, Picture, Section, Table, number, text
from reports.calibration_screen import calibration_screen, counted, learned, measured, requests, verdict
from reports.charts import Clock, Line, Panel, day
from reports.language import LANGUAGES, Language, language_of
from reports.notation import LanguageCode
from reports.page import rendered
from reports.svg import inline_svg
from reports.whole_file import write_whole
from scenarios.calibration import Calibration, People, Served
from scenarios.flags import Flags

_ROWS: Final = 12
_TICKS: Final = 6


def say_calibration(calibration: Calibration, scenario_toml: str, folder: Path, flags: Flags) -> None:
    """Write the calibration, the scenario that follows from it and its pages, and print what it says."""
    pages = {f"calibration.{code}.html": calibration_html(calibration, code) for code in LANGUAGES}
    files = {"calibration.json": calibration.json_text(), "scenario.toml": scenario_toml} | pages
    written = [write_whole(folder / name, content.encode()) for name, content in files.items()]
    if flags.get("as_json"):
        click.echo(calibration.json_text(), nl=False)
    else:
        click.echo(calibration_screen(calibration, flags.get("lang", "en")) + "\n" + "\n".join(map(str, written)))


def calibration_html(calibration: Calibration, code: LanguageCode) -> str:
    """Render the page; the same calibration gives the same text."""
    language = language_of(code)
    people, platform = calibration.people, calibration.platform
    keys = [f"{key} = {value}" for key, value in calibration.changes.items()]
    last = Section(
        id="keys",
        title=language.text("calibration.changes"),
        blocks=[Items(keys), Paragraph(language.text("calibration.limits"), "note")],
    )
    page = Page(
        title=language.text("calibration.page_title", title=language.pick(calibration.scenario.title)),
        headline=language.text("calibration.title"),
        evidence=language.text("calibration.evidence"),
        evidence_meaning=language.text("calibration.evidence_meaning"),
        made=language.text("calibration.made", version=importlib.metadata.version("bolk")),
        sections=[
            *([] if people is None else _people(people, language)),
            *([] if platform is None else [_platform(platform, language)]),
            last,
        ],
    )
    return rendered(page, code, partial=False)


def _people(people: People, language: Language) -> list[Section]:
    tone = "bad" if people.fit.verdict == "poor" else "advice"
    learnt = [f"{name}: {value}" for name, value in learned(people, language)]
    blocks = [Paragraph(verdict(people, language), tone), Items(learnt), Paragraph(counted(people, language))]
    return [
        Section(id="learnt", title=language.text("calibration.learnt"), blocks=blocks),
        Section(id="fit", title=language.text("calibration.fit"), blocks=[_picture(people, language)]),
    ]


def _platform(platform: Served, language: Language) -> Section:
    work = [f"{name}: {value}" for name, value in requests(platform, language)]
    blocks = [Paragraph(measured(platform, language)), Items(work)]
    return Section(id="work", title=language.text("calibration.work"), blocks=blocks)


def _picture(people: People, language: Language) -> Picture:
    minutes = [0.0, *people.minutes]
    curves = {
        "counted": np.cumsum([0, *people.opened]),
        "expected": np.cumsum([0.0, *people.expected]),
    }
    lines = [
        Line(label=language.text(f"calibration.{name}_curve"), values=[float(one) for one in values], colour=colour,
             dashed=name == "expected")
        for colour, (name, values) in enumerate(curves.items())
    ]  # fmt: skip
    panel = Panel(title=language.text("calibration.opened_so_far"), lines=lines)
    clock = Clock(ticks=_ticks(minutes), write=language.notation.number, label=language.text("calibration.minutes"))
    figure = day([panel], minutes, clock, language.notation.number)
    title = verdict(people, language)
    return Picture(
        svg=inline_svg(figure, "fit", title, language.text("calibration.description")),
        title=title,
        caption=language.text("calibration.caption"),
        table=_table(minutes, curves["counted"].tolist(), curves["expected"].tolist(), language),
    )


def _ticks(minutes: Sequence[float]) -> list[float]:
    step = max(1.0, round(minutes[-1] / _TICKS / 10) * 10.0)
    return list(np.arange(0.0, minutes[-1] + 1e-9, step))


def _table(minutes: Sequence[float], seen: Sequence[float], meant: Sequence[float], language: Language) -> Table:
    last = len(minutes) - 1
    rows = sorted({round(k * last / _ROWS) for k in range(_ROWS + 1)})
    write = language.notation.number
    names = ("minutes", "counted_curve", "expected_curve")
    return Table(
        caption=language.text("calibration.opened_so_far"),
        head=[language.text(f"calibration.{name}") for name in names],
        rows=[[text(write(minutes[k])), number(write(seen[k])), number(write(meant[k]))] for k in rows],
        aligned=True,
    )
