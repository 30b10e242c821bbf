"""The schedule as a table for other programs: plain CSV, and the dialect that Norwegian Excel opens."""

import csv
import datetime as dt
import io
from collections.abc import Sequence
from pathlib import Path

from reports.language import language_of
from reports.whole_file import write_whole
from scenarios.course import ScheduleLine
from scenarios.result import Result


def write_schedule(result: Result, out: Path) -> list[Path]:
    """Write `sendeplan.csv` and `sendeplan.excel.csv` into a folder; nothing where there is no plan."""
    schedule = result.recommendation.schedule if result.recommendation else result.schedule
    if not schedule:
        return []
    return [
        write_whole(out / "sendeplan.csv", plain_csv(schedule).encode("utf-8")),
        write_whole(out / "sendeplan.excel.csv", excel_csv(schedule).encode("utf-8-sig")),
    ]


def plain_csv(schedule: Sequence[ScheduleLine]) -> str:
    """RFC 4180 with English column names and ISO dates."""
    rows = [(line.batch, moment.date(), moment.time(), line.count, line.sent) for line, moment in _moments(schedule)]
    return _csv(("batch", "date", "clock", "sms", "sms_sent"), rows, ",")


def excel_csv(schedule: Sequence[ScheduleLine]) -> str:
    """Semicolons, bokmål and Norwegian dates; the file needs a byte order mark in front."""
    nb = language_of("nb")
    columns = ("schedule.batch", "schedule.date", "schedule.clock", "schedule.count", "schedule.sent")
    rows = [
        (line.batch, nb.notation.short_day(moment.date()), nb.notation.clock(moment), line.count, line.sent)
        for line, moment in _moments(schedule)
    ]
    return _csv([nb.text(column) for column in columns], rows, ";")


def _moments(schedule: Sequence[ScheduleLine]) -> list[tuple[ScheduleLine, dt.datetime]]:
    return [(line, dt.datetime.fromisoformat(line.at)) for line in schedule]


def _csv(head: Sequence[str], rows: Sequence[Sequence[object]], delimiter: str) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue()
