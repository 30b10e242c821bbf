# pyright: basic
"""The plan under way: every citizen started at the planned moment, each in a greenlet of their own (an open model)."""

import gc
import time
from pathlib import Path
from typing import Final

import gevent
import numpy as np
from gevent.pool import Group

from loadtests.api import BookingApi
from loadtests.conversation import Stopped
from loadtests.driving.clock import WallClock
from loadtests.driving.exchange import Exchange
from loadtests.generator import Health, Lag
from loadtests.job import News, news_line
from loadtests.journey import live
from loadtests.timetable import timetables_of
from scenarios.attempts import attempt_line
from scenarios.plan_file import read_plan
from scenarios.rows import Citizen, citizens_of
from scenarios.scenario import Scenario

LEAD_S: Final = 0.3  # ASSUMPTION: enough to get every greenlet going before the first moment of the plan
PROBE_S: Final = 0.02  # ASSUMPTION: finer than the 50 ms that condemn a generator, and cheap
NEWS_S: Final = 0.25  # ASSUMPTION: often enough for a progress line


class Load:
    """The plan under way."""

    def __init__(self, job, request_event):
        plan = read_plan(Path(job.plan))
        self._citizens = citizens_of(plan)
        scenario = Scenario.model_validate(job.scenario)
        self._timetables = timetables_of(scenario)
        self._strategy = scenario.platform.strategy
        self._deadline_s = job.deadline_s
        self._record = Path(job.record).open("a", encoding="utf-8", newline="\n")  # noqa: SIM115  (closed by close)
        self._clock = WallClock(job.speedup)
        self._exchange = Exchange(self._clock, request_event)
        self._api = BookingApi(job.base_url, job.login_url, job.run, self._exchange, job.speedup)
        self._journeys = Group()
        self._loop_lags = [0.0]
        self._done = 0
        self._all_started = False
        self._closed = False

    def run(self):
        """Start every citizen at their moment and return when all have ended, or at the deadline."""
        self._driver = gevent.getcurrent()
        gc.collect()
        gc.freeze()  # the plan is never garbage; walking it would stop the loop
        self._clock.start(LEAD_S)
        self._observers = [gevent.spawn(self._probe), gevent.spawn(self._tell)]
        for observer in self._observers:
            observer.link_exception(self._broke)
        for citizen in self._citizens:
            if citizen.planned_s >= self._deadline_s:
                break
            self._clock.wait_until(citizen.planned_s)
            self._journeys.spawn(self._live, citizen).link_exception(self._broke)
        else:
            self._all_started = True
        self._journeys.join(timeout=max(0.0, self._clock.left(self._deadline_s)))

    def close(self, **_):
        """Stop what is still under way, keep what it has to say, and tell how it went."""
        if self._closed:
            return
        self._closed = True
        complete = self._all_started and not self._journeys
        self._journeys.kill(Stopped)
        gevent.killall(self._observers)
        self._record.close()
        loop = Lag(p99_s=float(np.quantile(self._loop_lags, 0.99)), max_s=max(self._loop_lags))
        health = Health(loop=loop, shortages=self._exchange.shortages)
        tell(News(done=self._done, complete=complete, health=health))

    def _live(self, citizen: Citizen):
        timetable = self._timetables[citizen.municipality][citizen.book]
        for attempt in live(citizen, timetable, self._api, self._clock, self._strategy):
            self._record.write(attempt_line(attempt) + "\n")
            self._record.flush()
        self._done += 1

    def _broke(self, greenlet):
        # Links run in the event loop itself, which must not block: the driver gets the exception as its own.
        if not isinstance(greenlet.exception, Stopped):
            self._driver.kill(greenlet.exception, block=False)  # pyright: ignore[reportAttributeAccessIssue]

    def _probe(self):
        while True:
            due = time.monotonic() + PROBE_S
            gevent.sleep(PROBE_S)
            self._loop_lags.append(max(0.0, time.monotonic() - due))

    def _tell(self):
        # Each line is proof of life too: if the parent is gone, the pipe is broken and the run ends.
        while True:
            tell(News(done=self._done))
            gevent.sleep(NEWS_S)


def tell(news):
    """Send news to the parent."""
    print(news_line(news), flush=True)  # noqa: T201
