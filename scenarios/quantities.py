"""Lengths, shares, rates and clock times as people write them: "15 min", "80 %", "50/s", "09:07"."""

import datetime as dt
import re
from decimal import Decimal
from typing import Annotated, Final

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

LONGEST_S: Final = 366 * 86400  # a guard against a slip of the keyboard
_SECONDS_IN: Final = {
    "ms": Decimal("0.001"),
    "s": 1, "sec": 1, "sek": 1, "second": 1, "seconds": 1, "sekund": 1, "sekunder": 1,
    "m": 60, "min": 60, "minute": 60, "minutes": 60, "minutt": 60, "minutter": 60,
    "h": 3600, "t": 3600, "hour": 3600, "hours": 3600, "time": 3600, "timer": 3600,
    "d": 86400, "day": 86400, "days": 86400, "dag": 86400, "dager": 86400,
}  # fmt: skip
_NUMBER: Final = r"\d[\d \u00a0\u202f_]*(?:[.,]\d+)?"  # no-break spaces, as in «3 000» out of a text editor
_TERM: Final = re.compile(rf"\s*({_NUMBER})\s*([a-zA-Z]+)\s*")
_ISO: Final = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?")
_RATE: Final = re.compile(rf"\s*({_NUMBER})\s*/\s*(s|min|h|t|time|hour)\s*")
_SHARE: Final = re.compile(rf"\s*({_NUMBER})\s*%\s*")
_LENGTH_HINT: Final = 'write for example "15 min", "1 h 30 min", "250 ms" or "PT15M"'
_CLOCK: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?")


def _refusal(what: str, hint: str, got: object) -> PydanticCustomError:
    return PydanticCustomError("quantity", "{what}, got {got}", {"what": what, "hint": hint, "got": repr(got)})


def _number(text: str) -> Decimal:
    # Decimal, so that what a file says is rounded once, to the nearest float, and can be written again exactly.
    return Decimal(re.sub(r"[ \u00a0\u202f_]", "", text).replace(",", "."))


def seconds_of(value: object) -> float:
    """Read a length of time.

    Parameters
    ----------
    value : object
        "15 min", "1 h 30 min", "2 timer", "250 ms" or ISO 8601 "PT15M".

    Returns
    -------
    float
        Seconds.

    Raises
    ------
    PydanticCustomError
        A bare number (the unit is missing) text that is not a length, or more than a year; carries a hint.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise _refusal("a length needs a unit", f'write "{value:g} min" or "{value:g} s"', value)
    if not isinstance(value, str):
        raise _refusal("expected a length of time", _LENGTH_HINT, value)
    iso = _ISO.fullmatch(value.strip())
    if iso and any(iso.groups()):
        hours, minutes, seconds = (Decimal(part or 0) for part in iso.groups())
        total = hours * 3600 + minutes * 60 + seconds
    else:
        total = _sum_of_terms(value)
    if total > LONGEST_S:
        raise _refusal("longer than a year", _LENGTH_HINT, value)
    return float(total)


def _sum_of_terms(text: str) -> Decimal:
    terms = _TERM.findall(text)
    if not terms or "".join(_TERM.split(text)[::3]).strip():
        raise _refusal("expected a length of time", _LENGTH_HINT, text)
    unknown = [unit for _, unit in terms if unit.lower() not in _SECONDS_IN]
    if unknown:
        raise _refusal(f"unknown unit of time '{unknown[0]}'", _LENGTH_HINT, text)
    return sum((_number(number) * _SECONDS_IN[unit.lower()] for number, unit in terms), Decimal(0))


def per_second_of(value: object) -> float:
    """Read a rate, "50/s" or "3 000/min", as events per second; a bare number is refused."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise _refusal("a rate needs a unit", f'write "{value:g}/s" or "{value:g}/min"', value)
    match = _RATE.fullmatch(value) if isinstance(value, str) else None
    if not match:
        raise _refusal("expected a rate", 'write for example "50/s" or "3 000/min"', value)
    return float(_number(match[1]) / {"s": 1, "min": 60}.get(match[2], 3600))


def fraction_of(value: object) -> float:
    """Read a share, "80 %" or 0.8, as a fraction between 0 and 1; 80 without the sign is refused."""
    match = _SHARE.fullmatch(value) if isinstance(value, str) else None
    if match:
        fraction = float(_number(match[1]) / 100)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        fraction = float(value)
    else:
        raise _refusal("expected a share", 'write for example "80 %" or 0.8', value)
    if not 0 <= fraction <= 1:
        hint = f'write "{value:g} %"' if isinstance(value, int | float) else "a share lies between 0 % and 100 %"
        raise _refusal("a share lies between 0 % and 100 %", hint, value)
    return fraction


def clock_of(value: object) -> dt.time:
    """Read a time of day: "09:07" or a TOML local time."""
    if isinstance(value, dt.time) and value.microsecond:
        raise _refusal("a time of day goes to the second", 'write for example "09:07"', value.isoformat())
    if isinstance(value, dt.time):
        return value
    match = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if not match:
        raise _refusal("expected a time of day", 'write for example "09:07"', value)
    return dt.time(int(match[1]), int(match[2]), int(match[3] or 0))


def seconds_since_midnight(clock: dt.time) -> float:
    """A time of day as a number of seconds."""
    return clock.hour * 3600.0 + clock.minute * 60.0 + clock.second


def length_text(seconds: float) -> str:
    """Write a length the way a scenario file does, exactly: 900.0 becomes "15 min"."""
    exact = _exact(seconds)
    for unit in ("h", "min"):
        if seconds and exact % _SECONDS_IN[unit] == 0:
            return f"{_plain(exact / _SECONDS_IN[unit])} {unit}"
    return f"{_plain(exact * 1000)} ms" if 0 < seconds < 1 else f"{_plain(exact)} s"


def rate_text(per_second: float) -> str:
    """Write a rate the way a scenario file does, exactly, by the minute or hour where that is a whole number."""
    for unit, size in (("s", 1), ("min", 60), ("h", 3600)):
        count = round(per_second * size)
        if count and count / size == per_second:
            return f"{count}/{unit}"
    return f"{_plain(_exact(per_second))}/s"


def share_text(fraction: float) -> str:
    """Write a share the way a scenario file does, exactly."""
    return f"{_plain(_exact(fraction) * 100)} %"


def _exact(number: float) -> Decimal:
    return Decimal(repr(number))


def _plain(number: Decimal) -> str:
    """Digits without exponent or superfluous zeros."""
    return f"{number.normalize():f}"


def clock_text(clock: dt.time) -> str:
    """Write a time of day; seconds only where there are any."""
    return clock.strftime("%H:%M:%S" if clock.second else "%H:%M")


def _text(pattern: str, *examples: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern, "examples": list(examples)})


Seconds = Annotated[
    float,
    BeforeValidator(seconds_of),
    PlainSerializer(length_text, when_used="json"),
    _text(rf"^(\s*{_NUMBER}\s*[a-zA-Z]+\s*)+$|^PT", "15 min", "1 h 30 min", "250 ms"),
]
PerSecond = Annotated[
    float,
    BeforeValidator(per_second_of),
    PlainSerializer(rate_text, when_used="json"),
    _text(rf"^\s*{_NUMBER}\s*/\s*(s|min|h|t|time|hour)\s*$", "50/s", "3000/min"),
]
Fraction = Annotated[
    float,
    BeforeValidator(fraction_of),
    PlainSerializer(share_text, when_used="json"),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": rf"^\s*{_NUMBER}\s*%\s*$"},
                {"type": "number", "minimum": 0, "maximum": 1},
            ],
            "examples": ["80 %", 0.8],
        }
    ),
]
Clock = Annotated[
    dt.time,
    BeforeValidator(clock_of),
    PlainSerializer(clock_text, when_used="json"),
    _text(r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$", "09:07"),
]
