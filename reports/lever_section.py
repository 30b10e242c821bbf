"""What does what: the effect of each lever on this municipality, as one table and one picture."""

from collections.abc import Sequence

from reports.amounts import exact, rough, value_text, with_half_width
from reports.blocks import Block, Cell, Items, Paragraph, Picture, Section, Table, number, text
from reports.cases import rejection_limit, rejection_measure, scenario_of
from reports.expectation import what_batches_do
from reports.language import Language
from reports.lever_chart import Reach, reaches
from reports.lever_words import effect_of, lever_does, lever_name, strongest
from reports.limits import measure_name
from reports.sending import sending_text
from reports.svg import inline_svg
from scenarios.lever_effects import LeverEffect, Turning
from scenarios.result import Result

_BESIDE = ("gave_up_per_100_citizens", "no_slot_per_100_citizens", "response_time_p95_s", "unfilled_slots_count")


def levers(result: Result, language: Language) -> Section:
    """Say what batches cure and what they do not, and what each lever does here where that was worked out."""
    blocks: list[Block] = [Items(what_batches_do(result, language))]
    turning = result.turning
    if turning is not None and effect_of(result, "as_is"):
        sending, runs = sending_text(language, turning.policy), turning.effects[0].runs
        blocks += [
            Paragraph(language.text("levers.tried", sending=sending, runs=runs)),
            _picture(result, turning, language),
            Items([f"{lever_name(one.change, language)}: {lever_does(result, one.change, language)}"
                   for one in turning.effects if one.change not in ("as_is", "all_at_once")]),
            Paragraph(language.text("levers.order"), "note"),
        ]  # fmt: skip
    return Section(id="levers", title=language.text("levers.title"), blocks=blocks)


def lever_rows(result: Result, language: Language) -> list[list[str]]:
    """The effects for a terminal: rejections, who gave up, response time."""
    measures = (rejection_measure(scenario_of(result)), "gave_up_per_100_citizens", "response_time_p95_s")
    head = [language.text("levers.column"), *(language.text(f"reason.{one}") for one in measures)]
    rows = [
        [lever_name(one.change, language), *(exact(language, name, one.metrics.get(name)) for name in measures)]
        for one in (result.turning.effects if result.turning else [])
    ]
    return [head, *rows] if rows else []


def _picture(result: Result, turning: Turning, language: Language) -> Picture:
    scenario = scenario_of(result)
    measure, limit = rejection_measure(scenario), rejection_limit(scenario)
    rows = [
        Reach(
            label=lever_name(one.change, language),
            mean=summary.mean,
            half_width=summary.half_width or 0.0,
            as_is=one.change == "as_is",
        )
        for one in turning.effects
        if (summary := one.metrics.get(measure))
    ]
    title = _finding(result, measure, language)
    axis = language.text("levers.axis", measure=measure_name(language, measure))
    marked = language.text("dots.limit", limit=value_text(language, measure, limit.limit)) if limit else ""
    figure = reaches(rows, limit.limit if limit else None, marked, axis, language.notation.shortest)
    description = language.text("figure.description", finding=title, what=axis)
    return Picture(
        svg=inline_svg(figure, "levers", title, description),
        title=title,
        caption=language.text("levers.marks"),
        table=_table(turning.effects, measure, language),
    )


def _finding(result: Result, measure: str, language: Language) -> str:
    best, as_is = strongest(result, measure), effect_of(result, "as_is")
    amounts = [one.metrics.get(measure) if one else None for one in (as_is, best)]
    if best is None or amounts[0] is None or amounts[1] is None:
        return language.text("levers.nothing")
    before, after = (rough(language, measure, one.mean, seen=one.mean > 0) for one in amounts if one)
    if before == after:
        return language.text("levers.nothing")
    return language.text("levers.strongest", lever=lever_name(best.change, language), before=before, after=after)


def _table(effects: Sequence[LeverEffect], measure: str, language: Language) -> Table:
    head = [language.text("levers.column"), measure_name(language, measure), language.text("levers.difference")]
    return Table(
        caption=language.text("levers.caption"),
        head=[*head, *(measure_name(language, one) for one in _BESIDE), language.text("misses.kept")],
        rows=[_row(one, measure, language) for one in effects],
        summary=language.text("plans.half_width"),
        aligned=True,
    )


def _row(effect: LeverEffect, measure: str, language: Language) -> list[Cell]:
    return [
        text(lever_name(effect.change, language)),
        number(exact(language, measure, effect.metrics.get(measure))),
        number(_difference(effect, measure, language)),
        *(number(exact(language, one, effect.metrics.get(one))) for one in _BESIDE),
        number(language.text("amount.of", part=effect.kept, whole=effect.runs)),
    ]


def _difference(effect: LeverEffect, measure: str, language: Language) -> str:
    difference = effect.differences.get(measure)
    if difference is None:
        return ""
    if difference.shown == "none":
        return language.text("pairing.none")
    written = with_half_width(language, measure, difference.mean, difference.half_width)
    return f"+{written}" if difference.mean > 0 else written
