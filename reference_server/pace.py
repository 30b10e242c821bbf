"""How fast the server is: as fast as the machine, or as slow as the platform a scenario assumes."""

import math
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

SLACK_S: Final = 0.002
"""What a worker may need between two requests before it counts as having been idle.

Handing over a request costs 0.3 to 1.5 ms (measured with granian on a busy machine), which would otherwise make every
service longer than the scenario says: 10 % of one of 5 ms.
"""


class Pace(StrEnum):
    """Whether requests take the scenario's service times."""

    SCENARIO = "scenario"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class ServiceTimes:
    """Lognormal service times in real seconds, already divided by the speedup; a median of 0 is no time at all."""

    median_s: float
    sigma: float

    def draw(self, chance: random.Random) -> float:
        """How long the next request keeps its worker busy."""
        return chance.lognormvariate(math.log(self.median_s), self.sigma) if self.median_s else 0.0


class Workers:
    """Holds each thread that serves requests to the service times it is given.

    Call `began` when a thread takes up a request and `hold` when the answer is ready. A thread that comes back
    within `SLACK_S` counts as busy in between, so that the capacity is the scenario's however long handing over takes.
    """

    def __init__(
        self,
        chance: random.Random,
        clock: Callable[[], float] = time.perf_counter,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._chance = chance
        self._clock = clock
        self._sleep = sleep
        self._own = threading.local()

    def began(self) -> None:
        """A request was taken up by this thread."""
        now, free = self._clock(), getattr(self._own, "free_s", -math.inf)
        self._own.began_s = free if now - free < SLACK_S else now

    def hold(self, times: ServiceTimes) -> None:
        """Keep this thread busy until the service time of its request is over."""
        self._own.free_s = self._own.began_s + times.draw(self._chance)
        rest_s = self._own.free_s - self._clock()
        if rest_s > 0:
            self._sleep(rest_s)
