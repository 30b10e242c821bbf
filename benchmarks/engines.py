"""How fast the engines are, on the same draws and in one run: ratios, printed for a person.

    .venv/bin/python benchmarks/engines.py [--citizens 50000] [--rounds 3] [--grow-to 1000000]

One core, CPU seconds, the least of a few rounds that take turns. Three ways to live the same plan:

- SimPy: the readable model.
- compiled: the kernel, from the first event to the last row; both give the same attempts, which is checked here.
- C: the timeouts of that very run through the same kind of heap and a row for each, without stations, books or people
  (`events_and_rows.c`, compiled by `cc`): what no engine with this record can beat.

Then growth: each part of a whole run by the compiled engine, and the memory of the process so far.
"""

import argparse
import ctypes
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from scenarios.columns import Columns, columns_of
from scenarios.plan import Plan, plan_of
from scenarios.run import run_of
from scenarios.scenario import Scenario
from simulation.compiled import Prepared, live
from simulation.replication import simulate
from tests import a

SOURCE = Path(__file__).with_name("events_and_rows.c")


@dataclass(frozen=True, slots=True)
class Question:
    """A scenario with its plan."""

    scenario: Scenario
    plan: Plan


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--citizens", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--grow-to", type=int, default=1_000_000)
    arguments = parser.parse_args()
    ratios(question(arguments.citizens), arguments.rounds)
    growth(arguments.grow_to)


def question(citizens: int) -> Question:
    """Everybody acts; five citizens for a place; a platform that keeps up. The contention case of the design."""
    book = {"book": "Hall", "dates": ["2021-05-10", "2021-05-11"], "open": {"from": "08:00", "to": "16:00"}}
    workers = max(2, citizens // 5000)
    scenario = a.scenario(
        {
            "invitation.invited": citizens,
            "invitation.delivered": 1.0,
            "invitation.sms_rate": "100/s",
            "slots": [{**book, "length": "5 min", "parallel": max(1, citizens // 5 // 192)}],
            "policy.batch_size": 1000,
            "behaviour.uptake": 1.0,
            "behaviour.response": {"median": "10 min", "sigma": 1.0},
            "behaviour.slot_choice": {"first": 0.8, "preferred": 0.1, "uniform": 0.1},
            "platform.workers": 2 * workers,
            "platform.service_time": {"list": "50 ms", "confirm": "100 ms"},
            "platform.login": {"workers": workers, "service_time": "50 ms"},
            "platform.ehr": {"workers": workers, "service_time": "50 ms"},
        }
    )
    return Question(scenario, plan_of(scenario, scenario.policy, 0))


def ratios(asked: Question, rounds: int) -> None:
    """The engines in turn, on the same plan."""
    record = live(asked.scenario, asked.plan)  # the first call loads or compiles the kernel
    bound = _bound(record)
    found: dict[str, list[float]] = {"SimPy": [], "compiled": [], "C": []}
    for number in range(rounds):
        if number == 0:  # once: it takes as long as all else
            attempts, seconds = _timed(lambda: simulate(asked.scenario, asked.plan))
            found["SimPy"].append(seconds)
            _check(columns_of(attempts), record)
        found["compiled"].append(_seconds(Prepared.of(asked.scenario, asked.plan).run))
        if bound is not None:
            found["C"].append(_seconds(bound))
    least = {name: min(values) for name, values in found.items() if values}
    citizens, requests = int(asked.plan.acts.sum()), len(record.requests)
    _say(f"{citizens:,} citizens, {requests:,} requests, {len(record.attempts):,} attempts; the same record: yes")
    for name, seconds in least.items():
        _say(f"{name:>10} {citizens / seconds:>14,.0f} citizens/s {1e9 * seconds / requests:>10,.0f} ns a request")
    _say(f"compiled / SimPy: {least['SimPy'] / least['compiled']:.0f} times as fast (aim: 300)")
    if "C" in least:
        _say(f"compiled / C:     {least['compiled'] / least['C']:.2f} times the time of the bound (aim: 1.15)")
    else:
        _say("There is no cc on this machine, so there is no lower bound to show.")


def growth(largest: int) -> None:
    """Parts of a whole run, for more and more citizens."""
    _say("\n  citizens      plan   service    kernel  measures     whole   citizens/s   peak MiB")
    citizens = 10_000
    while citizens <= largest:
        parts_s = _parts(citizens)
        parts = "".join(f"{part:>9.2f}s" for part in (*parts_s, sum(parts_s)))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        _say(f"{citizens:>10,}{parts}{citizens / sum(parts_s):>13,.0f}{peak:>11,.0f}")
        citizens *= 10


def _parts(citizens: int) -> tuple[float, ...]:
    asked, draw_s = _timed(lambda: question(citizens))
    prepared, service_s = _timed(lambda: Prepared.of(asked.scenario, asked.plan))
    record, kernel_s = _timed(prepared.run)
    _, measures_s = _timed(lambda: run_of(asked.scenario, asked.plan, record, with_timeline=True))
    return draw_s, service_s, kernel_s, measures_s


def _check(simpy: Columns, compiled: Columns) -> None:
    if simpy.digest() != compiled.digest():
        raise SystemExit("the engines do not agree: there is nothing to compare")


def _bound(record: Columns) -> Callable[[], object] | None:
    """The C program over the moments of this record; None without a compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    citizens = record.attempts["citizen"][record.requests["attempt"]]
    moments = np.concatenate([record.requests["started_s"], record.requests["ended_s"]])
    owners = np.concatenate([citizens, citizens])
    order = np.lexsort((moments, owners))
    moments, owners = moments[order], owners[order]
    starts = np.flatnonzero(np.append(True, owners[1:] != owners[:-1]))
    by_arrival = np.argsort(moments[starts], kind="stable")
    lengths = np.diff(np.append(starts, len(moments)))[by_arrival]
    first = np.append(0, np.cumsum(lengths))
    at = np.repeat(starts[by_arrival] - first[:-1], lengths) + np.arange(len(moments))
    moments = np.ascontiguousarray(moments[at])
    heap, place, rows = np.empty((len(starts) + 1, 2)), np.empty(len(starts), np.int64), np.empty((len(moments), 4))
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "bound.so"
        subprocess.run([compiler, "-O3", "-march=native", "-shared", "-fPIC", SOURCE, "-o", library], check=True)  # noqa: S603
        function = ctypes.CDLL(str(library)).events_and_rows
    pointers: list[Any] = [one.ctypes.data_as(ctypes.c_void_p) for one in (moments, first, heap, place, rows)]
    function.restype = ctypes.c_int64

    def run() -> int:
        return function(*pointers[:2], ctypes.c_int64(len(starts)), *pointers[2:])

    if run() != len(moments) or np.any(np.diff(rows[:, 0]) < 0):
        raise SystemExit("the bound went wrong: it must write every moment, in order")
    return run


def _seconds(work: Callable[[], object]) -> float:
    return _timed(work)[1]


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    begun = time.process_time()
    made = work()
    return made, time.process_time() - begun


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201  (it is a script)


if __name__ == "__main__":
    main()
