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
_INDIVIDUAL_NUMBERS: Final = range(500)  # belong to births from 1900 to 1999
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
    date = f"{birthday.day:02}{birthday.month + _MONTH_SHIFT:02}{birthday.year % 100:02}"
    candidates = (_completed(f"{date}{individual:03}") for individual in _INDIVIDUAL_NUMBERS)
    return tuple(number for number in candidates if number is not None)


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
