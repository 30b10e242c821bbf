"""Calculated and measured: what the simulation says of the very rows that a load test lived, and what it measured."""

from collections.abc import Sequence
from typing import Final

from reports.amounts import exact
from reports.blocks import Block, Cell, Fold, Items, Paragraph, Picture, Section, Table, number, text
from reports.cases import first_sms
from reports.charts import Line, Panel, day
from reports.language import Language
from reports.limits import measure_name
from reports.sending import sending_text
from reports.slice_remarks import slice_remarks
from reports.svg import inline_svg
from reports.timelines import at_minutes, clock_axis, clock_writer, settled_s, steps
from scenarios.attempts import Outcome
from scenarios.course import Timeline
from scenarios.measurement import Generator, History, Measurement
from scenarios.measures import MEASURES
from scenarios.policy_value import PolicyValue
from scenarios.result import Result

_FOREMOST: Final = (
    "rejections_per_100_attempts",
    "rejections_per_100_citizens",
    "gave_up_per_100_citizens",
    "error_rate",
    "response_time_p95_s",
    "confirmation_time_p95_s",
    "booked_count",
    "double_bookings",
)
_CURVES: Final = (("opened", 1), ("confirmed", 2), ("rejected", 3))


def agreement(measured: Sequence[Result], language: Language) -> Section | None:
    """Set prediction and measurement side by side, one part for each load test; None without any."""
    parts = [
        _part(number_, one, one.measurement, one.policy, language)
        for number_, one in enumerate(measured, start=1)
        if one.measurement and one.policy
    ]
    if not parts:
        return None
    lead = Paragraph(language.text("agreement.lead"))
    return Section(id="agreement", title=language.text("agreement.title"), blocks=[lead], parts=parts)


def _part(order: int, result: Result, measurement: Measurement, policy: PolicyValue, language: Language) -> Section:
    sending = sending_text(language, policy)
    every = _every_measure(result, measurement)
    foremost = [name for name in every if name in _FOREMOST]
    blocks: list[Block] = [
        Items(remarks(result, language)),
        _measures(foremost, result, measurement, language),
        Fold(language.text("agreement.all"), [_measures(every, result, measurement, language)]),
        _outcomes(measurement, language),
        _picture(f"measured{order}", result, measurement, policy, language),
    ]
    return Section(id=f"agreement-{order}", title=sending[:1].upper() + sending[1:], blocks=blocks)


def remarks(result: Result, language: Language) -> list[str]:
    """Say how a load test was run and whether it can be trusted."""
    said: list[str] = []
    if result.measurement:
        said.append(language.text("agreement.target", target=result.measurement.target))
    if result.generator:
        said.append(_generator(result.generator, language))
    if result.history:
        said.append(_history(result.history, language))
    if result.measurement and result.measurement.speedup != 1:
        times = language.notation.shortest(result.measurement.speedup)
        said.append(language.text("agreement.speedup", times=times))
    if result.measurement and (late := result.measurement.cancellations_left_out):
        said.append(language.text("agreement.late_cancellations", count=late))
    return said + slice_remarks(result, language)


def _generator(generator: Generator, language: Language) -> str:
    return language.text(
        f"generator.{generator.verdict}",
        planned=generator.planned,
        started=generator.started,
        lag=language.notation.waiting(generator.start_lag_p99_s),
    )


def _history(history: History, language: Language) -> str:
    if history.verdict == "anomaly":
        return language.text("history.anomaly", count=len(history.anomalies), first=history.anomalies[0])
    return language.text(f"history.{history.verdict}")


def _every_measure(result: Result, measurement: Measurement) -> list[str]:
    return [name for name in MEASURES if result.metrics.get(name) or measurement.predicted.get(name)]


def _measures(shown: Sequence[str], result: Result, measurement: Measurement, language: Language) -> Table:
    return Table(
        caption=language.text("agreement.measures"),
        head=[language.text(f"agreement.{column}") for column in ("measure", "predicted", "measured")],
        rows=[
            [
                text(measure_name(language, name)),
                number(exact(language, name, measurement.predicted.get(name))),
                number(exact(language, name, result.metrics.get(name))),
            ]
            for name in shown
        ],
    )


def _outcomes(measurement: Measurement, language: Language) -> Table:
    rows: list[list[Cell]] = [
        [
            text(language.text(f"outcome.{outcome}")),
            number(language.notation.number(measurement.predicted_outcomes.get(outcome, 0))),
            number(language.notation.number(measurement.outcomes.get(outcome, 0))),
        ]
        for outcome in Outcome
    ]
    return Table(
        caption=language.text("agreement.outcomes"),
        head=[language.text(f"agreement.{column}") for column in ("outcome", "predicted", "measured")],
        rows=rows,
        aligned=True,
    )


def _picture(name: str, result: Result, measurement: Measurement, policy: PolicyValue, language: Language) -> Picture:
    predicted, seen = measurement.predicted_timeline, measurement.timeline
    minutes = steps(max(settled_s(predicted), settled_s(seen)))
    lines = [
        Line(
            label=language.text(f"day.{curve}") if not dashed else "",
            values=at_minutes(timeline, curve, minutes),
            colour=colour,
            dashed=dashed,
        )
        for timeline, dashed in ((predicted, True), (seen, False))
        for curve, colour in _CURVES
    ]
    title = language.text(
        "agreement.finding",
        predicted=measurement.predicted_outcomes.get(Outcome.CONFIRMED, 0),
        measured=measurement.outcomes.get(Outcome.CONFIRMED, 0),
    )
    panel = Panel(title=language.text("agreement.panel"), lines=lines)
    start = first_sms(result, policy)
    figure = day([panel], minutes, clock_axis(start, minutes, language), language.notation.number)
    description = language.text("figure.description", finding=title, what=language.text("agreement.what"))
    return Picture(
        svg=inline_svg(figure, name, title, description),
        title=title,
        caption=language.text("agreement.lines", until=clock_writer(start, language)(minutes[-1])),
        table=_counts(predicted, seen, minutes, result, policy, language),
    )


def _counts(
    predicted: Timeline,
    seen: Timeline,
    minutes: Sequence[float],
    result: Result,
    policy: PolicyValue,
    language: Language,
) -> Table:
    write = clock_writer(first_sms(result, policy), language)
    shown = list(dict.fromkeys([*minutes[:: max(1, len(minutes) // 10)], minutes[-1]]))
    kinds = (("predicted", predicted), ("measured", seen))
    columns = [(kind, timeline, curve) for curve, _ in _CURVES for kind, timeline in kinds]
    heads = [
        f"{language.text(f'day.{curve}')}, {language.text(f'agreement.{kind}').lower()}" for kind, _, curve in columns
    ]
    curves = [at_minutes(timeline, curve, shown) for _, timeline, curve in columns]
    return Table(
        caption=language.text("agreement.counts"),
        head=[language.text("day.axis"), *heads],
        rows=[
            [text(write(minute)), *(number(language.notation.number(curve[k])) for curve in curves)]
            for k, minute in enumerate(shown)
        ],
        aligned=True,
    )
