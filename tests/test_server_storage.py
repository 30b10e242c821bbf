"""The SQLite storage: held against the pure rule step by step, and unable to book twice whatever is done to it."""

import multiprocessing
import sqlite3
import tempfile
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, MultipleResults, RuleBasedStateMachine, invariant, multiple, rule

from reference_server.booking import Confirmed, Decision, Ledger
from reference_server.database import prepare
from reference_server.sqlite_storage import SqliteStorage, connected
from reference_server.storage import KeyReused, Sent, State, StorageUnavailable, Waiting, Wish
from scenarios.inventory import inventory_of
from tests import a

# 2 days x 4 times x 2 places: small enough to fill.
SMALL = a.scenario({"invitation.invited": 20, "slots": [
    {"book": "Liten", "dates": ["2021-05-10", "2021-05-11"], "open": {"from": "08:30", "to": "09:10"},
     "length": "10 min", "parallel": 2},
]})  # fmt: skip
BOOK = inventory_of(SMALL)[0].books[0]
TIMES = len(BOOK.starts)


def wish(citizen: str, time: int, key: str = "one") -> Wish:
    return Wish(citizen=citizen, idempotency_key=key, book=BOOK.id, start=BOOK.time_text(time))


def new_storage(folder: Path) -> SqliteStorage:
    prepare(folder / "bookings.sqlite3", SMALL)
    return SqliteStorage(folder / "bookings.sqlite3")


class StorageBesideTheRule(RuleBasedStateMachine):
    """Whatever is asked in whatever order, the storage answers as `booking.Ledger` does."""

    reservations: Bundle[str] = Bundle("reservations")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="bolk-test-")
        self.storage = new_storage(Path(self.folder.name))
        self.ledger = Ledger(BOOK.places, BOOK.day_of)
        self.queue: list[tuple[str, int]] = []
        self.wishes: dict[tuple[str, str], tuple[int, str]] = {}
        self.decisions: dict[str, Decision] = {}

    @rule(
        target=reservations,
        citizen=st.sampled_from("abcdef"),
        key=st.sampled_from("123"),
        time=st.integers(0, TIMES - 1),
    )
    def send(self, citizen: str, key: str, time: int) -> str | MultipleResults[str]:
        answer = self.storage.send(wish(citizen, time, key), 1.0)
        before = self.wishes.get((citizen, key))
        if before is None:
            assert isinstance(answer, Sent)
            self.wishes[citizen, key] = (time, answer.reservation)
            self.queue.append((answer.reservation, time))
            return answer.reservation
        assert answer == (Sent(before[1]) if before[0] == time else KeyReused())
        return multiple()

    @rule()
    def decide_the_oldest(self) -> None:
        waiting = self.storage.oldest_waiting()
        if not self.queue:
            assert waiting is None
            return
        reservation, time = self.queue.pop(0)
        assert isinstance(waiting, Waiting)
        assert waiting.reservation == reservation
        decision = self.storage.decide(reservation, visible_s=0.0)
        assert decision == self.ledger.reserve(time, 0)
        self.decisions[reservation] = decision

    @rule(reservation=reservations)
    def decide_again(self, reservation: str) -> None:
        if reservation in self.decisions:
            assert self.storage.decide(reservation, visible_s=9.0) == self.decisions[reservation]

    @invariant()
    def lists_are_the_rules(self) -> None:
        dates = [f"{BOOK.days[day]:%Y-%m-%d}" for day in self.ledger.free_days()]
        assert [date for date, _ in self.storage.free_days(BOOK.id)] == dates
        for day, date in enumerate(BOOK.days):
            times = [BOOK.time_text(time) for time in self.ledger.free_times(day)]
            assert [start for start, _ in self.storage.free_times(BOOK.id, f"{date:%Y-%m-%d}")] == times

    @invariant()
    def record_is_the_rules(self) -> None:
        record = self.storage.everything()
        assert (record.free, record.capacity) == (self.ledger.free, BOOK.capacity)
        assert sum(free for _, free in self.storage.free_days(BOOK.id)) == self.ledger.free
        confirmed = {one.id: one.place for one in record.reservations if one.state is State.CONFIRMED}
        assert confirmed == {
            reservation: decision.place
            for reservation, decision in self.decisions.items()
            if isinstance(decision, Confirmed)
        }
        assert len({one.slot for one in record.reservations if one.appointment}) == self.ledger.booked

    def teardown(self) -> None:
        self.storage.close()
        self.folder.cleanup()


TestStorageBesideTheRule = StorageBesideTheRule.TestCase
TestStorageBesideTheRule.settings = settings(max_examples=30, stateful_step_count=40, deadline=None)


@pytest.fixture
def storage(tmp_path: Path) -> SqliteStorage:
    return new_storage(tmp_path)


def sent(storage: SqliteStorage, citizen: str, time: int, key: str = "one") -> str:
    answer = storage.send(wish(citizen, time, key), 1.0)
    assert isinstance(answer, Sent)
    return answer.reservation


def test_an_answer_is_seen_from_its_moment_on_and_by_its_citizen_alone(storage: SqliteStorage) -> None:
    reservation = sent(storage, "a", 0)
    storage.decide(reservation, visible_s=10.0)
    assert storage.answers("a", 9.99) == []
    assert storage.answers("b", 99.0) == []
    (answer,) = storage.answers("a", 10.0)
    assert (answer.id, answer.place) == (reservation, 1)
    assert answer.slot == BOOK.slot_id(0, 1)
    assert storage.is_own("a", reservation)
    assert not storage.is_own("b", reservation)


def test_an_answer_keeps_its_moment_when_it_is_decided_again(storage: SqliteStorage) -> None:
    reservation = sent(storage, "a", 0)
    storage.decide(reservation, visible_s=10.0)
    storage.decide(reservation, visible_s=5.0)
    assert storage.answers("a", 9.99) == []


BREAK_INS = {
    "a place twice": "INSERT INTO appointment VALUES ('x', 'r2', '9999-1', '2021-05-10T08:30', 1)",
    "a place that is not there": "INSERT INTO appointment VALUES ('x', 'r2', '9999-1', '2021-05-10T08:30', 3)",
    "a time that is not there": "INSERT INTO appointment VALUES ('x', 'r2', '9999-1', '2021-05-10T08:31', 1)",
    "a second place for one reservation": "INSERT INTO appointment VALUES ('x', 'r1', '9999-1', '2021-05-10T08:40', 1)",
    "a place without a reservation": "INSERT INTO appointment VALUES ('x', 'r9', '9999-1', '2021-05-10T08:40', 1)",
    "more taken than there is": "UPDATE offered SET taken = 3",
    "a changed answer": "UPDATE reservation SET state = 'REJECTED' WHERE id = 'r1'",
    "an answer taken back": "UPDATE reservation SET state = 'SENT', visible_s = NULL WHERE id = 'r1'",
    "an answer nobody can see": "UPDATE reservation SET state = 'CONFIRMED' WHERE id = 'r2'",
    "a key twice": "UPDATE reservation SET citizen = 'a' WHERE id = 'r2'",
}


@pytest.mark.parametrize("statement", BREAK_INS.values(), ids=BREAK_INS.keys())
def test_the_database_itself_refuses(tmp_path: Path, statement: str) -> None:
    storage = new_storage(tmp_path)
    connection = connected(tmp_path / "bookings.sqlite3")
    insert = "INSERT INTO reservation (id, citizen, idempotency_key, book, start, sent_s) VALUES (?, ?, 'k', ?, ?, 1)"
    connection.execute(insert, ("r1", "a", BOOK.id, BOOK.time_text(0)))
    connection.execute(insert, ("r2", "b", BOOK.id, BOOK.time_text(0)))
    assert storage.decide("r1", 1.0) == Confirmed(place=1)
    with pytest.raises(sqlite3.IntegrityError):
        connection.execute(statement)
    assert storage.decide("r2", 1.0) == Confirmed(place=2)
    connection.close()
    storage.close()


def test_a_database_that_stays_locked_is_unavailable_and_nothing_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reference_server.sqlite_storage.BUSY_S", 0.05)
    storage = new_storage(tmp_path)
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


RIVALS = 4
TRIES = 10


def _contend(path: Path, rival: int, start: Barrier) -> None:
    storage = SqliteStorage(path)
    start.wait(timeout=30)
    for number in range(TRIES):
        citizen = f"{rival}-{number}"
        reservation = sent(storage, citizen, 0)
        storage.decide(reservation, visible_s=0.0)
        assert sent(storage, citizen, 0) == reservation
        # Deciding what others have sent as well: two record systems at once do no harm either.
        if (waiting := storage.oldest_waiting()) is not None:
            storage.decide(waiting.reservation, visible_s=0.0)
    storage.close()


@pytest.mark.slow
def test_of_many_processes_that_want_one_time_exactly_as_many_win_as_there_are_places(tmp_path: Path) -> None:
    storage = new_storage(tmp_path)
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(RIVALS)
    rivals = [
        context.Process(target=_contend, args=(tmp_path / "bookings.sqlite3", rival, start)) for rival in range(RIVALS)
    ]
    for rival in rivals:
        rival.start()
    for rival in rivals:
        rival.join(timeout=60)
    assert [rival.exitcode for rival in rivals] == [0] * RIVALS
    record = storage.everything()
    confirmed = [one for one in record.reservations if one.state is State.CONFIRMED]
    rejected = [one for one in record.reservations if one.state is State.REJECTED]
    assert sorted(one.slot for one in confirmed) == [BOOK.slot_id(0, 1), BOOK.slot_id(0, 2)]
    assert len(rejected) == RIVALS * TRIES - BOOK.places
    assert record.free == BOOK.capacity - BOOK.places
    storage.close()
