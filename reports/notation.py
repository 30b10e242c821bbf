"""Numbers, dates, clock times and lengths of time as people write them, in bokmål and (British) English.

The rules are those of CLDR for the few patterns a report needs; the tests hold every one against Babel.
"""

import datetime as dt
import math
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final, Literal

LanguageCode = Literal["nb", "en"]
NBSP: Final = "\u00a0"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Style:
    group: str
    decimal: str
    minus: str
    percent: str
    day: str
    short_day: str
    at: str
    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    hour: tuple[str, str]  # one, other
    hour_beside: tuple[str, str]  # where minutes follow
    minute: tuple[str, str]
    second: tuple[str, str]


_STYLES: Final[dict[LanguageCode, _Style]] = {
    "nb": _Style(
        group=NBSP,
        decimal=",",
        minus="\u2212",
        percent=f"{NBSP}%",
        day="{day}. {month} {year}",
        short_day="%d.%m.%Y",
        at="{day}, kl. {clock}",
        weekdays=("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag"),
        months=(
            "januar", "februar", "mars", "april", "mai", "juni", "juli",
            "august", "september", "oktober", "november", "desember",
        ),
        hour=("time", "timer"),
        hour_beside=("time", "timer"),
        minute=("minutt", "minutter"),
        second=("sekund", "sekunder"),
    ),
    "en": _Style(
        group=",",
        decimal=".",
        minus="-",
        percent="%",
        day="{day} {month} {year}",
        short_day="%d/%m/%Y",
        at="{day}, {clock}",
        weekdays=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
        months=(
            "January", "February", "March", "April", "May", "June", "July",
            "August", "September", "October", "November", "December",
        ),
        hour=("hour", "hours"),
        hour_beside=("h", "h"),
        minute=("minute", "minutes"),
        second=("second", "seconds"),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Notation:
    """How one language writes quantities."""

    language: LanguageCode

    @property
    def _style(self) -> _Style:
        return _STYLES[self.language]

    def number(self, value: float, decimals: int = 0) -> str:
        """Write a number with grouped thousands and a fixed number of decimals, halves rounded to even."""
        rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_EVEN)
        whole, _, fraction = f"{abs(rounded):,f}".partition(".")
        sign = self._style.minus if rounded.is_signed() and rounded else ""
        return sign + whole.replace(",", self._style.group) + (self._style.decimal + fraction if fraction else "")

    def shortest(self, value: float, most_decimals: int = 3) -> str:
        """Write a number with as few decimals as say it exactly, at most `most_decimals`."""
        wanted = round(value, most_decimals)
        decimals = next((d for d in range(most_decimals) if math.isclose(round(wanted, d), wanted)), most_decimals)
        return self.number(wanted, decimals)

    def percent(self, fraction: float, most_decimals: int = 1) -> str:
        """Write a fraction as a percentage, "80 %" and "80%"."""
        return self.shortest(float(Decimal(str(fraction)) * 100), most_decimals) + self._style.percent

    def day(self, day: dt.date) -> str:
        """Write a date in running text, "3. mai 2021"."""
        return self._style.day.format(day=day.day, month=self._style.months[day.month - 1], year=day.year)

    def short_day(self, day: dt.date) -> str:
        """Write a date in a table, "03.05.2021"."""
        return day.strftime(self._style.short_day)

    def weekday(self, day: dt.date) -> str:
        """Name the day of the week, as in the middle of a sentence."""
        return self._style.weekdays[day.weekday()]

    def clock(self, moment: dt.datetime | dt.time) -> str:
        """Write a time of day, "09:07"; seconds only where there are any."""
        return moment.strftime("%H:%M:%S" if moment.second else "%H:%M")

    def hour_minute(self, moment: dt.datetime) -> str:
        """Write a time of day to the minute that has begun, "09:07"."""
        return moment.strftime("%H:%M")

    def moment(self, moment: dt.datetime) -> str:
        """Write date and time of day, "3. mai 2021, kl. 09:07"."""
        return self._style.at.format(day=self.day(moment.date()), clock=self.clock(moment))

    def duration(self, seconds: float) -> str:
        """Write a length of time rounded to the second: "15 minutter", "2 timer 15 min", "1 min 30 s"."""
        hours, rest = divmod(round(seconds), 3600)
        minutes, left = divmod(rest, 60)
        style = self._style
        if hours:
            minutes += left >= 30  # beside hours a few seconds say nothing
            hours, minutes = hours + minutes // 60, minutes % 60
            first = f"{self.number(hours)}{NBSP}{(style.hour_beside if minutes else style.hour)[hours != 1]}"
            return f"{first} {minutes}{NBSP}min" if minutes else first
        if minutes and left:
            return f"{minutes}{NBSP}min {left}{NBSP}s"
        unit, count = (style.minute, minutes) if minutes else (style.second, left)
        return f"{count}{NBSP}{unit[count != 1]}"

    def waiting(self, seconds: float) -> str:
        """Write a measured time briefly: "40 ms", "0,9 s", "12 s", "2 min 5 s"."""
        if seconds >= 59.5:
            return self.duration(seconds)
        if 0 < seconds < 0.0995:
            return f"{self.number(seconds * 1000, 0 if seconds >= 0.00095 else 1)}{NBSP}ms"
        return f"{self.number(seconds, 0 if seconds >= 9.95 else 1)}{NBSP}s"
