"""What the server makes of its machine and its database: ratios within one run, printed for a person.

    .venv/bin/python benchmarks/server_rates.py [--seconds 2] [--rounds 3]

One server process with one thread, its record system beside it, SQLite with full durability in a temporary folder, and
one client with 8 connections that are kept open, all on 127.0.0.1. Every rate is the median of a few rounds, and the
rounds take turns, so that a busy moment of the machine meets all of them. Client and server share the machine's cores:
the ratios count, the rates do not. What writes comes last, for the record system then has work left.

- list / constant: free times of a day, against /health/live of the same server.
- list that changes / constant: the same while the record system decides what was sent before.
- reservation / claim: reservations over HTTP on many times, against bare conditional updates in a database of the
  same kind (write-ahead log, synchronous = FULL), one transaction each.
- hot reservation / claim: the same when all want one time.
- refusal / claim and refusal / constant: what the storage refuses when all want one time and it decides at once; each
  refusal is kept on record, durably, so that asking again gives the same answer.
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
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

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
UNHINDERED = 1_000_000.0
"""A speedup at which no citizen meets the rate limit; without a pace nothing else depends on it."""


class Client:
    """A closed loop over a few connections that are kept open."""

    def __init__(self, base_url: str) -> None:
        address = urlsplit(base_url)
        self._at = (address.hostname or "", address.port or 0)

    def rate(self, requests: Iterator[bytes], status: int, seconds: float) -> float:
        """Answers a second; an answer of another status ends the run."""
        with contextlib.ExitStack() as stack:
            chosen, count = selectors.DefaultSelector(), 0
            for _ in range(CONNECTIONS):
                one = stack.enter_context(socket.create_connection(self._at))
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                chosen.register(one, selectors.EVENT_READ)
                one.sendall(next(requests))
            begun_s = time.perf_counter()
            while (now_s := time.perf_counter()) - begun_s < seconds:
                for key, _ in chosen.select(0.1):
                    one = key.fileobj
                    assert isinstance(one, socket.socket)  # noqa: S101 (only sockets are registered)
                    _check_answer(one, status)
                    count += 1
                    one.sendall(next(requests))
            return count / (now_s - begun_s)


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


def refusals(folder: Path, seconds: float) -> float:
    """Refusals a second of the storage when all want one time; each is kept on record, durably."""
    path = folder / f"hot-{time.perf_counter_ns()}.sqlite3"
    prepare(path, a.scenario())
    storage = SqliteStorage(path)
    begun_s, count = time.perf_counter(), 0
    while (now_s := time.perf_counter()) - begun_s < seconds:
        storage.reserve(Wish(citizen=str(count), idempotency_key="k", book=BOOK, start=STARTS[0]), 1.0)
        count += 1
    storage.close()
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
    scenario = a.scenario({"platform.workers": 1})
    database = folder / "bookings.sqlite3"
    with running(scenario, database=database, pace=Pace.NONE, speedup=UNHINDERED) as server:
        client, token = Client(server.base_url), log_in(server.login_url)
        tokens = Tokens(prepare(database, scenario))
        numbers = itertools.count()
        slots = request("GET", f"/api/v1/books/{BOOK}/slots?date={DATE}", token)

        def wishes(starts: list[str]) -> Iterator[bytes]:
            for number in numbers:
                wish = {"book": BOOK, "start": starts[number % len(starts)]}
                citizen = tokens.token(national_number(number))  # a book gives one appointment to each
                yield request("POST", "/api/v1/reservations", citizen, f"key-{number}", wish)

        live = itertools.repeat(request("GET", "/health/live", token))
        quiet: dict[str, Callable[[], float]] = {
            "constant": lambda: client.rate(live, 200, seconds),
            "list": lambda: client.rate(itertools.repeat(slots), 200, seconds),
            "claim": lambda: raw_claims(folder, seconds),
            "refusal": lambda: refusals(folder, seconds),
        }
        busy: dict[str, Callable[[], float]] = {
            "reservation": lambda: client.rate(wishes(STARTS), 202, seconds),
            "hot reservation": lambda: client.rate(wishes(STARTS[:1]), 202, seconds),
            "list that changes": lambda: client.rate(itertools.repeat(slots), 200, seconds),
        }
        found = _in_rounds(quiet, rounds) | _in_rounds(busy, rounds)
    rates = {name: statistics.median(values) for name, values in found.items()}
    for name, rate in rates.items():
        print(f"{name:>20} {rate:>10,.0f}/s")  # noqa: T201 (it is a script)
    for name, other in RATIOS:
        print(f"{name} / {other}: {rates[name] / rates[other]:.2f}")  # noqa: T201


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
    ("refusal", "claim"),
    ("refusal", "constant"),
)


def log_in(url: str) -> str:
    """The token of one synthetic citizen."""
    body = json.dumps({"citizen": national_number(0)}).encode()
    with urlopen(Request(url, body, {"Content-Type": "application/json"})) as answer:  # noqa: S310 (our own server)
        return json.load(answer)["token"]


if __name__ == "__main__":
    main()
