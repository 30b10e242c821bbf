"""A small synthetic population register: who is whose child, and who gave whom a mandate.

It takes the place of Folkeregisteret and of the mandates (fullmakter) of Helsenorge, for synthetic numbers only. Some
persons stand in it by name, for the pages; every fourth of all others who are old enough has a child by a rule, so any
plan and any typed number can meet one. Numbers stay inside: what comes out names people by the server's opaque keys.

Source: helsenorge.no/timeavtaler. Parents act for children below 12; between 12 and 16 they see and book no more than
appointments with the municipality and the general practitioner. This server has appointments with the municipality
alone, so one limit is left: at 16 a child is represented no longer, without a mandate.
"""

import datetime as dt
import functools
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from scenarios.identity import birthday_of, date_or_next, national_number, number_of_birthday

OF_AGE: Final = 16
"""Years at which a child is represented no longer. Source: helsenorge.no/timeavtaler."""
PARENT_FROM: Final = 18
"""Years a parent by the rule has at least at the birth of the child. ASSUMPTION."""
ONE_IN: Final = 4
"""One in so many has a child by the rule. ASSUMPTION: often enough to be met, seldom enough to cost nothing."""

_BIRTHS: Final = (dt.date(2006, 1, 1), dt.date(2026, 1, 1))  # of children by the rule: some are below 16 till 2041
_APART: Final = 1_000_003  # persons of different ages
_ORDINARY: Final = ("Blid Bjørk", "Kvikk Elg", "Lun Lyng", "Modig Måke", "Rask Røyskatt", "Stille Fjord")
_BORN: Final = {
    "Varm Vind": dt.date(1986, 4, 12),
    "Trygg Tinde": dt.date(1984, 11, 23),
    "Liten Lerke": dt.date(2017, 9, 14),
    "Spe Spire": dt.date(2007, 6, 1),
}
_PARENTS: Final = {"Liten Lerke": ("Varm Vind", "Trygg Tinde"), "Spe Spire": ("Varm Vind",)}
_MANDATES: Final = (  # who may act for whom, from a day to another
    ("Varm Vind", "Blid Bjørk", dt.date(2020, 1, 1), dt.date(2041, 1, 1)),
    ("Varm Vind", "Stille Fjord", dt.date(2019, 1, 1), dt.date(2021, 1, 1)),
)
_FIRST_NAMES: Final = ("Glad", "Lett", "Liten", "Myk", "Rund", "Snill", "Spe", "Varm")
_LAST_NAMES: Final = ("Bekk", "Due", "Kvist", "Mose", "Rev", "Sky", "Spurv", "Stein")


class Kind(StrEnum):
    """Why one may act for somebody."""

    CHILD = "child"
    MANDATE = "mandate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """One citizen may act for another, `whom` by key, from a day on and no longer on another.

    For a child these are its birth and its 16th birthday.
    """

    whom: str
    name: str
    kind: Kind
    since: dt.date
    until: dt.date

    def holds(self, today: dt.date) -> bool:
        """Whether one may act on that day."""
        return self.since <= today < self.until

    def packed(self) -> list[str]:
        """As texts, for a signed token or cookie."""
        return [self.whom, self.name, self.kind, self.since.isoformat(), self.until.isoformat()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who has logged in: a key, and those for whom this person may act, now or at another time."""

    key: str
    relations: Sequence[Relation] = ()


def unpacked(texts: Sequence[Any]) -> Relation:
    """The relation that was packed."""
    whom, name, kind, since, until = texts
    return Relation(
        whom=whom, name=name, kind=Kind(kind), since=dt.date.fromisoformat(since), until=dt.date.fromisoformat(until)
    )


def persons() -> Mapping[str, str]:
    """The numbers of those who stand in the register by name and log in, by their made-up names.

    The names are in the way of Tenor, the state's own register of synthetic persons.
    """
    return {name: number for name, number in _by_name().items() if name not in _PARENTS}


def relations_of(number: str, key_of: Callable[[str], str]) -> list[Relation]:
    """For whom the holder of a synthetic number may act, at any time.

    Parameters
    ----------
    number : str
        One in which `synthetic_problem` finds nothing.
    key_of : callable
        The key that stands for a number.
    """
    numbers = _by_name()
    if number not in numbers.values():
        by_rule = child_by_rule(number)
        return [] if by_rule is None else [_child(*by_rule, key_of)]
    name = next(name for name, known in numbers.items() if known == number)
    children = [_child(numbers[child], child, key_of) for child, parents in _PARENTS.items() if name in parents]
    mandates = [
        Relation(whom=key_of(numbers[whom]), name=whom, kind=Kind.MANDATE, since=since, until=until)
        for holder, whom, since, until in _MANDATES
        if holder == name
    ]
    return children + mandates


def child_by_rule(number: str) -> tuple[str, str] | None:
    """Number and name of the child that the rule gives to the holder of a number; None for most.

    The rule is a digest of the number, so it needs no memory and is the same on every server.
    """
    digest = hashlib.sha256(b"child of " + number.encode()).digest()
    if digest[0] % ONE_IN:
        return None
    first, last = _BIRTHS
    born = first + dt.timedelta(days=int.from_bytes(digest[1:5]) % (last - first).days)
    if _years_after(birthday_of(number), PARENT_FROM) > born:
        return None
    name = f"{_FIRST_NAMES[digest[7] % len(_FIRST_NAMES)]} {_LAST_NAMES[digest[8] % len(_LAST_NAMES)]}"
    return number_of_birthday(born, int.from_bytes(digest[5:7])), name


def _child(number: str, name: str, key_of: Callable[[str], str]) -> Relation:
    born = birthday_of(number)
    return Relation(whom=key_of(number), name=name, kind=Kind.CHILD, since=born, until=_years_after(born, OF_AGE))


def _years_after(born: dt.date, years: int) -> dt.date:
    return date_or_next(born.year + years, born.month, born.day)


@functools.cache
def _by_name() -> dict[str, str]:
    ordinary = {name: national_number(place * _APART) for place, name in enumerate(_ORDINARY)}
    return ordinary | {name: number_of_birthday(born, 0) for name, born in _BORN.items()}
