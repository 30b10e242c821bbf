"""Replications on a Dask cluster: the same call, more machines, and the same answer or none.

Dask's own scheduler gives the work out, and gives it out again when a worker is lost. What it cannot know is whether
the workers run this very code; a worker that does not would give another answer, so each call is checked.

Dask (`distributed`) is an extra, and is imported only here and only when a cluster is asked for.
"""

import functools
import hashlib
import importlib
import logging
from collections.abc import Callable, Generator
from concurrent.futures import CancelledError, Executor, Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, ParamSpec, TypeVar

import numpy as np

from simulation.workers import WorkersLost

ANSWERS_WITHIN: Final = "5 s"
"""How long a scheduler may take to answer. ASSUMPTION: one that is there answers within a second."""
DECIDING: Final = ("scenarios", "simulation")
"""Packages that decide what comes of a replication."""

Asked = ParamSpec("Asked")
Made = TypeVar("Made")


class OtherCode(RuntimeError):
    """A worker runs other code than the one that asks."""


@functools.cache
def code_digest() -> str:
    """A digest of all that decides what comes of a replication: bolk's own source and data, and NumPy's version."""
    digest = hashlib.sha256(np.__version__.encode())
    root = Path(__file__).resolve().parent.parent
    for package in DECIDING:
        for file in sorted((root / package).rglob("*")):
            if file.suffix in (".py", ".csv"):
                digest.update(str(file.relative_to(root)).encode() + file.read_bytes())
    return digest.hexdigest()


class ClusterExecutor(Executor):
    """Has calls made by a cluster whose workers run the same code."""

    def __init__(self, client: Any) -> None:
        self._executor: Any = client.get_executor(pure=False)

    def submit(self, fn: Callable[Asked, Made], /, *args: Asked.args, **kwargs: Asked.kwargs) -> Future[Made]:
        """Have a call made somewhere."""
        call = functools.partial(fn, *args, **kwargs)
        return self._executor.submit(_made_by_the_same_code, code_digest(), call)


def _made_by_the_same_code(code: str, call: Callable[[], Made]) -> Made:
    if code_digest() != code:
        raise OtherCode
    return call()


@contextmanager
def cluster_at(address: str) -> Generator[Executor]:
    """Workers of the Dask cluster whose scheduler is at an address such as tcp://127.0.0.1:8786.

    Raises
    ------
    WorkersLost
        Dask is not installed, nobody answers there, no worker is there, the workers run other code or lack a package,
        or were lost for good.
    """
    dask = _dask()
    try:
        client = dask.Client(address, timeout=ANSWERS_WITHIN, set_as_default=False, name="bolk")
    except (OSError, ValueError) as problem:
        raise WorkersLost(
            f"no Dask scheduler answers at {address}. Start one with: dask scheduler --host 127.0.0.1, "
            "and workers with: dask worker ADDRESS"
        ) from problem
    with client, _quiet():
        try:
            client.wait_for_workers(1, timeout=ANSWERS_WITHIN)
        except TimeoutError as problem:
            text = f"the scheduler at {address} has no workers. Start one with: dask worker {address}"
            raise WorkersLost(text) from problem
        try:
            yield ClusterExecutor(client)
        except (CancelledError, dask.comm.CommClosedError) as problem:
            raise WorkersLost(
                f"the scheduler at {address} was lost on the way. Start it again, and this command"
            ) from problem
        except dask.KilledWorker as problem:
            raise WorkersLost(
                f"workers at {address} died again and again on the same work: out of memory, perhaps. "
                "Start fewer of them on each machine"
            ) from problem
        except OtherCode as problem:
            raise WorkersLost(
                f"a worker at {address} runs another version of bolk or of NumPy, and would give another answer. "
                "Install the same on all machines"
            ) from problem
        except ImportError as problem:
            raise WorkersLost(f"a worker at {address} cannot do the work: {problem}") from problem


@contextmanager
def _quiet() -> Generator[None]:
    """Keep Dask's own account of a lost connection from the screen: what it comes to is said in one message."""
    loggers = [logging.getLogger(name) for name in ("distributed", "distributed.client")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)


def _dask() -> Any:
    try:
        return importlib.import_module("distributed")
    except ImportError as problem:
        raise WorkersLost("Dask is not installed here. To have it: pip install distributed") from problem
