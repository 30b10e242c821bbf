"""The waiting list: what comes free goes to the first in line, once, whatever happens meanwhile."""

import datetime as dt
import sqlite3
from collections.abc import Callable
from multiprocessing.synchronize import Barrier
from pathlib import Path

import psycopg
import pytest

from reference_server.booking import Terms
from reference_server.children import Child
from reference_server.database import opened
from reference_server.ehr import Ehr
from reference_server.meeting import Meeting
from reference_server.pace import Pace
from reference_server.process import Part
from reference_server.reservation import InLine, LimitReached, Move, Reservation, State
from reference_server.serving import running
from reference_server.sql_storage import SqlStorage
from tests import a
from tests.databases import BOOK, BOTH, SMALL, STARTS, Database, new_address, wish
from tests.rivals import let_loose
from tests.test_server_crash import killed, part_of
from tests.test_server_processes import until
from tests.test_server_storage import directly

NOW_S = 1000.0


def record_system(storage: SqlStorage, terms: Terms | None = None) -> Ehr:
    return Ehr(SMALL, storage, Pace.NONE, 1.0, NOW_S, terms_of=lambda _: terms or Terms())


def works(ehr: Ehr, steps: int = 50, now_s: float = NOW_S) -> None:
    for _ in range(steps):
        now_s += 0.2 + ehr.step(now_s)


def filled(storage: SqlStorage) -> list[Reservation]:
    """Every place of the book is somebody's; the last two are held."""
    kept = [storage.reserve(wish(f"full {number}", number // 2), NOW_S) for number in range(BOOK.capacity - 2)]
    kept += [storage.hold(wish(f"held {number}", -1), NOW_S, NOW_S + 5) for number in range(2)]
    assert storage.everything().free == 0
    return [one for one in kept if isinstance(one, Reservation)]


def given(storage: SqlStorage, citizen: str = "w") -> list[str]:
    """The starts that the citizen was given from the list and has."""
    answers = storage.answers(citizen, 9e9)
    return [one.wish.start for one in answers if one.waited is not None and one.state is State.CONFIRMED]


def cancel(storage: SqlStorage, full: list[Reservation]) -> str:
    storage.cancel("full 4", full[4].id, "")
    return STARTS[2]


def change(storage: SqlStorage, full: list[Reservation]) -> str:
    storage.release("held 0", full[-1].id)
    storage.release("held 0", full[-2].id)
    move = Move(citizen="full 4", idempotency_key="m", reservation=full[4].id, start=STARTS[-1])
    assert isinstance(storage.change(move, NOW_S, ""), Reservation)
    return STARTS[2]


def release(storage: SqlStorage, full: list[Reservation]) -> str:
    storage.release("held 1", full[-1].id)
    return STARTS[-1]


def expire(storage: SqlStorage, _: list[Reservation]) -> str:
    assert storage.expire(NOW_S + 5) == 2
    return STARTS[-1]


def offer(storage: SqlStorage, _: list[Reservation]) -> str:
    storage.offer([(BOOK.id, "2021-05-12T08:30", 1)])
    return "2021-05-12T08:30"


@pytest.mark.parametrize("comes_free", [cancel, change, release, expire, offer])
def test_whatever_way_a_place_comes_free_it_goes_to_who_waits(
    storage: SqlStorage, comes_free: Callable[[SqlStorage, list[Reservation]], str]
) -> None:
    full, ehr = filled(storage), record_system(storage)
    storage.join_waitlist("w", BOOK.id, NOW_S, Terms())
    works(ehr)
    assert given(storage) == []
    start = comes_free(storage, full)
    works(ehr, now_s=NOW_S + 100.0)
    assert given(storage) == [start]
    assert storage.in_line("w") == []
    (own,) = storage.answers("w", 9e9)
    assert isinstance(storage.cancel("w", own.id, ""), Reservation), "it is cancelled as any other"
    works(ehr, now_s=NOW_S + 200.0)
    assert given(storage) == [], "who gave it back is not given it again"


def test_the_line_is_served_in_order_and_shows_how_many_are_ahead(storage: SqlStorage) -> None:
    for number, citizen in enumerate("xyz"):
        assert storage.join_waitlist(citizen, BOOK.id, NOW_S + number) == InLine(BOOK.id, NOW_S + number, number)
    assert storage.leave_waitlist("x", BOOK.id, NOW_S)
    assert not storage.leave_waitlist("x", BOOK.id, NOW_S)
    assert storage.join_waitlist("x", BOOK.id, NOW_S + 9) == InLine(BOOK.id, NOW_S + 9, 2), "who left begins anew"
    assert storage.join_waitlist("z", BOOK.id, NOW_S + 9) == InLine(BOOK.id, NOW_S + 2, 1)
    works(record_system(storage))
    assert [given(storage, citizen) for citizen in "yzx"] == [[STARTS[0]], [STARTS[0]], [STARTS[1]]]


def test_only_times_with_the_notice_of_the_book_are_given(storage: SqlStorage) -> None:
    # The clock stands at midnight before the SMS of 3 May; 10 May has a week's notice and 11 May eight days.
    storage.join_waitlist("w", BOOK.id, NOW_S)
    works(record_system(storage, Terms(cancel_ahead=dt.timedelta(days=9))))
    assert given(storage) == []
    works(record_system(storage, Terms(cancel_ahead=dt.timedelta(days=7, hours=12))))
    assert given(storage) == ["2021-05-11T08:30"]


def test_who_has_a_wish_under_way_is_passed_over_and_keeps_the_place_in_line(storage: SqlStorage) -> None:
    storage.join_waitlist("w", BOOK.id, NOW_S, Terms())
    storage.join_waitlist("next", BOOK.id, NOW_S, Terms())
    sent = storage.send(wish("w", 0), NOW_S)
    assert storage.join_waitlist("other", BOOK.id, NOW_S, Terms()) == InLine(BOOK.id, NOW_S, 2)
    first = storage.give_waitlisted(BOOK.id, "", NOW_S, NOW_S, Terms())
    assert first is not None
    assert first.wish.citizen == "next"
    assert [one.ahead for one in storage.in_line("w")] == [0]
    storage.decide(sent.reservation, NOW_S)  # type: ignore[union-attr]
    assert storage.in_line("w") == [], "who got a time by other means waits no longer"
    assert storage.join_waitlist("w", BOOK.id, NOW_S, Terms()) == LimitReached()


def test_a_parent_waits_for_a_child(storage: SqlStorage) -> None:
    storage.join_waitlist("child", BOOK.id, NOW_S, acting="parent")
    assert storage.in_line("parent") == []
    works(record_system(storage))
    (own,) = storage.answers("child", 9e9)
    assert (own.wish.citizen, own.wish.acting, own.wish.start) == ("child", "parent", STARTS[0])


def test_lists_and_reservations_take_turns_when_there_are_many_of_both(storage: SqlStorage) -> None:
    for number in range(4):
        storage.join_waitlist(f"w{number}", BOOK.id, NOW_S)
        storage.send(wish(f"s{number}", number), NOW_S)
    ehr = record_system(storage)
    for given_so_far, sent_so_far in ((1, 0), (1, 4), (2, 4)):  # one at a time to who waits, what gathered at once
        ehr.step(NOW_S + 1)
        answered = [one for one in storage.everything().reservations if one.state is State.CONFIRMED]
        from_line = sum(one.waited is not None for one in answered)
        assert (from_line, len(answered) - from_line) == (given_so_far, sent_so_far)


def test_a_clock_set_back_does_not_make_the_line_wait_longer(storage: SqlStorage) -> None:
    full, ehr = filled(storage), record_system(storage)
    storage.join_waitlist("w", BOOK.id, NOW_S)
    works(ehr, steps=3)
    ehr.shift(-3600.0)
    cancel(storage, full)
    works(ehr, now_s=NOW_S - 3600.0 + 10.0)
    assert given(storage) == [STARTS[2]]


BREAK_INS = {
    "two places in one line": "INSERT INTO waitlist (citizen, acting, book, since_s) VALUES ('w', 'w', '9999-1', 1)",
    "a place in line rewritten": "UPDATE waitlist SET citizen = 'x' WHERE citizen = 'w'",
    "a wait taken up again": "UPDATE waitlist SET ended_s = NULL WHERE citizen = 'gone'",
    "a wait forgotten": "DELETE FROM waitlist WHERE citizen = 'gone'",
    "a place given to who left": "INSERT INTO reservation (id, citizen, acting, idempotency_key, book, start, sent_s,"
    " waited) VALUES ('x', 'gone', 'gone', 'k', '9999-1', '2021-05-10T08:30', 1, 2)",
    "a place given to another": "INSERT INTO reservation (id, citizen, acting, idempotency_key, book, start, sent_s,"
    " waited) VALUES ('x', 'x', 'x', 'k', '9999-1', '2021-05-10T08:30', 1, 1)",
    "a place given to nobody": "INSERT INTO reservation (id, citizen, acting, idempotency_key, book, start, sent_s,"
    " waited) VALUES ('x', 'x', 'x', 'k', '9999-1', '2021-05-10T08:30', 1, 9)",
}


@pytest.mark.parametrize("break_in", BREAK_INS.values(), ids=BREAK_INS.keys())
def test_the_database_itself_refuses(address: str, storage: SqlStorage, break_in: str) -> None:
    for citizen in ("w", "gone"):
        storage.join_waitlist(citizen, BOOK.id, NOW_S)
    storage.leave_waitlist("gone", BOOK.id, NOW_S)
    before = storage.everything()
    with directly(address) as connection, pytest.raises((sqlite3.IntegrityError, psycopg.IntegrityError)):
        connection.execute(break_in)
    assert storage.everything() == before


CITIZENS = 12


def _wait_give_and_leave(address: str, rival: int, start: Barrier) -> None:
    """Everybody gives, books, cancels and leaves; two record systems at once do no harm either."""
    storage = opened(address)
    start.wait(timeout=30)
    for number in range(CITIZENS):
        citizen = f"{number}"  # the same citizens at every window
        storage.join_waitlist(citizen, BOOK.id, NOW_S, Terms())
        one = storage.give_waitlisted(BOOK.id, "", NOW_S, NOW_S, Terms())
        if one is not None and number % 2:
            storage.cancel(one.wish.citizen, one.id, "")
        if rival == 0:
            storage.leave_waitlist(citizen, BOOK.id, NOW_S)
        if rival == 1:
            storage.reserve(wish(citizen, number % 4, "r"), NOW_S, Terms())
    storage.close()


@pytest.mark.slow
def test_many_who_give_book_and_leave_at_once_never_give_twice(address: str, storage: SqlStorage) -> None:
    let_loose(_wait_give_and_leave, address)
    while storage.give_waitlisted(BOOK.id, "", NOW_S, NOW_S, Terms()) is not None:
        pass
    assert_nobody_has_two(storage)
    record = storage.everything()
    assert record.free == 0 or all(one.ended_s is not None for one in record.waitlist)


def assert_nobody_has_two(storage: SqlStorage) -> None:
    """Nobody has two times, nobody was given twice for one wait, and nobody waits who was given."""
    record = storage.everything()
    standing = [one for one in record.reservations if one.state is State.CONFIRMED]
    assert len({one.slot for one in standing}) == len(standing) == record.capacity - record.free
    assert len({one.wish.citizen for one in standing}) == len(standing)
    numbers = [one.waited for one in record.reservations if one.waited is not None]
    assert len(set(numbers)) == len(numbers)
    assert not set(numbers) & {one.number for one in record.waitlist if one.ended_s is None}


@pytest.mark.slow
@pytest.mark.parametrize("database", BOTH)
def test_killing_the_record_system_while_it_gives_loses_nobody_and_gives_nothing_twice(
    database: Database, tmp_path: Path
) -> None:
    where, waiting = new_address(database, tmp_path), 100
    with running(a.scenario(), pace=Pace.NONE, database=where) as server:
        ehr, storage = part_of(server, Part.EHR), opened(where)

        def count() -> int:
            return len([one for one in storage.everything().reservations if one.waited is not None])

        storage.ask_ehr(stop=True)
        until(lambda: storage.ehr_status().stopped)
        for number in range(waiting):
            storage.join_waitlist(f"{number}", BOOK.id, NOW_S, Terms())
        assert count() == 0, "one that is stopped gives nothing"
        storage.ask_ehr(stop=False)
        until(lambda: count() >= 10)
        killed(ehr)
        assert count() < waiting, "all was given before the shot"
        assert_nobody_has_two(storage)
        with Child(ehr.settings):
            until(lambda: count() == waiting)
        assert_nobody_has_two(storage)
        assert storage.waited_books() == []
        storage.close()


def test_who_is_given_a_time_unasked_meets_as_the_book_has_it(storage: SqlStorage) -> None:
    assert isinstance(storage.join_waitlist("anne", BOOK.id, NOW_S), InLine)
    given = storage.give_waitlisted(BOOK.id, "", NOW_S, NOW_S, Terms(unasked=Meeting.VIDEO))
    assert given is not None
    assert given.wish.meeting is Meeting.VIDEO
