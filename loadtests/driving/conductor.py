# pyright: basic
"""The conductor of several workers: it deals out the plan, says when it begins, and gathers what came of it."""

import time
from dataclasses import asdict
from pathlib import Path
from typing import Final

import gevent
from locust.runners import STATE_MISSING

from loadtests.driving.live_page import leave, show_wave
from loadtests.driving.messages import ASK, BROKE, CLOCK, LINES, LOOK, OVER, READY, SHARE, STOP, ZERO
from loadtests.driving.record import NEWS_S, Record, tell, tell_problem
from loadtests.driving.worker import boot
from loadtests.job import News, health_of
from loadtests.live_figures import LiveFigures, rows_of
from scenarios.inventory import total_capacity
from scenarios.plan_file import read_plan
from scenarios.rows import opening_order
from scenarios.scenario import Scenario
from scenarios.shares import share_bytes

LEAD_S: Final = 1.0  # ASSUMPTION: the word that it begins reaches every worker before
STOP_S: Final = 5.0  # ASSUMPTION: stopping journeys and sending the rest takes well under a second
LOOK_S: Final = 0.05


class Hand:
    """A worker, as the conductor knows it."""

    def __init__(self, client_id, index):
        self.client_id, self.index = client_id, index
        self.ready = self.over = self.complete = False
        self.done = self.lines = 0
        self.health = self.figures = None


class Conductor:
    """Locust's master: it sends no load itself."""

    def __init__(self, environment, job):
        self._environment, self._runner, self._job = environment, environment.runner, job
        self._plan = read_plan(Path(job.plan))
        self._record = Record(job.record)
        self._hands = {}
        self._problem = None
        self._ending = False
        heard = {ASK: self._ask, LOOK: self._look, READY: self._ready, LINES: self._lines, OVER: self._over,
                 BROKE: self._broke}  # fmt: skip
        for kind, listener in heard.items():
            self._runner.register_message(kind, listener)
        environment.events.quitting.add_listener(self._end)
        self._zero_s = time.monotonic() + LEAD_S
        opened_s = self._plan.planned_s[opening_order(self._plan)]
        capacity = total_capacity(Scenario.model_validate(job.scenario))
        show_wave(environment.web_ui, lambda: rows_of(
            [hand.figures for hand in self._hands.values() if hand.figures], len(opened_s),
            int(opened_s.searchsorted((time.monotonic() - self._zero_s) * job.speedup)), capacity,
        ))  # fmt: skip
        tell(News(listening=self._runner.server.port))
        gevent.spawn(self._conduct)

    def _conduct(self):
        """See to it that all begin together, and wait until all are over or one is lost."""
        try:
            if self._waited_for(lambda hand: hand.ready):
                self._zero_s = zero_s = time.monotonic() + LEAD_S - self._job.begin_s / self._job.speedup
                for hand in self._hands.values():
                    self._say(hand, ZERO, {"zero_s": zero_s})
                self._waited_for(lambda hand: hand.over)
            if not self._ending:
                self._end()
                leave(self._environment)
        except BrokenPipeError:
            leave(self._environment)  # the parent is gone, and nobody is left to tell

    def _waited_for(self, is_so):
        """Whether it became so of every worker; False when one was lost, something broke, or the run is stopped."""
        told_s = 0.0
        while not (len(self._hands) == self._job.workers and all(map(is_so, self._hands.values()))):
            if self._problem or self._ending or self._somebody_is_lost:
                return False
            if time.monotonic() - told_s > NEWS_S:
                told_s = time.monotonic()
                tell(News(done=sum(hand.done for hand in self._hands.values())))
            gevent.sleep(LOOK_S)
        return True

    @property
    def _somebody_is_lost(self):
        silent = any(client.state == STATE_MISSING for client in self._runner.clients.all)
        return silent or any(map(self._is_lost, self._hands.values()))

    def _is_lost(self, hand):
        client = self._runner.clients.get(hand.client_id)
        return not hand.over and (client is None or client.state == STATE_MISSING)

    def _end(self, **_):
        """Stop the workers, wait for what they have to say, and tell how it went."""
        if self._ending:
            return
        self._ending = True
        for hand in self._hands.values():
            if not hand.over:
                self._say(hand, STOP, None)
        until_s = time.monotonic() + STOP_S
        while time.monotonic() < until_s and not all(one.over or self._is_lost(one) for one in self._hands.values()):
            gevent.sleep(LOOK_S)
        self._record.close()
        if self._problem:
            tell_problem(self._problem)
            return
        hands = {hand.index: hand for hand in self._hands.values()}
        healths = tuple(hands[one].health if one in hands else None for one in range(self._job.workers))
        complete = len(hands) == self._job.workers and all(hand.complete for hand in hands.values())
        tell(News(done=sum(hand.done for hand in hands.values()), complete=complete, healths=healths))

    def _ask(self, environment, msg):  # noqa: ARG002  (Locust calls it by these names)
        if msg.node_id in self._hands or len(self._hands) == self._job.workers:
            refusal = f"all {self._job.workers} shares of this plan are taken"
            self._runner.send_message(SHARE, {"refused": refusal}, client_id=msg.node_id)
            return
        hand = self._hands[msg.node_id] = Hand(msg.node_id, len(self._hands))
        share = share_bytes(self._plan, hand.index, self._job.workers)
        self._say(hand, SHARE, {"job": asdict(self._job), "share": share, "boot": boot()})

    def _look(self, environment, msg):  # noqa: ARG002
        self._runner.send_message(CLOCK, {"clock_s": time.monotonic()}, client_id=msg.node_id)

    def _ready(self, environment, msg):  # noqa: ARG002
        self._hands[msg.node_id].ready = True

    def _lines(self, environment, msg):  # noqa: ARG002
        hand = self._hands[msg.node_id]
        hand.figures = LiveFigures(**msg.data["figures"])
        hand.done, hand.lines = msg.data["done"], hand.lines + len(msg.data["lines"])
        try:
            self._record.add(msg.data["lines"])
        except (OSError, ValueError) as problem:  # ValueError: it was closed after waiting for this worker in vain
            self._problem = self._problem or problem

    def _over(self, environment, msg):  # noqa: ARG002
        hand = self._hands[msg.node_id]
        hand.over = True
        hand.complete = msg.data["complete"] and msg.data["lines"] == hand.lines
        hand.health = health_of(msg.data["health"]) if msg.data["lines"] == hand.lines else None

    def _broke(self, environment, msg):  # noqa: ARG002
        if msg.node_id in self._hands:
            problem = OSError if msg.data["errno"] is not None else RuntimeError
            self._problem = self._problem or problem(*filter(None, (msg.data["errno"], msg.data["problem"])))

    def _say(self, hand, kind, data):
        self._runner.send_message(kind, data, client_id=hand.client_id)
