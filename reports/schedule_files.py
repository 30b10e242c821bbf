"""The files of a send schedule: tables in two dialects, and a calendar in each language."""

from pathlib import Path

from reports.language import LANGUAGES, language_of
from reports.schedule_calendar import schedule_calendar
from reports.schedule_csv import excel_csv, plain_csv
from reports.whole_file import write_whole
from scenarios.result import Result


def write_schedule(result: Result, out: Path) -> list[Path]:
    """Write `sendeplan.csv`, `.excel.csv`, `.nb.ics` and `.en.ics`; nothing where there is no plan."""
    schedule = result.recommendation.schedule if result.recommendation else result.schedule
    if not schedule:
        return []
    calendars = {code: schedule_calendar(result, schedule, language_of(code)) for code in LANGUAGES}
    return [
        write_whole(out / "sendeplan.csv", plain_csv(schedule).encode("utf-8")),
        write_whole(out / "sendeplan.excel.csv", excel_csv(schedule).encode("utf-8-sig")),
        *(write_whole(out / f"sendeplan.{code}.ics", text.encode()) for code, text in calendars.items()),
    ]
