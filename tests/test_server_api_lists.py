"""Lists: free times from memory that are never stale, and long lists in pages."""

import itertools
import json
import threading
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference_server.free_lists import FreeLists
from reference_server.pages.desk import SESSION_COOKIE
from reference_server.pages.session import Sessions
from reference_server.sqlite_storage import SqliteStorage
from reference_server.storage import Wish
from tests import a
from tests.office import BOOK, START, Office, assert_problem

DAYS = f"/api/v1/books/{BOOK}/days"
SLOTS = f"/api/v1/books/{BOOK}/slots?date=2021-05-10"


@pytest.fixture
def office(tmp_path: Path) -> Generator[Office]:
    one = Office(tmp_path)
    yield one
    one.storage.close()


def taken(storage: SqliteStorage, citizen: str, start: str = START) -> None:
    """A place taken by another process: its connections are its own."""
    storage.reserve(Wish(citizen=citizen, idempotency_key="k", book=BOOK, start=start), 1.0)


class Counting:
    """A storage that counts how often its lists are read."""

    def __init__(self, storage: SqliteStorage) -> None:
        self._storage = storage
        self.reads = 0

    def __getattr__(self, name: str) -> Any:
        if name in ("free_days", "free_times"):
            self.reads += 1
        return getattr(self._storage, name)


@pytest.mark.parametrize("path", [DAYS, SLOTS])
def test_a_list_carries_its_tag_and_whoever_has_it_gets_nothing_again(office: Office, path: str) -> None:
    citizen = office.of(0)
    first = office.web.get(path, headers=citizen)
    assert first.headers["Cache-Control"] == "private, no-cache"
    again = office.web.get(path, headers=citizen | {"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    taken(office.storage, "somebody")
    changed = office.web.get(path, headers=citizen | {"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != first.headers["ETag"]
    assert changed.data != first.data


def test_a_tag_of_another_list_is_not_good_for_this_one(office: Office) -> None:
    citizen = office.of(0)
    tag = office.web.get(DAYS, headers=citizen).headers["ETag"]
    assert office.web.get(SLOTS, headers=citizen | {"If-None-Match": tag}).status_code == 200


def test_a_list_is_read_once_as_long_as_its_book_is_unchanged(office: Office) -> None:
    storage: Any = Counting(office.storage)
    lists = FreeLists(storage)
    first = [lists.times(BOOK, "2021-05-10") for _ in range(5)]
    assert (storage.reads, len(set(first))) == (1, 1)
    taken(office.storage, "somebody")
    assert lists.times(BOOK, "2021-05-10") != first[0]
    lists.times(BOOK, "2021-05-10")
    assert storage.reads == 2


def test_a_list_may_be_as_old_as_the_scenario_says_and_no_older(office: Office) -> None:
    now_s = [0.0]
    lists = FreeLists(office.storage, 30.0, lambda: now_s[0])
    first = lists.times(BOOK, "2021-05-10")
    taken(office.storage, "somebody")
    now_s[0] = 29.5
    assert lists.times(BOOK, "2021-05-10") == first
    now_s[0] = 30.0
    second = lists.times(BOOK, "2021-05-10")
    assert second != first
    taken(office.storage, "another", "2021-05-10T09:00")
    now_s[0] = 59.5
    assert lists.times(BOOK, "2021-05-10") == second


def test_a_list_found_unchanged_may_be_shown_for_as_long_again(office: Office) -> None:
    now_s, storage = [0.0], Counting(office.storage)
    counted: Any = storage
    lists = FreeLists(counted, 30.0, lambda: now_s[0])
    first = lists.days(BOOK)
    now_s[0] = 40.0
    assert lists.days(BOOK) == first
    taken(office.storage, "somebody")
    now_s[0] = 69.5
    assert lists.days(BOOK) == first
    assert storage.reads == 1
    now_s[0] = 70.0
    assert lists.days(BOOK) != first


def test_the_server_of_a_scenario_with_old_lists_shows_them(tmp_path: Path) -> None:
    scenario = a.scenario({"platform.list_age": "1 h"})
    office = Office(tmp_path, scenario=scenario)
    before = office.web.get(DAYS, headers=office.of(0)).get_json()
    taken(office.storage, "somebody")
    assert office.web.get(DAYS, headers=office.of(1)).get_json() == before
    office.web.set_cookie(SESSION_COOKIE, Sessions(office.secret).new("another"))
    assert "10. mai 2021, 72 ledige" in office.web.get(f"/bestill/{BOOK}").get_data(as_text=True)
    office.storage.close()


def test_lists_of_days_that_are_not_offered_take_no_memory(office: Office) -> None:
    lists = FreeLists(office.storage)
    for year in range(1900, 1990):
        lists.times(BOOK, f"{year}-01-01")
    assert not lists._kept  # pyright: ignore[reportPrivateUsage]


@settings(max_examples=25, deadline=None)
@given(steps=st.lists(st.tuples(st.sampled_from(["take", "cancel", "look"]), st.integers(0, 3)), max_size=25))
def test_what_is_kept_is_what_another_connection_has_committed(
    steps: list[tuple[str, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    here = Office(tmp_path_factory.mktemp("lists"))
    there = SqliteStorage(here.path)
    lists, standing = FreeLists(here.storage), list[tuple[str, str]]()
    for number, (step, time) in enumerate(steps):
        if step == "take":
            wish = Wish(citizen=str(number), idempotency_key="k", book=BOOK, start=f"2021-05-10T09:{time}0")
            came = there.reserve(wish, 1.0)
            standing.append((str(number), getattr(came, "id", "")))
        elif step == "cancel" and standing:
            there.cancel(*standing.pop(), "")
        fresh = FreeLists(here.storage)
        assert lists.days(BOOK) == fresh.days(BOOK)
        assert lists.times(BOOK, "2021-05-10") == fresh.times(BOOK, "2021-05-10")
    there.close()
    here.storage.close()


def test_whoever_was_told_of_a_booking_never_sees_an_older_list(office: Office) -> None:
    lists, done = FreeLists(office.storage), threading.Event()
    told = [0]

    def book() -> None:
        try:
            for number in range(60):
                taken(office.storage, str(number), f"2021-05-10T09:{number // 3 % 12 * 5:02}")
                told[0] = office.storage.levels().free
        finally:
            done.set()

    booking = threading.Thread(target=book)
    booking.start()
    stale = 0
    while not done.is_set():
        acknowledged = told[0]
        listed = sum(day["free"] for day in _days(lists))
        stale += bool(acknowledged) and listed > acknowledged
    booking.join()
    assert stale == 0


def _days(lists: FreeLists) -> list[dict[str, int]]:
    return json.loads(lists.days(BOOK).body)["days"]


# --- pages


def pages_of(office: Office, path: str, name: str) -> list[list[str]]:
    """Follow the links from the first page to the last."""
    citizen, pages = office.of(0), list[list[str]]()
    onwards: str | None = path
    while onwards:
        answer = office.web.get(onwards, headers=citizen)
        assert answer.status_code == 200
        pages.append([one["start"] for one in answer.get_json()[name]])
        onwards = answer.headers.get("Link", "")[1:].partition(">; rel=")[0] or None
    return pages


@pytest.mark.parametrize(("path", "name"), [("/api/v1/inbox", "messages"), ("/api/v1/appointments", "appointments")])
def test_a_long_list_comes_in_pages_that_hold_everything_once(office: Office, path: str, name: str) -> None:
    starts = [f"2021-05-10T09:{minute:02}" for minute in range(0, 55, 5)]
    for number, start in enumerate(starts):
        office.sent_before(0, str(number), start)
    office.decide_all()
    assert pages_of(office, path, name) == [starts]
    pages = pages_of(office, f"{path}?limit=4", name)
    assert [len(page) for page in pages] == [4, 4, 3]
    assert list(itertools.chain(*pages)) == starts


@pytest.mark.parametrize("limit", ["0", "101", "-1", "1.5", "x", "", "9" * 5000, "٣"])
def test_a_limit_is_a_number_from_1_to_100(office: Office, limit: str) -> None:
    answer = office.web.get("/api/v1/inbox", query_string={"limit": limit}, headers=office.of(0))
    assert_problem(answer, 422, "from 1 to 100")


@pytest.mark.parametrize("cursor", ["", "x", "AAAA", "é", "////"])
def test_a_cursor_comes_from_a_link_or_is_none(office: Office, cursor: str) -> None:
    answer = office.web.get("/api/v1/inbox", query_string={"cursor": cursor}, headers=office.of(0))
    assert_problem(answer, 404, "no such cursor")
