"""The rule of booking, pure: no clock, no lock, no socket.

The simulation lives by it in virtual time, the server guards it with a database, and the tests hold the server's
storage against it step by step.
"""

import datetime as dt
import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from reference_server.doses import DoseTie
from reference_server.meeting import Meeting


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The reservation got a place, counted from 1, at the time it asked for."""

    place: int


@dataclass(frozen=True, slots=True)
class Rejected:
    """Every place at that time was taken before: «avslag»."""


Decision: TypeAlias = Confirmed | Rejected


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a book asks of those who book in it.

    `most_active` is how many reservations one citizen may have there that are sent, held or confirmed; None is any
    number. An appointment is cancelled or changed this long before it starts at the latest; after that the citizen
    calls. `follows` says which book comes first, where there is one, and `followed_by` which books come after this one.
    Who is given a time from the waiting list, and so is not asked how to meet, meets as `unasked` has it. ASSUMPTION:
    one appointment each, and a day's notice so that the place can be given again.

    Pages and API hold everybody to the same terms. A load test does not meet the limit: its citizens, as the simulated
    ones, come back only after a rejection or an empty list, and then nothing of theirs is active.

    The citizen is reminded `remind_ahead` of the start. Source: c19.no sent an SMS 24 hours before
    (sogndal.kommune.no), Larvik the day before (larvik.kommune.no); PatientSky reminds 48 hours before
    (help.patientsky.com, timetyper).
    """

    most_active: int | None = 1
    cancel_ahead: dt.timedelta = dt.timedelta(days=1)
    change_ahead: dt.timedelta = dt.timedelta(days=1)
    remind_ahead: dt.timedelta = dt.timedelta(days=1)
    follows: DoseTie | None = None
    followed_by: tuple[DoseTie, ...] = ()
    unasked: Meeting = Meeting.PLACE

    @property
    def has_waitlist(self) -> bool:
        """Whether one can wait for a place; not in a book that follows another, where each has an interval.

        ASSUMPTION: the guide is silent.
        """
        return self.follows is None

    def allows_another(self, active: int) -> bool:
        """Whether a citizen with this many active reservations may have one more."""
        return self.most_active is None or active < self.most_active

    def first_cancellable(self, now: dt.datetime) -> str:
        """The earliest start, in local time to the minute, that can still be cancelled."""
        return _minute_at_or_after(now + self.cancel_ahead)

    def first_changeable(self, now: dt.datetime) -> str:
        """The earliest start, in local time to the minute, that can still be changed."""
        return _minute_at_or_after(now + self.change_ahead)


UNLIMITED: Final = Terms(most_active=None)


class Ledger:
    """Who holds which place of one book: the sequential rule.

    Parameters
    ----------
    places : int
        Places at each time.
    day_of : sequence of int
        (n_times,) the day of each time, ascending.
    """

    __slots__ = ("_day_of", "_free_at", "_free_on", "_freed", "_holders", "_times_of")

    def __init__(self, places: int, day_of: Sequence[int]) -> None:
        self._day_of = tuple(day_of)
        self._holders: list[dict[int, int]] = [{} for _ in day_of]
        self._freed: dict[int, list[int]] = {}
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
        """Decide a reservation: the lowest free place of that time, or none left."""
        holders = self._holders[time]
        if not self._free_at[time]:
            return Rejected()
        freed = self._freed.get(time)  # every place up to the highest one ever given is held or in here
        place = heapq.heappop(freed) if freed else len(holders) + 1
        holders[place] = citizen
        self._free_at[time] -= 1
        self._free_on[self._day_of[time]] -= 1
        return Confirmed(place=place)

    def cancel(self, time: int, place: int) -> None:
        """Free a place that is held, to be given again.

        Raises
        ------
        KeyError
            Nobody holds it.
        """
        del self._holders[time][place]
        heapq.heappush(self._freed.setdefault(time, []), place)
        self._free_at[time] += 1
        self._free_on[self._day_of[time]] += 1

    def change(self, time: int, place: int, new_time: int) -> Decision:
        """Move the holder of a place to another time: the new place first, and the old one is freed only then."""
        decision = self.reserve(new_time, self._holders[time][place])
        if isinstance(decision, Confirmed):
            self.cancel(time, place)
        return decision

    def holder(self, time: int, place: int) -> int | None:
        """Who holds a place; None where it is free."""
        return self._holders[time].get(place)

    @property
    def booked(self) -> int:
        """Places held."""
        return sum(len(holders) for holders in self._holders)

    @property
    def free(self) -> int:
        """Places not held."""
        return sum(self._free_on)


def _minute_at_or_after(moment: dt.datetime) -> str:
    return f"{moment + dt.timedelta(microseconds=60_000_000 - 1):%Y-%m-%dT%H:%M}"
