"""What the server makes of its machine and its database: ratios within one run, printed for a person.

    .venv/bin/python -m benchmarks.server_rates [--seconds 2] [--rounds 3]

Servers as `bolk serve` starts them (one booking process with threads for the machine, a record system beside it,
SQLite with full durability in a temporary folder) and one client with 8 connections that are kept open, all on
127.0.0.1. Every rate is the median of a few rounds, and the rounds take turns, so that a busy moment of the machine
meets all of them. Client and server share the machine's cores: the ratios count, the rates do not. What writes comes
last, for the record system then has work left.

- list / constant: free times of a day, against /health/live of the same server.
- list that changes / constant: the same while the record system decides what was sent before.
- reservation / claim: reservations over HTTP on many times, against bare conditional updates in a database of the
  same kind (write-ahead log, synchronous = FULL), one transaction each.
- hot reservation / claim: the same when all want one time.
- refusal / constant and refusal / claim: 409 over HTTP from a server that decides at once, when all want one time that
  is full; each refusal is kept on record, durably, so that asking again gives the same answer.

Then how long a reservation of one hot time takes, at the median, at p99 and at most: by 32 threads that ask the
storage, by as many where SQLite's own handler (`timeout=`) makes them wait, and over HTTP by 64 connections.
"""

import argparse
import contextlib
import itertools
import json
import selectors
import socket
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.server_waits import print_waits
from reference_server.database import prepare
from reference_server.pace import Pace
from reference_server.serving import running
from reference_server.sqlite_storage import SqliteStorage
from reference_server.storage import Wish
from reference_server.tokens import Tokens
from scenarios.identity import national_number
from tests import a

CONNECTIONS = 8
BOOK, DATE = "9999-1", "2021-05-10"
STARTS = [
    f"{date}T{8 + (30 + at) // 60:02}:{(30 + at) % 60:02}" for date in (DATE, "2021-05-11") for at in range(0, 120, 5)
]
PLACES = 3
MOST_A_SECOND = 4000  # reservations that a server could answer here
AT_ONCE: dict[str, object] = {"platform.strategy": "immediate"}
UNHINDERED = 1_000_000.0
"""A speedup at which no citizen meets the rate limit; without a pace nothing else depends on it."""


class Client:
    """A closed loop over a few connections that are kept open."""

    def __init__(self, base_url: str) -> None:
        address = urlsplit(base_url)
        self._at = (address.hostname or "", address.port or 0)

    def rate(self, requests: Iterator[bytes], status: int, seconds: float) -> float:
        """Answers a second; an answer of another status ends the run."""
        return len(self.times_s(requests, status, seconds, CONNECTIONS)) / seconds

    def times_s(self, requests: Iterator[bytes], status: int, seconds: float, connections: int) -> list[float]:
        """How long each answer took that came within so many seconds."""
        with contextlib.ExitStack() as stack:
            chosen, sent_s, times_s = selectors.DefaultSelector(), dict[socket.socket, float](), list[float]()
            for _ in range(connections):
                one = stack.enter_context(socket.create_connection(self._at))
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                chosen.register(one, selectors.EVENT_READ)
            end_s = time.perf_counter() + seconds
            for key in chosen.get_map().values():
                assert isinstance(key.fileobj, socket.socket)  # noqa: S101 (only sockets are registered)
                _ask(key.fileobj, next(requests), sent_s)
            while time.perf_counter() < end_s:
                for key, _ in chosen.select(0.1):
                    one = key.fileobj
                    assert isinstance(one, socket.socket)  # noqa: S101
                    _check_answer(one, status)
                    times_s.append(time.perf_counter() - sent_s[one])
                    _ask(one, next(requests), sent_s)
            return times_s


def _ask(one: socket.socket, request: bytes, sent_s: dict[socket.socket, float]) -> None:
    sent_s[one] = time.perf_counter()
    one.sendall(request)


def _check_answer(one: socket.socket, status: int) -> None:
    head, _, body = one.recv(65536).partition(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    while len(body) < length:
        body += one.recv(65536)
    if int(head.split(b" ", 2)[1]) != status:
        sys.exit(f"expected {status}, got {head.decode()} {body.decode()}")


def request(method: str, path: str, token: str, key: str = "", wish: dict[str, str] | None = None) -> bytes:
    """A request as it goes over the wire."""
    body = json.dumps(wish).encode() if wish else b""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Authorization: Bearer {token}"]
    if wish:
        lines += [f"Idempotency-Key: {key}", "Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


def raw_claims(folder: Path, seconds: float) -> float:
    """Conditional updates a second, each durable, in a database that has nothing else to do."""
    path = folder / f"raw-{time.perf_counter_ns()}.sqlite3"
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("CREATE TABLE slot (id INTEGER PRIMARY KEY, citizen TEXT)")
        database.execute(
            "INSERT INTO slot (id) WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99999)"
            " SELECT i FROM n"
        )
        begun_s, count = time.perf_counter(), 0
        while (now_s := time.perf_counter()) - begun_s < seconds:
            database.execute("BEGIN IMMEDIATE")
            database.execute("UPDATE slot SET citizen = 'x' WHERE id = ? AND citizen IS NULL", (count % 100_000,))
            database.execute("COMMIT")
            count += 1
        return count / (now_s - begun_s)


def main() -> None:
    """Measure in rounds and print the ratios."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seconds", type=float, default=2.0, help="of each measurement")
    options.add_argument("--rounds", type=int, default=3)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="bolk-benchmark-") as place:
        print_ratios(Path(place), chosen.seconds, chosen.rounds)


def print_ratios(folder: Path, seconds: float, rounds: int) -> None:
    """Every measurement once a round, then the medians."""
    numbers = itertools.count()

    def wishes(tokens: Tokens, starts: list[str]) -> Iterator[bytes]:
        made: list[bytes] = []  # before the clock runs: making a token costs as much as half an answer
        for number in itertools.islice(numbers, int(seconds * MOST_A_SECOND)):
            wish = {"book": BOOK, "start": starts[number % len(starts)]}
            citizen = tokens.token(national_number(number))  # a book gives one appointment to each
            made.append(request("POST", "/api/v1/reservations", citizen, f"key-{number}", wish))
        return iter(made)

    with (
        _served(folder / "queued.sqlite3") as (client, tokens),
        _served(folder / "now.sqlite3", AT_ONCE) as (now, others),
    ):
        token = tokens.token(national_number(0))
        slots = request("GET", f"/api/v1/books/{BOOK}/slots?date={DATE}", token)
        live = itertools.repeat(request("GET", "/health/live", token))
        client.rate(itertools.repeat(slots), 200, seconds / 4)
        fill(folder / "now.sqlite3")
        quiet: dict[str, Callable[[], float]] = {
            "constant": lambda: client.rate(live, 200, seconds),
            "list": lambda: client.rate(itertools.repeat(slots), 200, seconds),
            "claim": lambda: raw_claims(folder, seconds),
            "refusal": lambda: now.rate(wishes(others, STARTS[:1]), 409, seconds),
        }
        busy: dict[str, Callable[[], float]] = {
            "reservation": lambda: client.rate(wishes(tokens, STARTS), 202, seconds),
            "hot reservation": lambda: client.rate(wishes(tokens, STARTS[:1]), 202, seconds),
            "list that changes": lambda: client.rate(itertools.repeat(slots), 200, seconds),
        }
        found = _in_rounds(quiet, rounds) | _in_rounds(busy, rounds)
        over_http = [client.times_s(wishes(tokens, STARTS[:1]), 202, seconds, 64) for _ in range(rounds)]
    rates = {name: statistics.median(values) for name, values in found.items()}
    for name, rate in rates.items():
        print(f"{name:>20} {rate:>10,.0f}/s")  # noqa: T201 (it is a script)
    for name, other in RATIOS:
        print(f"{name} / {other}: {rates[name] / rates[other]:.2f}")  # noqa: T201
    print_waits(folder, seconds, rounds, over_http)


@contextlib.contextmanager
def _served(database: Path, changed: dict[str, object] | None = None) -> Generator[tuple[Client, Tokens]]:
    scenario = a.scenario(changed)
    with running(scenario, database=database, pace=Pace.NONE, speedup=UNHINDERED) as server:
        yield Client(server.base_url), Tokens(prepare(database, scenario))


def fill(database: Path) -> None:
    """Take every place of the first time."""
    storage = SqliteStorage(database)
    for citizen in range(PLACES):
        storage.reserve(Wish(citizen=f"{citizen}", idempotency_key="k", book=BOOK, start=STARTS[0]), 1.0)
    storage.close()


def _in_rounds(measured: dict[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {name: [] for name in measured}
    for _ in range(rounds):
        for name, measure in measured.items():
            found[name].append(measure())
    return found


RATIOS = (
    ("list", "constant"),
    ("list that changes", "constant"),
    ("reservation", "claim"),
    ("hot reservation", "claim"),
    ("refusal", "constant"),
    ("refusal", "claim"),
)


if __name__ == "__main__":
    main()
