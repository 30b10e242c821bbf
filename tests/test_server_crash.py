"""Real processes shot in the middle of a burst: no answer is lost, no place given twice, and asking again helps."""

import contextlib
import http.client
import os
import signal
import threading
from collections.abc import Callable, Generator
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest

from reference_server.children import Child
from reference_server.database import opened, prepare
from reference_server.pace import Pace
from reference_server.process import Part
from reference_server.serving import RunningServer, running
from reference_server.storage import Reservation, Sent, State, StorageUnavailable
from tests import a, a_set_up, postgresql
from tests.databases import BOTH, SMALL, TIMES, Database, new_address, wish
from tests.rivals import fork_server
from tests.test_server_processes import Caller, answered, ask, exported, in_threads, until

pytestmark = pytest.mark.slow
CITIZENS = 8
MANY_EACH = a_set_up.of_the_smoke_test(most_active="unlimited")
STARTS = [f"2021-05-1{day}T{hour:02}:{minute:02}" for day in (0, 1) for hour in (9, 10) for minute in range(0, 30, 5)]


class Burst:
    """Citizens who all reserve every time as fast as they can, and remember what they were told."""

    def __init__(self, server: RunningServer) -> None:
        self.citizens = [Caller(server, number) for number in range(CITIZENS)]
        self.kept: dict[tuple[int, str], str] = {}
        self.unknown: list[tuple[int, str]] = []
        self._threads = [threading.Thread(target=self._reserve_all, args=(number,)) for number in range(CITIZENS)]

    def __enter__(self) -> "Burst":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for thread in self._threads:
            thread.join(timeout=120)

    def ask_again(self) -> None:
        """Everybody who was told nothing asks once more, with the same key; those who were told get the same again."""
        for number, start in self.unknown:
            self.kept[number, start] = self.citizens[number].reserve(start, key=start)
        for (number, start), reservation in self.kept.items():
            assert self.citizens[number].reserve(start, key=start) == reservation

    def _reserve_all(self, number: int) -> None:
        for start in STARTS:
            try:
                self.kept[number, start] = self.citizens[number].reserve(start, key=start)
            except (OSError, http.client.HTTPException, AssertionError):
                self.unknown.append((number, start))


def part_of(server: RunningServer, part: Part) -> Child:
    return next(child for child in server.children if child.settings.part is part)


def killed(child: Child) -> None:
    """The process and its own children, as kill -9 does it."""
    os.killpg(child.pid, signal.SIGKILL)
    until(lambda: child.exit_code is not None)


def is_ready(server: RunningServer) -> bool:
    with contextlib.suppress(OSError, http.client.HTTPException, AssertionError):
        return ask(server.base_url, "/health/ready")["status"] == "ready"
    return False


def assert_all_are_answered_once(server: RunningServer, burst: Burst) -> None:
    """Everybody has an answer, it is the one on record, and every place is given to as many as it has room for."""
    until(lambda: answered(server) == CITIZENS * len(STARTS), within_s=60.0)
    record = exported(server)
    assert {one["reservation"] for one in record["reservations"]} == set(burst.kept.values())
    slots = [one["slot"] for one in record["appointments"]]
    assert len(set(slots)) == len(slots) == 3 * len(STARTS)
    confirmed = {one["reservation"] for one in record["appointments"]}
    for (number, _), reservation in burst.kept.items():
        message = until(lambda number=number, reservation=reservation: burst.citizens[number].answer(reservation))
        assert (message["outcome"] == "CONFIRMED") == (reservation in confirmed)


@pytest.mark.parametrize("database", BOTH)
def test_killing_the_web_process_in_the_middle_of_a_burst(database: Database, tmp_path: Path) -> None:
    with running(a.scenario(), pace=Pace.NONE, database=new_address(database, tmp_path), set_up=MANY_EACH) as server:
        web = part_of(server, Part.BOOKING)
        with Burst(server) as burst:
            until(lambda: len(burst.kept) >= 20)
            killed(web)
        assert burst.unknown, "the burst was over before the shot"
        with Child(web.settings):
            until(lambda: is_ready(server))
            burst.ask_again()
            assert_all_are_answered_once(server, burst)


@pytest.mark.parametrize("database", BOTH)
def test_killing_the_record_system_in_the_middle_of_a_burst(database: Database, tmp_path: Path) -> None:
    with running(a.scenario(), pace=Pace.NONE, database=new_address(database, tmp_path), set_up=MANY_EACH) as server:
        ehr = part_of(server, Part.EHR)
        with Burst(server) as burst:
            until(lambda: len(burst.kept) >= 20)
            killed(ehr)
        told = {key: burst.citizens[key[0]].answer(reservation) for key, reservation in burst.kept.items()}
        with Child(ehr.settings):
            burst.ask_again()
            assert_all_are_answered_once(server, burst)
            for (number, start), message in told.items():
                if message is not None:
                    assert burst.citizens[number].answer(burst.kept[number, start]) == message


@pytest.fixture
def own_postgresql() -> Generator[Any]:
    """A PostgreSQL to be shot, with its own data."""
    server = postgresql.new_server()
    yield server
    server.ensure_postgres_running()


def shut_down_at_once(server: Any) -> None:
    """What PostgreSQL calls an immediate shutdown: nothing is written any more, and the next start must recover."""
    postmaster = psutil.Process(server.get_pid())
    postmaster.send_signal(signal.SIGQUIT)
    until(lambda: not postmaster.is_running() or postmaster.status() == psutil.STATUS_ZOMBIE)


def test_shutting_postgresql_down_in_the_middle_of_a_burst(own_postgresql: Any) -> None:
    address = postgresql.new_database(own_postgresql)
    with running(a.scenario(), pace=Pace.NONE, database=address, set_up=MANY_EACH) as server:
        with Burst(server) as burst:
            until(lambda: len(burst.kept) >= 20)
            shut_down_at_once(own_postgresql)
            until(lambda: burst.unknown, within_s=30.0)
            own_postgresql.ensure_postgres_running()
        until(lambda: is_ready(server), within_s=30.0)
        burst.ask_again()
        assert_all_are_answered_once(server, burst)


def test_after_a_restart_of_postgresql_broken_connections_turn_away_one_request_at_most(own_postgresql: Any) -> None:
    address = postgresql.new_database(own_postgresql)
    prepare(address, SMALL)
    storage, together, answers = opened(address), threading.Barrier(CITIZENS), list[object]()

    def occupy() -> None:
        with storage.reading():
            together.wait(timeout=20)

    def ask(number: int) -> None:
        together.wait(timeout=20)
        try:
            answers.append(storage.send(wish(f"{number}", 0), 1.0))
        except StorageUnavailable as refused:
            answers.append(refused)

    in_threads([occupy] * CITIZENS)  # so that there are as many connections
    shut_down_at_once(own_postgresql)
    own_postgresql.ensure_postgres_running()
    in_threads([partial(ask, number) for number in range(CITIZENS)])
    assert sum(isinstance(one, Sent) for one in answers) >= CITIZENS - 1
    storage.close()


def _reserve_and_tell(address: str, path: Path, name: str) -> None:
    """Take and give up places for ever; what is certain is written down before anything else is done."""
    storage = opened(address)
    with path.open("ab", buffering=0) as told:
        for number in range(1_000_000):
            citizen = f"{name}-{number}"
            with contextlib.suppress(StorageUnavailable):
                kept = storage.reserve(wish(citizen, number % TIMES), 1.0)
                if isinstance(kept, Reservation):
                    told.write(f"{kept.id} {kept.state}\n".encode())
                    if kept.state is State.CONFIRMED and isinstance(storage.cancel(citizen, kept.id, ""), Reservation):
                        told.write(f"{kept.id} {State.CANCELLED}\n".encode())


def _shoot(address: str, folder: Path, shot: Callable[[], None]) -> None:
    """Let two processes work on the storage, fire, kill them too, and hold what they were told against the record."""
    context = fork_server()
    files = [folder / name for name in ("one", "two")]
    workers = [context.Process(target=_reserve_and_tell, args=(address, path, path.name)) for path in files]
    for worker in workers:
        worker.start()
    until(lambda: all(path.exists() and path.read_bytes().count(b"\n") > 50 for path in files), within_s=60.0)
    shot()
    for worker in workers:
        worker.kill()
        worker.join(timeout=20)
    told = [line.split() for path in files for line in path.read_text().splitlines()]
    storage = opened(address)
    record = storage.everything()
    storage.close()
    states = {one.id: one.state for one in record.reservations}
    last_told = dict(told)
    for reservation, state in last_told.items():
        # What was told is so; a cancellation under way at the shot may or may not have happened.
        may_be = {state, State.CANCELLED} if state == State.CONFIRMED else {state}
        assert states[reservation] in may_be
    taken = [one.slot for one in record.reservations if one.state is State.CONFIRMED]
    assert len(set(taken)) == len(taken)
    assert record.free == record.capacity - len(taken)
    # One was under way in each process at the shot, and one at its own end.
    assert len(states.keys() - last_told.keys()) <= 2 * len(workers)


@pytest.mark.parametrize("database", BOTH)
def test_a_storage_whose_users_are_killed_keeps_every_answer_it_gave(database: Database, tmp_path: Path) -> None:
    address = new_address(database, tmp_path)
    prepare(address, SMALL)
    _shoot(address, tmp_path, shot=lambda: None)


def test_a_postgresql_that_is_shut_down_keeps_every_answer_it_gave(own_postgresql: Any, tmp_path: Path) -> None:
    address = postgresql.new_database(own_postgresql)
    prepare(address, SMALL)

    def shot() -> None:
        shut_down_at_once(own_postgresql)
        own_postgresql.ensure_postgres_running()

    _shoot(address, tmp_path, shot)
