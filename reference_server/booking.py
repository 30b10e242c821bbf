"""The rule of booking, pure: no clock, no lock, no socket.

The simulation lives by it in virtual time, the server guards it with a database, and the tests hold the server's
storage against it step by step.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The reservation got a place, counted from 1, at the time it asked for."""

    place: int


@dataclass(frozen=True, slots=True)
class Rejected:
    """Every place at that time was taken before: «avslag»."""


Decision: TypeAlias = Confirmed | Rejected


class Ledger:
    """Who holds which place of one book: the sequential rule.

    Parameters
    ----------
    places : int
        Places at each time.
    day_of : sequence of int
        (n_times,) the day of each time, ascending.
    """

    __slots__ = ("_day_of", "_free_at", "_free_on", "_holders", "_times_of")

    def __init__(self, places: int, day_of: Sequence[int]) -> None:
        self._day_of = tuple(day_of)
        self._holders: list[list[int]] = [[] for _ in day_of]
        self._free_at = [places] * len(self._day_of)
        days = self._day_of[-1] + 1 if day_of else 0
        self._free_on = [0] * days
        self._times_of: list[list[int]] = [[] for _ in range(days)]
        for time, day in enumerate(day_of):
            self._free_on[day] += places
            self._times_of[day].append(time)

    def free_days(self) -> list[int]:
        """Days with at least one free place, ascending: a snapshot."""
        return [day for day, free in enumerate(self._free_on) if free]

    def free_times(self, day: int) -> list[int]:
        """Times of a day with at least one free place, ascending: a snapshot."""
        return [time for time in self._times_of[day] if self._free_at[time]]

    def reserve(self, time: int, citizen: int) -> Decision:
        """Decide a reservation: the next place of that time, or none left."""
        holders = self._holders[time]
        if not self._free_at[time]:
            return Rejected()
        holders.append(citizen)
        self._free_at[time] -= 1
        self._free_on[self._day_of[time]] -= 1
        return Confirmed(place=len(holders))

    @property
    def booked(self) -> int:
        """Places held."""
        return sum(len(holders) for holders in self._holders)

    @property
    def free(self) -> int:
        """Places not held."""
        return sum(self._free_on)
