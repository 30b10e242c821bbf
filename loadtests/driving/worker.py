# pyright: basic
"""A worker: it lives its share of the plan, at the moments that hold for all, and sends home what it saw."""

import os
import time
import uuid
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

import gevent
from gevent.queue import Empty, Queue
from locust import runners

from loadtests.clocks import Reading, apart, over_time
from loadtests.driving.load import Load
from loadtests.driving.messages import ASK, BROKE, CLOCK, LINES, LOOK, OVER, READY, SHARE, STOP, ZERO
from loadtests.driving.record import NEWS_S, tell, tell_problem
from loadtests.guard import STATED, guard_for
from loadtests.job import Job, News
from scenarios.shares import citizens_in

LOOKS: Final = 10
"""Questions about the clock at one time. ASSUMPTION: the quickest of ten met no queue on its way."""

PATIENCE_S: Final = 120.0
"""ASSUMPTION: the other workers are loaded and warm by then, or something is wrong."""

MASTER_GONE_S: Final = 10.0
"""ASSUMPTION: a conductor that was not heard of for so long is gone, and load without one is stopped."""

_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")


class Unconducted(Exception):
    """The conductor has no share for this worker, or does not answer; the message says which."""


class Worker:
    """The worker, as its driver sees it."""

    def __init__(self, environment):
        runners.MASTER_HEARTBEAT_TIMEOUT = MASTER_GONE_S
        self._environment, self._runner = environment, environment.runner
        self._said = {kind: Queue() for kind in (SHARE, CLOCK, ZERO)}
        for kind in self._said:
            self._runner.register_message(kind, self._hear)
        self._runner.register_message(STOP, self._stop)
        self._load: Any = None
        self._looks = []
        self._same_machine = False
        self._sent = 0
        self._begun = self._told = False
        environment.events.quitting.add_listener(self._quitting)

    def drive(self):
        """Live the share."""
        if self._begun:  # another worker is gone, and Locust gives its user to this one
            return
        self._begun = True
        try:
            zero_s = self._made_ready()
            if zero_s is not None:
                self._load.run(zero_s, self._report)
            self._end()
        except Exception as problem:  # whatever it is, the conductor must hear of it
            said = {"problem": f"{type(problem).__name__}: {problem}", "errno": getattr(problem, "errno", None)}
            self._runner.send_message(BROKE, said)
            if not isinstance(problem, BrokenPipeError):
                tell_problem(problem)

    def _made_ready(self):
        """The moment of the first SMS by this machine's clock, once all are ready; None if the run is off."""
        given = self._asked(ASK, SHARE)
        if "refused" in given:
            raise Unconducted(given["refused"])
        job = Job(**given["job"])
        self._same_machine = given["boot"] == boot()
        if not self._same_machine:  # no other machine decides where load from this one goes
            job = replace(job, may_load=guard_for(os.environ.get(STATED, "").split()).pinned())
        self._load = Load(job, citizens_in(given["share"]), self._environment.events.request)
        self._look()
        self._load.warm_up()
        zero = self._asked(READY, ZERO)
        return None if zero is None else zero["zero_s"] + self._looks[0].offset_s

    def _end(self):
        """Send home what is left, and how it went."""
        if self._told or self._load is None:
            return
        self._told = True
        self._load.close()
        self._send_lines()
        self._look()
        health = asdict(self._load.health(clock=over_time(self._looks)))
        self._runner.send_message(OVER, {"lines": self._sent, "complete": self._load.complete, "health": health})

    def _report(self):
        while True:
            self._send_lines()
            tell(News(done=self._load.done))
            gevent.sleep(NEWS_S)

    def _send_lines(self):
        lines = self._load.taken()
        self._sent += len(lines)
        self._runner.send_message(
            LINES, {"lines": lines, "done": self._load.done, "figures": self._load.figures().said()}
        )

    def _look(self):
        readings = []
        for _ in range(LOOKS):
            asked_s = time.monotonic()
            theirs_s = self._asked(LOOK, CLOCK)["clock_s"]
            readings.append(Reading(asked_s, theirs_s, time.monotonic()))
        self._looks.append(apart(readings, same_machine=self._same_machine))

    def _asked(self, question, answer):
        self._runner.send_message(question)
        try:
            return self._said[answer].get(timeout=PATIENCE_S)
        except Empty:
            raise Unconducted(f"the conductor did not answer {question} for {PATIENCE_S:g} s") from None

    def _hear(self, environment, msg):  # noqa: ARG002  (Locust calls it by these names)
        self._said[msg.type].put(msg.data)

    def _stop(self, environment, msg):  # noqa: ARG002
        self._said[ZERO].put(None)
        if self._load is not None:
            self._load.stop()

    def _quitting(self, **_):
        """Somebody ends this process: what it knows goes home first."""
        if not self._begun:
            tell(News(problem="there was no share for this worker: others had them all, or the load test ended first"))
        self._end()


def boot():
    """What tells one machine from another, and one start of it from the next: who shares it shares a clock."""
    try:
        return _BOOT.read_text(encoding="ascii").strip()
    except OSError:
        return f"unknown-{uuid.uuid4().hex}"  # equal to nobody's, so clocks are measured
