# pyright: basic
"""A load generator of one process: it lives the whole plan."""

import time
from functools import partial
from pathlib import Path
from typing import Final

import gevent

from loadtests.driving.live_page import show_wave
from loadtests.driving.load import Load
from loadtests.driving.record import NEWS_S, Record, tell
from loadtests.guard import guard_pinned
from loadtests.job import News
from loadtests.live_figures import rows_of
from loadtests.target import switch_record_system
from scenarios.inventory import total_capacity
from scenarios.plan_file import read_plan
from scenarios.rows import citizens_of, opening_order
from scenarios.scenario import Scenario

LEAD_S: Final = 0.3  # ASSUMPTION: enough to get every greenlet going before the first moment of the plan


class Alone:
    """The one process, as its driver sees it."""

    def __init__(self, environment, job):
        self._job = job
        self._record = Record(job.record)
        plan = read_plan(Path(job.plan))
        self._load = Load(job, citizens_of(plan), environment.events.request)
        opened_s = plan.planned_s[opening_order(plan)]
        capacity = total_capacity(Scenario.model_validate(job.scenario))
        show_wave(environment.web_ui, lambda: rows_of(
            [self._load.figures()], len(opened_s), int(opened_s.searchsorted(self._load.now_s())), capacity
        ))  # fmt: skip
        self._told = False
        environment.events.quitting.add_listener(self._quitting)

    def drive(self):
        """Live the plan."""
        self._load.warm_up()
        self._load.run(time.monotonic() + LEAD_S - self._job.begin_s / self._job.speedup, self._report, self._switch)

    def _switch(self):
        """Let the server's record system stand still when the scenario says so, and go on in any case."""
        if self._job.admin_token is None:
            return
        guard = guard_pinned(self._job.may_load)
        switch = partial(switch_record_system, self._job.base_url, self._job.admin_token, guard=guard)
        for stop in Scenario.model_validate(self._job.scenario).platform.ehr.stopped:
            self._load.wait_until(stop.from_)
            try:
                switch(stop=True)
                self._load.wait_until(stop.to)
            finally:
                switch(stop=False)

    def _report(self):
        while True:
            self._record.add(self._load.taken())
            tell(News(done=self._load.done))
            gevent.sleep(NEWS_S)

    def _quitting(self, **_):
        """Stop what is still under way, keep what it has to say, and tell how it went."""
        if self._told:
            return
        self._told = True
        self._load.close()
        self._record.add(self._load.taken())
        self._record.close()
        tell(News(done=self._load.done, complete=self._load.complete, healths=(self._load.health(),)))
