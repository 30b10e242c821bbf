"""What the size of the batches does to rejections, pause by pause: the curve behind the table of plans."""

from collections.abc import Sequence
from typing import Final

from reports.amounts import exact, rough, value_text
from reports.blocks import Cell, Picture, Table, number, text
from reports.candidates import batches_of
from reports.cases import rejection_limit, rejection_measure, scenario_of
from reports.language import Language
from reports.limits import measure_name
from reports.size_chart import MOST_LINES, SizeLine, SizeMark, size_lines
from reports.svg import inline_svg
from reports.trade_off_chart import AxisWords
from scenarios.recommendation import Candidate
from scenarios.result import Result

_FEWEST: Final = 3  # sizes: with fewer there is no curve to see


def size_picture(result: Result, grid: Sequence[Candidate], language: Language) -> Picture | None:
    """Draw rejections against batch size; None where too few sizes were run."""
    measure, limit = rejection_measure(scenario_of(result)), rejection_limit(scenario_of(result))
    run = [one for one in grid if one.metrics.get(measure)]
    sizes = _sizes(run)
    pauses = _pauses(run)
    if len(sizes) < _FEWEST or not pauses:
        return None
    lines = [_line(run, sizes, pause, measure, language) for pause in pauses]
    means = [_mean(one, measure) for one in run]
    low, high = (rough(language, measure, value, seen=True) for value in (min(means), max(means)))
    title = language.text("trade_off.alike" if low == high else "sizes.finding", low=low, high=high)
    words = AxisWords(
        x=language.text("sizes.x"),
        y=language.text("levers.axis", measure=measure_name(language, measure)),
        limit=language.text("dots.limit", limit=value_text(language, measure, limit.limit)) if limit else "",
    )
    names = [_size_name(one, language) for one in sizes]
    marks = _marks(run, sizes, measure, language)
    figure = size_lines(lines, marks, names, limit.limit if limit else None, words, language.notation.shortest)
    description = language.text("figure.description", finding=title, what=words.y)
    return Picture(
        svg=inline_svg(figure, "sizes", title, description),
        title=title,
        caption=language.text("sizes.marks"),
        table=_table(run, sizes, pauses, measure, language),
    )


def _sizes(run: Sequence[Candidate]) -> list[int | str]:
    counted = sorted({batches_of(one).batch_size for one in run if isinstance(batches_of(one).batch_size, int)})
    return [*counted, *(["all"] if any(batches_of(one).batch_size == "all" for one in run) else [])]


def _pauses(run: Sequence[Candidate]) -> list[float]:
    """The pauses to draw: that of the advice first among those that are kept where there are too many."""
    every = sorted({batches_of(one).pause_s for one in run if batches_of(one).batch_size != "all"})
    advised = {batches_of(one).pause_s for one in run if "recommended" in one.roles}
    kept = sorted(every, key=lambda pause: pause not in advised)[:MOST_LINES]
    return sorted(kept)


def _line(
    run: Sequence[Candidate], sizes: Sequence[int | str], pause_s: float, measure: str, language: Language
) -> SizeLine:
    there = [(sizes.index(batches_of(one).batch_size), one) for one in run if _is_of(one, pause_s)]
    there.sort(key=lambda pair: pair[0])
    advised = any("recommended" in one.roles for _, one in there)
    spread = [one.metrics[measure] for _, one in there] if advised else []
    return SizeLine(
        label=language.text("sizes.pause", pause=language.notation.duration(pause_s)),
        places=[place for place, _ in there],
        means=[_mean(one, measure) for _, one in there],
        low=[one.p10 for one in spread if one],
        high=[one.p90 for one in spread if one],
    )


def _is_of(one: Candidate, pause_s: float) -> bool:
    return batches_of(one).batch_size == "all" or batches_of(one).pause_s == pause_s


def _marks(run: Sequence[Candidate], sizes: Sequence[int | str], measure: str, language: Language) -> list[SizeMark]:
    named = {"recommended": language.text("case.recommended"), "own_rule": language.text("case.own_rule")}
    return [
        SizeMark(
            place=sizes.index(batches_of(one).batch_size),
            value=_mean(one, measure),
            label=label,
            advice=role == "recommended",
        )
        for role, label in named.items()
        for one in run
        if role in one.roles and (role == "recommended" or "recommended" not in one.roles)
    ]


def _mean(one: Candidate, measure: str) -> float:
    summary = one.metrics[measure]
    return summary.mean if summary else 0.0


def _size_name(size: int | str, language: Language) -> str:
    return language.notation.number(size) if isinstance(size, int) else language.text("sending.everyone")


def _table(
    run: Sequence[Candidate], sizes: Sequence[int | str], pauses: Sequence[float], measure: str, language: Language
) -> Table:
    return Table(
        caption=language.text("sizes.caption", measure=measure_name(language, measure)),
        head=[language.text("matrix.corner"), *(language.notation.duration(pause) for pause in pauses)],
        rows=[
            [text(_size_name(size, language)), *(_cell(run, size, pause, measure, language) for pause in pauses)]
            for size in sizes
        ],
        summary=language.text("plans.half_width"),
    )


def _cell(run: Sequence[Candidate], size: int | str, pause_s: float, measure: str, language: Language) -> Cell:
    found = next((one for one in run if batches_of(one).batch_size == size and _is_of(one, pause_s)), None)
    if found is None:
        return Cell((language.text("matrix.not_tried"),), "none")
    return number(exact(language, measure, found.metrics[measure]))
