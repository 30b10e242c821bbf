"""A search for capacity as a page shows it: the knee, every wave, and what happens beyond."""

from collections.abc import Sequence

from reports.blocks import Block, Cell, Items, Paragraph, Picture, Section, Table, number, text
from reports.capacity_words import (
    asked_of,
    back_text,
    beyond_rows,
    capacity_sentence,
    factor_text,
    left_out_sentence,
    rule_sentences,
    storm_sentence,
    unfit_sentence,
    wave_rows,
)
from reports.charts import Clock, Line, Panel, day
from reports.language import Language
from reports.svg import inline_svg
from reports.trade_off_chart import AxisWords, Point, trade_off
from scenarios.capacity import Beyond, Capacity, Overload
from scenarios.result import Result
from scenarios.thresholds import threshold_of

_TICKS = 6


def the_capacity(result: Result, language: Language) -> list[Section]:
    """The sections of a search; none where a result has no search."""
    capacity = result.capacity
    if capacity is None:
        return []
    found: list[Block] = [Paragraph(capacity_sentence(capacity, language), "advice")]
    found += [Paragraph(one) for one in rule_sentences(capacity, language)]
    found += [Paragraph(language.text("capacity.held_to")), Items(asked_of(capacity, language))]
    sections = [
        Section(id="capacity", title=language.text("capacity.title"), blocks=[*found, _waves(capacity, language)])
    ]
    if capacity.overload is not None and capacity.overload.waves:
        sections.append(_beyond(capacity.overload, language))
    return sections


def _waves(capacity: Capacity, language: Language) -> Picture:
    points = [
        Point(x=one.rate, y=one.response_time_p95_s or 0.0, standing="broken" if one.broken else "kept")
        for one in capacity.tried
        if one.spoiled is None
    ]
    limits = [threshold_of(one) for one in capacity.limits]
    limit = next((one.limit for one in limits if one.measure == "response_time_p95_s"), None)
    words = AxisWords(
        x=language.text("capacity.x"), y=language.text("capacity.y"), limit=language.text("capacity.limit")
    )
    broke = sum(one.standing == "broken" for one in points)
    title = language.text("capacity.finding", waves=len(capacity.tried), broke=broke)
    figure = trade_off(points, limit, words, lambda value: language.notation.shortest(value, 1))
    what = language.text("capacity.what")
    return Picture(
        svg=inline_svg(figure, "waves", title, language.text("figure.description", finding=title, what=what)),
        title=title,
        caption=language.text("capacity.caption"),
        table=_table(wave_rows(capacity, language), language.text("capacity.table"), last_is_text=True),
    )


def _table(rows: Sequence[Sequence[str]], caption: str, *, last_is_text: bool) -> Table:
    head, *body = rows

    def cells(row: Sequence[str]) -> list[Cell]:
        last = text(row[-1]) if last_is_text else number(row[-1])
        return [text(row[0]), *map(number, row[1:-1]), last]

    return Table(caption=caption, head=head, rows=[cells(row) for row in body], aligned=True)


def _beyond(overload: Overload, language: Language) -> Section:
    rows = beyond_rows(overload, language)
    table = _table(rows, language.text("capacity.beyond_table"), last_is_text=False)
    notes = [say(overload, language) for say in (unfit_sentence, storm_sentence, left_out_sentence)]
    lead = language.text(
        "capacity.beyond_lead",
        length=language.notation.duration(overload.wave_s),
        limit=language.notation.waiting(overload.limit_s),
    )
    blocks: list[Block] = [
        Paragraph(lead),
        table,
        *(Paragraph(one) for one in notes if one),
        _course(overload, language),
    ]
    return Section(id="beyond", title=language.text("capacity.beyond_title"), blocks=blocks)


def _course(overload: Overload, language: Language) -> Picture:
    """Response times over time, patient and impatient, a line for each size of wave."""
    longest = max(len(one.windows) for one in overload.waves)
    minutes = [k * overload.window_s / 60 for k in range(longest)]
    factors = list(dict.fromkeys(one.factor for one in overload.waves))
    panels = [
        Panel(
            title=language.text("capacity.impatient" if impatient else "capacity.patient"),
            lines=[
                Line(label=factor_text(one.factor, language), values=_course_of(one, longest),
                     colour=factors.index(one.factor))
                for one in overload.waves
                if one.impatient is impatient
            ],
        )
        for impatient in (False, True)
        if any(one.impatient is impatient for one in overload.waves)
    ]  # fmt: skip
    step = max(1, round(minutes[-1] / _TICKS, 1))
    ticks = [k * step for k in range(int(minutes[-1] / step) + 1)]
    clock = Clock(
        ticks=ticks, write=lambda at: language.notation.shortest(at, 1), label=language.text("capacity.minutes")
    )
    figure = day(panels, minutes, clock, lambda value: language.notation.shortest(value, 1))
    largest = max(overload.waves, key=lambda one: (one.factor, not one.impatient))
    back = back_text(largest, language)
    title = language.text("capacity.course", factor=factor_text(largest.factor, language), back=back)
    what = language.text("capacity.course_what")
    return Picture(
        svg=inline_svg(figure, "beyond", title, language.text("figure.description", finding=title, what=what)),
        title=title,
        caption=language.text("capacity.course_caption"),
        table=_course_table(overload, minutes, language),
    )


def _course_of(one: Beyond, longest: int) -> list[float]:
    seen = [window.response_time_p95_s or 0.0 for window in one.windows]
    return [*seen, *([0.0] * (longest - len(seen)))]


def _course_table(overload: Overload, minutes: Sequence[float], language: Language) -> Table:
    heads = [
        f"{factor_text(one.factor, language)}, "
        + language.text("capacity.impatient" if one.impatient else "capacity.patient")
        for one in overload.waves
    ]
    courses = [_course_of(one, len(minutes)) for one in overload.waves]
    every = max(1, len(minutes) // 14)
    return Table(
        caption=language.text("capacity.course_what"),
        head=[language.text("capacity.minutes"), *heads],
        rows=[
            [text(language.notation.shortest(minutes[k], 1)),
             *(number(language.notation.shortest(course[k], 2)) for course in courses)]
            for k in range(0, len(minutes), every)
        ],
        aligned=True,
    )  # fmt: skip
