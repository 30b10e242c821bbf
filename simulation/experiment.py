"""Many replications of many policies, on all cores; every policy meets the same citizens in replication r.

The result of a run depends on (scenario, policy, replication) alone, never on the engine or the number of workers.
"""

import gc
import multiprocessing
import os
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from threading import Event
from types import TracebackType
from typing import Self, TypeAlias

from scenarios.plan import plan_of
from scenarios.policy import Policy
from scenarios.run import Run, run_of
from scenarios.scenario import Scenario
from simulation.engine import Engine, record_of

Task: TypeAlias = tuple[Policy, int]
Progress: TypeAlias = Callable[[int, int], None]


def run_once(
    scenario: Scenario,
    policy: Policy,
    replication: int,
    engine: Engine = Engine.SIMPY,
    stop: Event | None = None,
) -> Run:
    """Draw the plan of one replication, live it, and measure it."""
    plan = plan_of(scenario, policy, replication)
    return run_of(scenario, plan, record_of(engine, scenario, plan, stop), with_timeline=replication == 0)


class Experiment:
    """Replications on demand, each made once and kept.

    Ctrl-C ends it early: `interrupted` is set, what was finished stays, and nothing more is run.

    Parameters
    ----------
    scenario : Scenario
    jobs : int
        Workers; 1 runs everything in this process and thread. 0 means one for each core. They are processes for
        SimPy, and threads for the compiled engine, which holds no interpreter lock.
    engine : Engine
    progress : callable, optional
        Called with (runs done, runs asked for so far).
    """

    def __init__(
        self,
        scenario: Scenario,
        *,
        jobs: int = 0,
        progress: Progress | None = None,
        engine: Engine = Engine.SIMPY,
    ) -> None:
        self.scenario = scenario
        self.interrupted = False
        self._engine = engine
        self._stop = Event()
        self._jobs = jobs or os.cpu_count() or 1
        self._progress = progress
        self._pool: Executor | None = None
        self._done: dict[Task, Run] = {}
        self._asked = 0

    def __enter__(self) -> Self:
        if self._jobs > 1 and self._engine is Engine.COMPILED:
            self._pool = ThreadPoolExecutor(self._jobs)
        elif self._jobs > 1:
            self._pool = ProcessPoolExecutor(
                self._jobs, multiprocessing.get_context("spawn"), _start_worker, (self.scenario,)
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=not self.interrupted, cancel_futures=True)

    @property
    def run_count(self) -> int:
        """Replications finished, over all policies."""
        return len(self._done)

    def runs(self, policy: Policy) -> list[Run]:
        """The finished replications of a policy, in order."""
        mine = [run for (other, _), run in self._done.items() if other == policy]
        return sorted(mine, key=lambda run: run.replication)

    def replicate(self, tasks: Sequence[Task]) -> None:
        """See to it that these replications are made; returns early, with `interrupted` set, on Ctrl-C."""
        missing = [task for task in dict.fromkeys(tasks) if task not in self._done]
        if self.interrupted or not missing:
            return
        self._asked += len(missing)
        try:
            if self._pool is None:
                for task in missing:
                    self._keep(task, run_once(self.scenario, *task, self._engine))
            else:
                self._collect({self._submitted(self._pool, task): task for task in missing})
        except KeyboardInterrupt:
            self.interrupted = True
            self._stop.set()

    def _submitted(self, pool: Executor, task: Task) -> Future[Run]:
        if self._engine is Engine.COMPILED:
            return pool.submit(run_once, self.scenario, *task, self._engine, self._stop)
        return pool.submit(_run_here, *task)

    def _collect(self, futures: dict[Future[Run], Task]) -> None:
        for future in as_completed(futures):
            self._keep(futures[future], future.result())

    def _keep(self, task: Task, run: Run) -> None:
        self._done[task] = run
        if self._progress is not None:
            self._progress(len(self._done), self._asked)


_scenario_here: list[Scenario] = []  # in a worker process: its scenario, sent once


def _start_worker(scenario: Scenario) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    gc.set_threshold(200_000)  # a replication makes a million objects that live to its end: look for cycles seldom
    _scenario_here[:] = [scenario]


def _run_here(policy: Policy, replication: int) -> Run:
    return run_once(_scenario_here[0], policy, replication)
