"""A run of the SimPy model that is handed its citizens batch by batch."""

import math
from dataclasses import replace

import numpy as np

from scenarios.attempts import Attempt, Request
from scenarios.columns import OUTCOMES, Columns, columns_of
from scenarios.plan import IntArray, Plan
from scenarios.rows import citizens_of
from scenarios.scenario import Scenario
from scenarios.streams import FloatArray
from simulation.background import let_others_come
from simulation.journey import Journey
from simulation.service_times import service_times
from simulation.world import World


class SimpyLife:
    """The world of a scenario, with nobody in it yet; as `simulation.sender.Life`."""

    def __init__(self, scenario: Scenario, plan: Plan) -> None:
        self._attempts: list[Attempt] = []
        self._answered: list[Request] = []
        self._world = World(scenario, plan)
        self._world.notice = self._answered.append
        self._world.wave.more_come = True
        let_others_come(self._world, scenario, plan)
        self._work_s = service_times(scenario, plan).tolist()
        self._citizens = {citizen.number: citizen for citizen in citizens_of(plan)}

    def record(self) -> Columns:
        """What was written down."""
        return columns_of(self._attempts)

    def live_until(self, at_s: float) -> None:
        """Let everything happen that happens before this moment."""
        env = self._world.env
        if math.isinf(at_s):
            self._world.wave.more_come = False
            env.run()
        elif at_s > env.now:
            env.run(until=at_s)  # SimPy stops before the events of the moment

    def send(self, citizens: IntArray, planned_s: FloatArray) -> None:
        """Begin the journeys of those who act, in the order in which they open the page."""
        order = np.argsort(planned_s, kind="stable")
        for number, at_s in zip(citizens[order].tolist(), planned_s[order].tolist(), strict=True):
            if number in self._citizens:
                citizen = replace(self._citizens.pop(number), planned_s=at_s)
                journey = Journey(self._world, citizen, self._work_s[number], self._attempts.append)
                self._world.env.process(journey.live())

    def endings(self, first: int) -> tuple[FloatArray, IntArray, IntArray]:
        """When attempts ended, whose they were, and with what outcome."""
        new = self._attempts[first:]
        return (
            np.array([one.ended_s for one in new], np.float64),
            np.array([one.citizen for one in new], np.int64),
            np.array([OUTCOMES.index(one.outcome) for one in new], np.int64),
        )

    def responses(self, first: int) -> tuple[FloatArray, FloatArray]:
        """When requests ended, and how long they took."""
        ended_s, planned_s = (
            np.array([getattr(one, name) for one in self._answered[first:]], np.float64)
            for name in ("ended_s", "planned_s")
        )
        return ended_s, ended_s - planned_s
