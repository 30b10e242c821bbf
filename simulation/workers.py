"""Who makes the replications on this machine: threads around the compiled engine, processes around SimPy."""

import gc
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Generator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import ParamSpec, TypeVar

from simulation.engine import Engine

Asked = ParamSpec("Asked")
Made = TypeVar("Made")


class WorkersLost(RuntimeError):
    """Those who should make the replications cannot be had, or died; the message says what to do."""


def local_workers(engine: Engine, jobs: int) -> Executor:
    """Workers for an engine: threads where it holds no interpreter lock, processes elsewhere."""
    return ThreadPoolExecutor(jobs) if engine is Engine.COMPILED else Processes(jobs)


class Processes(Executor):
    """Worker processes that never outlive this one, not even if it is killed.

    Each holds the reading end of a pipe whose writing end is here alone, and leaves when that is closed.
    `ProcessPoolExecutor` by itself would leave its workers waiting for ever behind a parent that was killed, and finish
    every replication that is under way after Ctrl-C.
    """

    def __init__(self, jobs: int) -> None:
        context = multiprocessing.get_context("spawn")
        held, self._lifeline = context.Pipe(duplex=False)
        self._held, self._closing = held, threading.Lock()
        self._pool = ProcessPoolExecutor(jobs, context, _begin, (held,))

    def submit(self, fn: Callable[Asked, Made], /, *args: Asked.args, **kwargs: Asked.kwargs) -> Future[Made]:
        """Have a call made by one of the processes; the first calls start them."""
        with _ctrl_c_later():
            return self._pool.submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes: after the calls made so far or, with `cancel_futures`, at once; from any thread."""
        if cancel_futures:
            self._close(self._lifeline)
        self._pool.shutdown(wait, cancel_futures=cancel_futures)
        self._close(self._lifeline, self._held)

    def _close(self, *ends: Connection) -> None:
        """Close ends of the pipe once: closed twice at the same moment, the second would hit somebody else's file."""
        with self._closing:
            for end in ends:
                end.close()


@contextmanager
def _ctrl_c_later() -> Generator[None]:
    """Processes started in here are born deaf to Ctrl-C, which is the parent's to answer; it hears of it afterwards."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(lifeline: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # where it could not be blocked from birth
    gc.set_threshold(200_000)  # a replication makes a million objects that live to its end: look for cycles seldom
    threading.Thread(target=_leave_with, args=(lifeline,), daemon=True).start()


def _leave_with(lifeline: Connection) -> None:
    """Wait until the other end is closed, which happens when its process ends in whatever way."""
    try:
        lifeline.poll(None)
    finally:
        os._exit(1)
