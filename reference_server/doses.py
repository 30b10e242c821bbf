"""Appointments that depend on another one, as dose 2 on dose 1: the rule, pure, on local times as text.

Source: in 2021 Vestby and Høyanger gave both appointments together and Larvik the second after the first dose, with
3 to 12 weeks between them.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseTie:
    """A book that follows another: who books in it has an appointment in the first, and comes this long after that.

    `first` is the id of the book that is followed. ASSUMPTION: days and weeks are counted on the clock at the wall, so
    an interval over the change to or from summer time is as long as people count it.
    """

    first: str
    at_least: dt.timedelta
    at_most: dt.timedelta

    def fits(self, first_start: str, start: str) -> bool:
        """Whether an appointment then keeps the interval to a first one at `first_start`; both ends are kept too."""
        gap = dt.datetime.fromisoformat(start) - dt.datetime.fromisoformat(first_start)
        return self.at_least <= gap <= self.at_most

    def window(self, first_start: str) -> tuple[str, str]:
        """The earliest and the latest start that fit."""
        first = dt.datetime.fromisoformat(first_start)
        return f"{first + self.at_least:%Y-%m-%dT%H:%M}", f"{first + self.at_most:%Y-%m-%dT%H:%M}"


def first_that_fits(tie: DoseTie, firsts: Iterable[str], start: str) -> str | None:
    """The start of a first appointment that one at `start` keeps the interval to; None where there is none."""
    return next((one for one in firsts if tie.fits(one, start)), None)


def broken_by(tie: DoseTie, kept: Sequence[str], seconds: Iterable[str]) -> list[str]:
    """The second appointments that fit no first one any more when these first ones are kept."""
    return [start for start in seconds if first_that_fits(tie, kept, start) is None]
