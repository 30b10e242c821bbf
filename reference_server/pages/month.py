"""A month as a calendar sheet: weeks from Monday, and which days can be booked."""

import calendar
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

_MONDAY_FIRST = calendar.Calendar(firstweekday=calendar.MONDAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One square of the sheet; `free` counts places, 0 for a day that cannot be booked."""

    date: dt.date
    free: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A calendar sheet. `weeks` hold 7 squares each, None outside the month; the neighbours have something free."""

    first: dt.date
    weeks: Sequence[Sequence[Day | None]]
    before: dt.date | None
    after: dt.date | None


def month_of(first: dt.date, free: dict[dt.date, int]) -> Month:
    """The sheet of the month that begins on `first`, with the nearest months before and after that have free days."""
    months = sorted({day.replace(day=1) for day in free})
    return Month(
        first=first,
        weeks=[
            [Day(date=date, free=free.get(date, 0)) if date.month == first.month else None for date in week]
            for week in _MONDAY_FIRST.monthdatescalendar(first.year, first.month)
        ],
        before=max((month for month in months if month < first), default=None),
        after=min((month for month in months if month > first), default=None),
    )
