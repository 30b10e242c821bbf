"""What stands in the form, as text: every field with what it holds when nobody has touched it."""

import datetime as dt
from collections.abc import Mapping
from typing import Final

from scenarios.public_holidays import public_holiday

ESSENTIAL: Final = (
    "municipality", "age_from", "age_to", "invited",
    "slots_kind", "slots", "per_day", "days",
    "date", "from", "to",
    "today", "batch", "pause", "cohorts",
)  # fmt: skip
"""The four questions that everybody answers."""

DEFAULTS: Final[Mapping[str, str]] = {
    "uptake": "80",
    "delivered": "95",
    "answers": "middle",
    "first": "often",
    "retry": "85",
    "first_sms": "",
    "finish_by": "",
    "length": "5",
    "places": "5",
    "books": "2",
    "others": "none",
    "platform": "reference",
    "rejections": "20",
    "response": "2",
    "seed": "1",
}
"""What is under the fold, and its usual value; empty follows from the rest. ASSUMPTION, each as in `medium.toml`."""

LONGEST: Final = 60
"""Characters of one field. No municipality has a name as long."""

Raw = Mapping[str, str]


def raw_of(query: Mapping[str, str], today: dt.date) -> dict[str, str]:
    """The whole form with what a query says in it; unknown fields are left out, and text is cut at `LONGEST`."""
    plain = {
        **dict.fromkeys(ESSENTIAL, ""),
        "slots_kind": "total",
        "date": next_sending_day(today).isoformat(),
        "from": "09:00",
        "to": "20:00",
        "today": "all",
        **DEFAULTS,
    }
    return {name: query[name].strip()[:LONGEST] if name in query else usual for name, usual in plain.items()}


def next_sending_day(today: dt.date) -> dt.date:
    """The first weekday after today that is no public holiday."""
    day = today + dt.timedelta(days=1)
    while not is_sending_day(day) or day.isoweekday() == 6:
        day += dt.timedelta(days=1)
    return day


def is_sending_day(day: dt.date) -> bool:
    """SMS go on every day but Sundays and public holidays."""
    return day.isoweekday() != 7 and public_holiday(day) is None


def changed(raw: Raw) -> list[str]:
    """The fields under the fold that somebody has changed."""
    return [name for name, usual in DEFAULTS.items() if raw[name] != usual]
