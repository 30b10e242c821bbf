"""How fast the engines are, on the same draws and in one run: ratios, growth, and the whole country, for a person.

    .venv/bin/python benchmarks/engines.py [--citizens 50000] [--rounds 3] [--grow-to 10000000] [--plot growth.svg]

Ratios: one core, CPU seconds, the least of a few rounds that take turns.

- SimPy: the readable model, its plan drawn beforehand.
- compiled: from nothing to the measures, every draw included, no record kept; that both have the same measures is
  checked here.
- C: the distinct moments of that very run through the same kind of heap, with one draw and one length of time for each
  (`events_and_draws.c`, compiled by `cc`); without stations, books, people, or the draws that are not a length of time.
  It is not the same algorithm in another language: what lies between is the booking itself.

Growth, and the country: a process of its own for each, from its start to its end, CPU and wall seconds and its most
memory. The country is everybody in the register of 2024; with `own`, each municipality has a platform of its own, and
two threads share them.
"""

import argparse
import ctypes
import math
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from scenarios import register
from scenarios.columns import Columns, columns_of
from scenarios.plan_source import PlanSource
from scenarios.quantiles import lognormal
from scenarios.run import Run, run_of
from scenarios.scenario import Scenario
from simulation.compiled import live_drawing
from simulation.measuring import measure
from simulation.replication import simulate
from tests import a

SOURCE: Final = Path(__file__).with_name("events_and_draws.c")
YEAR: Final = 2024
_MOST_IN_ONE: Final = 6_000_000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--citizens", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--grow-to", type=int, default=10_000_000)
    parser.add_argument("--plot", type=Path, help="write a picture of growth to this file (SVG)")
    parser.add_argument("--alone", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.alone is not None:
        _alone(arguments.alone)
        return
    ratios(source_of(question(arguments.citizens)), arguments.rounds)
    growth(arguments.grow_to, arguments.plot)
    _say("\nEverybody in the register, in a process of its own:")
    for name in ("shared", "own"):
        _say(f"{name:>10} {_in_a_process(name).text}")


def question(citizens: int) -> Scenario:
    """Everybody acts; five citizens for a place; a platform that keeps up. The contention case of the design."""
    towns = ["Oslo"] if citizens <= _MOST_IN_ONE else ["Oslo", "Bergen"]
    workers = max(2, citizens // 5000)
    invited = citizens // len(towns)
    return _scenario({"names": towns}, max(1, invited // 5 // 192), workers, {"invitation.invited": invited})


def country(entries: tuple[register.RegisteredMunicipality, ...]) -> Scenario:
    """All ages of these municipalities; everybody acts, and there is one place for four."""
    people = sum(entry.population for entry in entries)
    scenario = _scenario({"names": [entry.number for entry in entries]}, 1, max(2, people // 5000), {})
    invitation = scenario.invitation.model_copy(update={"invited": None, "cohort": "0+"})
    slots = tuple(one.model_copy(update={"parallel": None, "free_per_100_invited": 25.0}) for one in scenario.slots)
    return scenario.model_copy(update={"invitation": invitation, "slots": slots})


def _scenario(municipality: dict[str, Any], parallel: int, workers: int, more: dict[str, Any]) -> Scenario:
    book = {"book": "Hall", "dates": ["2021-05-10", "2021-05-11"], "open": {"from": "08:00", "to": "16:00"}}
    return a.scenario(
        {
            "municipality": municipality,
            "invitation.delivered": 1.0,
            "invitation.sms_rate": "100/s",
            "slots": [{**book, "length": "5 min", "parallel": parallel}],
            "policy.batch_size": 1000,
            "behaviour.uptake": 1.0,
            "behaviour.response": {"median": "10 min", "sigma": 1.0},
            "behaviour.slot_choice": {"first": 0.8, "preferred": 0.1, "uniform": 0.1},
            "platform.workers": min(10_000, 2 * workers),
            "platform.service_time": {"list": "50 ms", "confirm": "100 ms"},
            "platform.login": {"workers": min(10_000, workers), "service_time": "50 ms"},
            "platform.ehr": {"workers": min(10_000, workers), "service_time": "50 ms"},
        }
        | more
    )


def source_of(scenario: Scenario) -> PlanSource:
    """Its first replication under its own policy."""
    return PlanSource(scenario=scenario, policy=scenario.policy, replication=0)


def ratios(asked: PlanSource, rounds: int) -> None:
    """The engines in turn, on the same draws."""
    plan, record = asked.plan(), live_drawing(asked)  # the first call loads or compiles the kernel
    bound = _bound(record)
    run = measure(asked)
    attempts, simpy_s = _timed(lambda: simulate(asked.scenario, plan))  # once: it takes as long as all else
    _check(run_of(asked.scenario, plan, columns_of(attempts), with_timeline=False), run)
    found: dict[str, list[float]] = {"compiled": [], "C": []}
    for _ in range(rounds):
        found["compiled"].append(_seconds(lambda: measure(asked)))
        if bound is not None:
            found["C"].append(_seconds(bound))
    least = {"SimPy": simpy_s, **{name: min(values) for name, values in found.items() if values}}
    citizens, requests = int(plan.acts.sum()), len(record.requests)
    _say(f"{citizens:,} citizens, {requests:,} requests, {len(record.attempts):,} attempts; the same measures: yes")
    for name, seconds in least.items():
        _say(f"{name:>10} {citizens / seconds:>14,.0f} citizens/s {1e9 * seconds / requests:>10,.0f} ns a request")
    _say(f"compiled / SimPy: {least['SimPy'] / least['compiled']:.0f} times as fast (aim: 300)")
    if "C" in least:
        _say(f"compiled / C:     {least['compiled'] / least['C']:.2f} times the time of the bound (aim: 1.15)")
    else:
        _say("There is no cc on this machine, so there is no lower bound to show.")


@dataclass(frozen=True, slots=True)
class Used:
    """What a process used from its start to its end."""

    wall_s: float
    cpu_s: float
    peak_mib: float

    @property
    def text(self) -> str:
        """For a person."""
        return f"{self.wall_s:>9.2f}s wall {self.cpu_s:>9.2f}s CPU {self.peak_mib:>9,.0f} MiB"


def growth(largest: int, plot: Path | None) -> None:
    """More and more citizens, each time in a process of its own."""
    _say("\n  citizens, in a process of their own")
    sizes = [10**power for power in range(4, 9) if 10**power <= largest]
    used: list[Used] = []
    for citizens in sizes:
        used.append(_in_a_process(str(citizens)))
        _say(f"{citizens:>10,} {used[-1].text} {1e6 * used[-1].cpu_s / citizens:>9.2f} us CPU a citizen")
    if plot is not None:
        plot.write_text(_picture(sizes, used), encoding="utf-8")
        _say(f"The picture is in {plot}.")


def _in_a_process(what: str) -> Used:
    begun = time.monotonic()
    command = [sys.executable, __file__, "--alone", what]
    ended = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603  (this very file)
    wall_s = time.monotonic() - begun
    cpu_s, peak_kib = ended.stdout.split()
    return Used(wall_s, float(cpu_s), int(peak_kib) / 1024)


def _alone(what: str) -> None:
    everybody = register.municipalities(YEAR)
    if what == "shared":
        measure(source_of(country(everybody)))
    elif what == "own":
        with ThreadPoolExecutor(2) as threads:
            list(threads.map(_alone_there, everybody))
    else:
        measure(source_of(question(int(what))))
    # Of the process alone: what the system tells the parent is not less than the parent's own.
    peak_kib = next(line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line)
    _say(f"{time.process_time()} {peak_kib}")


def _alone_there(entry: register.RegisteredMunicipality) -> None:
    measure(source_of(country((entry,))))


def _picture(sizes: list[int], used: list[Used]) -> str:
    """CPU seconds against citizens, both by powers of ten; a straight line at 45 degrees is linear growth."""

    def at(citizens: float, seconds: float) -> tuple[float, float]:
        return 80 + 120 * (math.log10(citizens) - 4), 300 - 60 * (math.log10(seconds) + 1)

    points = [at(citizens, one.cpu_s) for citizens, one in zip(sizes, used, strict=True)]
    line = " ".join(f"{x:.0f},{y:.0f}" for x, y in points)
    labels = "".join(
        f'<circle cx="{x:.0f}" cy="{y:.0f}" r="4"/><text x="{x + 8:.0f}" y="{y + 16:.0f}">{citizens:,}: '
        f"{one.cpu_s:.2f} s, {one.peak_mib:,.0f} MiB</text>"
        for (x, y), citizens, one in zip(points, sizes, used, strict=True)
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 340" font-family="sans-serif" font-size="13">'
        "<title>CPU seconds and memory of a whole process, from 10,000 citizens on</title>"
        '<path d="M60 20V310H700" fill="none" stroke="black"/><text x="64" y="16">CPU seconds (each step of 60: ten '
        'times)</text><text x="480" y="330">citizens (each step of 120: ten times)</text>'
        f'<polyline points="{line}" fill="none" stroke="#00609f" stroke-width="2"/>{labels}</svg>\n'
    )


def _check(simpy: Run, compiled: Run) -> None:
    if (simpy.measures, simpy.outcomes) != (compiled.measures, compiled.outcomes):
        raise SystemExit("the engines do not agree: there is nothing to compare")


def _bound(record: Columns) -> Callable[[], object] | None:
    """The C program over the distinct moments of each citizen; None without a compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    citizens = record.attempts["citizen"][record.requests["attempt"]].astype(np.float64)
    pairs = np.concatenate([np.stack([citizens, record.requests[name]], axis=1) for name in ("started_s", "ended_s")])
    owners, moments = np.unique(pairs, axis=0).T
    starts = np.flatnonzero(np.append(True, owners[1:] != owners[:-1]))
    by_arrival = np.argsort(moments[starts], kind="stable")
    lengths = np.diff(np.append(starts, len(moments)))[by_arrival]
    first = np.append(0, np.cumsum(lengths))
    at = np.repeat(starts[by_arrival] - first[:-1], lengths) + np.arange(len(moments))
    moments = np.ascontiguousarray(moments[at])
    heap, place, kept = np.empty((len(starts) + 1, 2)), np.empty(len(starts), np.int64), np.empty(len(moments), "u4")
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "bound.so"
        options = ["-O3", "-march=native", "-ffp-contract=off", "-shared", "-fPIC"]
        subprocess.run([compiler, *options, SOURCE, "-o", library, "-lm"], check=True)  # noqa: S603
        function = ctypes.CDLL(str(library)).events_and_draws
    arrays = (moments, first, lognormal(0.5), heap, place, kept)
    pointers: list[Any] = [one.ctypes.data_as(ctypes.c_void_p) for one in arrays]
    function.restype = ctypes.c_int64

    def run() -> int:
        return function(*pointers[:2], ctypes.c_int64(len(starts)), *pointers[2:])

    if run() != len(moments) or not kept.all():
        raise SystemExit("the bound went wrong: it must keep a length of time for every moment")
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
