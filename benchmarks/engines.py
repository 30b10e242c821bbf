"""How fast the engines are, on the same draws and in one run: ratios, growth, and the whole country, for a person.

    .venv/bin/python benchmarks/engines.py [--citizens 50000] [--rounds 3] [--grow-to 10000000] [--plot growth.svg]

Ratios: one core, CPU seconds, the least of a few rounds that take turns.

- SimPy: the readable model, its plan drawn beforehand.
- compiled: from nothing to the measures, every draw included, no record kept; that both have the same measures is
  checked here.
- C: the event loop of the kernel once more in C (`event_loop.c`, compiled by `cc`), on the same memory with the same
  draws: the same algorithm, checked to count the same. The two loops are timed alone, each from a run laid out anew.

Growth, and the country: a process of its own for each, from its start to its end, CPU and wall seconds and its most
memory. The country is everybody in the register of 2024; with `own`, each municipality has a platform of its own, and
two threads share them.
"""

import argparse
import math
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

from benchmarks.c_loop import c_loop
from scenarios import register
from scenarios.columns import columns_of
from scenarios.inventory import total_capacity
from scenarios.plan_source import PlanSource
from scenarios.run import Run, run_of
from scenarios.scenario import Municipality, Scenario
from simulation.compiled import Prepared, live_drawing
from simulation.measuring import measure
from simulation.replication import simulate
from simulation.tallying import Counts
from tests import a

YEAR: Final = 2024
_AIMS: Final = {"shared": "3.5 s wall, 300 MiB", "own": "1.2 s wall, 300 MiB", "1000000": "2 s wall, 300 MiB"}
"""Of the design's section 8, for whole processes, from a prototype with a smaller journey."""

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
        _say(f"{name:>10} {_in_a_process(name).text} (aim: {_AIMS[name]})")


def question(citizens: int) -> Scenario:
    """Everybody acts; five citizens for a place; a platform that keeps up. The contention case of the design."""
    towns = ["Oslo"] if citizens <= _MOST_IN_ONE else ["Oslo", "Bergen"]
    workers = max(2, citizens // 5000)
    invited = citizens // len(towns)
    return _scenario({"names": towns}, max(1, invited // 5 // 192), workers, {"invitation.invited": invited})


def country(entries: tuple[register.RegisteredMunicipality, ...]) -> Scenario:
    """All ages of these municipalities; everybody acts, and there is one place for four."""
    people = sum(entry.population for entry in entries)
    workers = max(2, people // 5000)
    anywhere = _anywhere()
    slots = tuple(one.model_copy(update={"parallel": None, "free_per_100_invited": 25.0}) for one in anywhere.slots)
    return anywhere.model_copy(
        update={
            "municipality": Municipality(names=tuple(entry.number for entry in entries)),
            "invitation": anywhere.invitation.model_copy(update={"invited": None, "cohort": "0+"}),
            "slots": slots,
            "platform": anywhere.platform.model_copy(update=_stations(anywhere, workers)),
        }
    )


@cache
def _anywhere() -> Scenario:
    """Read once: a file is read once, however many municipalities it is asked for."""
    return _scenario({"names": ["Oslo"]}, 1, 2, {})


def _stations(scenario: Scenario, workers: int) -> dict[str, Any]:
    few = {"workers": min(10_000, workers)}
    login, ehr = (one.model_copy(update=few) for one in (scenario.platform.login, scenario.platform.ehr))
    return {"workers": min(10_000, 2 * workers), "login": login, "ehr": ehr}


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
    run = measure(asked)
    attempts, simpy_s = _timed(lambda: simulate(asked.scenario, plan))  # once: it takes as long as all else
    _check(run_of(asked.scenario, plan, columns_of(attempts), with_timeline=False), run)
    compiled_s = min(_seconds(lambda: measure(asked)) for _ in range(rounds))
    citizens, requests = int(plan.acts.sum()), len(record.requests)
    _say(f"{citizens:,} citizens, {requests:,} requests, {len(record.attempts):,} attempts; the same measures: yes")
    for name, seconds in {"SimPy": simpy_s, "compiled": compiled_s}.items():
        _say(f"{name:>10} {citizens / seconds:>14,.0f} citizens/s {1e9 * seconds / requests:>10,.0f} ns a request")
    _say(f"compiled / SimPy: {simpy_s / compiled_s:.0f} times as fast (aim: 300)")
    loops = _loops(asked, rounds)
    for name, seconds in loops.items():
        _say(f"{name:>10}, the event loop alone: {1e9 * seconds / requests:>10,.0f} ns a request")
    if "C" in loops:
        _say(f"compiled / C:     {loops['compiled'] / loops['C']:.2f} times the time of the same in C (aim: 1.15)")
    else:
        _say("There is no cc on this machine, so there is nothing in C to compare with.")


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
        _say(
            f"{citizens:>10,} {used[-1].text} {1e6 * used[-1].cpu_s / citizens:>9.2f} us CPU a citizen{_aim(citizens)}"
        )
    if plot is not None:
        plot.write_text(picture(sizes, used), encoding="utf-8")
        _say(f"The picture is in {plot}.")


def _aim(citizens: int) -> str:
    aim = _AIMS.get(str(citizens))
    return "" if aim is None else f" (aim: {aim})"


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


def picture(sizes: list[int], used: list[Used]) -> str:
    """CPU seconds against citizens, both by powers of ten: the dashed line is growth in proportion."""

    def at(citizens: float, seconds: float) -> tuple[float, float]:
        return 80 + 130 * (math.log10(citizens) - 4), 330 - 90 * (math.log10(seconds) + 1)

    points = [at(citizens, one.cpu_s) for citizens, one in zip(sizes, used, strict=True)]
    line = " ".join(f"{x:.0f},{y:.0f}" for x, y in points)
    each_s = used[-1].cpu_s / sizes[-1]
    (from_x, from_y), (to_x, to_y) = at(0.1 / each_s, 0.1), points[-1]
    labels = "".join(
        f'<circle cx="{x:.0f}" cy="{y:.0f}" r="4"/><text x="{x - 20:.0f}" y="{y - 12:.0f}">{citizens:,}: '
        f"{one.cpu_s:.2f} s, {one.peak_mib:,.0f} MiB</text>"
        for (x, y), citizens, one in zip(points, sizes, used, strict=True)
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 370" font-family="sans-serif" font-size="13">'
        "<title>CPU seconds and memory of a whole process, from 10,000 citizens on</title>"
        '<rect width="760" height="370" fill="white"/><path d="M60 30V330H740" fill="none" stroke="black"/>'
        '<text x="64" y="20">CPU seconds of a whole process (90 up: ten times as many)</text>'
        '<text x="740" y="350" text-anchor="end">citizens (130 to the right: ten times as many)</text>'
        '<text x="60" y="365" fill="#555">python -m benchmarks.engines --plot benchmarks/growth.svg</text>'
        f'<line x1="{from_x:.0f}" y1="{from_y:.0f}" x2="{to_x:.0f}" y2="{to_y:.0f}" stroke="#888" '
        f'stroke-dasharray="4"/><polyline points="{line}" fill="none" stroke="#00609f" stroke-width="2"/>{labels}'
        "</svg>\n"
    )


def _check(simpy: Run, compiled: Run) -> None:
    if (simpy.measures, simpy.outcomes) != (compiled.measures, compiled.outcomes):
        raise SystemExit("the engines do not agree: there is nothing to compare")


def _loops(asked: PlanSource, rounds: int) -> dict[str, float]:
    """CPU seconds of the event loop alone, compiled by Numba and, where there is a compiler, by it."""
    lives: dict[str, Callable[[Prepared], None]] = {"compiled": lambda run: run.live_until(math.inf)}
    in_c = c_loop()
    if in_c is not None:
        lives["C"] = in_c
    found: dict[str, list[float]] = {name: [] for name in lives}
    tallies: set[str] = set()
    for _ in range(max(rounds, 2)):
        for name, live in lives.items():
            run, counts = _laid_out(asked)
            found[name].append(_seconds(partial(live, run)))
            tallies.add(counted(counts))
    if len(tallies) > 1:
        raise SystemExit("the loop in C does not count what the kernel counts: it is no bound of it")
    return {name: min(seconds) for name, seconds in found.items()}


def _laid_out(asked: PlanSource) -> tuple[Prepared, Counts]:
    counts = Counts.of(total_capacity(asked.scenario), None)
    return Prepared.drawing(asked, counts), counts


def counted(counts: Counts) -> str:
    """All that a run has counted, as text."""
    tally = counts.tally()
    percentiles = [sample(percent) for sample in (tally.responses, tally.waits, tally.journeys) for percent in (50, 99)]
    return repr((replace(tally, responses=max, waits=max, journeys=max), percentiles))


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
