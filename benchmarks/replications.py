"""What more workers and the same chance are worth, measured in one run: ratios, printed for a person.

    .venv/bin/python -m benchmarks.replications [--citizens 100000] [--runs 8] [--rounds 3]

Workers: wall-clock seconds of the same replications by one job and by two, taking turns, the least of a few rounds.
Beside them stands what two threads get of this machine at this moment that never hold the interpreter lock: on a busy
machine that is far below 2, and says how much of the rest is the machine's. Then what the whole grid of the design (210
policies, 10 replications each) would take of two free cores, by the CPU seconds of those made here.

The same chance: how many times as many runs on separate chance would know the difference of two policies as well.
"""

import argparse
import hashlib
import os
import resource
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from benchmarks.engines import question
from scenarios.pairs import paired
from scenarios.policies.batches import Batches
from scenarios.policy import Policy
from scenarios.scenario import Scenario
from simulation.answer import samples_of
from simulation.engine import Engine
from simulation.experiment import Experiment, run_once
from tests import a

POLICIES, REPLICATIONS = 210, 10
"""The grid of the design's section 8, which sets 30 s for 100,000 citizens on two cores."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--citizens", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    workers(question(arguments.citizens), arguments.runs, arguments.rounds, Engine.COMPILED)
    workers(question(2_000), arguments.runs, 1, Engine.SIMPY)
    chance(a.scenario(), 40)


def workers(scenario: Scenario, runs: int, rounds: int, engine: Engine) -> None:
    """One job against two, and what the whole grid takes by that."""
    run_once(scenario, scenario.policy, 0, engine)  # the first call loads or compiles the kernel
    seconds: dict[int, list[float]] = {1: [], 2: []}
    cpu_s = time.process_time()
    for _ in range(rounds):
        for jobs, found in seconds.items():
            found.append(_wall_s(scenario, runs, jobs, engine))
    each_s = (time.process_time() - cpu_s) / (rounds * (2 * runs + 2))
    free = [_without_the_lock() for _ in range(rounds)]
    one, two = (min(found) for found in seconds.values())
    citizens = scenario.invitation.invited or 0
    _say(f"\n{engine.value}: {runs} replications of {citizens:,} citizens, load average {os.getloadavg()[0]:.1f}")
    _say(f"  1 job   {one:7.2f} s {citizens * runs / one:>12,.0f} citizens/s")
    _say(f"  2 jobs  {two:7.2f} s {citizens * runs / two:>12,.0f} citizens/s, {one / two:.2f} times as fast")
    _say(f"  two threads that never hold the lock: {max(free):.2f} times as fast as one")
    if engine is Engine.COMPILED:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        whole = each_s * POLICIES * REPLICATIONS / 2
        _say(f"  peak {peak:,.0f} MiB; {each_s:.2f} CPU s a replication, by any number of jobs")
        _say(f"  {POLICIES} policies x {REPLICATIONS} replications on two free cores: {whole:,.0f} s (aim: 30 s)")


def chance(scenario: Scenario, runs: int) -> None:
    """The scenario's own policy against all at once, on the same chance and on separate chance."""
    policies: list[Policy] = [scenario.policy, Batches.of("all", 0.0, scenario.policy.start)]
    with Experiment(scenario) as experiment:
        experiment.replicate([(policy, r) for policy in policies for r in range(runs)])
    sides = [experiment.runs(policy) for policy in policies]
    differences = paired(*(samples_of(side, tuple(side[0].measures)) for side in sides))
    _say(f"\nThe same chance: {scenario.name} against all at once, {runs} runs of each")
    for measure, found in differences.items():
        if found is not None and found.half_width and found.half_width_apart:
            times = (found.half_width_apart / found.half_width) ** 2
            _say(f"  {measure:30} {found.mean:>10.4f} ± {found.half_width:<10.4f} {times:>6.1f} x fewer runs")


def _wall_s(scenario: Scenario, runs: int, jobs: int, engine: Engine) -> float:
    with Experiment(scenario, jobs=jobs, engine=engine) as experiment:
        if jobs > 1:
            experiment.replicate([(scenario.policy, runs + r) for r in range(jobs)])  # the workers are there
        return _timed(lambda: experiment.replicate([(scenario.policy, r) for r in range(runs)]))


def _without_the_lock() -> float:
    """How many times as fast two threads digest as one, which needs no interpreter lock."""
    block = bytes(1 << 26)

    def digest(_: int) -> bytes:
        return hashlib.sha256(block).digest()

    def wall_s(jobs: int) -> float:
        with ThreadPoolExecutor(jobs) as pool:
            return _timed(lambda: list(pool.map(digest, range(16))))

    return wall_s(1) / wall_s(2)


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201  (it is a script)


if __name__ == "__main__":
    main()
