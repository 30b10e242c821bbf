"""Whatever is asked of a storage in whatever order, on either database, it answers as the pure rule does."""

import datetime as dt
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from reference_server.booking import UNLIMITED, Terms
from reference_server.reservation import Move, Reservation, Sent, State, Wish
from scenarios.record_system import MOST_DELIVERIES
from tests.databases import BOOK, STARTS, TIMES, Database, Emptied
from tests.record_model import RecordModel, Row

MOST_EXTENSIONS = 2
TERMS = st.sampled_from([UNLIMITED, UNLIMITED, UNLIMITED, Terms(), Terms(most_active=2)])
CITIZENS = st.sampled_from("abc")
KEYS = st.integers(0, 200).map(str)  # nearly always new, and now and then used before
NUMBERS = st.integers(0, 99)
WISHES = st.builds(
    Wish,
    citizen=CITIZENS,
    idempotency_key=KEYS,
    book=st.just(BOOK.id),
    start=st.sampled_from(STARTS[:2]),
    acting=st.sampled_from([None, None, "parent"]),
)


class StorageBesideTheModel(RuleBasedStateMachine):
    """One storage and the model, asked the same."""

    database = Database.SQLITE

    def __init__(self) -> None:
        super().__init__()
        self.emptied = Emptied(self.database)
        self.storage = self.emptied.storage
        self.model = RecordModel(BOOK)
        self.now_s = 100.0
        self.version = self.storage.version(BOOK.id)
        self.free = self.lists()

    def agree(self, answer: object, expected: object) -> None:
        """The storage's answer is the model's; a new reservation gets its id from the storage."""
        if isinstance(expected, Row):
            if isinstance(answer, Sent):
                expected.id = expected.id or answer.reservation
                assert answer.reservation == expected.id
                return
            assert isinstance(answer, Reservation)
            expected.id = expected.id or answer.id
            assert seen(answer) == row_seen(expected)
        else:
            assert answer == expected

    def some_row(self, number: int) -> Row:
        return self.model.rows[-1 - number % min(6, len(self.model.rows))]

    @rule(wish=WISHES, terms=TERMS)
    def send(self, wish: Wish, terms: Terms) -> None:
        self.agree(self.storage.send(wish, self.now_s, terms), self.model.send(wish, self.now_s, terms))

    @rule(wish=WISHES, terms=TERMS)
    def reserve(self, wish: Wish, terms: Terms) -> None:
        self.agree(self.storage.reserve(wish, self.now_s, terms), self.model.reserve(wish, self.now_s, terms))

    @rule(wish=WISHES, terms=TERMS)
    def assign(self, wish: Wish, terms: Terms) -> None:
        self.agree(self.storage.assign(wish, self.now_s, terms), self.model.assign(wish, self.now_s, terms))

    @rule(wish=WISHES, terms=TERMS, length_s=st.integers(1, 5))
    def hold(self, wish: Wish, terms: Terms, length_s: int) -> None:
        until_s = self.now_s + length_s
        self.agree(
            self.storage.hold(wish, self.now_s, until_s, terms), self.model.hold(wish, self.now_s, until_s, terms)
        )

    @precondition(lambda self: self.model.rows)
    @rule(number=NUMBERS, citizen=CITIZENS, length_s=st.integers(1, 5))
    def extend(self, number: int, citizen: str, length_s: int) -> None:
        row, until_s = self.some_row(number), self.now_s + length_s
        self.agree(
            self.storage.extend(citizen, row.id, self.now_s, until_s, MOST_EXTENSIONS),
            self.model.extend(row, citizen, self.now_s, until_s, MOST_EXTENSIONS),
        )

    @precondition(lambda self: self.model.rows)
    @rule(number=NUMBERS, stranger=st.booleans())
    def confirm(self, number: int, stranger: bool) -> None:
        row = self.some_row(number)
        citizen = "stranger" if stranger else row.wish.citizen
        self.agree(self.storage.confirm(citizen, row.id, self.now_s), self.model.confirm(row, citizen, self.now_s))

    @precondition(lambda self: self.model.rows)
    @rule(number=NUMBERS, citizen=CITIZENS)
    def release(self, number: int, citizen: str) -> None:
        row = self.some_row(number)
        self.agree(self.storage.release(citizen, row.id), self.model.release(row, citizen))

    @precondition(lambda self: self.model.rows)
    @rule(
        number=NUMBERS,
        stranger=st.booleans(),
        first_start=st.sampled_from(["", *STARTS[:3]]),
        acting=st.sampled_from([None, None, "parent"]),
    )
    def cancel(self, number: int, stranger: bool, first_start: str, acting: str | None) -> None:
        row = self.some_row(number)
        citizen = "stranger" if stranger else row.wish.citizen
        self.agree(
            self.storage.cancel(citizen, row.id, first_start, acting=acting),
            self.model.cancel(row, citizen, first_start, acting),
        )

    @precondition(lambda self: self.model.rows)
    @rule(number=NUMBERS, citizen=CITIZENS, key=KEYS, time=st.integers(0, 3), first_start=st.sampled_from(STARTS[:2]))
    def change(self, number: int, citizen: str, key: str, time: int, first_start: str) -> None:
        row = self.some_row(number)
        move = Move(citizen=citizen, idempotency_key=key, reservation=row.id, start=STARTS[time])
        self.agree(
            self.storage.change(move, self.now_s, first_start),
            self.model.change(row, move, first_start),
        )

    @rule(citizen=CITIZENS, acting=st.sampled_from([None, "parent"]), terms=TERMS)
    def join_the_waiting_list(self, citizen: str, acting: str | None, terms: Terms) -> None:
        self.agree(
            self.storage.join_waitlist(citizen, BOOK.id, self.now_s, terms, acting),
            self.model.join_waitlist(citizen, self.now_s, terms, acting),
        )

    @rule(citizen=CITIZENS)
    def leave_the_waiting_list(self, citizen: str) -> None:
        self.agree(self.storage.leave_waitlist(citizen, BOOK.id, self.now_s), self.model.leave_waitlist(citizen))

    @rule(first_start=st.sampled_from(["", STARTS[1], STARTS[-1], "2022"]), terms=TERMS)
    def give_to_the_first_in_line(self, first_start: str, terms: Terms) -> None:
        self.agree(
            self.storage.give_waitlisted(BOOK.id, first_start, self.now_s, self.now_s, terms),
            self.model.give_waitlisted(first_start, self.now_s, terms),
        )

    @rule()
    def decide_the_oldest(self) -> None:
        waiting, expected = self.storage.oldest_waiting(self.now_s), self.model.waiting(self.now_s)
        assert (waiting and waiting.reservation) == (expected and expected.id)
        if expected is not None:
            assert self.storage.decide(expected.id, self.now_s) == self.model.decide(expected)

    @rule(most=st.integers(1, 3), times=st.integers(1, 2))
    def decide_what_has_gathered(self, most: int, times: int) -> None:
        gathered = self.storage.waiting(self.now_s, most)
        self.storage.decide_all([(one.reservation, self.now_s) for one in gathered] * times)
        for one in gathered:
            expected = self.model.waiting(self.now_s)
            assert expected is not None
            assert one.reservation == expected.id
            self.model.decide(expected)
        assert len(gathered) == most or self.model.waiting(self.now_s) is None

    @precondition(lambda self: self.model.rows)
    @rule(number=NUMBERS, times=st.integers(1, 3))
    def deliver_any_message_again(self, number: int, times: int) -> None:
        row = self.some_row(number)
        for _ in range(times):
            assert self.storage.decide(row.id, self.now_s) == self.model.decide(row)

    @precondition(lambda self: self.model.rows)
    @rule(number=NUMBERS, times=st.sampled_from([1, 2, MOST_DELIVERIES]))
    def deliveries_fail(self, number: int, times: int) -> None:
        row, due_s = self.some_row(number), self.now_s + 2.0
        for _ in range(times):
            assert self.storage.put_off(row.id, self.now_s, due_s) == self.model.put_off(row, due_s)

    @rule(seconds=st.integers(-3, 4))
    def the_clock_goes_on_or_is_set_back(self, seconds: int) -> None:
        self.now_s += seconds

    @rule()
    def holds_end(self) -> None:
        assert self.storage.expire(self.now_s) == self.model.expire(self.now_s)

    def lists(self) -> list[list[tuple[str, int]]]:
        dates = [f"{date:%Y-%m-%d}" for date in BOOK.days]
        return [self.storage.free_days(BOOK.id), *(self.storage.free_times(BOOK.id, date) for date in dates)]

    @invariant()
    def lists_are_the_rules_and_their_version_tells_when_they_change(self) -> None:
        ledger, free = self.model.ledger, self.lists()
        assert [date for date, _ in free[0]] == [f"{BOOK.days[day]:%Y-%m-%d}" for day in ledger.free_days()]
        for day, rows in enumerate(free[1:]):
            held = {
                time: sum(ledger.holder(time, place + 1) is not None for place in range(2)) for time in range(TIMES)
            }
            assert rows == [(STARTS[time], 2 - held[time]) for time in ledger.free_times(day)]
        version = self.storage.version(BOOK.id)
        assert version > self.version if free != self.free else version >= self.version
        self.version, self.free = version, free

    @invariant()
    def record_is_the_models(self) -> None:
        record = self.storage.everything()
        assert [seen(one) for one in record.reservations] == [row_seen(row) for row in self.model.rows]
        assert (record.free, record.capacity) == (self.model.ledger.free, BOOK.capacity)
        taken = [one.slot for one in record.reservations if one.state in (State.HELD, State.CONFIRMED)]
        assert len(set(taken)) == len(taken) == self.model.ledger.booked
        assert [(one.number, one.citizen, one.acting, one.since_s, one.ended_s is None) for one in record.waitlist] == [
            (one.number, one.citizen, one.actor, one.since_s, one.lasts) for one in self.model.line
        ]
        for citizen in "abc":
            expected = [row.id for row in self.model.rows if self.model.is_held(row, citizen, self.now_s)]
            assert [one.id for one in self.storage.held(citizen, self.now_s)] == expected
        waiting = {one.citizen for one in self.model.line if one.lasts}
        assert {one for one in "abc" if self.storage.in_line(one)} == waiting
        assert all(self.storage.in_line(one) == self.model.in_line(one) for one in waiting)
        assert self.storage.waited_books() == ([BOOK.id] if waiting else [])

    def teardown(self) -> None:
        self.emptied.close()


def seen(one: Reservation) -> tuple[Any, ...]:
    """What the model knows of a reservation."""
    assert (one.appointment is not None) == (one.state in (State.CONFIRMED, State.CANCELLED))
    return one.id, one.wish, one.state, one.place, one.replaces, one.held_until_s, one.waited, one.cancelled_by


def row_seen(row: Row) -> tuple[Any, ...]:
    return row.id, row.wish, row.state, row.place, row.replaces, row.held_until_s, row.waited, row.cancelled_by


class PostgresqlBesideTheModel(StorageBesideTheModel):
    """The same on PostgreSQL."""

    database = Database.POSTGRESQL


TestSqlite = StorageBesideTheModel.TestCase
TestSqlite.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
TestPostgresql = PostgresqlBesideTheModel.TestCase
TestPostgresql.settings = settings(max_examples=25, stateful_step_count=40, deadline=None)


def test_a_deadline_is_rounded_up_to_the_minute() -> None:
    terms = Terms(cancel_ahead=dt.timedelta(hours=2), change_ahead=dt.timedelta(hours=4))
    now = dt.datetime.fromisoformat("2021-05-10T08:30:00.5")
    assert terms.first_cancellable(now) == "2021-05-10T10:31"
    assert terms.first_changeable(now.replace(microsecond=0)) == "2021-05-10T12:30"
