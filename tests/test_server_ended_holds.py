"""A hold that has ended blocks nobody, whether or not the record system is there to see to it."""

import contextlib
import time
from pathlib import Path

import pytest

from reference_server.children import Child
from reference_server.pace import Pace
from reference_server.process import Part
from reference_server.serving import running
from reference_server.storage import Reservation, State
from scenarios.strategy import HOLD_S
from tests import a
from tests.databases import BOTH, Database, new_address
from tests.office import ADMIN, BOOK, START, Office
from tests.test_server_crash import killed, part_of
from tests.test_server_processes import Caller, exported, until

HOLDING = a.scenario({"platform.strategy": "hold"})
PLACES = 3  # at each time of the smoke test


def hold(office: Office, citizen: int) -> int:
    headers = office.of(citizen) | {"Idempotency-Key": "one"}
    return office.web.post("/api/v1/holds", json={"book": BOOK, "start": START}, headers=headers).status_code


def end_all(office: Office) -> None:
    """Let every hold have ended a second ago."""
    for one in office.storage.everything().reservations:
        assert isinstance(
            office.storage.extend(one.wish.citizen, one.id, time.time(), time.time() - 1, 10), Reservation
        )


def test_whoever_comes_next_sees_and_gets_the_place_of_an_ended_hold(tmp_path: Path) -> None:
    office = Office(tmp_path, scenario=HOLDING)
    slots = f"/books/{BOOK}/slots?date=2021-05-10"
    assert [hold(office, citizen) for citizen in range(PLACES + 1)] == [201] * PLACES + [409]
    assert START not in [slot["start"] for slot in office.page(slots)["slots"]]
    end_all(office)
    assert {"start": START, "free": PLACES} in office.page(slots)["slots"]
    assert hold(office, 9) == 201
    states = [one.state for one in office.storage.everything().reservations]
    assert states == [State.EXPIRED] * PLACES + [State.HELD]
    office.storage.close()


def test_operators_and_probes_change_nothing(tmp_path: Path) -> None:
    office = Office(tmp_path, scenario=HOLDING)
    assert hold(office, 0) == 201
    end_all(office)
    assert office.web.get("/health/live").status_code == 200
    assert office.web.get("/admin/export", headers=ADMIN).get_json()["free"] == 143
    office.storage.close()


@pytest.mark.slow
@pytest.mark.parametrize("database", BOTH)
def test_a_dead_record_system_blocks_no_place_whose_hold_has_ended(database: Database, tmp_path: Path) -> None:
    where = new_address(database, tmp_path)
    with running(HOLDING, pace=Pace.NONE, speedup=HOLD_S / 2, database=where) as server:
        killed(part_of(server, Part.EHR))
        with Child(part_of(server, Part.BOOKING).settings):  # a second one, which shares the port
            waiting = [Caller(server, citizen) for citizen in range(4 * PLACES)]
            wish = {"book": BOOK, "start": START}

            def all_have_held() -> bool:
                with contextlib.suppress(AssertionError):
                    waiting[0].ask("/api/v1/holds", wish, "one")
                    waiting.pop(0)
                return not waiting

            until(all_have_held)
        record = exported(server)
        states = [one["state"] for one in record["reservations"]]
        assert states.count("EXPIRED") >= 3 * PLACES
        assert record["free"] == record["capacity"] - states.count("HELD")
