"""Whether a machine is fit to measure on: each thing that can spoil a load test, judged, with the mend."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from loadtests.generator import LAG_MAX_S, LAG_P99_S
from loadtests.machine import Machine

LEAST_CORES: Final = 2
"""One for the server and one for the generator. ASSUMPTION: on one they are each other's queue."""

LEAST_FILES: Final = 4_096
"""ASSUMPTION: a connection for each citizen of a wave, and as many again in the server."""

LEAST_PORTS: Final = 10_000
"""ASSUMPTION: closed connections keep their port for a minute, at some hundred new ones a second."""

LEAST_FREE_BYTES: Final = 1_000_000_000
"""ASSUMPTION: the record, the database and the report of a million attempts, with room to spare."""

SLOW_SYNC_S: Final = 0.02
"""ASSUMPTION: a disk that turns needs 8-12 ms; above this the server mostly waits for it."""

SLOW_ROUND_TRIP_S: Final = 0.005
"""ASSUMPTION: loopback takes hundredths of a millisecond; at this the network outweighs a quick page."""

COARSE_CLOCK_S: Final = 0.001
"""ASSUMPTION: quantiles of pages that take milliseconds need at least these."""

MOST_STOLEN: Final = 0.02
"""ASSUMPTION: two in a hundred moments gone is as much as a p99 can hide."""


class Verdict(StrEnum):
    """What a finding means for measuring here."""

    FIT = "fit"
    UNKNOWN = "not known"
    DOUBTFUL = "doubtful"
    UNFIT = "unfit"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at: what was found, what that means, and what to do where it is not fit."""

    name: str
    found: str
    verdict: Verdict
    mend: str = ""


def judged(machine: Machine) -> list[Finding]:
    """Judge everything that was measured, in the order in which it is best mended."""
    return [*_processor(machine), *_time(machine), *_room(machine), *_optional(machine)]


def is_fit(findings: Sequence[Finding]) -> bool:
    """Whether nothing found makes a measurement worthless."""
    return all(one.verdict is not Verdict.UNFIT for one in findings)


def _processor(machine: Machine) -> list[Finding]:
    busy, stolen = machine.busy, machine.stolen
    return [
        _judged("cores", str(machine.cores), machine.cores >= LEAST_CORES, Verdict.UNFIT,
                f"Give this machine or container at least {LEAST_CORES} cores: server and generator need one each."),
        _unreadable("other programs") if busy is None else
        _judged("other programs", f"load {busy:.1f} on {machine.cores} cores", busy <= machine.cores, Verdict.DOUBTFUL,
                "Close other programs, wait a minute and look again."),
        _unreadable("stolen time") if stolen is None else
        _judged("stolen time", f"{stolen:.1%}", stolen <= MOST_STOLEN, Verdict.DOUBTFUL,
                "Another guest of the same host takes the processor: measure at another time or on another host."),
        _unreadable("processor speed") if machine.governor is None else
        _judged("processor speed", machine.governor, machine.governor != "powersave", Verdict.DOUBTFUL,
                "The processor saves power: set its governor to performance while you measure."),
    ]  # fmt: skip


def _time(machine: Machine) -> list[Finding]:
    late = machine.ring_late_p99_s > LAG_P99_S or machine.ring_late_max_s > LAG_MAX_S
    return [
        _judged("clock goes on", "never back" if not machine.clock_back_s else f"went back {_ms(machine.clock_back_s)}",
                not machine.clock_back_s, Verdict.UNFIT, "The clock of this machine is broken: measure on another."),
        _judged("clock step", _ms(machine.clock_step_s), machine.clock_step_s <= COARSE_CLOCK_S, Verdict.UNFIT,
                "The clock is too coarse for pages that take milliseconds: measure on another machine."),
        _judged("timer", f"late by {_ms(machine.ring_late_p99_s)} (p99), {_ms(machine.ring_late_max_s)} at most",
                not late, Verdict.UNFIT,
                "Citizens would start late, and the run would be inconclusive: close other programs, or take a larger "
                "machine."),
    ]  # fmt: skip


def _room(machine: Machine) -> list[Finding]:
    trip = machine.round_trip_s
    return [
        _judged("open files", f"{machine.open_files:,}", machine.open_files >= LEAST_FILES, Verdict.UNFIT,
                f"Raise the hard limit (ulimit -Hn) to {LEAST_FILES:,} or more: each citizen keeps a connection open."),
        _judged("free disk", f"{machine.free_bytes / 1e9:,.1f} GB", machine.free_bytes >= LEAST_FREE_BYTES,
                Verdict.UNFIT, "Free 1 GB there, or choose another folder with --out."),
        _judged("write to disk", _ms(machine.sync_s), machine.sync_s <= SLOW_SYNC_S, Verdict.DOUBTFUL,
                "The server waits this long for every commit: use a local disk (--out), not a network one."),
        _judged("loopback", "no connection" if trip is None else _ms(trip), trip is not None, Verdict.UNFIT,
                "Nothing can connect to 127.0.0.1: look at the firewall or the sandbox.")
        if trip is None or trip <= SLOW_ROUND_TRIP_S
        else _judged("loopback", _ms(trip), False, Verdict.DOUBTFUL, "The machine is too busy: close other programs."),
        _judged("ports", f"{machine.ports:,}", machine.ports >= LEAST_PORTS, Verdict.DOUBTFUL,
                "Widen net.ipv4.ip_local_port_range: a large wave runs out of ports."),
    ]  # fmt: skip


def _optional(machine: Machine) -> list[Finding]:
    return [
        _judged("Numba", _there(machine.numba), machine.numba, Verdict.ABSENT,
                "Without it the same answers come many times later: pip install numba"),
        _judged("PostgreSQL", _there(machine.postgresql), machine.postgresql, Verdict.ABSENT,
                "Without it the server keeps its record in SQLite, and a test of PostgreSQL needs --database."),
        _judged("Chromium", _there(machine.chromium), machine.chromium, Verdict.ABSENT,
                "Without it nobody looks at the pages in a browser when the tests run: apt install chromium"),
    ]  # fmt: skip


def _judged(name: str, found: str, well: bool, otherwise: Verdict, mend: str) -> Finding:
    return Finding(name=name, found=found, verdict=Verdict.FIT if well else otherwise, mend="" if well else mend)


def _unreadable(name: str) -> Finding:
    return Finding(name=name, found="cannot be read here", verdict=Verdict.UNKNOWN)


def _there(is_there: bool) -> str:
    return "there" if is_there else "not there"


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:.3g} ms"
