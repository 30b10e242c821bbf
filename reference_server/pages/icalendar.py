"""An appointment for one's own calendar (RFC 5545)."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_LINE_OCTETS: Final = 75  # RFC 5545, 3.1: longer lines are folded
_BREAK: Final = "\r\n"


class Status(StrEnum):
    """Whether the appointment stands."""

    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One appointment; the same `uid` with a higher `sequence` replaces what the calendar has. Times are aware."""

    uid: str
    sequence: int
    status: Status
    start: dt.datetime
    end: dt.datetime
    summary: str
    location: str
    description: str


def icalendar(event: Event, made: dt.datetime) -> str:
    """The text of an .ics file with one event; its times in UTC, so that it needs no time zone of its own."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//bolk//reference server//NO",
        "CALSCALE:GREGORIAN",
        "BEGIN:VEVENT",
        f"UID:{event.uid}",
        f"SEQUENCE:{event.sequence}",
        f"DTSTAMP:{_utc(made)}",
        f"DTSTART:{_utc(event.start)}",
        f"DTEND:{_utc(event.end)}",
        f"STATUS:{event.status}",
        f"SUMMARY:{_escaped(event.summary)}",
        f"LOCATION:{_escaped(event.location)}",
        f"DESCRIPTION:{_escaped(event.description)}",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(_folded(line) + _BREAK for line in lines)


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
