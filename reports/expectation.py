"""What to expect: the ways of sending side by side in whole numbers, fifty dots, and what batches can and cannot do."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from reports.amounts import rough, told_apart, typical, value_text
from reports.blocks import Block, Cell, Paragraph, Picture, Section, Table, number, text
from reports.cases import Case, cases_of, rejection_limit, rejection_measure, scenario_of, with_role
from reports.charts import MOST_DOTS, DotRow, dots, dots_drawn
from reports.language import Language
from reports.limits import limit_text, measure_name
from reports.svg import inline_svg
from scenarios.result import Result
from scenarios.summary import Summary
from scenarios.thresholds import Threshold

_FEW: Final = 10  # below this, p10 and p90 are simply the lowest and the highest run
_COMPARED: Final = (
    "rejections_per_100_citizens",
    "no_slot_per_100_citizens",
    "gave_up_per_100_citizens",
    "error_rate",
    "response_time_p95_s",
    "unfilled_slots_count",
)


def comparison(result: Result, language: Language) -> Section | None:
    """Set the ways of sending side by side, then show how the runs spread; None where none was simulated."""
    beside = side_by_side(result, language)
    picture = _dots(result, cases_of(result, language), language) if beside else None
    return replace(beside, blocks=[*beside.blocks, picture]) if beside and picture else beside


def side_by_side(result: Result, language: Language) -> Section | None:
    """The ways of sending in one table, without a picture; None where none was simulated."""
    cases = cases_of(result, language) if result.kind in ("recommend", "simulate") else []
    if not cases:
        return None
    blocks: list[Block] = [_table(cases, language)]
    if result.evidence_level == 0:
        blocks.append(Paragraph(language.text("comparison.chance_only"), "note"))
    return Section(id="comparison", title=language.text("comparison.title"), blocks=blocks)


def _table(cases: Sequence[Case], language: Language) -> Table:
    rows = [
        [text(language.text(f"comparison.{measure}")), *(_typical_cell(case, measure, language) for case in cases)]
        for measure in _COMPARED
        if any(case.metrics.get(measure) for case in cases)
    ]
    if any(case.last_sms for case in cases):
        ends = [language.notation.hour_minute(case.last_sms) if case.last_sms else "" for case in cases]
        rows.insert(-1, [text(language.text("comparison.last_sms")), *(number(end) for end in ends)])
    runs = [max((s.n for s in case.metrics.values() if s), default=0) for case in cases]
    rows.append([text(language.text("comparison.runs")), *(number(language.notation.number(n)) for n in runs)])
    scope = "one" if max(runs) == 1 else "few" if max(runs) < _FEW else "many"
    return Table(
        caption=language.text("comparison.caption"),
        head=[language.text("comparison.what"), *(case.label for case in cases)],
        rows=rows,
        summary=language.text(f"comparison.range_{scope}"),
        highlight="recommended" in cases[0].roles,
    )


def _typical_cell(case: Case, measure: str, language: Language) -> Cell:
    return number(typical(language, measure, case.metrics.get(measure)))


def _dots(result: Result, cases: Sequence[Case], language: Language) -> Picture | None:
    scenario = scenario_of(result)
    measure, limit = rejection_measure(scenario), rejection_limit(scenario)
    shown = [case for case in cases if case.values(measure) and list(case.roles) != ["own_rule"]]
    if not shown or max(len(case.values(measure)) for case in shown) < 2:
        return None
    title = _dots_title(shown[0], measure, limit, language)
    figure = dots(
        [DotRow(label=case.label, values=case.values(measure)) for case in shown],
        limit.limit if limit else None,
        language.text("dots.limit", limit=value_text(language, measure, limit.limit)) if limit else "",
        measure_name(language, measure),
        language.notation.shortest,
    )
    drawn, runs = len(dots_drawn(shown[0].values(measure))), max(len(case.values(measure)) for case in shown)
    each = language.text("dots.each") if runs <= MOST_DOTS else language.text("dots.quantiles", dots=drawn, runs=runs)
    marks = language.text("dots.marks") if limit else ""
    table = _dots_table(shown, measure, limit, language)
    description = language.text("figure.description", finding=title, what=measure_name(language, measure))
    return Picture(
        svg=inline_svg(figure, "dots", title, description),
        title=title,
        caption=f"{each} {marks}".strip(),
        table=table,
    )


def _kept(case: Case, measure: str, limit: Threshold) -> int:
    return sum(limit.kept_by(value) for value in case.values(measure))


def _dots_title(case: Case, measure: str, limit: Threshold | None, language: Language) -> str:
    runs = len(case.values(measure))
    if limit is None:
        ends = (min(case.values(measure)), max(case.values(measure)))
        low, high = (rough(language, measure, value, seen=ends[1] > 0) for value in ends)
        return language.text("dots.title_without_limit", low=low, high=high, runs=runs)
    return language.text("dots.title", kept=_kept(case, measure, limit), runs=runs)


def _dots_table(cases: Sequence[Case], measure: str, limit: Threshold | None, language: Language) -> Table:
    columns = ["lowest", "p10", "p50", "p90", "highest"]
    rows: list[list[Cell]] = []
    for case in cases:
        values = sorted(case.values(measure))
        summary = case.metrics.get(measure)
        points = [values[0], *_points(summary, values), values[-1]]
        kept = language.text("amount.of", part=_kept(case, measure, limit), whole=len(values)) if limit else ""
        cells = [number(told_apart(language, measure, one, limit.limit if limit else one)) for one in points]
        rows.append([text(case.label), *([number(kept)] if limit else []), *cells])
    head = [language.text(f"dots.{column}") for column in (*(["kept"] if limit else []), *columns)]
    asked = limit_text(language, limit) if limit else ""
    return Table(
        caption=language.text("dots.caption", measure=measure_name(language, measure)),
        head=[language.text("case.plan"), *head],
        rows=rows,
        summary=language.text("dots.asked", asked=asked) if asked else "",
    )


def _points(summary: Summary | None, values: Sequence[float]) -> tuple[float, float, float]:
    if summary is None:
        return values[0], values[len(values) // 2], values[-1]
    return summary.p10, summary.p50, summary.p90


def what_batches_do(result: Result, language: Language) -> list[str]:
    """Say what batches cure and what they do not, with what this result shows of it."""
    cases = cases_of(result, language)
    chosen, at_once = with_role(cases, "recommended"), with_role(cases, "all_at_once")
    items = [language.text(f"levers.{one}") for one in ("queue", "collision", "spread", "scarcity")]
    if chosen and at_once and chosen is not at_once:
        items[0] += _here("levers.queue_here", "response_time_p95_s", chosen, at_once, language)
        items[1] += _here("levers.collision_here", "rejections_per_100_citizens", chosen, at_once, language)
    return items


def _here(message: str, measure: str, chosen: Case, at_once: Case, language: Language) -> str:
    amounts = [case.metrics.get(measure) for case in (chosen, at_once)]
    if not all(amounts):
        return ""
    advised, together = (typical(language, measure, amount) for amount in amounts)
    return " " + language.text(message, advised=advised, together=together)
