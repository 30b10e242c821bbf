"""What a load test measured: how long each operation took on two clocks, and what happened when."""

import datetime as dt
import math
from collections.abc import Sequence
from typing import Final

from reports.blocks import Block, Cell, Fold, Paragraph, Picture, Section, Table, number, text
from reports.cases import first_sms, scenario_of
from reports.figures_rows import CLOCKS, at, operation_table, share_text
from reports.language import Language
from reports.percentile_chart import Curves, PercentileWords, percentiles
from reports.svg import inline_svg
from reports.timelines import clock_axis, clock_writer
from reports.wave_chart import Strip, wave
from scenarios.attempts import Outcome
from scenarios.figures import ANSWER, EVERYTHING, Figures, OperationFigures
from scenarios.inventory import total_capacity
from scenarios.result import Result

_TABLE_SHARES: Final = (0.5, 0.9, 0.95, 0.99, 0.999, 1.0)
_MOST_RUNGS: Final = 26
_ROWS: Final = 14
_STRIPS: Final = {
    "confirmed": (Outcome.CONFIRMED,),
    "rejected": (Outcome.REJECTED,),
    "no_slot": (Outcome.NO_SLOT,),
    "errors_seen": (Outcome.SHED, Outcome.FAILED, Outcome.UNKNOWN),
    "abandoned": (Outcome.ABANDONED,),
}
_ALWAYS: Final = ("confirmed", "rejected")


def the_figures(result: Result, language: Language) -> Section | None:
    """Show the figures of a load test; None where a result has none."""
    figures = None if result.measurement is None else result.measurement.figures
    everything = None if figures is None else figures.of(EVERYTHING)
    if figures is None or everything is None or result.policy is None:
        return None
    start = first_sms(result, result.policy)
    blocks: list[Block] = [
        Paragraph(language.text("figures.lead")),
        operation_table(figures, language),
        _percentiles(everything, language),
        Fold(language.text("figures.each"), [_each(figures, language)]),
        _outcomes(figures, total_capacity(scenario_of(result)), start, language),
        Fold(language.text("figures.requests"), [_requests(figures, start, language)]),
    ]
    return Section(id="figures", title=language.text("figures.title"), blocks=blocks)


def _words(language: Language) -> PercentileWords:
    return PercentileWords(
        response=language.text("figures.response_line"),
        service=language.text("figures.service_line"),
        share=language.text("figures.share"),
        seconds=language.text("figures.seconds"),
        write_share=lambda share: language.notation.percent(share, 4),
        write_seconds=lambda seconds: language.notation.shortest(seconds, 3),
    )


def _curves(one: OperationFigures, language: Language) -> Curves:
    return Curves(
        title=language.text(f"operation.{one.operation}"),
        count=one.count,
        shares=[rung.share for rung in one.ladder],
        response_s=[rung.response_s for rung in one.ladder],
        service_s=[rung.service_s for rung in one.ladder],
    )


def _percentiles(one: OperationFigures, language: Language) -> Picture:
    wait = language.notation.waiting
    high = at(one.ladder, 0.99)
    title = language.text("figures.finding", response=wait(high.response_s), service=wait(high.service_s))
    figure = percentiles([_curves(one, language)], _words(language))
    what = language.text("figures.what")
    every = math.ceil(len(one.ladder) / _MOST_RUNGS)
    shown = [rung for k, rung in enumerate(one.ladder) if k % every == 0 or rung.share in _TABLE_SHARES]
    return Picture(
        svg=inline_svg(figure, "percentiles", title, language.text("figure.description", finding=title, what=what)),
        title=title,
        caption=language.text("figures.caption"),
        table=Table(
            caption=language.text("figures.rungs"),
            head=[language.text(f"figures.{name}") for name in ("share", "service", "response")],
            rows=[
                [text(language.notation.percent(rung.share, 3)), number(wait(rung.service_s)),
                 number(wait(rung.response_s))]
                for rung in shown
            ],
            aligned=True,
        ),
    )  # fmt: skip


def _each(figures: Figures, language: Language) -> Picture:
    """The same plot for every operation by itself."""
    shown = [one for one in figures.operations if one.operation != EVERYTHING]
    slowest = max(shown, key=lambda one: at(one.ladder, 0.95).response_s)
    name = language.text(f"operation.{slowest.operation}")
    seconds = language.notation.waiting(at(slowest.ladder, 0.95).response_s)
    title = language.text("figures.slowest_operation", operation=name, seconds=seconds)
    figure = percentiles([_curves(one, language) for one in shown], _words(language), columns=2)
    what = language.text("figures.what_each")
    return Picture(
        svg=inline_svg(figure, "operations", title, language.text("figure.description", finding=title, what=what)),
        title=title,
        caption=language.text("figures.caption"),
        table=_each_table(shown, language),
    )


def _each_table(shown: Sequence[OperationFigures], language: Language) -> Table:
    def row(one: OperationFigures, clock: str) -> list[Cell]:
        named = f"{language.text(f'operation.{one.operation}')}, {language.text(f'figures.{clock}').lower()}"
        seconds: list[float] = [getattr(at(one.ladder, share), f"{clock}_s") for share in _TABLE_SHARES]
        return [text(named), *(number(language.notation.waiting(second)) for second in seconds)]

    return Table(
        caption=language.text("figures.rungs"),
        head=[language.text("figures.operation"), *(share_text(share, language) for share in _TABLE_SHARES)],
        rows=[row(one, clock) for one in shown for clock in CLOCKS],
        aligned=True,
    )


def _outcomes(figures: Figures, capacity: int, start: dt.datetime, language: Language) -> Picture:
    """How attempts ended, and how many places were left, over time."""
    counts = {name: _sum(figures, outcomes) for name, outcomes in _STRIPS.items()}
    counts = {name: values for name, values in counts.items() if name in _ALWAYS or any(values)}
    strips = [_strip(figures, f"figures.{name}", name, values, start, language) for name, values in counts.items()]
    left = language.text("figures.left", free=figures.free[-1], capacity=capacity)
    free = Strip(label=language.text("wave.free"), note=left, values=figures.free, top=capacity, level=True)
    most = max(counts["confirmed"]) / figures.step_s
    title = language.text("figures.outcomes_finding", most=language.notation.shortest(most, 2), left=left)
    table = _over_time({f"figures.{name}": values for name, values in counts.items()}, figures, start, language)
    return _picture("outcomes", title, [*strips, free], table, figures, start, language)


def _requests(figures: Figures, start: dt.datetime, language: Language) -> Picture:
    """Requests of each operation over time."""
    shown = [one for one in figures.operations if one.operation != ANSWER]
    strips = [_strip(figures, f"operation.{one.operation}", one.operation, one.ended, start, language) for one in shown]
    busiest = language.notation.shortest(max(shown[0].ended) / figures.step_s, 2)
    title = language.text("figures.requests_finding", most=busiest)
    table = _over_time({f"operation.{one.operation}": one.ended for one in shown}, figures, start, language)
    return _picture("requests", title, strips, table, figures, start, language)


def _picture(
    name: str,
    title: str,
    strips: Sequence[Strip],
    table: Table,
    figures: Figures,
    start: dt.datetime,
    language: Language,
) -> Picture:
    minutes = [k * figures.step_s / 60 for k in range(len(figures.free) + 1)]
    drawing = wave(strips, minutes, clock_axis(start, minutes, language), language.notation.number)
    described = language.text("figure.description", finding=title, what=language.text(f"figures.what_{name}"))
    length = language.notation.duration(figures.step_s)
    return Picture(
        svg=inline_svg(drawing, name, title, described),
        title=title,
        caption=language.text("figures.steps", length=length),
        table=table,
    )


def _strip(
    figures: Figures, label: str, name: str, values: Sequence[int], start: dt.datetime, language: Language
) -> Strip:
    most = max(values)
    clock = clock_writer(start, language)(values.index(most) * figures.step_s / 60)
    rate = language.notation.shortest(most / figures.step_s, 2)
    note = language.text("figures.most", rate=rate, clock=clock) if most else language.text("wave.none")
    return Strip(label=language.text(label), note=note, values=values, top=most, bad=name in _BAD)


def _over_time(columns: dict[str, Sequence[int]], figures: Figures, start: dt.datetime, language: Language) -> Table:
    steps = len(figures.free)
    size = math.ceil(steps / _ROWS)
    write = clock_writer(start, language)
    rows: list[list[Cell]] = [
        [
            text(write(k * figures.step_s / 60)),
            *(number(language.notation.number(sum(values[k : k + size]))) for values in columns.values()),
            number(language.notation.number(figures.free[min(k + size, steps) - 1])),
        ]
        for k in range(0, steps, size)
    ]
    return Table(
        caption=language.text("wave.table", length=language.notation.duration(size * figures.step_s)),
        head=[language.text("wave.from"), *(language.text(label) for label in columns), language.text("wave.free")],
        rows=rows,
        aligned=True,
    )


def _sum(figures: Figures, outcomes: Sequence[Outcome]) -> list[int]:
    there = [figures.outcomes[one] for one in outcomes if one in figures.outcomes]
    return [sum(step) for step in zip(*there, strict=True)] if there else [0] * len(figures.free)


_BAD: Final = frozenset({"rejected", "errors_seen"})
