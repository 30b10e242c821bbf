"""How far the advice carries: flip points, a tornado for rejections and one for response time, and other days."""

from collections.abc import Iterator

from reports.amounts import value_text
from reports.blocks import Block, Cell, Items, Paragraph, Picture, Section, Table, number, text
from reports.cases import rejection_measure, scenario_of
from reports.language import Language
from reports.limits import measure_name
from reports.sending import sending_text
from reports.sensitivity_words import assumption_name, day_rows, flip_of, flip_sentences, value_words
from reports.svg import inline_svg
from reports.tornado_chart import Bar, End, tornado
from scenarios.result import Result
from scenarios.sensitivity import Sensitivity, Swing, Swung

_RESPONSE = "response_time_p95_s"


def how_far(result: Result, language: Language) -> Section | None:
    """Say what the advice stands, where that was worked out."""
    found = result.sensitivity
    if found is None or not found.swings:
        return None
    measures = (rejection_measure(scenario_of(result)), _RESPONSE)
    flips = list(flip_sentences(found, language))
    blocks: list[Block] = [
        Paragraph(language.text("sensitivity.lead", sending=sending_text(language, found.policy), runs=found.runs)),
        *([Items(flips)] if flips else []),
        *([] if found.complete else [Paragraph(language.text("sensitivity.partial"), "bad")]),
        *([_days(found, language)] if found.days else []),
        *_pictures(found, measures, language),
        Paragraph(language.text("sensitivity.note"), "note"),
    ]
    return Section(id="sensitivity", title=language.text("sensitivity.title"), blocks=blocks)


def _days(found: Sensitivity, language: Language) -> Table:
    rows: list[list[Cell]] = [
        [text(name), number(tenths), _holding(said, language)] for name, tenths, said in day_rows(found, language)
    ]
    return Table(
        caption=language.text("other_day.caption", runs=max(day.runs for day in found.days)),
        head=[language.text(f"other_day.{one}") for one in ("day", "kept", "plan")],
        rows=rows,
    )


def _holding(said: str, language: Language) -> Cell:
    holds = said == language.text("holding.holds")
    return Cell((f"✓ {said}",), "good") if holds else Cell((f"✗ {said}",), "bad")


def _pictures(found: Sensitivity, measures: tuple[str, str], language: Language) -> Iterator[Picture]:
    for measure in measures:
        base = found.metrics.get(measure)
        bars = [_bar(swing, measure, language) for swing in found.swings]
        if base is None or not any(bar.span for bar in bars):
            continue
        axis = language.text(
            "sensitivity.axis", measure=measure_name(language, measure), base=value_text(language, measure, base.mean)
        )
        title = _finding(found, measure, language)
        figure = tornado(bars, axis, language.notation.shortest)
        description = language.text("figure.description", finding=title, what=axis)
        yield Picture(
            svg=inline_svg(figure, f"tornado-{measure.replace('_', '-')}", title, description),
            title=title,
            caption=language.text("sensitivity.marks"),
            table=_table(found, measure, language),
        )


def _bar(swing: Swing, measure: str, language: Language) -> Bar:
    low, high = (_end(swing, end, measure, language) for end in (swing.low, swing.high))
    return Bar(label=assumption_name(swing.assumption, language), low=low, high=high)


def _end(swing: Swing, end: Swung | None, measure: str, language: Language) -> End | None:
    difference = None if end is None else end.differences.get(measure)
    if end is None or difference is None:
        return None
    label = value_words(swing.assumption, end.value, language)
    return End(moved=difference.mean, label=label, breaks=_breaks(end))


def _breaks(end: Swung) -> bool:
    return 10 * end.kept < 9 * end.runs


def _finding(found: Sensitivity, measure: str, language: Language) -> str:
    """Name the assumption that moves the measure furthest, and from where to where."""
    widest = max(found.swings, key=lambda swing: _bar(swing, measure, language).span)
    ends = [found.metrics, *(end.metrics for end in (widest.low, widest.high) if end is not None)]
    means = [summary.mean for metrics in ends if (summary := metrics.get(measure)) is not None]
    return language.text(
        "sensitivity.widest",
        name=assumption_name(widest.assumption, language),
        measure=measure_name(language, measure),
        low=value_text(language, measure, min(means), 1),
        high=value_text(language, measure, max(means), 1),
    )


def _table(found: Sensitivity, measure: str, language: Language) -> Table:
    order = sorted(found.swings, key=lambda swing: -_bar(swing, measure, language).span)
    columns = ("assumption", "assumed", "low", "high", "changes", "flip")
    return Table(
        caption=language.text("sensitivity.caption", measure=measure_name(language, measure)),
        head=[language.text(f"sensitivity.{column}") for column in columns],
        rows=[_row(found, swing, measure, language) for swing in order],
        summary=language.text("sensitivity.ranges"),
        aligned=True,
    )


def _row(found: Sensitivity, swing: Swing, measure: str, language: Language) -> list[Cell]:
    ends = (swing.low, swing.high)
    breaking = [end for end in ends if end is not None and _breaks(end)]
    return [
        text(assumption_name(swing.assumption, language)),
        number(value_words(swing.assumption, swing.value, language)),
        *(number(_gives(swing, end, measure, language)) for end in ends),
        text(language.text("sensitivity.yes" if breaking else "sensitivity.no")),
        text(flip_of(found, swing, language)),
    ]


def _gives(swing: Swing, end: Swung | None, measure: str, language: Language) -> str:
    summary = None if end is None else end.metrics.get(measure)
    if end is None or summary is None:
        return language.text("amount.none")
    value = value_text(language, measure, summary.mean, 1)
    return f"{value_words(swing.assumption, end.value, language)}: {value}"
