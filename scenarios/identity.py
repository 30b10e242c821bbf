"""Synthetic national identity numbers: one for every citizen of a plan, and the check that keeps real ones out.

A synthetic number carries its month + 80 and control digits computed after that addition, so it can belong to nobody.
Source: Skatteetaten, folkeregisteret-api-dokumentasjon (test numbers from Tenor; numbers from 2032).
"""

import datetime as dt
import functools
from typing import Final

CITIZENS: Final = 6_000_000
"""How many numbers there are: everyone in Norway, with room."""

_MONTH_SHIFT: Final = 80
_FIRST_BIRTHDAY: Final = dt.date(1930, 1, 1)
_BORN_IN_THE_1900S: Final = range(500)  # the individual numbers of births from 1900 to 1999
_BORN_FROM_2000: Final = range(500, 1000)  # and of births from 2000 to 2039
_PER_BIRTHDAY: Final = 400  # every birthday in use has at least 411 numbers with valid control digits
_FIRST_WEIGHTS: Final = (3, 7, 6, 1, 8, 9, 4, 5, 2)
_SECOND_WEIGHTS: Final = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
_FIRST_REMAINDERS: Final = frozenset({0, 1, 2, 3})  # 0 today, 1 to 3 as well from 2032; both rules hold side by side


def national_number(citizen: int) -> str:
    """The synthetic number of one citizen, 11 digits, always the same and nobody else's.

    Parameters
    ----------
    citizen : int
        From 0 to `CITIZENS` - 1.

    Raises
    ------
    ValueError
        The citizen is outside that range.
    """
    if not 0 <= citizen < CITIZENS:
        raise ValueError(f"a citizen is numbered from 0 to {CITIZENS - 1}, got {citizen}")
    days, place = divmod(citizen, _PER_BIRTHDAY)
    return _numbers_of(_FIRST_BIRTHDAY + dt.timedelta(days=days))[place]


def number_of_birthday(born: dt.date, place: int) -> str:
    """The synthetic number of somebody born on a day from 1900 to 2039.

    Every place has one, always the same; two places of a day may share it. Numbers from 2000 on are never those of
    `national_number`.
    """
    individual = _BORN_IN_THE_1900S if born.year < 2000 else _BORN_FROM_2000
    turned = (individual[(place + step) % len(individual)] for step in range(len(individual)))
    return next(number for one in turned if (number := _completed(f"{_date_digits(born)}{one:03}")) is not None)


def birthday_of(number: str) -> dt.date:
    """The day a synthetic number says its holder was born; one in which `synthetic_problem` finds nothing.

    The individual number tells the century, which holds for numbers given before 2032. The 29th of a February that
    had none is the 1st of March.

    Source: Skatteetaten, folkeregisteret-api-dokumentasjon (individual numbers: 000-499 for 1900-1999, 500-749 for
    1854-1899, 500-999 for 2000-2039, 900-999 for 1940-1999 too).
    """
    day, month = int(number[:2]), int(number[2:4]) - _MONTH_SHIFT
    in_century, individual = int(number[4:6]), int(number[6:9])
    if individual in _BORN_IN_THE_1900S:
        century = 1900
    elif in_century < 40:
        century = 2000
    else:
        century = 1900 if individual >= 900 else 1800
    return date_or_next(century + in_century, month, day - 40 if day > 40 else day)


def date_or_next(year: int, month: int, day: int) -> dt.date:
    """A date; the 29th of a February that has none is the 1st of March."""
    try:
        return dt.date(year, month, day)
    except ValueError:
        return dt.date(year, month, day - 1) + dt.timedelta(days=1)


def synthetic_problem(number: str) -> str | None:
    """What keeps a number from being a synthetic identity number; None where nothing does.

    The text never repeats the number, so it can be logged and shown.
    """
    if len(number) != 11 or not (number.isascii() and number.isdigit()):
        return "an identity number has 11 digits; only synthetic numbers (month + 80) are accepted"
    month = int(number[2:4]) - _MONTH_SHIFT
    if not 1 <= month <= 12:
        return "only synthetic numbers (month + 80) are accepted"
    if not _is_day(int(number[:2]), month):
        return "no such birthday; only synthetic numbers (month + 80) are accepted"
    digits = [int(digit) for digit in number]
    first = (_weighed(digits, _FIRST_WEIGHTS) + digits[9]) % 11
    second = (_weighed(digits, _SECOND_WEIGHTS) + digits[10]) % 11
    if first not in _FIRST_REMAINDERS or second != 0:
        return "wrong control digits; only synthetic numbers (month + 80) are accepted"
    return None


@functools.lru_cache(maxsize=1024)
def _numbers_of(birthday: dt.date) -> tuple[str, ...]:
    date = _date_digits(birthday)
    candidates = (_completed(f"{date}{individual:03}") for individual in _BORN_IN_THE_1900S)
    return tuple(number for number in candidates if number is not None)


def _date_digits(birthday: dt.date) -> str:
    return f"{birthday.day:02}{birthday.month + _MONTH_SHIFT:02}{birthday.year % 100:02}"


def _completed(stem: str) -> str | None:
    digits = [int(digit) for digit in stem]
    for weights in (_FIRST_WEIGHTS, _SECOND_WEIGHTS):
        control = -_weighed(digits, weights) % 11
        if control == 10:
            return None
        digits.append(control)
    return "".join(map(str, digits))


def _weighed(digits: list[int], weights: tuple[int, ...]) -> int:
    return sum(weight * digit for weight, digit in zip(weights, digits, strict=False))


def _is_day(day: int, month: int) -> bool:
    # The century cannot be told from a number of 2032 or later, so every 29 February may exist. A D-number adds 40.
    try:
        dt.date(2000, month, day - 40 if day > 40 else day)
    except ValueError:
        return False
    return True
