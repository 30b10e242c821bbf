"""When SMS may be sent: hours of the day, and days of the week."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, assert_never

from scenarios.public_holidays import public_holiday

_SATURDAY: Final = 6
_SUNDAY: Final = 7


class SendingDays(StrEnum):
    """On which days a send-out goes on that was not finished before the window closed."""

    WORKING_DAYS = "working_days"
    NOT_SUNDAYS = "not_sundays"
    EVERY_DAY = "every_day"


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingHours:
    """Moments at which a batch may be handed to the gateway.

    A batch that falls after the window closes waits for the next sending day, where the send-out goes on at the same
    time of day as it began. What the gateway has been handed it sends to the end.

    Attributes
    ----------
    first : datetime
        Aware: the first SMS.
    closes : time
        The last moment of a day at which a batch may go.
    days : SendingDays
    """

    first: dt.datetime
    closes: dt.time
    days: SendingDays

    def may_send(self, at_s: float) -> bool:
        """Whether a batch may go so many seconds after the first SMS."""
        local = self._clock_at(at_s)
        return local.time() <= self.closes and (local.date() == self.first.date() or self.is_sending_day(local.date()))

    def next_day_s(self, at_s: float) -> float:
        """When the send-out goes on after this moment's date, in seconds from the first SMS."""
        date = self._clock_at(at_s).date() + dt.timedelta(days=1)
        while not self.is_sending_day(date):
            date += dt.timedelta(days=1)
        again = dt.datetime.combine(date, self.first.time(), tzinfo=self.first.tzinfo)
        return (again.astimezone(dt.UTC) - self.first.astimezone(dt.UTC)).total_seconds()

    def is_sending_day(self, date: dt.date) -> bool:
        """Whether SMS go on a date; no holiday is one unless every day is."""
        match self.days:
            case SendingDays.EVERY_DAY:
                return True
            case SendingDays.NOT_SUNDAYS:
                return date.isoweekday() < _SUNDAY and public_holiday(date) is None
            case SendingDays.WORKING_DAYS:
                return date.isoweekday() < _SATURDAY and public_holiday(date) is None
            case _:
                assert_never(self.days)

    def _clock_at(self, at_s: float) -> dt.datetime:
        return (self.first.astimezone(dt.UTC) + dt.timedelta(seconds=at_s)).astimezone(self.first.tzinfo)
