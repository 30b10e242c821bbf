"""What the pages say: one catalogue for each language, and how each writes dates and lengths of time."""

import datetime as dt
import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final, Literal, TypeAlias, assert_never, cast, get_args

from reference_server.messages import title
from reference_server.pages.card import BookCard

LanguageCode: TypeAlias = Literal["nb", "en"]
LANGUAGES: Final[tuple[LanguageCode, ...]] = get_args(LanguageCode)
DEFAULT: Final[LanguageCode] = "nb"


@dataclass(frozen=True, slots=True)
class Language:
    """A catalogue and the notation that goes with it."""

    code: LanguageCode
    messages: Mapping[str, str]

    def text(self, message: str, /, **values: object) -> str:
        """Say a message with its placeholders filled; `KeyError` where there is no such message."""
        return self.messages[message].format_map(values)

    def month(self, day: dt.date) -> str:
        """The month of a date and its year, "mai 2021"."""
        return f"{self.messages[f'months.{day.month}']} {day.year}"

    def day(self, day: dt.date) -> str:
        """A date with its weekday, "mandag 10. mai 2021"."""
        weekday = self.messages[f"weekdays.{day.isoweekday()}"]
        return self.text("notation.day", weekday=weekday, day=day.day, month=self.month(day))

    def moment(self, moment: dt.datetime) -> str:
        """A date with its time of day, "mandag 10. mai 2021, kl. 08:30"."""
        return self.text("notation.moment", day=self.day(moment), clock=f"{moment:%H:%M}")

    def length(self, seconds: float) -> str:
        """A length of time in whole minutes, "5 min"; in hours where they come out even."""
        minutes = round(seconds / 60)
        if minutes and minutes % 60 == 0:
            hours = minutes // 60
            return self.text("notation.hour" if hours == 1 else "notation.hours", hours=hours)
        return self.text("notation.minutes", minutes=minutes)

    def days(self, length: dt.timedelta) -> str:
        """A long time in whole weeks where they come out even, "3 uker", else in days or as `length` has it."""
        if length % dt.timedelta(days=1) or length < dt.timedelta(days=2):
            return self.length(length.total_seconds())
        if length.days % 7 == 0:
            return self.text("notation.week" if length.days == 7 else "notation.weeks", weeks=length.days // 7)
        return self.text("notation.days", days=length.days)

    def title(self, start: dt.datetime, card: BookCard) -> str:
        """The line of a confirmed appointment; in bokmål letter by letter as the guide has it."""
        match self.code:
            case "nb":
                return title(start, card.book)
            case "en":
                return self.text(
                    "notation.title",
                    date=f"{start.day} {self.month(start)}",
                    clock=f"{start:%H:%M}",
                    time_to=self.messages[f"types.{card.book.type}"],
                    book=card.book.name,
                    municipality=card.book.municipality_name,
                )
            case _:
                assert_never(self.code)


@functools.cache
def language_of(code: LanguageCode) -> Language:
    """The language with that code."""
    catalogue = files("reference_server.pages").joinpath(f"{code}.toml").read_text(encoding="utf-8")
    return Language(code, _flat(tomllib.loads(catalogue)))


def _flat(table: dict[str, Any], above: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for name, value in table.items():
        path = f"{above}{name}"
        flat |= _flat(cast(dict[str, Any], value), f"{path}.") if isinstance(value, dict) else {path: value}
    return flat
