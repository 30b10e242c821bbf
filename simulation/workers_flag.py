"""`--jobs` and `--cluster` on the command line: who makes the replications."""

from collections.abc import Generator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import TypedDict

import click

from scenarios.flags import Flags
from simulation.cluster import cluster_at


class Workers(TypedDict):
    """What an experiment is told of who makes the replications."""

    jobs: int
    executor: Executor | None


@contextmanager
def workers_for(flags: Flags) -> Generator[Workers]:
    """So many jobs on this machine, or a cluster for the length of a `with` block.

    Raises
    ------
    WorkersLost
        The cluster cannot be had, or was lost.
    """
    jobs, address = flags.get("jobs", 0), flags.get("cluster")
    if address is None:
        yield {"jobs": jobs, "executor": None}
        return
    if jobs:
        raise click.UsageError("give --jobs or --cluster: a cluster has the workers that it has")
    with cluster_at(address) as executor:
        yield {"jobs": jobs, "executor": executor}
