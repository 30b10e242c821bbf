"""The server's pace: service times as the scenario says, and a record system that keeps to its capacity."""

import math
import random
import statistics
from pathlib import Path

import pytest

from reference_server import pace
from reference_server.database import prepare
from reference_server.ehr import Ehr
from reference_server.pace import Pace, ServiceTimes, Workers
from reference_server.process import Part, threads_of
from reference_server.sqlite_storage import SqliteStorage
from reference_server.storage import Sent, State, Wish
from scenarios.scenario import Scenario
from tests import a


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.slept_s: list[float] = []

    def __call__(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        self.slept_s.append(seconds)
        self.now_s += seconds


def test_service_times_are_lognormal_around_their_median() -> None:
    chance, times = random.Random(1), ServiceTimes(median_s=0.2, sigma=0.5)
    draws = [times.draw(chance) for _ in range(20_000)]
    assert statistics.median(draws) == pytest.approx(0.2, rel=0.02)
    assert statistics.stdev(map(math.log, draws)) == pytest.approx(0.5, rel=0.02)


def test_a_median_of_nothing_takes_no_time() -> None:
    assert ServiceTimes(median_s=0.0, sigma=0.5).draw(random.Random(1)) == 0.0


def test_a_worker_stays_busy_for_the_service_time_with_its_own_work_inside() -> None:
    clock = Clock()
    workers = Workers(random.Random(1), clock, clock.sleep)
    workers.began()
    clock.now_s += 0.03  # the work itself
    workers.hold(ServiceTimes(median_s=0.1, sigma=0.0))
    assert clock.slept_s == [pytest.approx(0.07)]


def test_work_that_takes_longer_than_the_service_time_is_not_delayed_further() -> None:
    clock = Clock()
    workers = Workers(random.Random(1), clock, clock.sleep)
    workers.began()
    clock.now_s += 0.3
    workers.hold(ServiceTimes(median_s=0.1, sigma=0.0))
    assert clock.slept_s == []


@pytest.mark.parametrize(("gap_s", "counts_as_busy"), [(pace.SLACK_S * 0.9, True), (pace.SLACK_S * 1.1, False)])
def test_handing_over_a_request_is_part_of_the_service_and_idling_is_not(gap_s: float, counts_as_busy: bool) -> None:
    clock = Clock()
    workers = Workers(random.Random(1), clock, clock.sleep)
    for _ in range(2):
        workers.began()
        workers.hold(ServiceTimes(median_s=0.1, sigma=0.0))
        clock.now_s += gap_s
    assert clock.slept_s[1] == pytest.approx(0.1 - gap_s if counts_as_busy else 0.1)


class RecordSystem:
    """The record system of a scenario over a storage, stepped by hand."""

    def __init__(self, folder: Path, scenario: Scenario, *, pace: Pace = Pace.SCENARIO, speedup: float = 1.0) -> None:
        prepare(folder / "bookings.sqlite3", scenario)
        self.storage = SqliteStorage(folder / "bookings.sqlite3")
        self.ehr = Ehr(scenario, self.storage, pace, speedup, now_s=1000.0)

    def send(self, count: int, now_s: float) -> None:
        for number in range(count):
            wish = Wish(citizen=f"{now_s}/{number}", idempotency_key="k", book="9999-1", start="2021-05-10T08:30")
            assert isinstance(self.storage.send(wish, now_s), Sent)

    def decided(self) -> int:
        return sum(one.state is not State.SENT for one in self.storage.everything().reservations)

    def visible(self, now_s: float) -> int:
        citizens = [one.wish.citizen for one in self.storage.everything().reservations]
        return sum(len(self.storage.answers(citizen, now_s)) for citizen in citizens)


TWO_WORKERS = {"platform.ehr.workers": 2, "platform.ehr.service_time": "10 s", "platform.sigma": 0.0}


def test_the_record_system_decides_at_once_for_free_workers_and_answers_after_the_service_time(tmp_path: Path) -> None:
    system = RecordSystem(tmp_path, a.scenario(TWO_WORKERS))
    system.send(3, now_s=1000.0)
    assert [system.ehr.step(1000.0) for _ in range(2)] == [0.0, 10.0]
    assert system.decided() == 2
    assert (system.visible(1009.9), system.visible(1010.0)) == (0, 2)
    system.storage.close()


def test_a_late_loop_takes_nothing_from_the_capacity(tmp_path: Path) -> None:
    system = RecordSystem(tmp_path, a.scenario(TWO_WORKERS))
    system.send(4, now_s=1000.0)
    for now_s in (1000.5, 1011.5):  # always late
        assert system.ehr.step(now_s) == 0.0
    assert (system.visible(1010.0), system.visible(1020.0)) == (2, 4)
    system.storage.close()


def test_a_worker_that_was_idle_begins_when_the_reservation_arrives(tmp_path: Path) -> None:
    system = RecordSystem(tmp_path, a.scenario(TWO_WORKERS))
    system.send(1, now_s=1050.0)
    assert system.ehr.step(1050.5) == 0.0
    assert (system.visible(1059.9), system.visible(1060.0)) == (0, 1)
    system.storage.close()


def test_reservations_are_decided_in_order_of_arrival(tmp_path: Path) -> None:
    system = RecordSystem(tmp_path, a.scenario(), pace=Pace.NONE)
    system.send(3, now_s=1001.0)
    system.send(2, now_s=1002.0)
    while system.ehr.step(1003.0) == 0.0:
        pass
    states = [one.state for one in system.storage.everything().reservations]
    assert states == [State.CONFIRMED] * 3 + [State.REJECTED] * 2
    assert system.visible(1003.0) == 5
    system.storage.close()


def test_the_speedup_divides_the_service_time(tmp_path: Path) -> None:
    system = RecordSystem(tmp_path, a.scenario(TWO_WORKERS), speedup=20.0)
    system.send(1, now_s=1000.0)
    assert system.ehr.step(1000.0) == 0.0
    assert (system.visible(1000.4), system.visible(1000.6)) == (0, 1)
    system.storage.close()


@pytest.mark.parametrize("part", [Part.BOOKING, Part.LOGIN])
def test_at_its_own_pace_the_machine_chooses_the_threads_and_else_the_scenario_does(part: Part) -> None:
    scenario = a.scenario({"platform.workers": 5, "platform.login.workers": 3})
    of_machines = [threads_of(part, scenario, Pace.NONE, cores) for cores in (1, 2, 64)]
    assert of_machines == sorted(set(of_machines)), "more cores, more threads"
    assert of_machines[0] > 1, "while one waits for the disk another is served"
    assert threads_of(part, scenario, Pace.SCENARIO, 64) == (5 if part is Part.BOOKING else 3)
