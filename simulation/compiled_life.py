"""A run of the compiled kernel that is handed its citizens batch by batch."""

import math
import threading
from dataclasses import replace

import numpy as np

from scenarios.columns import Columns, Rows
from scenarios.plan import IntArray, Plan
from scenarios.scenario import Scenario
from scenarios.streams import FloatArray
from simulation.compiled import Prepared, Stopped


class CompiledLife:
    """The kernel's world of a scenario, with nobody in it yet; as `simulation.sender.Life`.

    Room for everybody who acts is there from the beginning, so those who come later are written into it in place.
    """

    def __init__(self, scenario: Scenario, plan: Plan, stop: threading.Event | None = None) -> None:
        self._plan, self._stop = plan, stop
        self._run = Prepared.of(scenario, replace(plan, planned_s=plan.planned_s.copy()))
        self._run.world["citizens"], self._run.world["more_come"] = 0, 1

    def live_until(self, at_s: float) -> None:
        """Let everything happen that happens before this moment; raises as `compiled.live`."""
        if self._stop is not None and self._stop.is_set():
            raise Stopped
        self._run.world["more_come"] = not math.isinf(at_s)
        self._run.live_until(at_s, self._stop)

    def send(self, citizens: IntArray, planned_s: FloatArray) -> None:
        """Put those who act among those who will come, behind others of the same moment who were sent to before."""
        act = self._plan.acts[citizens] == 1
        opened = np.argsort(planned_s[act], kind="stable")
        numbers, moments_s = citizens[act][opened], planned_s[act][opened]
        arrays, first, end = self._run.arrays, self._count("arrived"), self._count("citizens")
        arrays["planned_s"][numbers] = moments_s
        new = {
            "arrivals": numbers,
            "arrive_s": moments_s + self._plan.login_s[numbers],
            # In SimPy's order of making, they come after every timeout that there was, and before every later one.
            "arrive_after": np.full(len(numbers), self._count("made")),
        }
        coming = {name: np.concatenate([arrays[name][first:end], new[name]]) for name in new}
        order = np.argsort(coming["arrive_s"], kind="stable")
        for name, values in coming.items():
            arrays[name][first : first + len(order)] = values[order]
        self._run.world["citizens"] = first + len(order)

    def endings(self, first: int) -> tuple[FloatArray, IntArray, IntArray]:
        """When attempts ended, whose they were, and with what outcome."""
        new = self._rows("attempts", first)
        return new["ended_s"].copy(), new["citizen"].astype(np.int64), new["outcome"].astype(np.int64)

    def responses(self, first: int) -> tuple[FloatArray, FloatArray]:
        """When requests ended, and how long they took."""
        new = self._rows("requests", first)
        return new["ended_s"].copy(), new["ended_s"] - new["planned_s"]

    def record(self) -> Columns:
        """What was written down."""
        return self._run.record()

    def _rows(self, name: str, first: int) -> Rows:
        return self._run.arrays[name][first : self._count(f"{name}_made")]

    def _count(self, name: str) -> int:
        return int(self._run.world[name][0])
