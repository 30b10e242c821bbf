"""The record system (EPJ): takes reservations in order of arrival, decides each and answers when its work is done."""

import heapq
import random
import time
from typing import Final, NoReturn

from reference_server.pace import Pace, ServiceTimes
from reference_server.storage import Storage, StorageUnavailable
from scenarios.scenario import Scenario

BEAT_EVERY_S: Final = 1.0
_LOOK_EVERY_S: Final = 0.01


class Ehr:
    """The record system's workers, and when each is free again.

    One loop stands for all workers: a decision is committed when a worker takes the reservation up, and shows when
    that worker is done. The worker counts as begun when it was free and the reservation there, not when the loop
    came to see it, so a late loop takes nothing from the capacity.
    """

    def __init__(self, scenario: Scenario, storage: Storage, pace: Pace, speedup: float, now_s: float) -> None:
        station = scenario.platform.ehr
        median_s = station.service_time / speedup if pace is Pace.SCENARIO else 0.0
        self._times = ServiceTimes(median_s, scenario.platform.sigma)
        self._chance = random.Random(scenario.experiment.seed)
        self._free_s = [now_s] * station.workers  # a heap
        self._storage = storage

    def step(self, now_s: float) -> float:
        """Decide the oldest reservation if a worker is free; returns how many seconds to wait before the next step."""
        if self._free_s[0] > now_s:
            return self._free_s[0] - now_s
        waiting = self._storage.oldest_waiting()
        if waiting is None:
            return _LOOK_EVERY_S
        done_s = max(self._free_s[0], waiting.sent_s) + self._times.draw(self._chance)
        self._storage.decide(waiting.reservation, visible_s=done_s)
        heapq.heapreplace(self._free_s, done_s)
        return 0.0


def run(scenario: Scenario, storage: Storage, pace: Pace, speedup: float) -> NoReturn:
    """Work for ever, giving a sign of life every second; a database that is busy is tried again."""
    ehr = Ehr(scenario, storage, pace, speedup, time.time())
    beat_at_s = 0.0
    while True:
        try:
            if time.time() >= beat_at_s:
                storage.beat(time.time())
                beat_at_s = time.time() + BEAT_EVERY_S
            wait_s = ehr.step(time.time())
        except StorageUnavailable:
            wait_s = _LOOK_EVERY_S
        time.sleep(min(wait_s, max(0.0, beat_at_s - time.time())))
