"""Predictions held against measurements: what a simulation that was calibrated once says of eleven other mornings.

    .venv/bin/python -m benchmarks.twin [--write benchmarks/twin.md] [--work FOLDER] [--speedup 2] [--only NAME]

A reference server is held to a platform that the simulation is not told about. One light load test of it
(`bolk calibrate --loadtest`) is all that the simulation learns: how long each request takes. Then eleven mornings: who
comes, what they choose, how places are given and how many there are differ. Each is predicted from the calibrated
scenario (`bolk simulate`), lived over HTTP on a server of the true platform (`bolk loadtest`), and judged by
`bolk compare`, on the same rows: rejections of 100 attempts within 2, and the 95th percentile of response times within
15 % of what was measured. What misses stays in the table as a miss.

One morning is one run on either side, so part of each difference is chance: the service times that the server draws are
not those that the simulation draws. A morning on which the load generator was late is lived once more. With `--work` a
row that is done is not made again, so what was broken off goes on. About 14 minutes on two quiet cores.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final

import click

from scenarios.twin import MOST_APART, MOST_OFF, REJECTIONS, RESPONSE, Held, Twin

MORNING: Final = (
    "municipality.population=20000", "invitation.invited=1200", "invitation.sms_rate=50/s",
    "behaviour.response.median=25 s", "behaviour.response.sigma=0.6", "behaviour.response.latest=75 s",
    "behaviour.session.login=2 s", "behaviour.session.choose=3 s", "policy.batch_size=400", "policy.pause=15 s",
    "slots.0.parallel=60", "platform.strategy=immediate", "platform.workers=5", "platform.login.workers=4",
)  # fmt: skip
"""What all have in common, over the catalogue's ci-smoke."""
THE_TRUTH: Final = (
    "platform.service_time.list=60 ms", "platform.service_time.confirm=90 ms", "platform.login.service_time=150 ms",
    "platform.sigma=0.4",
)  # fmt: skip
"""The platform that the simulation is not told about."""
LIGHT: Final = (
    "invitation.invited=120", "behaviour.response.median=60 s", "behaviour.response.latest=2 min",
    "policy.batch_size=all", "platform.strategy=hold",
)  # fmt: skip
"""So few people that hardly any request waits; holding, so that every kind of request is seen, none assumed."""
RUNS: Final = 20
"""Simulated send-outs of each morning; the first of them has the rows of the load test."""

MORNINGS: Final[dict[str, tuple[str, ...]]] = {
    "three batches": (),
    "all at once": ("policy.batch_size=all",),
    "many small batches": ("policy.batch_size=100", "policy.pause=5 s"),
    "half as many places": ("slots.0.parallel=30",),
    "one place at a time": ("slots.0.parallel=1",),
    "everybody takes the first": ("behaviour.slot_choice={first=1.0, preferred=0.0, uniform=0.0}",),
    "everybody takes any": ("behaviour.slot_choice={first=0.0, preferred=0.0, uniform=1.0}",),
    "a list spread for each": ("platform.listing=spread",),
    "places held": ("platform.strategy=hold",),
    "places assigned": ("platform.strategy=assign",),
    "half as many workers": ("platform.workers=3", "platform.login.workers=2"),
}


def main() -> None:
    """Calibrate, predict, measure, and print the table."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--speedup", type=float, default=2.0)
    words.add_argument("--only", choices=list(MORNINGS))
    words.add_argument("--work", type=Path, help="a folder that keeps what is done")
    words.add_argument("--write", type=Path, help="a file for the table")
    asked = words.parse_args()
    with tempfile.TemporaryDirectory(prefix="bolk-twin-") as passing:
        folder: Path = asked.work or Path(passing)
        scenario = calibrated(folder)
        names = [asked.only] if asked.only else list(MORNINGS)
        click.echo(f"{'MORNING':28}{'REJECTED OF 100':>22}{'p95 RESPONSE, s':>22}   VERDICT")
        click.echo(f"{'':28}{'predicted  measured':>22}{'predicted  measured':>22}")
        rows: dict[str, Twin] = {}
        for name in names:
            rows[name] = row_of(name, scenario, asked.speedup, folder)
            click.echo(line_of(name, rows[name]))
        click.echo(summary(rows))
        if asked.write is not None:
            asked.write.write_text(markdown(rows, asked.speedup), encoding="utf-8")


def calibrated(folder: Path) -> Path:
    """The scenario that one light load test leads to; what it had assumed of the platform was wrong."""
    learnt = folder / "learnt" / "scenario.toml"
    if not learnt.exists():
        light = folder / "light"
        bolk("loadtest", "ci-smoke", *_set(MORNING, THE_TRUTH, LIGHT), "--out", str(light))
        bolk("calibrate", "ci-smoke", *_set(MORNING), "--loadtest", str(light), "--out", str(learnt.parent))
    return learnt


def row_of(name: str, scenario: Path, speedup: float, folder: Path) -> Twin:
    """Predict, measure and compare one morning, once more where the generator was late."""
    out = folder / name.replace(" ", "-")
    done = out / "twin" / "twin.json"
    if not done.exists():
        shutil.rmtree(out, ignore_errors=True)
        _predict(scenario, name, out)
        twin = _measure(name, speedup, out)
        if twin.reason == "generator":
            shutil.rmtree(out / "measured")
            twin = _measure(name, speedup, out)
    return Twin.model_validate_json(done.read_bytes())


def _predict(scenario: Path, name: str, out: Path) -> None:
    bolk("simulate", str(scenario), *_set(MORNINGS[name]), "--replications", str(RUNS), "--out", str(out / "predicted"))


def _measure(name: str, speedup: float, out: Path) -> Twin:
    measured, twin = str(out / "measured"), out / "twin"
    truth = _set(MORNING, THE_TRUTH, MORNINGS[name])
    bolk("loadtest", "ci-smoke", *truth, "--speedup", f"{speedup:g}", "--out", measured)
    bolk("compare", str(out / "predicted"), measured, "--out", str(twin))
    return Twin.model_validate_json((twin / "twin.json").read_bytes())


def line_of(name: str, twin: Twin) -> str:
    """A morning on a line of the screen."""
    rejected, slow = twin.measures[REJECTIONS], twin.measures[RESPONSE]
    figures = "".join(f"{_number(one, 1):>11}" for one in (rejected.predicted, rejected.measured))
    figures += "".join(f"{_number(one, 3):>11}" for one in (slow.predicted, slow.measured))
    return f"{name:28}{figures}   {verdict_of(twin)}"


def verdict_of(twin: Twin) -> str:
    """Held, or what missed."""
    if twin.reason is not None:
        return {"generator": "no verdict: the generator was late", "no_value": "no verdict: a value is missing"}[
            twin.reason
        ]
    words = {REJECTIONS: "rejections", RESPONSE: "response time"}
    missed = [word for name, word in words.items() if twin.measures[name].agreement == "beyond"]
    return f"MISSED: {', '.join(missed)}" if missed else "held"


def summary(rows: dict[str, Twin]) -> str:
    """How many held."""
    held = sum(twin.verdict == "pass" for twin in rows.values())
    return f"{held} of {len(rows)} held (rejections within {MOST_APART:g} of 100, p95 within {MOST_OFF:.0%})"


def markdown(rows: dict[str, Twin], speedup: float) -> str:
    """The table as it lies in the repository."""
    lines = [
        "# Predicted against measured",
        "",
        "The simulation learnt how long requests take from one light load test of the reference server, and then",
        "foretold other mornings. Each was lived over HTTP on the same rows and judged by `bolk compare`. Misses stay.",
        "",
        f"    python -m benchmarks.twin --write benchmarks/twin.md --speedup {speedup:g}",
        "",
        f"{summary(rows)}. Made {date.today():%Y-%m-%d} on {os.cpu_count()} cores.",  # noqa: DTZ011
        "",
        "In brackets: 8 of 10 simulated send-outs, each with other residents.",
        "",
        "| morning | rejected of 100, predicted | measured | p95 response, s, predicted | measured | off | |",
        "|---|--:|--:|--:|--:|--:|---|",
    ]
    return "\n".join([*lines, *(_markdown_row(name, twin) for name, twin in rows.items()), ""])


def _markdown_row(name: str, twin: Twin) -> str:
    rejected, slow = twin.measures[REJECTIONS], twin.measures[RESPONSE]
    off = "" if slow.difference is None or not slow.measured else f"{slow.difference / slow.measured:+.0%}"
    cells = [
        name, _with_range(rejected, 1), _number(rejected.measured, 1), _with_range(slow, 2), _number(slow.measured, 2),
        off, verdict_of(twin),
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"


def _with_range(held: Held, digits: int) -> str:
    if held.low is None or held.high is None:
        return _number(held.predicted, digits)
    return f"{_number(held.predicted, digits)} ({_number(held.low, digits)}–{_number(held.high, digits)})"


def _number(value: float | None, digits: int) -> str:
    return "none" if value is None else f"{value:.{digits}f}"


def bolk(*words: str) -> None:
    """One command; 1 and 3 are answers too."""
    done = subprocess.run(  # noqa: S603  (our own command)
        [sys.executable, "-m", "bolk", *words], capture_output=True, text=True, check=False
    )
    if done.returncode not in (0, 1, 3):
        raise SystemExit(f"bolk {' '.join(words)}: {done.returncode}\n{done.stderr}")


def _set(*groups: Sequence[str]) -> list[str]:
    return [word for group in groups for one in group for word in ("--set", one)]


if __name__ == "__main__":
    main()
