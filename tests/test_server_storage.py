"""The storage on both databases: what each method promises, and that a place cannot be given twice."""

import contextlib
import sqlite3
from collections.abc import Generator
from pathlib import Path
from typing import Any, Protocol

import psycopg
import pytest

from reference_server.booking import Confirmed, Terms
from reference_server.database import opened, prepare
from reference_server.sql_storage import SqlStorage
from reference_server.sqlite_storage import SqliteStorage, connected
from reference_server.storage import (
    LimitReached,
    Move,
    NoneFree,
    NotHeld,
    Reservation,
    Sent,
    State,
    StorageUnavailable,
    TooOften,
)
from tests.databases import BOOK, SMALL, STARTS, TIMES, Database, new_address, wish


def sent(storage: SqlStorage, citizen: str, time: int, key: str = "one") -> str:
    answer = storage.send(wish(citizen, time, key), 1.0)
    assert isinstance(answer, Sent)
    return answer.reservation


def booked(storage: SqlStorage, citizen: str, time: int, key: str = "one") -> Reservation:
    answer = storage.reserve(wish(citizen, time, key), 1.0)
    assert isinstance(answer, Reservation)
    assert answer.state is State.CONFIRMED
    return answer


def test_an_answer_is_seen_from_its_moment_on_and_by_its_citizen_alone(storage: SqlStorage) -> None:
    reservation = sent(storage, "a", 0)
    storage.decide(reservation, visible_s=10.0)
    assert storage.answers("a", 9.99) == []
    assert storage.answers("b", 99.0) == []
    (answer,) = storage.answers("a", 10.0)
    assert (answer.id, answer.place) == (reservation, 1)
    assert answer.slot == BOOK.slot_id(0, 1)
    assert storage.is_own("a", reservation)
    assert not storage.is_own("b", reservation)


def test_an_answer_keeps_its_moment_when_it_is_decided_again(storage: SqlStorage) -> None:
    reservation = sent(storage, "a", 0)
    storage.decide(reservation, visible_s=10.0)
    storage.decide(reservation, visible_s=5.0)
    assert storage.answers("a", 9.99) == []


def test_a_cancelled_appointment_stays_on_record_and_the_lowest_free_place_is_given_again(storage: SqlStorage) -> None:
    first, _ = booked(storage, "a", 0), booked(storage, "b", 0)
    cancelled = storage.cancel("a", first.id, "")
    assert isinstance(cancelled, Reservation)
    assert (cancelled.state, cancelled.slot, cancelled.appointment) == (State.CANCELLED, first.slot, first.appointment)
    again = booked(storage, "c", 0)
    assert again.slot == first.slot
    assert again.appointment != first.appointment
    assert storage.answers("a", 1.0) == [cancelled]


def test_a_change_to_a_full_time_leaves_the_old_appointment_as_it_was(storage: SqlStorage) -> None:
    old = booked(storage, "a", 0)
    for rival in ("b", "c"):
        booked(storage, rival, 1)
    move = Move(citizen="a", idempotency_key="two", reservation=old.id, start=STARTS[1])
    refused = storage.change(move, 2.0, "")
    assert isinstance(refused, Reservation)
    assert (refused.state, refused.replaces) == (State.REJECTED, old.id)
    assert storage.reservation("a", old.id) == old
    storage.cancel("b", next(one.id for one in storage.answers("b", 1.0)), "")
    assert storage.change(move, 3.0, "") == refused, "the same key has the same answer"


def test_somebody_who_acts_for_others_books_for_each_of_them_with_keys_of_their_own(storage: SqlStorage) -> None:
    for child, key in (("ada", "one"), ("bo", "two")):
        kept = storage.reserve(wish(child, 0, key, acting="parent"), 1.0, Terms())
        assert isinstance(kept, Reservation)
        assert (kept.wish.citizen, kept.wish.acting) == (child, "parent")
        assert storage.is_own(child, kept.id)
    assert storage.answers("parent", 9.0) == []
    assert storage.reserve(wish("ada", 1, "three"), 1.0, Terms()) == LimitReached()


TWO_WHO_WANT_THE_SAME = (
    "INSERT INTO reservation (id, citizen, acting, idempotency_key, book, start, sent_s)"
    " VALUES ('r1', 'a', 'a', 'k', '9999-1', '2021-05-10T08:30', 1)",
    "INSERT INTO reservation (id, citizen, acting, idempotency_key, book, start, sent_s)"
    " VALUES ('r2', 'b', 'b', 'k', '9999-1', '2021-05-10T08:30', 1)",
)
BREAK_INS = {
    "a place twice": "UPDATE reservation SET state = 'CONFIRMED', appointment = 'x', visible_s = 1, place = 1"
    " WHERE id = 'r2'",
    "a place that is not there": "UPDATE reservation SET state = 'CONFIRMED', appointment = 'x', visible_s = 1,"
    " place = 3 WHERE id = 'r2'",
    "a held place twice": "INSERT INTO reservation (id, citizen, acting, idempotency_key, book, start, sent_s, state,"
    " place, held_until_s) VALUES ('x', 'c', 'c', 'k', '9999-1', '2021-05-10T08:30', 1, 'HELD', 1, 9)",
    "a time that is not there": "INSERT INTO reservation (id, citizen, acting, idempotency_key, book, start, sent_s)"
    " VALUES ('x', 'c', 'c', 'k', '9999-1', '2021-05-10T08:31', 1)",
    "another place for an appointment": "UPDATE reservation SET place = 2 WHERE id = 'r1'",
    "an appointment without a place": "UPDATE reservation SET state = 'CONFIRMED', appointment = 'x', visible_s = 1"
    " WHERE id = 'r2'",
    "a changed answer": "UPDATE reservation SET state = 'REJECTED', place = NULL, appointment = NULL WHERE id = 'r1'",
    "an answer taken back": "UPDATE reservation SET state = 'SENT', visible_s = NULL WHERE id = 'r1'",
    "an answer nobody can see": "UPDATE reservation SET state = 'REJECTED' WHERE id = 'r2'",
    "a wish rewritten": "UPDATE reservation SET start = '2021-05-10T08:40' WHERE id = 'r2'",
    "a wish for somebody else": "UPDATE reservation SET citizen = 'a' WHERE id = 'r2'",
    "a key twice": "INSERT INTO reservation (id, citizen, acting, idempotency_key, book, start, sent_s)"
    " VALUES ('x', 'a', 'a', 'k', '9999-1', '2021-05-10T08:40', 1)",
    "a reservation forgotten": "DELETE FROM reservation WHERE id = 'r1'",
    "fewer places than are taken": "UPDATE offered SET places = 0",
}


class Direct(Protocol):
    """Either driver's own connection."""

    def execute(self, statement: Any, /) -> Any: ...


@contextlib.contextmanager
def directly(address: str) -> Generator[Direct]:
    """A way into the database past the storage."""
    if address.startswith("postgresql:"):
        with psycopg.connect(address, autocommit=True) as connection:
            yield connection
    else:
        with contextlib.closing(connected(Path(address))) as connection:
            yield connection


@pytest.mark.parametrize("break_in", BREAK_INS.values(), ids=BREAK_INS.keys())
def test_the_database_itself_refuses(address: str, storage: SqlStorage, break_in: str) -> None:
    with directly(address) as connection:
        for statement in TWO_WHO_WANT_THE_SAME:
            connection.execute(statement)
        assert storage.decide("r1", 1.0) == Confirmed(place=1)
        with pytest.raises((sqlite3.IntegrityError, psycopg.IntegrityError)):
            connection.execute(break_in)
    assert storage.decide("r2", 1.0) == Confirmed(place=2)


def test_a_file_that_stays_locked_is_unavailable_and_nothing_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reference_server.sqlite_storage.BUSY_S", 0.05)
    prepare(tmp_path / "bookings.sqlite3", SMALL)
    storage = SqliteStorage(tmp_path / "bookings.sqlite3")
    other = connected(tmp_path / "bookings.sqlite3")
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageUnavailable):
        storage.send(wish("a", 0), 1.0)
    assert storage.free_days(BOOK.id)  # readers do not wait for a writer
    other.execute("ROLLBACK")
    assert storage.everything().reservations == []
    assert isinstance(storage.send(wish("a", 0), 1.0), Sent)
    other.close()
    storage.close()


def test_a_time_that_stays_locked_is_unavailable_and_nothing_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reference_server.postgresql_storage.BUSY_S", 0.2)
    address = new_address(Database.POSTGRESQL, tmp_path)
    prepare(address, SMALL)
    storage = opened(address)
    with psycopg.connect(address) as other:
        other.execute("SELECT FROM offered FOR UPDATE")
        with pytest.raises(StorageUnavailable):
            storage.reserve(wish("a", 0), 1.0)
        assert storage.free_days(BOOK.id)
    assert storage.everything().reservations == []
    assert booked(storage, "a", 0).place == 1
    storage.close()


def test_the_first_free_place_is_assigned_and_in_the_end_none_is_left(storage: SqlStorage) -> None:
    given = [storage.assign(wish(f"{number}", 0), 1.0) for number in range(BOOK.capacity)]
    slots = [one.slot for one in given if isinstance(one, Reservation)]
    assert slots == [BOOK.slot_id(time, place) for time in range(TIMES) for place in (1, 2)]
    assert storage.assign(wish("late", 0), 1.0) == NoneFree()
    assert len(storage.everything().reservations) == BOOK.capacity


def test_a_hold_is_extended_only_so_often_and_only_while_it_lasts(storage: SqlStorage) -> None:
    held = storage.hold(wish("a", 0), 1.0, 10.0)
    assert isinstance(held, Reservation)
    for number in (1, 2):
        longer = storage.extend("a", held.id, 9.0, 10.0 + number, 2)
        assert isinstance(longer, Reservation)
        assert longer.held_until_s == 10.0 + number
    assert storage.extend("a", held.id, 9.0, 99.0, 2) == TooOften()
    assert storage.extend("a", held.id, 12.0, 99.0, 3) == NotHeld()
    assert storage.confirm("a", held.id, 12.0) == NotHeld()
    assert storage.expire(11.9) == 0
    assert storage.expire(12.0) == 1
    assert storage.everything().free == BOOK.capacity
