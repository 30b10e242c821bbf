"""Many replications of many policies, by many workers; every policy meets the same citizens in replication r.

The result of a run depends on (scenario, policy, replication) alone, never on the engine, or on who makes it and when.
"""

import os
import signal
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from itertools import islice
from queue import SimpleQueue
from threading import Event
from types import TracebackType
from typing import Final, Self, TypeAlias

from scenarios.plan_source import PlanSource
from scenarios.policy import Policy
from scenarios.run import Run
from scenarios.scenario import Scenario
from simulation.engine import Engine, run_with
from simulation.workers import WorkersLost, local_workers

Task: TypeAlias = tuple[Policy, int]
Progress: TypeAlias = Callable[[int, int], None]

MOST_CREWS: Final = 3
"""How many times worker processes are started, where one of them dies: what kills three crews will kill the fourth."""

MOST_UNDER_WAY: Final = 256
"""Replications given out at a time: enough for a hundred workers, and few enough to be called back soon on Ctrl-C, for
each of which a Dask cluster takes some milliseconds.
"""


def run_once(
    scenario: Scenario,
    policy: Policy,
    replication: int,
    engine: Engine = Engine.SIMPY,
    stop: Event | None = None,
) -> Run:
    """Draw the plan of one replication, live it, and measure it."""
    asked = scenario.model_copy(update={"policy": policy})  # the clock of the day runs from its start
    source = PlanSource(scenario=asked, policy=policy, replication=replication)
    return run_with(engine, source, stop, with_timeline=replication == 0)


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
    executor : concurrent.futures.Executor, optional
        Who makes the replications instead of `jobs` workers here: `simulation.cluster`, or whatever has the `submit`
        of `concurrent.futures`. It is the caller's to shut down.
    """

    def __init__(
        self,
        scenario: Scenario,
        *,
        jobs: int = 0,
        progress: Progress | None = None,
        engine: Engine = Engine.SIMPY,
        executor: Executor | None = None,
    ) -> None:
        self.scenario = scenario
        self.interrupted = False
        self._engine = engine
        self._stop = Event()
        self._jobs = jobs or os.cpu_count() or 1
        self._progress = progress
        self._theirs = executor
        self._ours: Executor | None = None
        self._done: dict[Policy, dict[int, Run]] = {}
        self._asked = 0
        self._told = (0, 0)
        self._at_work = False
        self._finished: SimpleQueue[Future[Run] | None] = SimpleQueue()
        self._ctrl_c_before = signal.getsignal(signal.SIGINT)

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, self._hear_ctrl_c)
        if self._theirs is None and self._jobs > 1:
            self._ours = local_workers(self._engine, self._jobs)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is not None:
            self._stop.set()
        if self._ours is not None:
            self._ours.shutdown(cancel_futures=self.interrupted or error is not None)
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, self._ctrl_c_before)

    def about(self, scenario: Scenario) -> "Experiment":
        """An experiment on another question with the workers of this one, whose progress goes on from here."""
        done_before, asked_before = self._told

        def goes_on(done: int, asked: int) -> None:
            self._tell(done_before + done, asked_before + asked)

        crew = self._theirs or self._ours
        return Experiment(scenario, jobs=1 if crew is None else 0, progress=goes_on, engine=self._engine, executor=crew)

    @property
    def run_count(self) -> int:
        """Replications finished, over all policies."""
        return sum(len(runs) for runs in self._done.values())

    def runs(self, policy: Policy) -> list[Run]:
        """The finished replications of a policy, in order."""
        return [run for _, run in sorted(self._done.get(policy, {}).items())]

    def replicate(self, tasks: Sequence[Task]) -> None:
        """See to it that these replications are made; returns early, with `interrupted` set, on Ctrl-C.

        Raises
        ------
        WorkersLost
            Worker processes of this machine died again and again.
        """
        missing = self._missing(tasks)
        if self.interrupted or not missing:
            return
        self._asked += len(missing)
        crew = self._theirs or self._ours
        try:
            if crew is None:
                self._at_work = True
                for task in missing:
                    self._keep(task, run_once(self.scenario, *task, self._engine))
            else:
                self._have_made(missing, crew)
        except KeyboardInterrupt:
            self.interrupted = True
            self._stop.set()
        finally:
            self._at_work = False

    def _missing(self, tasks: Sequence[Task]) -> list[Task]:
        return [task for task in dict.fromkeys(tasks) if task[1] not in self._done.get(task[0], {})]

    def _have_made(self, tasks: Sequence[Task], crew: Executor) -> None:
        for _ in range(MOST_CREWS):
            try:
                self._collect(self._missing(tasks), crew)
            except BrokenExecutor as problem:
                if crew is not self._ours:
                    raise WorkersLost(f"the workers died: {problem}") from problem
                crew.shutdown(cancel_futures=True)
                crew = self._ours = local_workers(self._engine, self._jobs)
            else:
                return
        raise WorkersLost(
            f"worker processes died {MOST_CREWS} times: out of memory, perhaps. Try fewer at a time: --jobs 1"
        )

    def _collect(self, tasks: Sequence[Task], crew: Executor) -> None:
        """Give the tasks out, and keep what comes back, until all have come or somebody pressed Ctrl-C.

        An exception from the signal's handler could leave the lock of a future held for ever by `wait`, and whoever
        makes it waiting for that lock. The handler puts None into the queue instead, which may be done at any moment.
        """
        left, futures = iter(tasks), dict[Future[Run], Task]()
        self._finished = finished = SimpleQueue[Future[Run] | None]()

        def give_out(most: int) -> None:
            for task in islice(left, most):
                future = self._submitted(task, crew)
                futures[future] = task
                future.add_done_callback(finished.put)

        try:
            give_out(MOST_UNDER_WAY)
            while futures and not self.interrupted:
                future = finished.get()
                if future is not None and not self.interrupted:
                    self._keep(futures.pop(future), future.result())
                    give_out(1)
        finally:
            for future in futures:
                future.cancel()

    def _submitted(self, task: Task, crew: Executor) -> Future[Run]:
        if isinstance(self._ours, ThreadPoolExecutor):
            return crew.submit(run_once, self.scenario, *task, self._engine, self._stop)
        return crew.submit(run_once, self.scenario, *task, self._engine)

    def _keep(self, task: Task, run: Run) -> None:
        policy, replication = task
        self._done.setdefault(policy, {})[replication] = run
        self._tell(self.run_count, self._asked)

    def _tell(self, done: int, asked: int) -> None:
        self._told = (done, asked)
        if self._progress is not None:
            self._progress(done, asked)

    def _hear_ctrl_c(self, *_: object) -> None:
        """A flag, a word to whoever waits for workers, and an exception where this thread works or the second time."""
        again = self.interrupted
        self.interrupted = True
        self._stop.set()
        self._finished.put(None)
        if again or self._at_work:
            raise KeyboardInterrupt
