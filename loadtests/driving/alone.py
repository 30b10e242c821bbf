# pyright: basic
"""A load generator of one process: it lives the whole plan."""

import time
from pathlib import Path
from typing import Final

import gevent

from loadtests.driving.load import Load
from loadtests.driving.record import NEWS_S, Record, tell
from loadtests.job import News
from scenarios.plan_file import read_plan
from scenarios.rows import citizens_of

LEAD_S: Final = 0.3  # ASSUMPTION: enough to get every greenlet going before the first moment of the plan


class Alone:
    """The one process, as its driver sees it."""

    def __init__(self, environment, job):
        self._job = job
        self._record = Record(job.record)
        self._load = Load(job, citizens_of(read_plan(Path(job.plan))), environment.events.request)
        self._told = False
        environment.events.quitting.add_listener(self._quitting)

    def drive(self):
        """Live the plan."""
        self._load.warm_up()
        self._load.run(time.monotonic() + LEAD_S - self._job.begin_s / self._job.speedup, self._report)

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
