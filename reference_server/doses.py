"""Appointments that depend on another one, as dose 2 on dose 1: the rule, pure, on local times as text.

Source: in 2021 Vestby and Høyanger gave both appointments together and Larvik the second after the first dose, with
3 to 12 weeks between them.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseTie:
    """A book that follows another: who books in it has an appointment in the first, and comes this long after that.

    `first` and `second` are ids of books. ASSUMPTION: days and weeks are counted on the clock on the wall, so an
    interval over the change to or from summer time is as long as people count it.
    """

    first: str
    second: str
    at_least: dt.timedelta
    at_most: dt.timedelta

    def fits(self, first_start: str, start: str) -> bool:
        """Whether an appointment then keeps the interval to a first one at `first_start`; both ends are kept too."""
        gap = dt.datetime.fromisoformat(start) - dt.datetime.fromisoformat(first_start)
        return self.at_least <= gap <= self.at_most

    def fits_one_of(self, first_starts: Sequence[str], start: str) -> bool:
        """Whether an appointment then keeps the interval to one of the first appointments."""
        return any(self.fits(first, start) for first in first_starts)

    def window(self, first_start: str) -> tuple[str, str]:
        """The earliest and the latest start that keep the interval to a first appointment."""
        first = dt.datetime.fromisoformat(first_start)
        return f"{first + self.at_least:%Y-%m-%dT%H:%M}", f"{first + self.at_most:%Y-%m-%dT%H:%M}"


@dataclass(frozen=True, slots=True)
class NoFirst:
    """The book follows another, in which the citizen has no appointment that stands."""

    first: str


@dataclass(frozen=True, slots=True)
class OutsideInterval:
    """The start is too near the first appointment or too long after it; from `earliest` to `latest` is right."""

    first: str
    earliest: str
    latest: str


@dataclass(frozen=True, slots=True)
class BreaksInterval:
    """The appointment cannot move there: the one that follows it, at `second_start`, would not keep the interval."""

    second: str
    second_start: str


def out_of_turn(tie: DoseTie, first_starts: Sequence[str], start: str) -> NoFirst | OutsideInterval | None:
    """Why somebody with these first appointments cannot have a second one at `start`; None where nothing is wrong."""
    if not first_starts:
        return NoFirst(tie.first)
    if tie.fits_one_of(first_starts, start):
        return None
    earliest, latest = tie.window(max(first_starts))
    return OutsideInterval(tie.first, earliest, latest)


def newly_alone(
    tie: DoseTie, first_starts: Sequence[str], old_start: str, start: str, second_starts: Sequence[str]
) -> list[str]:
    """The second appointments that keep no interval any more once the first one at `old_start` is at `start`.

    `first_starts` are the other first ones; whatever stood alone already holds nobody back.
    """
    before = left_alone(tie, [*first_starts, start, old_start], second_starts)
    return [one for one in left_alone(tie, [*first_starts, start], second_starts) if one not in before]


def left_alone(tie: DoseTie, first_starts: Sequence[str], second_starts: Sequence[str]) -> list[str]:
    """The second appointments that keep the interval to none of these first ones."""
    return [start for start in second_starts if not tie.fits_one_of(first_starts, start)]
