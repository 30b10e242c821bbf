"""The record system's messages: delivered at least once, set aside when they keep failing, and a switch to stop it."""

from collections import Counter
from collections.abc import Generator
from pathlib import Path

import pytest

from reference_server.database import opened, prepare
from reference_server.ehr import Ehr, Link
from reference_server.pace import Pace
from reference_server.record import EhrStatus
from reference_server.reservation import Sent, State
from reference_server.sql_storage import SqlStorage
from reference_server.strategy import listed
from scenarios.record_system import MOST_DELIVERIES, REDELIVERED_AFTER_S
from scenarios.strategy import Listing
from tests import a
from tests.databases import SMALL, wish

NOW_S = 1000.0


def record_system(storage: SqlStorage, link: Link, pace: Pace = Pace.NONE) -> Ehr:
    return Ehr(SMALL, storage, pace, 1.0, NOW_S, link)


def send(storage: SqlStorage, count: int) -> list[str]:
    sent = [storage.send(wish(f"{number}", 0), NOW_S) for number in range(count)]
    return [one.reservation for one in sent if isinstance(one, Sent)]


def states(storage: SqlStorage) -> Counter[State]:
    return Counter(one.state for one in storage.everything().reservations)


def test_every_message_delivered_many_times_over_changes_nothing(storage: SqlStorage) -> None:
    sent = send(storage, 6)
    once = [storage.decide(reservation, NOW_S) for reservation in sent]
    before = storage.everything()
    for turn in range(20):
        again = [storage.decide(reservation, NOW_S + turn) for reservation in sent]
        assert again == once
    assert storage.everything() == before
    assert len(storage.answers("0", NOW_S)) == 1


def test_messages_that_come_twice_or_fail_now_and_then_are_all_answered_in_the_end(storage: SqlStorage) -> None:
    send(storage, 12)
    ehr, now_s = record_system(storage, Link(failing=0.5, repeated=0.5)), NOW_S
    for _ in range(400):
        now_s += 1.0 + ehr.step(now_s)
    assert states(storage) == {State.CONFIRMED: 2, State.REJECTED: 10}


def test_a_message_that_keeps_failing_is_set_aside_after_ten_times_and_the_citizen_is_told(storage: SqlStorage) -> None:
    send(storage, 1)
    ehr = record_system(storage, Link(failing=1.0))
    now_s = NOW_S
    for number in range(MOST_DELIVERIES):
        now_s = NOW_S + number * REDELIVERED_AFTER_S
        assert states(storage) == {State.SENT: 1}
        assert ehr.step(now_s) == 0.0
        assert ehr.step(now_s) > 0.0, "it is not delivered again at once"
    assert states(storage) == {State.DEAD_LETTER: 1}
    (told,) = storage.answers("0", now_s)
    assert (told.state, told.place, told.appointment) == (State.DEAD_LETTER, None, None)
    assert storage.oldest_waiting() is None


def test_a_message_that_is_put_off_lets_the_others_pass(storage: SqlStorage) -> None:
    first, second = send(storage, 2)
    storage.put_off(first, NOW_S, NOW_S + 5.0)
    for now_s, waits in ((NOW_S, second), (NOW_S + 5.0, first)):
        waiting = storage.oldest_waiting(now_s)
        assert waiting is not None
        assert waiting.reservation == waits
    assert (everything := storage.oldest_waiting()) is not None
    assert everything.reservation == first


def test_the_switch_is_kept_and_the_sign_of_life_says_whether_it_is_obeyed(storage: SqlStorage) -> None:
    storage.ask_ehr(stop=True)
    storage.beat(1.0)
    assert storage.ehr_status() == EhrStatus(last_beat_s=1.0, asked_to_stop=True, stopped=False)
    storage.beat(2.0, stopped=True)
    assert storage.ehr_status() == EhrStatus(last_beat_s=2.0, asked_to_stop=True, stopped=True)
    storage.ask_ehr(stop=False)
    storage.beat(3.0)
    assert storage.ehr_status() == EhrStatus(last_beat_s=3.0, asked_to_stop=False, stopped=False)


ONE_SLOW = {"platform.ehr.workers": 1, "platform.ehr.service_time": "10 s", "platform.sigma": 0.0}


@pytest.fixture
def slow(tmp_path: Path) -> Generator[tuple[SqlStorage, Ehr]]:
    scenario = a.scenario(ONE_SLOW)
    prepare(tmp_path / "slow.sqlite3", scenario)
    storage = opened(tmp_path / "slow.sqlite3")
    yield storage, Ehr(scenario, storage, Pace.SCENARIO, 1.0, NOW_S)
    storage.close()


def test_the_time_of_a_stop_is_not_made_up_for(slow: tuple[SqlStorage, Ehr]) -> None:
    storage, ehr = slow
    storage.send(wish("a", 0), NOW_S)
    ehr.resume(NOW_S + 60.0)
    assert ehr.step(NOW_S + 60.0) == 0.0
    assert storage.answers("a", NOW_S + 69.9) == []
    assert len(storage.answers("a", NOW_S + 70.0)) == 1


@pytest.mark.parametrize("by_s", [-500.0, 3600.0])
def test_a_clock_that_is_set_neither_stops_the_workers_nor_frees_them(
    slow: tuple[SqlStorage, Ehr], by_s: float
) -> None:
    storage, ehr = slow
    for citizen in ("a", "b"):
        storage.send(wish(citizen, 0), NOW_S)
    assert ehr.step(NOW_S) == 0.0
    ehr.shift(by_s)
    assert ehr.step(NOW_S + by_s) == 10.0
    assert ehr.step(NOW_S + by_s + 10.0) == 0.0
    assert len(storage.answers("b", NOW_S + by_s + 20.0)) == 1


def test_spread_lists_show_everybody_the_same_times_in_an_order_of_their_own() -> None:
    times = list(range(20))
    shown = [tuple(listed(times, Listing.SPREAD, f"{citizen}")) for citizen in range(50)]
    assert all(sorted(one) == times for one in shown)
    assert len({one[0] for one in shown}) > 10
    assert tuple(listed(times, Listing.SPREAD, "7")) == shown[7]
    assert listed(times, Listing.EARLIEST, "7") == times


def test_work_that_outlasts_the_time_out_decides_nothing_and_comes_again_until_it_is_set_aside(tmp_path: Path) -> None:
    troubled = {"timeout": "4 s", "redeliver_after": "6 s", "deliveries": 2}
    scenario = a.scenario({**ONE_SLOW, "platform.ehr": {"workers": 1, "service_time": "10 s", **troubled}})
    prepare(tmp_path / "troubled.sqlite3", scenario)
    storage = opened(tmp_path / "troubled.sqlite3")
    ehr = Ehr(scenario, storage, Pace.SCENARIO, 1.0, NOW_S)
    storage.send(wish("a", 0), NOW_S)
    assert ehr.step(NOW_S) == 0.0
    assert ehr.step(NOW_S) == 4.0, "the worker is given up with the work"
    assert states(storage) == {State.SENT: 1}
    assert storage.waiting(NOW_S + 9.9, 1) == []
    assert ehr.step(NOW_S + 10.0) == 0.0
    assert states(storage) == {State.DEAD_LETTER: 1}
    assert storage.answers("a", NOW_S + 13.9) == []
    assert len(storage.answers("a", NOW_S + 14.0)) == 1
    storage.close()


def test_at_the_pace_of_the_machine_no_work_outlasts_the_time_out(tmp_path: Path) -> None:
    scenario = a.scenario({"platform.ehr": {"workers": 1, "service_time": "10 s", "timeout": "1 s", "failing": 1.0}})
    prepare(tmp_path / "quick.sqlite3", scenario)
    storage = opened(tmp_path / "quick.sqlite3")
    storage.send(wish("a", 0), NOW_S)
    Ehr(scenario, storage, Pace.NONE, 1.0, NOW_S).step(NOW_S)
    assert states(storage) == {State.CONFIRMED: 1}
    storage.close()
