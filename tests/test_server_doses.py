"""Dose 2 tied to dose 1 on record: nobody ever has the second without the first, on either database."""

import threading
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference_server.database import opened, prepare
from reference_server.doses import BreaksInterval, NoFirst, OutsideInterval
from reference_server.sql_storage import SqlStorage
from reference_server.sqlite_storage import SqliteStorage
from reference_server.storage import Move, NoneFree, Reservation, Sent, State, Storage, Wish
from tests.databases import BOTH, Database, new_address
from tests.office import Office, assert_problem
from tests.two_doses import BOOKS, FIRST, SCENARIO, SECOND, SET_UP, TERMS

STARTS = {book.id: [book.time_text(time) for time in range(len(book.starts))] for book in BOOKS}
MAY_10, MAY_17 = "2021-05-10T08:30", "2021-05-17T08:30"
MAY_30, MAY_31, JUNE_7, JUNE_14 = "2021-05-30T08:30", "2021-05-31T08:30", "2021-06-07T08:30", "2021-06-14T08:30"


@pytest.fixture(params=BOTH)
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Generator[SqlStorage]:
    database: Database = request.param
    address = new_address(database, tmp_path)
    prepare(address, SCENARIO)
    one = opened(address)
    assert isinstance(one, SqlStorage)
    yield one
    one.close()  # type: ignore[attr-defined]


def wish(book: str, start: str, key: str = "") -> Wish:
    return Wish(citizen="ada", idempotency_key=key or f"{book} {start}", book=book, start=start)


def gets(storage: Storage, book: str, start: str) -> Reservation:
    got = storage.reserve(wish(book, start), 1.0, TERMS[book])
    assert isinstance(got, Reservation), got
    assert got.state is State.CONFIRMED
    return got


def moved(storage: Storage, old: Reservation, start: str) -> object:
    move = Move(citizen="ada", idempotency_key=f"to {start}", reservation=old.id, start=start)
    return storage.change(move, 1.0, "", TERMS[old.wish.book])


def state_of(storage: Storage, one: str) -> State:
    found = storage.reservation("ada", one)
    assert isinstance(found, Reservation)
    return found.state


def test_the_second_comes_after_the_first_and_within_the_interval(storage: SqlStorage) -> None:
    assert storage.send(wish(SECOND, MAY_31), 1.0, TERMS[SECOND]) == NoFirst(FIRST)
    gets(storage, FIRST, MAY_10)
    outside = OutsideInterval(FIRST, MAY_31, JUNE_7)
    for start in (MAY_30, JUNE_14, "2021-06-07T08:40"):
        assert storage.send(wish(SECOND, start), 1.0, TERMS[SECOND]) == outside
        assert storage.reserve(wish(SECOND, start), 1.0, TERMS[SECOND]) == outside
        assert storage.hold(wish(SECOND, start), 1.0, 9.0, TERMS[SECOND]) == outside
    gets(storage, SECOND, JUNE_7)


def test_a_second_that_is_assigned_is_the_first_free_one_within_the_interval(storage: SqlStorage) -> None:
    assert storage.assign(wish(SECOND, "", "none"), 1.0, TERMS[SECOND]) == NoFirst(FIRST)
    gets(storage, FIRST, MAY_17)
    got = storage.assign(wish(SECOND, "", "any"), 1.0, TERMS[SECOND])
    assert isinstance(got, Reservation)
    assert got.wish.start == JUNE_7
    for number, start in enumerate(one for one in STARTS[SECOND] if JUNE_7 <= one <= JUNE_14):
        for place in (1, 2):
            other = Wish(citizen=f"{number} {place}", idempotency_key="k", book=SECOND, start=start)
            storage.reserve(other, 1.0)
    storage.cancel("ada", got.id, "")
    storage.reserve(Wish(citizen="eva", idempotency_key="k", book=SECOND, start=JUNE_7), 1.0)
    assert storage.assign(wish(SECOND, "", "again"), 1.0, TERMS[SECOND]) == NoneFree()


def test_cancelling_the_first_gives_up_the_second_however_far_it_has_come(storage: SqlStorage) -> None:
    sent = storage.send(wish(SECOND, MAY_31, "early"), 1.0)
    held = storage.hold(wish(SECOND, MAY_31, "held"), 1.0, 9.0)
    first, second = gets(storage, FIRST, MAY_10), storage.reserve(wish(SECOND, JUNE_7), 1.0)
    assert isinstance(sent, Sent)
    assert isinstance(held, Reservation)
    assert isinstance(second, Reservation)
    free = storage.levels().free
    assert isinstance(storage.cancel("ada", first.id, "", TERMS[FIRST]), Reservation)
    states = [state_of(storage, one) for one in (first.id, second.id, held.id, sent.reservation)]
    assert states == [State.CANCELLED, State.CANCELLED, State.EXPIRED, State.DEAD_LETTER]
    assert storage.levels().free == free + 3
    assert storage.oldest_waiting() is None
    assert [one.id for one in storage.answers("ada", 1.0)] == [sent.reservation, first.id, second.id]


def test_the_first_moves_only_where_the_second_still_fits(storage: SqlStorage) -> None:
    first = gets(storage, FIRST, MAY_10)
    second = gets(storage, SECOND, MAY_31)
    assert moved(storage, first, MAY_17) == BreaksInterval(SECOND, MAY_31)
    assert moved(storage, second, JUNE_14) == OutsideInterval(FIRST, MAY_31, JUNE_7)
    assert isinstance(moved(storage, second, JUNE_7), Reservation)
    new = moved(storage, first, MAY_17)
    assert isinstance(new, Reservation)
    assert (new.state, state_of(storage, first.id)) == (State.CONFIRMED, State.CANCELLED)


def test_cancelling_the_second_leaves_the_first(storage: SqlStorage) -> None:
    first, second = gets(storage, FIRST, MAY_10), gets(storage, SECOND, MAY_31)
    storage.cancel("ada", second.id, "", TERMS[SECOND])
    assert state_of(storage, first.id) is State.CONFIRMED


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["send", "reserve", "assign", "hold", "cancel", "change", "decide", "confirm"]),
        st.sampled_from([FIRST, SECOND]),
        st.integers(0, 11),
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_whatever_is_done_nobody_has_the_second_without_the_first(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str, int]]
) -> None:
    path = tmp_path_factory.mktemp("doses") / "bookings.sqlite3"
    prepare(path, SCENARIO)
    storage = SqliteStorage(path)
    for at, (verb, book, number) in enumerate(steps):
        take(storage, verb, book, number, at)
        record = storage.everything().reservations
        firsts = [one.wish.start for one in record if one.wish.book == FIRST and one.state is State.CONFIRMED]
        tie = TERMS[SECOND].follows
        assert tie is not None
        for one in record:
            if one.wish.book == SECOND and one.state in (State.SENT, State.HELD, State.CONFIRMED):
                assert tie.fits_one_of(firsts, one.wish.start)
    storage.close()


def take(storage: Storage, verb: str, book: str, number: int, at: int) -> None:
    """One step; where there is nothing to take it on, nothing."""
    start, record = STARTS[book][number % len(STARTS[book])], storage.everything().reservations
    last = next((one.id for one in reversed(record) if one.wish.book == book), "")
    asked, terms, waiting = wish(book, start, str(at)), TERMS[book], storage.oldest_waiting()
    move = Move(citizen="ada", idempotency_key=str(at), reservation=last, start=start)
    steps: dict[str, Callable[[], object]] = {
        "send": lambda: storage.send(asked, 1.0, terms),
        "reserve": lambda: storage.reserve(asked, 1.0, terms),
        "assign": lambda: storage.assign(wish(book, "", str(at)), 1.0, terms),
        "hold": lambda: storage.hold(asked, 1.0, 9.0, terms),
        "decide": lambda: waiting and storage.decide(waiting.reservation, 1.0),
        "cancel": lambda: storage.cancel("ada", last, "", terms),
        "confirm": lambda: storage.confirm("ada", last, 1.0),
        "change": lambda: storage.change(move, 1.0, "", terms),
    }
    steps[verb]()


def test_a_second_that_is_booked_while_the_first_is_cancelled_is_never_left_alone(storage: SqlStorage) -> None:
    for number in range(20):
        first = storage.reserve(wish(FIRST, MAY_10, f"first {number}"), 1.0, TERMS[FIRST])
        assert isinstance(first, Reservation)
        both_at_once = threading.Barrier(2)

        def cancels(first: Reservation = first, both_at_once: threading.Barrier = both_at_once) -> None:
            both_at_once.wait(timeout=20)
            storage.cancel("ada", first.id, "", TERMS[FIRST])

        other = threading.Thread(target=cancels)
        other.start()
        both_at_once.wait(timeout=20)
        storage.reserve(wish(SECOND, MAY_31, f"second {number}"), 1.0, TERMS[SECOND])
        other.join(timeout=20)
        assert {one.state for one in storage.everything().reservations} <= {State.CANCELLED}


def test_the_api_lists_what_a_citizen_may_have_and_nothing_else(tmp_path: Path) -> None:
    office = Office(tmp_path, scenario=SCENARIO, set_up=SET_UP)

    def days(citizen: int) -> list[tuple[str, int]]:
        return [(one["date"], one["free"]) for one in office.page(f"/books/{SECOND}/days", citizen)["days"]]

    def times(citizen: int, date: str) -> list[str]:
        listed = office.page(f"/books/{SECOND}/slots?date={date}", citizen)["slots"]
        return [one["start"][11:] for one in listed]

    for citizen, start in ((0, MAY_10), (1, "2021-05-17T08:50")):
        headers = office.of(citizen) | {"Idempotency-Key": "1"}
        office.web.post("/api/v1/reservations", json={"book": FIRST, "start": start}, headers=headers)
    office.decide_all()
    for _ in range(2):  # the kept list of the book is everybody's
        assert days(0) == [("2021-05-31", 6), ("2021-06-07", 2)], "the latest start is 08:30"
        assert days(1) == [("2021-06-07", 2), ("2021-06-14", 6)], "the earliest start is 08:50"
        assert days(2) == [], "without the first there is nothing to have"
    assert [times(citizen, "2021-06-07") for citizen in range(3)] == [["08:30"], ["08:50"], []]
    path = f"/api/v1/books/{SECOND}/days"
    tags = [office.web.get(path, headers=office.of(citizen)).headers["ETag"] for citizen in range(3)]
    assert len(set(tags)) == 3, "another list has another tag"
    office.storage.close()


def test_the_api_says_why_and_what_to_do(tmp_path: Path) -> None:
    office = Office(tmp_path, scenario=SCENARIO, set_up=SET_UP)
    headers = office.of(0)

    def post(path: str, key: str, **body: str) -> object:
        return office.web.post(f"/api/v1{path}", json=body, headers=headers | {"Idempotency-Key": key})

    assert_problem(post("/reservations", "1", book=SECOND, start=MAY_31), 409, "appointment there first")  # type: ignore[arg-type]
    post("/reservations", "2", book=FIRST, start=MAY_10)
    office.decide_all()
    assert_problem(post("/reservations", "3", book=SECOND, start=JUNE_14), 409, f"from {MAY_31} to {JUNE_7}")  # type: ignore[arg-type]
    post("/reservations", "4", book=SECOND, start=MAY_31)
    office.decide_all()
    first, _ = office.page("/appointments")["appointments"]
    path = f"/appointments/{first['appointment']}"
    assert_problem(post(f"{path}/change", "5", start=MAY_17), 409, "change that one first, or cancel it")  # type: ignore[arg-type]
    office.web.post(f"/api/v1{path}/cancel", headers=headers)
    assert office.page("/appointments") == {"appointments": []}
    office.storage.close()
