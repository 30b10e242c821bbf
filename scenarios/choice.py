"""Which day and which time a citizen picks from what is offered; simulation and load test call the same rule."""

from collections.abc import Sequence
from enum import IntEnum
from typing import assert_never


class Pick(IntEnum):
    """How a citizen chooses; the number stands in plan files."""

    FIRST = 0  # the first free time: «første mulige time»
    PREFERRED = 1  # the first free time from a preferred one on
    UNIFORM = 2  # any of those shown


def choose_day(pick: Pick, where: float, preferred_day: int, days: Sequence[int]) -> int:
    """Pick one of the bookable days.

    Parameters
    ----------
    pick, where
        How, and a number in (0, 1) that settles a uniform choice.
    preferred_day : int
        The wished day; the next bookable one is taken, and the earliest if there is none after it.
    days : sequence of int
        Bookable days in the order in which they are shown, at least one.
    """
    match pick:
        case Pick.FIRST:
            return days[0]
        case Pick.PREFERRED:
            return min((day for day in days if day >= preferred_day), default=min(days))
        case Pick.UNIFORM:
            return days[int(where * len(days))]
        case _:
            assert_never(pick)


def choose_time(pick: Pick, where: float, preferred: int, times: Sequence[int], day_count: int) -> int:
    """Pick one of the free times of the chosen day, given in the order in which they are shown.

    A uniform choice uses what the choice among `day_count` days left of `where`, so that both are uniform and
    independent.
    """
    match pick:
        case Pick.FIRST:
            return times[0]
        case Pick.PREFERRED:
            return min((time for time in times if time >= preferred), default=min(times))
        case Pick.UNIFORM:
            return times[int((where * day_count) % 1.0 * len(times))]
        case _:
            assert_never(pick)
