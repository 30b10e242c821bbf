"""How long writers wait for each other when all want one time: by the storage, and by SQLite itself."""

import contextlib
import sqlite3
import statistics
import threading
import time
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import TypeVar

from reference_server.database import prepare
from reference_server.sql_claims import SqlClaims
from reference_server.sql_record import Connection
from reference_server.sql_wishes import Asked
from reference_server.sqlite_storage import SqliteStorage, connected, transaction
from reference_server.storage import StorageUnavailable, Wish
from tests import a

THREADS = 32
BOOK, START = "9999-1", "2021-05-10T08:30"
_Result = TypeVar("_Result")


class Sleeping(SqliteStorage):
    """The same storage, but whoever wants to write is left to SQLite's handler, which sleeps longer each time."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._file = path
        self._own = threading.local()

    @contextlib.contextmanager
    def writing(self, *citizens: str) -> Generator[sqlite3.Connection]:  # noqa: ARG002
        """One transaction on a connection of the thread's own."""
        if not hasattr(self._own, "connection"):
            self._own.connection = connected(self._file)
        with self._problems(), transaction(self._own.connection, "BEGIN IMMEDIATE"):
            yield self._own.connection

    def written(self, does: Callable[[Connection, Sequence[Asked]], Sequence[_Result]], asked: Asked) -> _Result:
        """In a transaction of one's own."""
        return SqlClaims.written(self, does, asked)


def times_s(storage: SqliteStorage, seconds: float) -> list[float]:
    """How long each reservation took; one that was turned away counts for as long as it waited."""
    times, end_s = list[float](), time.perf_counter() + seconds

    def reserve_all(thread: int) -> None:
        number = 0
        while (begun_s := time.perf_counter()) < end_s:
            number += 1
            with contextlib.suppress(StorageUnavailable):
                storage.reserve(Wish(citizen=f"{thread}-{number}", idempotency_key="k", book=BOOK, start=START), 1.0)
            times.append(time.perf_counter() - begun_s)

    threads = [threading.Thread(target=reserve_all, args=(thread,)) for thread in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    storage.close()
    return times


def print_waits(folder: Path, seconds: float, rounds: int, over_http: list[list[float]]) -> None:
    """Median over the rounds of p50, p99 and the longest, and what the storage's are of SQLite's own."""
    found: dict[str, list[list[float]]] = {"storage": [], "SQLite's handler": []}
    for number in range(rounds):
        for name, kind in (("storage", SqliteStorage), ("SQLite's handler", Sleeping)):
            path = folder / f"{kind.__name__}-{number}.sqlite3"
            prepare(path, a.scenario())
            found[name].append(times_s(kind(path), seconds))
    figures = {name: _figures(times) for name, times in (found | {"over HTTP": over_http}).items()}
    for name, (p50, p99, longest) in figures.items():
        print(f"{name:>20} p50 {p50 * 1e3:,.1f} ms, p99 {p99 * 1e3:,.1f} ms, longest {longest * 1e3:,.0f} ms")  # noqa: T201
    both = zip(("p50", "p99", "longest"), figures["storage"], figures["SQLite's handler"], strict=True)
    print("storage / SQLite's handler:", ", ".join(f"{name} {ours / theirs:.3f}" for name, ours, theirs in both))  # noqa: T201


def _figures(rounds: list[list[float]]) -> tuple[float, float, float]:
    p50, p99, longest = zip(*(_of_one(times) for times in rounds), strict=True)
    return statistics.median(p50), statistics.median(p99), statistics.median(longest)


def _of_one(times: list[float]) -> tuple[float, float, float]:
    ordered = sorted(times)
    return ordered[len(ordered) // 2], ordered[len(ordered) * 99 // 100], ordered[-1]
