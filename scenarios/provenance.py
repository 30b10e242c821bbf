"""How a result came about: command, versions, machine, seed; enough to make it again."""

import contextlib
import datetime as dt
import hashlib
import importlib.metadata
import os
import platform
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from scenarios.reading import sha256_of
from scenarios.result import Provenance, ScenarioRef
from scenarios.scenario import Scenario

_PACKAGES: Final = ("numpy", "simpy", "pandas", "locust", "flask", "granian", "matplotlib", "pydantic")
_MACHINE_ID: Final = Path("/etc/machine-id")
"""What systemd gives each installation; it asks programs to show no more of it than a digest. Source: machine-id(5)."""

_WITH_ENGINE: Final = {"compiled": ("numba", "llvmlite")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopwatch:
    """When the work began, by the clock and by a timer that never jumps."""

    at: dt.datetime = field(default_factory=lambda: dt.datetime.now(dt.UTC))
    timer_s: float = field(default_factory=time.perf_counter)

    @property
    def elapsed_s(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self.timer_s

    @property
    def now(self) -> dt.datetime:
        """The moment it is, reckoned from the start by the timer: never before it, even if the clock is set back."""
        return self.at + dt.timedelta(seconds=self.elapsed_s)


def scenario_ref(scenario: Scenario) -> ScenarioRef:
    """Which question was asked, whole."""
    return ScenarioRef(
        name=scenario.name,
        sha256=sha256_of(scenario),
        title=scenario.title,
        resolved=scenario.model_dump(mode="json", by_alias=True, exclude_none=True),
    )


def provenance_of(
    scenario: Scenario,
    *,
    command: Sequence[str],
    begun: Stopwatch,
    replications: int,
    plan_sha256: Sequence[str],
    engine: str,
    partial: bool,
    interrupted: bool,
) -> Provenance:
    """Collect everything a reader needs to make the result again."""
    return Provenance(
        command=" ".join(command),
        version=importlib.metadata.version("bolk"),
        commit=_commit(),
        seed=scenario.experiment.seed,
        replications=replications,
        plan_sha256=list(plan_sha256),
        engine=engine,
        packages={"python": platform.python_version()}
        | {name: importlib.metadata.version(name) for name in (*_PACKAGES, *_WITH_ENGINE.get(engine, ()))},
        machine=f"{platform.system()} {platform.machine()}, {_processor()}, {os.cpu_count()} cores",
        started_at=begun.at.isoformat(timespec="seconds"),
        wall_s=round(begun.elapsed_s, 1),
        partial=partial,
        interrupted=interrupted,
    )


def host_digest() -> str:
    """Twelve digits that tell this machine from others, and tell nobody which it is."""
    named = [platform.node()]
    with contextlib.suppress(OSError):
        named.append(_MACHINE_ID.read_text(encoding="utf-8").strip())
    return hashlib.sha256("\n".join(["bolk", *named]).encode()).hexdigest()[:12]


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown processor"
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown processor")


def _commit() -> str | None:
    """The commit of the checkout bolk runs from, with a mark if files differ from it; None outside a checkout."""
    here = Path(__file__).resolve().parent.parent
    command = ["git", "-C", str(here), "describe", "--always", "--dirty=+changes", "--abbrev=12"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=5, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip()
