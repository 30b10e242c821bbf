"""Events for one's own calendar (RFC 5545): an appointment, or the batches of a send-out."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_LINE_OCTETS: Final = 75  # RFC 5545, 3.1: longer lines are folded
_BREAK: Final = "\r\n"


class Status(StrEnum):
    """Whether what is in the calendar stands."""

    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event; the same `uid` with a higher `sequence` replaces what the calendar has. Times are aware.

    `reminder` is how long before the start the calendar is to say so; None leaves that to the owner of the calendar.
    """

    uid: str
    sequence: int
    status: Status
    start: dt.datetime
    end: dt.datetime
    summary: str
    location: str
    description: str
    reminder: dt.timedelta | None = None


def icalendar(events: Sequence[Event], made: dt.datetime, maker: str) -> str:
    """The text of an .ics file; its times in UTC, so that it needs no time zone of its own.

    Parameters
    ----------
    events : sequence of Event
    made : datetime.datetime
        When this file was made; the same moment gives the same text.
    maker : str
        Which part of bolk made it.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:-//bolk//{maker}//NO", "CALSCALE:GREGORIAN"]
    for event in events:
        lines += _event(event, made)
    lines.append("END:VCALENDAR")
    return "".join(_folded(line) + _BREAK for line in lines)


def _event(event: Event, made: dt.datetime) -> list[str]:
    lines = [
        "BEGIN:VEVENT",
        f"UID:{event.uid}",
        f"SEQUENCE:{event.sequence}",
        f"DTSTAMP:{_utc(made)}",
        f"DTSTART:{_utc(event.start)}",
        f"DTEND:{_utc(event.end)}",
        f"STATUS:{event.status}",
        f"SUMMARY:{_escaped(event.summary)}",
        *([f"LOCATION:{_escaped(event.location)}"] if event.location else []),
        f"DESCRIPTION:{_escaped(event.description)}",
    ]
    if event.reminder is not None:
        before = f"TRIGGER:-PT{event.reminder // dt.timedelta(minutes=1)}M"
        lines += ["BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:{_escaped(event.summary)}", before, "END:VALARM"]
    return [*lines, "END:VEVENT"]


def _utc(moment: dt.datetime) -> str:
    return f"{moment.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\\n"), ("\n", "\\n"), ("\r", "\\n")):
        text = text.replace(plain, escaped)
    return text


def _folded(line: str) -> str:
    rows, row, octets = list[str](), "", 0
    for sign in line:
        length = len(sign.encode())
        if octets + length > _LINE_OCTETS:
            rows.append(row)
            row, octets = "", 1  # the space that begins a continued row
        row, octets = row + sign, octets + length
    return f"{_BREAK} ".join([*rows, row])
