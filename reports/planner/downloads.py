"""The files of an answer, each made from its result when somebody wants it."""

from types import MappingProxyType
from typing import Final

from reports.language import language_of
from reports.notation import LanguageCode
from reports.page import report_html
from reports.planner.question import question_toml
from reports.schedule_calendar import schedule_calendar
from reports.schedule_csv import excel_csv
from scenarios.result import Result
from scenarios.scenario import Scenario

KINDS: Final = MappingProxyType({
    "report.html": ("text/html; charset=utf-8", "sendeplan-rapport.html"),
    "schedule.csv": ("text/csv; charset=utf-8", "sendeplan.excel.csv"),
    "calendar.ics": ("text/calendar; charset=utf-8", "sendeplan.ics"),
    "scenario.toml": ("application/toml; charset=utf-8", "scenario.toml"),
    "result.json": ("application/json", "result.json"),
})  # fmt: skip
"""Every file by the end of its address: its type, and the name it is saved under."""


def made(name: str, result: Result, question: Scenario, code: LanguageCode) -> bytes | None:
    """One file; None where there is none of that name, or no plan to write."""
    schedule = result.recommendation.schedule if result.recommendation else []
    match name:
        case "report.html":
            return report_html(result, [], code).encode()
        case "schedule.csv":
            return excel_csv(schedule).encode("utf-8-sig") if schedule else None
        case "calendar.ics":
            return schedule_calendar(result, schedule, language_of(code)).encode() if schedule else None
        case "scenario.toml":
            return question_toml(question).encode()
        case "result.json":
            return result.json_text().encode()
        case _:
            return None
