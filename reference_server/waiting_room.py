"""The waiting room in front of the booking, pure: who is let in when, with the clock and the chance given to it.

The server and the simulation live by it alike.
"""

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, assert_never

from scenarios.booking_platform import WaitingRoomRules
from scenarios.strategy import QueueOrder

MINUTE_S: Final = 60.0

ASK_AGAIN_S: Final = 15.0
"""Longest time until somebody who waits asks again: a place that becomes free is not left empty for longer.
ASSUMPTION, as is the shortest, 1 s."""

FORGOTTEN_S: Final = 120.0
"""Who waits and does not ask again for this long has left, and loses the place. ASSUMPTION."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """The visitor is inside until then, in seconds of the room's clock."""

    until_s: float


@dataclass(frozen=True, slots=True)
class Queued:
    """The visitor waits.

    `position` counts from 1 for the next to be let in; those before who have left may still be counted, and where
    chance decides it is the number of those who wait. `wait_s` is an estimate, for visitors who all stay to the end.
    """

    position: int
    wait_s: float

    @property
    def ask_again_s(self) -> float:
        """When to ask again, in whole seconds from now: when the turn may come, but soon enough to be remembered."""
        return float(math.ceil(min(max(self.wait_s, 1.0), ASK_AGAIN_S)))


@dataclass(slots=True)
class _Place:
    number: int
    asked_s: float


class WaitingRoom:
    """The room's memory of who is inside and who waits.

    Time is given with every visit and must not run backwards. Nothing happens between visits: a place that has become
    free is given away at the next one, to whoever is first.

    Parameters
    ----------
    rules : WaitingRoomRules
    chance : callable
        A whole number from 0 up to, not including, the one given: who is next where the order is random.
    forgotten_s : float
        Who does not ask again for so many seconds has left.
    """

    def __init__(self, rules: WaitingRoomRules, chance: Callable[[int], int], forgotten_s: float = FORGOTTEN_S) -> None:
        self._rules = rules
        self._chance = chance
        self._forgotten_s = forgotten_s
        self._inside: dict[str, float] = {}  # until when; the first to come is the first to go
        self._queue: dict[str, _Place] = {}  # in order of arrival
        self._admitted_s: deque[float] = deque(maxlen=rules.new_users_per_minute)
        self._arrivals = 0

    @property
    def active(self) -> int:
        """How many were inside at the latest visit."""
        return len(self._inside)

    @property
    def queued(self) -> int:
        """How many waited at the latest visit."""
        return len(self._queue)

    def visit(self, visitor: str, now_s: float) -> Admitted | Queued:
        """A visitor asks to come in, for the first time or again."""
        while self._inside and (first := next(iter(self._inside.items())))[1] <= now_s:
            del self._inside[first[0]]
        if visitor not in self._inside:
            self._wait(visitor, now_s)
            self._admit(now_s)
        until_s = self._inside.get(visitor)
        return self._queued(visitor, now_s) if until_s is None else Admitted(until_s)

    def _wait(self, visitor: str, now_s: float) -> None:
        place = self._queue.get(visitor)
        if place is not None and self._has_left(place, now_s):
            del self._queue[visitor]
            place = None
        if place is None:
            self._arrivals += 1
            self._queue[visitor] = _Place(self._arrivals, now_s)
        else:
            place.asked_s = now_s

    def _admit(self, now_s: float) -> None:
        if self._opens_s() <= now_s:
            self._queue = {one: place for one, place in self._queue.items() if not self._has_left(place, now_s)}
        while self._queue and self._opens_s() <= now_s:
            visitor = self._next()
            del self._queue[visitor]
            self._inside[visitor] = now_s + self._rules.session_duration
            self._admitted_s.append(now_s)

    def _next(self) -> str:
        match self._rules.order:
            case QueueOrder.FIFO:
                return next(iter(self._queue))
            case QueueOrder.RANDOM:
                return list(self._queue)[self._chance(len(self._queue))]
            case _:
                assert_never(self._rules.order)

    def _opens_s(self) -> float:
        """When the next may come in: a place is free, and the minute has room."""
        full = len(self._inside) >= self._rules.total_active_users
        place_s = next(iter(self._inside.values())) if full else -math.inf
        busy = len(self._admitted_s) == self._rules.new_users_per_minute
        return max(place_s, self._admitted_s[0] + MINUTE_S if busy else -math.inf)

    def _queued(self, visitor: str, now_s: float) -> Queued:
        rules = self._rules
        position = len(self._queue)
        if rules.order is QueueOrder.FIFO:
            position = self._queue[visitor].number - next(iter(self._queue.values())).number + 1
        per_s = min(rules.new_users_per_minute / MINUTE_S, rules.total_active_users / rules.session_duration)
        return Queued(position, max(0.0, self._opens_s() - now_s) + (position - 1) / per_s)

    def _has_left(self, place: _Place, now_s: float) -> bool:
        return place.asked_s + self._forgotten_s < now_s
