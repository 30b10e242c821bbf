"""The waiting room in front of the booking, pure: who is let in when, with the clock and the chance given to it.

The names are those that waiting rooms on the market share.
Source: Cloudflare, Waiting Room, configuration settings.
"""

import math
import random
from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, assert_never

MINUTE_S: Final = 60.0


class QueueingMethod(StrEnum):
    """Who of those that wait is let in next."""

    FIFO = "fifo"
    RANDOM = "random"


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingRoomRules:
    """How many may be inside at a time, how many may come in a minute, and how long each may stay.

    Who waits and does not ask again within `patience_s` has left, and loses the place in the queue.
    """

    total_active_users: int
    new_users_per_minute: int
    session_duration_s: float
    queueing_method: QueueingMethod = QueueingMethod.FIFO
    patience_s: float = 120.0

    def __post_init__(self) -> None:
        limits = (self.total_active_users, self.new_users_per_minute, self.session_duration_s, self.patience_s)
        if not all(0 < limit < math.inf for limit in limits):
            raise ValueError(f"every limit of a waiting room must be above 0, got {self}")


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


@dataclass(slots=True)
class _Place:
    number: int
    asked_s: float


class WaitingRoom:
    """The room's memory of who is inside and who waits.

    Time is given with every visit and must not run backwards. Nothing happens between visits: a place that has become
    free is given away at the next one, to whoever is first.
    """

    def __init__(self, rules: WaitingRoomRules, chance: random.Random) -> None:
        self._rules = rules
        self._chance = chance
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
            self._inside[visitor] = now_s + self._rules.session_duration_s
            self._admitted_s.append(now_s)

    def _next(self) -> str:
        match self._rules.queueing_method:
            case QueueingMethod.FIFO:
                return next(iter(self._queue))
            case QueueingMethod.RANDOM:
                return self._chance.choice(list(self._queue))
            case _:
                assert_never(self._rules.queueing_method)

    def _opens_s(self) -> float:
        """When the next may come in: a place is free, and the minute has room."""
        full = len(self._inside) >= self._rules.total_active_users
        place_s = next(iter(self._inside.values())) if full else -math.inf
        busy = len(self._admitted_s) == self._rules.new_users_per_minute
        return max(place_s, self._admitted_s[0] + MINUTE_S if busy else -math.inf)

    def _queued(self, visitor: str, now_s: float) -> Queued:
        rules = self._rules
        position = len(self._queue)
        if rules.queueing_method is QueueingMethod.FIFO:
            position = self._queue[visitor].number - next(iter(self._queue.values())).number + 1
        per_s = min(rules.new_users_per_minute / MINUTE_S, rules.total_active_users / rules.session_duration_s)
        return Queued(position, max(0.0, self._opens_s() - now_s) + (position - 1) / per_s)

    def _has_left(self, place: _Place, now_s: float) -> bool:
        return place.asked_s + self._rules.patience_s < now_s
