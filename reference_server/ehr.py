"""The record system (EPJ): takes reservations in order of arrival, decides each and answers when its work is done.

What comes free it gives to those on the waiting list of the book.
"""

import heapq
import math
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, NoReturn

from reference_server.booking import Terms
from reference_server.local_time import local_clock
from reference_server.pace import Pace, ServiceTimes
from reference_server.storage import Storage, StorageUnavailable, Waiting
from scenarios.scenario import Scenario

BEAT_EVERY_S: Final = 1.0
_LOOK_AT_SWITCH_S: Final = 0.1
"""ASSUMPTION: soon enough for a load test, which may run a hundred times as fast as the clock, and a read each."""

MOST_AT_ONCE: Final = 64
"""Reservations that are committed together. ASSUMPTION: 5 to 10 ms of work, for which citizens who write wait."""

_LOOK_EVERY_S: Final = 0.01
"""Also how long reservations may gather: one commit for each would take half of what the disk can do."""

_FILL_EVERY_S: Final = 0.1
"""How long it lets a list be where nothing was free. ASSUMPTION: nobody in line notices, and the database hardly."""

_CLOCK_STEP_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class Link:
    """How messages reach the record system: the share of deliveries that fail, and that come twice."""

    failing: float = 0.0
    repeated: float = 0.0


FAULTLESS: Final = Link()


@dataclass(frozen=True, slots=True)
class _Work:
    """A delivery that keeps a worker busy until then; one that fails decides nothing."""

    reservation: str
    done_s: float
    fails: bool


class Ehr:
    """The record system's workers, and when each is free again.

    One loop stands for all workers: a decision is committed when a worker takes the reservation up, and shows when
    that worker is done. The worker counts as begun when it was free and the reservation there, not when the loop
    came to see it, so a late loop takes nothing from the capacity. What is taken up at one look is committed at once.
    A message stays with the sender until it is decided, so it is delivered at least once, and again after a failure:
    work that outlasts the scenario's time-out is broken off, and nothing is decided.

    Between decisions, places that are free in a book go to those who wait for one there. Until then such a place can
    be booked by anybody: the first that is committed wins. Only times as far ahead as the book's deadline for
    cancelling are given (ASSUMPTION): who is given a time unasked must have time to come, or to say no.
    """

    def __init__(
        self,
        scenario: Scenario,
        storage: Storage,
        pace: Pace,
        speedup: float,
        now_s: float,
        link: Link = FAULTLESS,
        terms_of: Callable[[str], Terms] = lambda _: Terms(),
    ) -> None:
        station = scenario.platform.ehr
        scale = 1 / speedup if pace is Pace.SCENARIO else 0.0
        self._times = ServiceTimes(station.service_time * scale, scenario.platform.sigma)
        self._timeout_s = math.inf if station.timeout is None or not scale else station.timeout * scale
        self._failing = max(link.failing, (station.failing or 0.0) if scale else 0.0)
        self._redelivered_after_s = station.redelivered_after_s / speedup
        self._most_deliveries = station.most_deliveries
        self._chance = random.Random(scenario.experiment.seed)
        self._free_s = [now_s] * station.workers  # a heap
        self._storage = storage
        self._link = link
        self._terms_of = terms_of
        self._clock = local_clock(scenario)
        self._fill_at_s = now_s
        self._filled = False

    def step(self, now_s: float) -> float:
        """Take up what free workers can, the oldest first, or give a place to who waits for one.

        Returns how many seconds to wait before the next step.
        """
        if self._free_s[0] > now_s:
            return self._free_s[0] - now_s
        filled, self._filled = self._filled, False
        if not filled and self._fill(now_s):  # by turns with reservations, if there are many of both
            self._filled = True
            return 0.0
        waiting = self._storage.waiting(now_s, MOST_AT_ONCE)
        if not waiting:
            return 0.0 if filled else _LOOK_EVERY_S
        self._take_up(waiting, now_s)
        return 0.0

    def _take_up(self, waiting: Sequence[Waiting], now_s: float) -> None:
        free_s, work = self._shared_out(waiting, now_s)
        arrived = [(one.reservation, one.done_s) for one in work if not one.fails]
        if arrived:
            self._storage.decide_all(arrived)
        self._free_s = free_s
        for one in (one for one in work if one.fails):
            due_s = one.done_s + self._redelivered_after_s
            self._storage.put_off(one.reservation, one.done_s, due_s, self._most_deliveries)
        for reservation, done_s in arrived:
            if self._happens(self._link.repeated):
                self._storage.decide(reservation, visible_s=done_s)

    def _shared_out(self, waiting: Sequence[Waiting], now_s: float) -> tuple[list[float], list[_Work]]:
        """When the workers are free again, and which reservations they have done by when, or failed to do."""
        free_s, work = self._free_s.copy(), list[_Work]()
        for one in waiting:
            if free_s[0] > now_s:
                break
            work_s = self._times.draw(self._chance)
            done_s = max(free_s[0], min(one.sent_s, now_s)) + min(work_s, self._timeout_s)
            heapq.heapreplace(free_s, done_s)
            fails = self._happens(self._failing) or work_s > self._timeout_s
            work.append(_Work(one.reservation, done_s, fails))
        return free_s, work

    def resume(self, now_s: float) -> None:
        """Go on after a stop: the time that passed is not made up for."""
        self._free_s = sorted(max(free_s, now_s) for free_s in self._free_s)

    def shift(self, by_s: float) -> None:
        """The clock was set by so much: workers are busy no longer or shorter for it."""
        self._free_s = [free_s + by_s for free_s in self._free_s]
        self._fill_at_s += by_s

    def _fill(self, now_s: float) -> bool:
        """Give one free place to the first in line, in the book with the longest wait that has one."""
        books = self._storage.waited_books() if now_s >= self._fill_at_s else []
        if books:
            done_s = now_s + self._times.draw(self._chance)
            if any(self._gives(book, now_s, done_s) for book in books):
                heapq.heapreplace(self._free_s, done_s)
                return True
            self._fill_at_s = now_s + _FILL_EVERY_S
        return False

    def _gives(self, book: str, now_s: float, visible_s: float) -> bool:
        terms = self._terms_of(book)
        first_start = terms.first_cancellable(self._clock())
        return self._storage.give_waitlisted(book, first_start, now_s, visible_s, terms) is not None

    def _happens(self, share: float) -> bool:
        return share > 0 and self._chance.random() < share


def run(
    scenario: Scenario,
    storage: Storage,
    pace: Pace,
    speedup: float,
    link: Link = FAULTLESS,
    terms_of: Callable[[str], Terms] = lambda _: Terms(),
) -> NoReturn:
    """Work for ever, giving a sign of life every second; a database that is busy is tried again."""
    ehr = Ehr(scenario, storage, pace, speedup, time.time(), link, terms_of)
    stopped, look_at_s, beat_at_s, offset_s = False, 0.0, 0.0, time.time() - time.monotonic()
    while True:
        step_s = time.time() - time.monotonic() - offset_s
        if abs(step_s) > _CLOCK_STEP_S:
            ehr.shift(step_s)
            offset_s += step_s
        try:
            if time.monotonic() >= look_at_s:
                asked = _obeyed(ehr, storage, stopped)
                if time.monotonic() >= beat_at_s or asked is not stopped:
                    _beat(storage, stopped=asked)
                    beat_at_s = time.monotonic() + BEAT_EVERY_S
                stopped, look_at_s = asked, time.monotonic() + _LOOK_AT_SWITCH_S
            wait_s = _LOOK_AT_SWITCH_S if stopped else ehr.step(time.time())
        except StorageUnavailable:
            wait_s = _LOOK_EVERY_S
        time.sleep(min(max(wait_s, _LOOK_EVERY_S), max(0.0, look_at_s - time.monotonic())))


def _obeyed(ehr: Ehr, storage: Storage, stopped: bool) -> bool:
    """Look at the switch; returns whether the record system is to stand still."""
    asked_to_stop = storage.ehr_status().asked_to_stop
    if stopped and not asked_to_stop:
        ehr.resume(time.time())
    return asked_to_stop


def _beat(storage: Storage, *, stopped: bool) -> None:
    """Give a sign of life and see to the holds that have ended."""
    now_s = time.time()
    storage.beat(now_s, stopped=stopped)
    storage.expire(now_s)
