"""A real Dask cluster for tests: a scheduler and two worker processes on this machine's loopback."""

import importlib
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any


@contextmanager
def local_cluster() -> Generator[Any]:
    """Start one, without its web page; every worker is a process with one thread."""
    dask: Any = importlib.import_module("distributed")
    with dask.LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, silence_logs=50
    ) as cluster:
        yield cluster
