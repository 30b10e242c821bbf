"""A real Dask cluster for tests: a scheduler and two worker processes on this machine's loopback."""

import importlib
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any


@contextmanager
def local_cluster(workers: int = 2) -> Generator[Any]:
    """Start one, its web page on a free port; every worker is a process with one thread."""
    dask: Any = importlib.import_module("distributed")
    with dask.LocalCluster(
        n_workers=workers, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0", silence_logs=50
    ) as cluster:
        yield cluster
