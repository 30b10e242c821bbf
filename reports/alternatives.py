"""Every plan that was tried: the table of batch size against pause, and speed against rejections."""

from collections.abc import Sequence

from reports.amounts import exact, rough, value_text
from reports.blocks import Cell, Paragraph, Picture, Section, Table, number, text
from reports.candidates import last_sms_text, plan_label, standing_of, verdict_cell
from reports.cases import cases_of, rejection_limit, rejection_measure, scenario_of
from reports.kinds_table import best_of_each_kind
from reports.language import Language
from reports.limits import measure_name
from reports.size_section import size_picture
from reports.svg import inline_svg
from reports.trade_off_chart import AxisWords, Point, trade_off
from scenarios.policy_value import BatchesValue, PolicyValue
from scenarios.quantities import clock_text
from scenarios.recommendation import Candidate
from scenarios.result import Result


def alternatives(result: Result, language: Language) -> Section | None:
    """Show what else was tried and why it is not the advice; None where only named ways were tried."""
    table = decision_table(result, language)
    if table is None:
        return None
    parts = [table]
    curve = size_picture(result, [one for _, one in _grid(result)], language)
    if curve:
        parts.append(Section(id="sizes", title=language.text("sizes.section"), blocks=[curve]))
    if (kinds := best_of_each_kind(result, language)) is not None:
        parts.append(kinds)
    picture = _trade_off(result, language)
    if picture:
        parts.append(Section(id="trade-off", title=language.text("trade_off.section"), blocks=[picture]))
    return Section(id="alternatives", title=language.text("alternatives.title"), parts=parts)


def decision_table(result: Result, language: Language) -> Section | None:
    """Every batch size against every pause, without a picture; None where only named ways were tried."""
    if not any(one.runs and not one.roles for one in result.candidates):
        return None
    return Section(
        id="matrix",
        title=language.text("matrix.title"),
        blocks=[_matrix(result, language), Paragraph(language.text("matrix.runs"), "note")],
    )


def _grid(result: Result) -> list[tuple[BatchesValue, Candidate]]:
    """Find the batches of the grid, at the start of the advice where several were tried."""
    scenario, answer = scenario_of(result), result.recommendation
    start = clock_text(scenario.policy.start)
    if answer is not None and answer.policy is not None and isinstance(answer.policy, BatchesValue):
        start = answer.policy.start
    sizes, pauses = set(scenario.search.batch_size), set(scenario.search.pause)
    return [
        (policy, one)
        for one in result.candidates
        if isinstance(policy := one.policy, BatchesValue)
        and policy.batch_size in sizes
        and (policy.batch_size == "all" or policy.pause_s in pauses)
        and policy.start == start
    ]


def _matrix(result: Result, language: Language) -> Table:
    grid = _grid(result)
    pauses = sorted({policy.pause_s for policy, _ in grid if policy.batch_size != "all"})
    sizes = sorted({policy.batch_size for policy, _ in grid if policy.batch_size != "all"})
    tried = {(policy.batch_size, policy.pause_s): one for policy, one in grid}
    rows = [
        [
            text(language.text("matrix.size", size=size)),
            *(_verdict_cell(result, tried.get((size, pause)), language) for pause in pauses),
        ]
        for size in sizes
    ]
    for policy, one in grid:
        if policy.batch_size == "all":
            cell = _verdict_cell(result, one, language)
            rows.append([text(language.text("case.all_at_once")), Cell(cell.lines, cell.kind, max(1, len(pauses)))])
    return Table(
        caption=language.text("matrix.caption"),
        head=[language.text("matrix.corner"), *(language.notation.duration(pause) for pause in pauses)],
        rows=rows,
    )


def _verdict_cell(result: Result, candidate: Candidate | None, language: Language) -> Cell:
    if candidate is None:
        return Cell((language.text("matrix.not_tried"),), "none")
    verdict = verdict_cell(result, candidate, language)
    if "recommended" in candidate.roles:
        verdict = Cell((f"✓ {language.text('matrix.advice')}",), "best")
    last = language.text("matrix.last", clock=last_sms_text(result, candidate, language))
    kept = (
        language.text("matrix.kept", kept=candidate.kept, runs=candidate.runs)
        if candidate.runs
        else language.text("matrix.not_run")
    )
    return Cell((*verdict.lines, last, kept), verdict.kind)


def _trade_off(result: Result, language: Language) -> Picture | None:
    scenario = scenario_of(result)
    measure, limit = rejection_measure(scenario), rejection_limit(scenario)
    labels = {_key(case.policy): case.label for case in cases_of(result, language)}
    run = [one for one in result.candidates if one.metrics.get(measure) and one.metrics.get("time_to_invite_all_s")]
    points = [
        Point(
            x=_p50(one, "time_to_invite_all_s") / 60,
            y=_p90(one, measure),
            standing=standing_of(one),
            label=labels.get(_key(one.policy), ""),
            chosen="recommended" in one.roles,
        )
        for one in run
    ]
    if len(points) < 2:
        return None
    low, high = (rough(language, measure, pick(point.y for point in points), seen=True) for pick in (min, max))
    title = language.text("trade_off.alike" if low == high else "trade_off.title", low=low, high=high)
    words = AxisWords(
        x=language.text("trade_off.x"),
        y=language.text("trade_off.y", measure=measure_name(language, measure)),
        limit=language.text("dots.limit", limit=value_text(language, measure, limit.limit)) if limit else "",
    )
    figure = trade_off(points, limit.limit if limit else None, words, language.notation.shortest)
    description = language.text("figure.description", finding=title, what=words.y)
    return Picture(
        svg=inline_svg(figure, "trade", title, description),
        title=title,
        caption=language.text("trade_off.marks"),
        table=_every_plan(result, run, measure, language),
    )


def _key(policy: PolicyValue) -> str:
    return policy.model_dump_json()


def _p50(candidate: Candidate, measure: str) -> float:
    summary = candidate.metrics[measure]
    return summary.p50 if summary else 0.0


def _p90(candidate: Candidate, measure: str) -> float:
    summary = candidate.metrics[measure]
    return summary.p90 if summary else 0.0


def _every_plan(result: Result, run: Sequence[Candidate], measure: str, language: Language) -> Table:
    notation = language.notation
    columns = ("plan", "batches", "last", "mean", "nine", "no_slot", "response", "unfilled", "kept", "limits")
    return Table(
        caption=language.text("plans.caption"),
        head=[language.text(f"plans.{column}", measure=measure_name(language, measure)) for column in columns],
        rows=[
            [
                text(plan_label(result, one.policy, language)),
                number(notation.number(one.batches)),
                number(last_sms_text(result, one, language)),
                number(exact(language, measure, one.metrics[measure])),
                number(value_text(language, measure, _p90(one, measure), 1)),
                number(exact(language, "no_slot_per_100_citizens", one.metrics.get("no_slot_per_100_citizens"))),
                number(exact(language, "response_time_p95_s", one.metrics.get("response_time_p95_s"))),
                number(exact(language, "unfilled_slots_count", one.metrics.get("unfilled_slots_count"))),
                number(language.text("amount.of", part=one.kept, whole=one.runs)),
                verdict_cell(result, one, language),
            ]
            for one in run
        ],
        summary=language.text("plans.half_width"),
    )
