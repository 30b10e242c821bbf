"""What the platform must carry: the peaks of each way of sending, and the pace at which its busiest part is full."""

import math
from typing import Final

from reports.amounts import rough, typical, value_text
from reports.blocks import Block, Paragraph, Section, Table, number, text
from reports.cases import Case, cases_of, scenario_of, with_role
from reports.language import Language
from reports.limits import measure_name
from scenarios.carrying import carried_sms_per_s
from scenarios.result import Result

_PEAKS: Final = (
    "peak_arrivals_per_s",
    "peak_requests_per_s",
    "response_time_p95_s",
    "response_time_p99_s",
    "error_rate",
)


def the_load(result: Result, language: Language) -> Section | None:
    """Set the peaks of the ways of sending side by side; None where nothing was simulated."""
    cases = [case for case in cases_of(result, language) if case.metrics.get("peak_requests_per_s")]
    if result.kind not in ("recommend", "simulate") or not cases:
        return None
    runs = max((one.n for case in cases for one in case.metrics.values() if one), default=0)
    table = Table(
        caption=language.text("load.caption"),
        head=[language.text("comparison.what"), *(case.label for case in cases)],
        rows=[
            [
                text(measure_name(language, measure)),
                *(number(typical(language, measure, case.metrics.get(measure))) for case in cases),
            ]
            for measure in _PEAKS
        ],
        summary=language.text("comparison.range_many" if runs >= 10 else "comparison.range_few"),
        highlight="recommended" in cases[0].roles,
    )
    blocks: list[Block] = [Paragraph(_most(cases, language), "lead"), table, *_full(result, language)]
    return Section(id="load", title=language.text("load.title"), blocks=blocks)


def _most(cases: list[Case], language: Language) -> str:
    """Say the peak of the first way of sending, and that of all at once where it is another."""
    here = _peak(cases[0], language)
    together = with_role(cases, "all_at_once")
    if together is None or together is cases[0]:
        return language.text("load.most", most=here)
    return language.text("load.most_beside", most=here, together=_peak(together, language))


def _peak(case: Case, language: Language) -> str:
    summary = case.metrics.get("peak_requests_per_s")
    return rough(language, "peak_requests_per_s", summary.p90 if summary else 0.0)


def _full(result: Result, language: Language) -> list[Block]:
    """Say how fast SMS may go before the busiest part of the platform is always busy."""
    pace = carried_sms_per_s(scenario_of(result))
    if not math.isfinite(pace) or pace <= 0:
        return []
    minute = value_text(language, "peak_requests_per_s", 60 * pace, 0 if 60 * pace >= 10 else 1)
    return [Paragraph(language.text("load.full", sms=minute)), Paragraph(language.text("load.assumed"), "note")]
