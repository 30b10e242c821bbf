"""Ten predictions held against ten measurements: what a simulation that was calibrated once says of other mornings.

    .venv/bin/python -m benchmarks.twin [--speedup 2] [--only NAME]

A reference server is held to a platform that the simulation is not told about. One light load test of it
(`bolk calibrate --loadtest`) is all that the simulation learns: how long each request takes. Then ten mornings, each on
a server of the same platform: who comes, what they choose, how places are given and how many there are differ. Each is
predicted from the calibrated scenario, and measured by `bolk loadtest`, on the same rows.

Aims: rejections of 100 attempts within 2, and the 95th percentile of response times within 15 %. What misses is printed
as a miss. One morning is one run on either side, so part of each difference is chance: the service times that the
server draws are not those that the simulation draws.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import click

from reference_server.pace import Pace
from reference_server.serving import running
from scenarios.reading import load

REJECTIONS: Final = 2.0
RESPONSE: Final = 0.15

MORNING: Final = (
    "municipality.population=20000", "invitation.invited=1200", "behaviour.response.median=30 s",
    "behaviour.response.sigma=0.6", "behaviour.response.latest=3 min", "behaviour.session.login=2 s",
    "behaviour.session.choose=3 s", "policy.batch_size=400", "policy.pause=40 s", "slots.0.parallel=60",
    "platform.strategy=immediate", "platform.workers=4", "platform.login.workers=4",
)  # fmt: skip
"""What all have in common, over the catalogue's ci-smoke."""
THE_TRUTH: Final = (
    "platform.service_time.list=60 ms", "platform.service_time.confirm=90 ms", "platform.login.service_time=150 ms",
    "platform.sigma=0.4",
)  # fmt: skip
"""The platform that the simulation is not told about."""
LIGHT: Final = ("invitation.invited=140", "behaviour.response.median=60 s", "policy.batch_size=all")

MORNINGS: Final[dict[str, tuple[str, ...]]] = {
    "three batches": (),
    "all at once": ("policy.batch_size=all",),
    "many small batches": ("policy.batch_size=100", "policy.pause=10 s"),
    "half as many places": ("slots.0.parallel=30",),
    "one place at a time": ("slots.0.parallel=1",),
    "everybody takes the first": ("behaviour.slot_choice={first=1.0, preferred=0.0, uniform=0.0}",),
    "everybody takes any": ("behaviour.slot_choice={first=0.0, preferred=0.0, uniform=1.0}",),
    "a list spread for each": ("platform.listing=spread",),
    "places held": ("platform.strategy=hold",),
    "places assigned": ("platform.strategy=assign",),
    "half as many workers": ("platform.workers=2",),
}


def main() -> None:
    """Calibrate, predict, measure, and print the table."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--speedup", type=float, default=2.0)
    words.add_argument("--only", choices=list(MORNINGS))
    asked = words.parse_args()
    with tempfile.TemporaryDirectory(prefix="bolk-twin-") as folder:
        scenario = calibrated(Path(folder))
        names = [asked.only] if asked.only else list(MORNINGS)
        rows = [row_of(name, scenario, asked.speedup, Path(folder)) for name in names]
    print_table(rows)


def calibrated(folder: Path) -> Path:
    """The scenario that one light load test leads to; what it had assumed of the platform was wrong."""
    bolk("loadtest", "ci-smoke", *_set(MORNING, THE_TRUTH, LIGHT), "--out", str(folder / "light"))
    learnt = bolk(
        "calibrate", "ci-smoke", *_set(MORNING), "--loadtest", str(folder / "light"), "--out", str(folder / "learnt")
    )
    click.echo(learnt.stdout)
    return folder / "learnt" / "scenario.toml"


def row_of(name: str, scenario: Path, speedup: float, folder: Path) -> dict[str, Any]:
    """Predict and measure one morning."""
    true = load("ci-smoke", [*MORNING, *THE_TRUTH, *MORNINGS[name]])
    out = folder / name.replace(" ", "-")
    with running(true, pace=Pace.SCENARIO, speedup=speedup) as server:
        bolk(
            "loadtest", str(scenario), *_set(MORNINGS[name]), "--speedup", f"{speedup:g}", "--target", server.base_url,
            "--admin-token", server.admin_token or "", "--out", str(out),
        )  # fmt: skip
    result = json.loads((out / "result.json").read_text(encoding="utf-8"))
    sides = (result["measurement"]["predicted"], result["metrics"])
    row: dict[str, Any] = {"name": name, "generator": result["generator"]["verdict"]}
    for measure in ("rejections_per_100_attempts", "response_time_p95_s", "booked_count"):
        row[measure] = [None if side[measure] is None else side[measure]["mean"] for side in sides]
    click.echo(f"  {name}: done", err=True)
    return row


def print_table(rows: Sequence[dict[str, Any]]) -> None:
    """Each morning on a line, with what missed."""
    click.echo(f"{'MORNING':28}{'REJECTED OF 100':>22}{'p95 RESPONSE, s':>22}{'BOOKED':>16}   VERDICT")
    click.echo(f"{'':28}{'predicted  measured':>22}{'predicted  measured':>22}{'':>16}")
    held = 0
    for row in rows:
        rejected, slow, booked = (
            row[name] for name in ("rejections_per_100_attempts", "response_time_p95_s", "booked_count")
        )
        misses = [
            *(["rejections"] if abs((rejected[0] or 0) - (rejected[1] or 0)) > REJECTIONS else []),
            *(["response"] if abs(slow[0] - slow[1]) > RESPONSE * slow[0] else []),
            *(["generator was late"] if row["generator"] != "pass" else []),
        ]
        held += not misses
        click.echo(
            f"{row['name']:28}{rejected[0] or 0:>11.1f}{rejected[1] or 0:>11.1f}{slow[0]:>11.3f}{slow[1]:>11.3f}"
            f"{booked[0]:>8.0f}{booked[1]:>8.0f}   {'held' if not misses else 'MISSED: ' + ', '.join(misses)}"
        )
    click.echo(f"{held} of {len(rows)} held (rejections within {REJECTIONS:g} of 100, p95 within {RESPONSE:.0%})")


def bolk(*words: str) -> subprocess.CompletedProcess[str]:
    """One command; 1 and 3 are answers too."""
    done = subprocess.run(  # noqa: S603  (our own command)
        [sys.executable, "-m", "bolk", *words], capture_output=True, text=True, check=False
    )
    if done.returncode not in (0, 1, 3):
        raise SystemExit(f"bolk {' '.join(words)}: {done.returncode}\n{done.stderr}")
    return done


def _set(*groups: Sequence[str]) -> list[str]:
    return [word for group in groups for one in group for word in ("--set", one)]


if __name__ == "__main__":
    main()
