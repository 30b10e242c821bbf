"""How long quick answers take, over questions that nobody asked before: one person, and ten at once.

    python -m benchmarks.planner [--questions 60] [--together 10]

It serves the page on this machine, with worker processes as `bolk planner` has them, and asks over HTTP. Each question
is another one (municipality, age group, appointments, hours, rule of today), so nothing is remembered. Prints the
median, the 95th percentile and the longest, to the last byte of the page; the aim is a 95th percentile of at most 2 s
for one person at a time, on two cores with nothing else to do.
"""

import argparse
import random
import statistics
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from bolk import House
from reports.planner.serving import serving
from scenarios import register

AIM_S: Final = 2.0
_SEED: Final = 20261124
_LONGEST_S: Final = 120.0


def main() -> int:
    """Measure, print, and say by the exit code whether the aim is reached."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--questions", type=int, default=60)
    parser.add_argument("--together", type=int, default=10)
    flags = parser.parse_args()
    chance = random.Random(_SEED)
    with tempfile.TemporaryDirectory() as folder, serving(House().answering(), Path(folder)) as page:
        alone = [_asked(page.address, query) for query in _queries(chance, flags.questions)]
        p95_s = _told("one at a time", alone)
        with ThreadPoolExecutor(flags.together) as people:
            begun = [people.submit(_asked, page.address, query) for query in _queries(chance, flags.questions)]
            crowd = [one.result() for one in begun]
        _told(f"{flags.together} at once", crowd)
        again = _queries(random.Random(_SEED), flags.questions)
        _told("asked before", [_asked(page.address, query) for query in again])
    return 0 if p95_s <= AIM_S else 1


def _queries(chance: random.Random, count: int) -> list[str]:
    return [urlencode(_question(chance)) for _ in range(count)]


def _question(chance: random.Random) -> dict[str, str]:
    entries = [one for one in register.municipalities(2024) if register.inhabitants(one, "45-54") >= 100]
    entry = chance.choice(entries)
    invited = register.inhabitants(entry, "45-54")
    return {
        "municipality": entry.number,
        "age_from": "45",
        "age_to": "54",
        "slots": str(round(invited * chance.uniform(0.7, 1.2))),
        "from": chance.choice(["08:00", "09:00", "10:00"]),
        "to": chance.choice(["15:00", "18:00", "20:00"]),
        "today": "batches",
        "batch": str(max(10, invited // chance.randint(2, 8))),
        "pause": chance.choice(["10", "30"]),
        "uptake": str(chance.randint(55, 90)),
        "seed": str(chance.randint(1, 10**9 - 1)),
        "lang": "nb",
    }


def _asked(address: str, query: str) -> float:
    begun_s = time.perf_counter()
    with urllib.request.urlopen(f"{address}plan?{query}", timeout=_LONGEST_S) as answer:  # noqa: S310  (our own page)
        answer.read()
    return time.perf_counter() - begun_s


def _told(who: str, times_s: Sequence[float]) -> float:
    ordered = sorted(times_s)
    p95_s = statistics.quantiles(ordered, n=20, method="inclusive")[-1]
    print(  # noqa: T201
        f"{who:<16} {len(ordered)} answers: median {statistics.median(ordered):.2f} s, "
        f"95th percentile {p95_s:.2f} s, longest {ordered[-1]:.2f} s"
    )
    return p95_s


if __name__ == "__main__":
    sys.exit(main())
