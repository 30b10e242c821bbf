"""Several processes at once on either database: nobody is given a place twice, and everybody gets an answer."""

import contextlib
import threading
from collections import Counter
from collections.abc import Iterable
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from reference_server.booking import Terms
from reference_server.database import opened, prepare
from reference_server.postgresql_storage import PostgresqlStorage
from reference_server.sql_record import Connection
from reference_server.sql_storage import SqlStorage
from reference_server.storage import Move, Reservation, Sent, State
from tests.databases import BOOK, SMALL, STARTS, TIMES, Database, new_address, wish
from tests.rivals import RIVALS, let_loose

pytestmark = pytest.mark.slow


TRIES = 10


def assert_no_place_is_given_twice(reservations: Iterable[Reservation]) -> None:
    slots = [one.slot for one in reservations if one.state in (State.CONFIRMED, State.HELD)]
    assert len(set(slots)) == len(slots)


def _contend(address: str, rival: int, start: Barrier) -> None:
    storage = opened(address)
    start.wait(timeout=30)
    for number in range(TRIES):
        citizen = f"{rival}-{number}"
        sent = storage.send(wish(citizen, 0), 1.0)
        assert isinstance(sent, Sent)
        storage.decide(sent.reservation, visible_s=0.0)
        assert storage.send(wish(citizen, 0), 1.0) == sent
        # Deciding what others have sent as well: two record systems at once do no harm either.
        if (waiting := storage.oldest_waiting()) is not None:
            storage.decide(waiting.reservation, visible_s=0.0)
    storage.close()


def test_of_many_processes_that_want_one_time_exactly_as_many_win_as_there_are_places(
    address: str, storage: SqlStorage
) -> None:
    let_loose(_contend, address)
    record = storage.everything()
    confirmed = [one for one in record.reservations if one.state is State.CONFIRMED]
    rejected = [one for one in record.reservations if one.state is State.REJECTED]
    assert sorted(one.slot for one in confirmed) == [BOOK.slot_id(0, 1), BOOK.slot_id(0, 2)]
    assert len(rejected) == RIVALS * TRIES - BOOK.places
    assert record.free == BOOK.capacity - BOOK.places


def _swap(address: str, rival: int, start: Barrier) -> None:
    storage = opened(address)
    mine = storage.reserve(wish(f"{rival}", rival % 2), 1.0)
    assert isinstance(mine, Reservation)
    start.wait(timeout=30)
    for number in range(2 * TRIES):
        there = STARTS[(rival + number + 1) % 3]
        move = Move(citizen=f"{rival}", idempotency_key=f"m{number}", reservation=mine.id, start=there)
        new = storage.change(move, 1.0, "")
        assert isinstance(new, Reservation)
        mine = new if new.state is State.CONFIRMED else mine
    storage.close()


def test_citizens_who_change_places_with_each_other_all_keep_one_and_nobody_waits_for_ever(
    address: str, storage: SqlStorage
) -> None:
    let_loose(_swap, address)
    record = storage.everything()
    standing = Counter(one.wish.citizen for one in record.reservations if one.state is State.CONFIRMED)
    assert standing == dict.fromkeys("0123", 1)
    assert_no_place_is_given_twice(record.reservations)
    assert record.free == BOOK.capacity - RIVALS


def _do_everything(address: str, rival: int, start: Barrier) -> None:
    storage = opened(address)
    start.wait(timeout=30)
    for number in range(TRIES):
        citizen = f"{rival}-{number}"
        held = storage.hold(wish(citizen, number % TIMES, "h"), 1.0, 2.0 + number % 2)
        assigned = storage.assign(wish(citizen, 0, "a"), 1.0)
        if isinstance(assigned, Reservation) and number % 3:
            assert isinstance(storage.cancel(citizen, assigned.id, ""), Reservation)
        if isinstance(held, Reservation) and number % 2:
            storage.confirm(citizen, held.id, 2.5)
        storage.expire(2.0)
    storage.close()


def test_holding_assigning_cancelling_and_expiring_at_once_never_give_a_place_twice(
    address: str, storage: SqlStorage
) -> None:
    let_loose(_do_everything, address)
    record = storage.everything()
    assert_no_place_is_given_twice(record.reservations)
    taken = [one for one in record.reservations if one.state in (State.CONFIRMED, State.HELD)]
    assert record.free == BOOK.capacity - len(taken)
    states = Counter(one.state for one in record.reservations)
    assert states.keys() >= {State.CANCELLED, State.EXPIRED, State.CONFIRMED}


def _all_for_one(address: str, rival: int, start: Barrier) -> None:
    storage = opened(address)
    start.wait(timeout=30)
    for number in range(TIMES):
        storage.send(wish("a", number, f"{rival}-{number}"), 1.0, Terms())
    storage.close()


def test_one_citizen_at_many_windows_still_gets_no_more_than_the_terms_allow(address: str, storage: SqlStorage) -> None:
    let_loose(_all_for_one, address)
    assert len(storage.everything().reservations) == 1


class MeetingHalfway(PostgresqlStorage):
    """Whoever has claimed a place waits a moment for the other one to have done so too."""

    halfway = threading.Barrier(2)

    def claimed(self, connection: Connection, book: str, start: str) -> int | None:
        place = super().claimed(connection, book, start)
        with contextlib.suppress(threading.BrokenBarrierError):
            self.halfway.wait(timeout=0.5)
        return place


def test_two_who_swap_their_times_at_the_same_moment_both_get_what_they_want(tmp_path: Path) -> None:
    address = new_address(Database.POSTGRESQL, tmp_path)
    prepare(address, SMALL)
    plain, storage, changed = opened(address), MeetingHalfway(address), list[State]()
    held = [plain.reserve(wish(citizen, time), 1.0) for time, citizen in enumerate("ab")]
    plain.close()

    def swap(old: object, start: str) -> None:
        assert isinstance(old, Reservation)
        move = Move(citizen=old.wish.citizen, idempotency_key="swap", reservation=old.id, start=start)
        new = storage.change(move, 2.0, "")
        assert isinstance(new, Reservation)
        changed.append(new.state)

    threads = [threading.Thread(target=swap, args=one) for one in zip(held, (STARTS[1], STARTS[0]), strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert changed == [State.CONFIRMED] * 2
    storage.close()
