"""The form as values: what people wrote, read kindly and held within bounds, or everything that is wrong with it."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from reports.planner.raw import Raw, is_sending_day
from scenarios import register

MOST_INVITED: Final = 100_000
"""Oslo invites as many of an age group. What is larger is a question for `bolk recommend`."""
_YEARS: Final = (2020, 2040)
_SHORTEST_WINDOW_MIN: Final = 30
_NUMBER: Final = re.compile(r"\d{1,3}(?:[ \u00a0\u202f.,']\d{3})+|\d+")
_DECIMAL: Final = re.compile(r"(\d{1,3})(?:[.,](\d))?\s*%?")
_CLOCK: Final = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?")
_DAY: Final = re.compile(r"(\d{1,2})\.\s*(\d{1,2})\.\s*(\d{4})")

Today = Literal["all", "batches", "cohorts", "unknown"]
CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "slots_kind": ("total", "per_day"),
    "today": ("all", "batches", "cohorts", "unknown"),
    "answers": ("fast", "middle", "slow"),
    "first": ("always", "often", "some"),
    "others": ("none", "some", "many"),
    "platform": ("half", "reference", "double"),
}
"""Fields with a closed set of answers, in the order in which they are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What is wrong with one field: a message id of `error`, and what stands in it."""

    name: str
    message: str
    values: Mapping[str, str | int] = field(default_factory=dict[str, str | int])


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Everything the form says. Shares are fractions, lengths are minutes unless they say seconds."""

    municipality: str
    registered: register.RegisteredMunicipality | None
    cohort: str | None
    invited: int
    counted: bool
    """Whether the number invited was looked up, and not written."""
    slots: int
    days: int | None
    """On how many days the appointments are; None where only their number is known."""
    date: dt.date
    window: tuple[dt.time, dt.time]
    today: str
    batch: int
    pause_min: int
    cohorts: int
    uptake: float
    delivered: float
    answers: str
    first: str
    retry: float
    start: dt.time
    finish_by: dt.time
    length_min: int
    places: int
    books: int
    others: str
    platform: str
    rejections: float
    response_s: float
    seed: int


class Reading:
    """Reads one field after the other and keeps every refusal; a refused field reads as something harmless."""

    def __init__(self, raw: Raw) -> None:
        self.raw = raw
        self.refusals: list[Refusal] = []

    def refuse(self, name: str, message: str, **values: str | int) -> None:
        """Keep a refusal; the first of a field is the one that is said."""
        if all(one.name != name for one in self.refusals):
            self.refusals.append(Refusal(name=name, message=message, values=values))

    def number(self, name: str, low: int, high: int) -> int:
        """A whole number, with or without spaces or points between the thousands."""
        text = self.raw[name]
        if not text:
            self.refuse(name, f"missing.{name}")
            return low
        if not _NUMBER.fullmatch(text):
            self.refuse(name, "not_a_number", got=text)
            return low
        value = int(re.sub(r"\D", "", text))
        if not low <= value <= high:
            self.refuse(name, "out_of_range", low=low, high=high)
        return min(max(value, low), high)

    def decimal(self, name: str, low: float, high: float) -> float:
        """A number with at most one decimal; a sign for percent is let pass."""
        found = _DECIMAL.fullmatch(self.raw[name])
        value = float(f"{found[1]}.{found[2] or 0}") if found else None
        if value is None:
            self.refuse(name, "not_a_number", got=self.raw[name])
        elif not low <= value <= high:
            self.refuse(name, "out_of_range", low=f"{low:g}", high=f"{high:g}")
        return low if value is None else min(max(value, low), high)

    def clock(self, name: str) -> dt.time | None:
        """A time of day: 9, 9:00, 09.00."""
        text = self.raw[name]
        found = _CLOCK.fullmatch(text)
        hour, minute = (int(found[1]), int(found[2] or 0)) if found else (99, 0)
        if hour > 23 or minute > 59:
            self.refuse(name, "not_a_clock", got=text)
            return None
        return dt.time(hour, minute)

    def choice(self, name: str) -> str:
        """One of the answers of a closed set."""
        value = self.raw[name]
        if value not in CHOICES[name]:
            self.refuse(name, "not_a_choice")
            return CHOICES[name][0]
        return value


def answers_of(raw: Raw) -> Answers | tuple[Refusal, ...]:
    """Read a whole form, or say everything that is wrong with it, field by field from the top."""
    reading = Reading(raw)
    who, entry, cohort, invited = _invitees(reading)
    counted = not raw["invited"]
    slots, days = _slots(reading)
    date = _date(reading)
    window = _window(reading)
    today = reading.choice("today")
    batch = reading.number("batch", 1, MOST_INVITED) if today == "batches" else 1
    pause = reading.number("pause", 1, 24 * 60) if today == "batches" else 0
    cohorts = reading.number("cohorts", 2, 100) if today == "cohorts" else 2
    start = _start(reading, window, entry)
    answers = Answers(
        municipality=entry.name if entry else who,
        registered=entry,
        cohort=cohort if counted else None,
        invited=invited,
        counted=counted,
        slots=slots,
        days=days,
        date=date,
        window=window,
        today=today,
        batch=batch,
        pause_min=pause,
        cohorts=cohorts,
        uptake=reading.decimal("uptake", 1, 100) / 100,
        delivered=reading.decimal("delivered", 1, 100) / 100,
        answers=reading.choice("answers"),
        first=reading.choice("first"),
        retry=reading.decimal("retry", 0, 100) / 100,
        start=start,
        finish_by=_finish(reading, window, start),
        length_min=reading.number("length", 1, 120),
        places=reading.number("places", 1, 200),
        books=reading.number("books", 1, 20),
        others=reading.choice("others"),
        platform=reading.choice("platform"),
        rejections=reading.decimal("rejections", 0, 100),
        response_s=reading.decimal("response", 0.1, 60),
        seed=reading.number("seed", 0, 999_999_999),
    )
    return tuple(reading.refusals) or answers


def count_of(raw: Raw) -> int | tuple[Refusal, ...]:
    """How many the register has of the municipality and the age group, whatever else the form says."""
    reading = Reading({**raw, "invited": ""})
    _, _, _, invited = _invitees(reading)
    return tuple(reading.refusals) or invited


def _invitees(reading: Reading) -> tuple[str, register.RegisteredMunicipality | None, str | None, int]:
    """Who is invited, and how many: as written, else as the register has it."""
    who, entry, cohort = _who(reading)
    if reading.raw["invited"]:
        return who, entry, cohort, reading.number("invited", 10, MOST_INVITED)
    if entry is not None and cohort is not None:
        return who, entry, cohort, _counted(reading, entry, cohort)
    return who, entry, cohort, 10 if reading.refusals else reading.number("invited", 10, MOST_INVITED)


def _who(reading: Reading) -> tuple[str, register.RegisteredMunicipality | None, str | None]:
    """The municipality, whether or not the register has it, and the age group."""
    name, low, high = (reading.raw[one] for one in ("municipality", "age_from", "age_to"))
    cohort = f"{low}-{high}" if low and high and high != "older" else f"{low}+" if low and high else None
    if (low or high) and cohort is None:
        reading.refuse("age_to" if low else "age_from", "half_an_age_group")
    if cohort is not None:
        try:
            register.bands_of(cohort)
        except register.UnknownCohort:
            reading.refuse("age_to", "no_such_age_group")
            cohort = None
    if not name:
        if cohort and not reading.raw["invited"]:
            reading.refuse("municipality", "age_group_of_whom")
        return "", None, cohort
    try:
        return name, register.find(name, register.YEARS[-1]), cohort
    except register.UnknownMunicipality as problem:
        if cohort and not reading.raw["invited"]:
            reading.refuse("municipality", "several_municipalities" if problem.several else "no_municipality", got=name)
        return name, None, cohort


def _counted(reading: Reading, entry: register.RegisteredMunicipality, cohort: str) -> int:
    count = register.inhabitants(entry, cohort)
    if not 10 <= count <= MOST_INVITED:
        reading.refuse("age_to", "age_group_out_of_range", number=count, low=10, high=MOST_INVITED)
    return count


def _slots(reading: Reading) -> tuple[int, int | None]:
    if reading.choice("slots_kind") == "total":
        return reading.number("slots", 1, 2 * MOST_INVITED), None
    per_day, days = reading.number("per_day", 1, MOST_INVITED), reading.number("days", 1, 60)
    if per_day * days > 2 * MOST_INVITED:
        reading.refuse("per_day", "out_of_range", low=1, high=2 * MOST_INVITED // days)
    return per_day * days, days


def _date(reading: Reading) -> dt.date:
    text, found = reading.raw["date"], _DAY.fullmatch(reading.raw["date"])
    try:
        day = dt.date(int(found[3]), int(found[2]), int(found[1])) if found else dt.date.fromisoformat(text)
    except ValueError:
        reading.refuse("date", "not_a_date", got=text)
        return dt.date(_YEARS[0], 1, 2)
    if not _YEARS[0] <= day.year <= _YEARS[1]:
        reading.refuse("date", "year_out_of_range", low=str(_YEARS[0]), high=str(_YEARS[1]))
    elif not is_sending_day(day):
        reading.refuse("date", "no_sending_day")
    return day


def _window(reading: Reading) -> tuple[dt.time, dt.time]:
    opens, closes = reading.clock("from"), reading.clock("to")
    if opens is None or closes is None:
        return dt.time(9), dt.time(15)
    if _minutes(closes) - _minutes(opens) < _SHORTEST_WINDOW_MIN:
        reading.refuse("to", "window_too_short", least=_SHORTEST_WINDOW_MIN)
        return dt.time(9), dt.time(15)
    return opens, closes


def _start(reading: Reading, window: tuple[dt.time, dt.time], entry: register.RegisteredMunicipality | None) -> dt.time:
    """Off the full hour by a minute that follows from the municipality: neighbours spread without talking.

    ASSUMPTION: half an hour is enough to spread over, and not so long that anybody minds.
    """
    if not reading.raw["first_sms"]:
        off = int(entry.number) % 29 + 1 if entry else 7
        off = min(off, (_minutes(window[1]) - _minutes(window[0])) // 4)
        return _clock(_minutes(window[0]) + off)
    start = reading.clock("first_sms")
    if start is not None and not window[0] <= start < window[1]:
        reading.refuse("first_sms", "outside_window")
    return start or window[0]


def _finish(reading: Reading, window: tuple[dt.time, dt.time], start: dt.time) -> dt.time:
    if not reading.raw["finish_by"]:
        return window[1]
    end = reading.clock("finish_by")
    if end is not None and not start < end <= window[1]:
        reading.refuse("finish_by", "outside_window")
    return end or window[1]


def _minutes(clock: dt.time) -> int:
    return clock.hour * 60 + clock.minute


def _clock(minutes: int) -> dt.time:
    return dt.time(minutes // 60, minutes % 60)
