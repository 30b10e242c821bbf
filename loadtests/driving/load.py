# pyright: basic
"""The plan under way: every citizen started at the planned moment, each in a greenlet of their own (an open model)."""

import gc
import time
from collections import Counter
from typing import Any

import gevent
import numpy as np
from gevent.pool import Group

from loadtests.api import BookingApi
from loadtests.asking import Session
from loadtests.conversation import Stopped
from loadtests.driving.clock import WallClock
from loadtests.driving.exchange import Exchange
from loadtests.driving.others import Others
from loadtests.driving.through_adapter import asked_of_adapter, people_of
from loadtests.driving.warm_up import warm_up
from loadtests.driving.watch import Watch
from loadtests.generator import LAG_P99_S
from loadtests.going_on import GoingOn, Intent
from loadtests.guard import guard_pinned
from loadtests.journey import live
from loadtests.live_figures import LiveFigures
from loadtests.timetable import timetables_of
from scenarios.after_booking import Afterwards
from scenarios.attempts import attempt_line
from scenarios.rows import Citizen
from scenarios.scenario import Scenario


class Load:
    """A plan, or one worker's share of it, and what became of it so far.

    `done` journeys are over; what was recorded and nobody has taken yet is in `lines`; `all_started` once nobody is
    left to start, `complete` once all are over.
    """

    def __init__(self, job, citizens, request_event):
        scenario = Scenario.model_validate(job.scenario)
        self._job = job
        self.done = 0
        self.lines = []
        self.complete = self.all_started = False
        self._citizens = citizens
        self._speedup = job.speedup
        self._lags_s = []
        self._outcomes = Counter()
        self._timetables = timetables_of(scenario)
        self._strategy = scenario.platform.strategy
        self._deadline_s = job.deadline_s
        self._clock = WallClock(job.speedup)
        guard = guard_pinned(job.may_load)
        guard.watch_process()
        self._exchange = Exchange(self._clock, request_event, guard)
        self._people = self._people_of(guard, request_event) if job.adapter else None
        self._api: Any = self._people or BookingApi(job.base_url, job.login_url, job.run, self._exchange, job.speedup)
        self._journeys = Group()
        self._afterwards = Afterwards.of(scenario, job)
        self._line = _Line(self)
        self._others = self._others_of(scenario)
        self._watch = Watch()
        self._observers = []
        self._driver: Any = None
        self._closed = False

    def warm_up(self):
        """Open connections and read pages, if the job says so; nothing of it is recorded."""
        if self._job.warm_up_s and self._people is None:
            warm_up(self._job, self._timetables, self._clock, self._exchange.quietly())
        if self._others is not None:
            self._clock.start(time.monotonic())
            self._others.come_in()

    def run(self, zero_s, *observers):
        """Start every citizen at their moment; return when all have ended, at the deadline, or when stopped.

        Observers run meanwhile, and what one of them raises is raised here.
        """
        self._driver = gevent.getcurrent()
        gc.collect()
        gc.freeze()  # the plan is never garbage; walking it would stop the loop
        self._clock.start(zero_s)
        others = () if self._others is None else (self._others.run,)
        self._observers = [gevent.spawn(one) for one in (self._watch.run, *others, *observers)]
        for observer in self._observers:
            observer.link_exception(self._broke)
        try:
            self.all_started = self._start_all()
            self._journeys.join(timeout=max(0.0, self._clock.left(self._deadline_s)))
            self.complete = self.all_started and not self._journeys
        except Stopped:
            pass
        finally:
            self._driver = None

    def wait_until(self, moment_s):
        """Let others run until a moment of the plan has come."""
        self._clock.wait_until(moment_s)

    def stop(self):
        """Let `run` return now."""
        if self._driver is not None:
            self._driver.kill(Stopped, block=False)

    def close(self):
        """Stop what is still under way; what it has to say is in `lines` afterwards."""
        if not self._closed:
            self._closed = True
            self._journeys.kill(Stopped)
            gevent.killall(self._observers)

    def taken(self):
        """The lines that nobody has taken yet, now taken."""
        lines, self.lines = self.lines, []
        return lines

    def health(self, **clock):
        """How this process has fared."""
        return self._watch.health(self._exchange.shortages, **clock)

    def now_s(self):
        """The plan's time."""
        return self._clock.now()

    def figures(self):
        """How it goes, to be watched."""
        lags_s = np.array(self._lags_s or [0.0])
        return LiveFigures(
            started=len(self._lags_s),
            late=int(np.count_nonzero(lags_s > LAG_P99_S)),
            lag_p99_s=float(np.quantile(lags_s, 0.99)),
            lag_max_s=float(lags_s.max()),
            outcomes=dict(self._outcomes),
        )

    def _start_all(self):
        for citizen in self._citizens:
            if citizen.planned_s >= self._deadline_s:
                return False
            self._clock.wait_until(citizen.planned_s)
            self._lags_s.append((self._clock.now() - citizen.planned_s) / self._speedup)
            self._journeys.spawn(self._live, citizen).link_exception(self._broke)
        return True

    def _live(self, citizen: Citizen):
        timetable = self._timetables[citizen.municipality][citizen.book]
        session = Session()
        attempts = live(citizen, timetable, self._api, self._clock, self._strategy, session)
        if self._afterwards is not None:
            attempts = self._going_on(citizen, timetable.book).after(attempts, session)
        for attempt in attempts:
            if self._people is not None:
                attempt = asked_of_adapter(attempt)
            self.lines.append(attempt_line(attempt) + "\n")
            self._outcomes[attempt.outcome.value] += 1
        if self._people is not None:
            self._people.leave(citizen.number)
        self.done += 1

    def _people_of(self, guard, request_event):
        books = [table.book for tables in self._timetables for table in tables]
        return people_of(self._job, books, guard, self._clock, request_event)

    def _going_on(self, citizen: Citizen, book):
        drawn: Any = self._afterwards
        number = citizen.number
        intent = Intent(float(drawn.cancel_after_s[number]), bool(drawn.joins[number]))
        return GoingOn(citizen, intent, book.id, self._api, self._clock, self._line, self._deadline_s)

    def _others_of(self, scenario):
        if scenario.platform.background is None:
            return None
        book = self._timetables[0][0].book
        return Others(self._job, scenario, book, self._clock, self._exchange.quietly())

    def _broke(self, greenlet):
        # Links run in the event loop itself, which must not block: the driver gets the exception as its own.
        if self._driver is not None and not isinstance(greenlet.exception, Stopped):
            self._driver.kill(greenlet.exception, block=False)


class _Line:
    """Those of a load who wait for what comes free: while others are under way, something may."""

    def __init__(self, load):
        self._load, self._waiting = load, 0

    def enter(self):
        self._waiting += 1

    def leave(self):
        self._waiting -= 1

    @property
    def moves(self):
        return not self._load.all_started or len(self._load._journeys) > self._waiting
