"""The schedule as a calendar: an event for each batch, with a reminder to look at the figures before it goes."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from typing import Final

from reports.language import Language
from scenarios.course import ScheduleLine
from scenarios.icalendar import Event, Status, icalendar
from scenarios.result import Result

_LASTS: Final = dt.timedelta(minutes=5)  # long enough to be seen in a calendar, shorter than any pause that is searched
_REMINDER: Final = dt.timedelta(minutes=5)


def schedule_calendar(result: Result, schedule: Sequence[ScheduleLine], language: Language) -> str:
    """Write an .ics file; the same plan for the same question has the same ids, so that it is never there twice."""
    made = dt.datetime.fromisoformat(result.provenance.started_at)
    plan = hashlib.sha256(f"{result.scenario.sha256} {[line.model_dump() for line in schedule]}".encode()).hexdigest()
    events = [_event(line, len(schedule), f"{plan[:24]}-{line.batch}@bolk.invalid", language) for line in schedule]
    return icalendar(events, made, "send schedule")


def _event(line: ScheduleLine, batches: int, uid: str, language: Language) -> Event:
    start = dt.datetime.fromisoformat(line.at)
    wait = language.text("calendar.wait", least=line.wait_below) if line.wait_below else ""
    return Event(
        uid=uid,
        sequence=0,
        status=Status.CONFIRMED,
        start=start,
        end=start + _LASTS,
        summary=language.text("calendar.batch", batch=line.batch, batches=batches, sms=line.count),
        location="",
        description="\n".join([language.text("calendar.sent", sent=line.sent), *([wait] if wait else [])]),
        reminder=_REMINDER,
    )
