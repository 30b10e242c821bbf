"""The schedule as a table for other programs: plain CSV, and the dialect that Norwegian Excel opens.

The last column says when to wait: fewer confirmed than that; it is empty for the first batch.
"""

import csv
import datetime as dt
import io
from collections.abc import Sequence

from reports.language import language_of
from scenarios.course import ScheduleLine


def plain_csv(schedule: Sequence[ScheduleLine]) -> str:
    """RFC 4180 with English column names and ISO dates."""
    columns = ("batch", "date", "clock", "sms", "sms_sent", "wait_if_confirmed_below")
    rows = [
        (line.batch, moment.date(), moment.time(), line.count, line.sent, line.wait_below)
        for line, moment in _moments(schedule)
    ]
    return _csv(columns, rows, ",")


def excel_csv(schedule: Sequence[ScheduleLine]) -> str:
    """Semicolons, bokmål and Norwegian dates; the file needs a byte order mark in front."""
    nb = language_of("nb")
    columns = ("batch", "date", "clock", "count", "sent", "wait_below")
    rows = [
        (line.batch, nb.notation.short_day(moment), nb.notation.clock(moment), line.count, line.sent, line.wait_below)
        for line, moment in _moments(schedule)
    ]
    return _csv([nb.text(f"schedule.{column}") for column in columns], rows, ";")


def _moments(schedule: Sequence[ScheduleLine]) -> list[tuple[ScheduleLine, dt.datetime]]:
    return [(line, dt.datetime.fromisoformat(line.at)) for line in schedule]


def _csv(head: Sequence[str], rows: Sequence[Sequence[object]], delimiter: str) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue()
