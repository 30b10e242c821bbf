"""`--jobs` and `--cluster` on the command line: who makes the replications."""

from collections.abc import Generator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Final, TypedDict

import click

from scenarios.flags import Flags
from scenarios.inventory import total_invited
from scenarios.scenario import Scenario
from simulation.cluster import cluster_at
from simulation.engine import Engine

ALONE: Final = 5_000
"""Citizens, over all runs, up to which SimPy is not worth starting worker processes for.

Measured with `bolk simulate ci-smoke` (2,400 citizens) on two busy cores: 16 s alone and 5.0 s of processor time, 22 s
and 6.6 s with two workers, each of which must load the model first.
"""


class Workers(TypedDict):
    """What an experiment is told of who makes the replications."""

    jobs: int
    executor: Executor | None


@contextmanager
def workers_for(flags: Flags, scenario: Scenario, runs: int, engine: Engine) -> Generator[Workers]:
    """So many jobs on this machine, or a cluster for the length of a `with` block.

    Where nobody says how many, so many runs of a small scenario are made without workers.

    Raises
    ------
    WorkersLost
        The cluster cannot be had, or was lost.
    """
    jobs, address = flags.get("jobs", 0), flags.get("cluster")
    if address is None:
        small = engine is Engine.SIMPY and total_invited(scenario) * runs <= ALONE
        yield {"jobs": jobs or int(small), "executor": None}
        return
    if jobs:
        raise click.UsageError("give --jobs or --cluster: a cluster has the workers that it has")
    with cluster_at(address) as executor:
        yield {"jobs": jobs, "executor": executor}
