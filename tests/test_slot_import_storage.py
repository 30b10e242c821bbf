"""Offering more times on both databases: all or none, again without harm, and bookable at once."""

import sqlite3

import psycopg
import pytest

from reference_server.booking import Confirmed, Rejected
from reference_server.sql_storage import SqlStorage
from reference_server.storage import Sent, Wish
from tests.databases import BOOK, STARTS

LATER = "2021-05-12T08:30"


def test_new_times_are_free_with_all_their_places(storage: SqlStorage) -> None:
    assert storage.offer([(BOOK.id, LATER, 3), (BOOK.id, "2021-05-12T08:40", 1)]) == 2
    assert storage.free_times(BOOK.id, "2021-05-12") == [(LATER, 3), ("2021-05-12T08:40", 1)]
    assert storage.is_offered(BOOK.id, LATER)
    assert not storage.is_offered(BOOK.id, "2021-05-12T08:50")


def test_times_that_are_there_stay_as_they_are(storage: SqlStorage) -> None:
    before, version = storage.levels(), storage.version(BOOK.id)
    assert storage.offer([(BOOK.id, start, 9) for start in STARTS]) == 0
    assert storage.levels() == before
    assert storage.version(BOOK.id) == version


def test_lists_that_are_kept_in_memory_learn_of_new_times(storage: SqlStorage) -> None:
    version = storage.version(BOOK.id)
    storage.offer([(BOOK.id, LATER, 1)])
    assert storage.version(BOOK.id) > version


def test_one_time_that_cannot_be_offered_keeps_all_out(storage: SqlStorage) -> None:
    with pytest.raises((sqlite3.IntegrityError, psycopg.errors.CheckViolation)):
        storage.offer([(BOOK.id, LATER, 1), (BOOK.id, "2021-05-12T08:40", 0)])
    assert not storage.is_offered(BOOK.id, LATER)


def test_a_new_time_has_as_many_places_as_were_offered_and_no_more(storage: SqlStorage) -> None:
    storage.offer([(BOOK.id, LATER, 2)])
    decisions: list[object] = []
    for citizen in range(3):
        wish = Wish(citizen=str(citizen), idempotency_key="one", book=BOOK.id, start=LATER)
        sent = storage.send(wish, now_s=0.0)
        assert isinstance(sent, Sent)
        decisions.append(storage.decide(sent.reservation, visible_s=0.0))
    assert decisions == [Confirmed(place=1), Confirmed(place=2), Rejected()]
