"""Each page can have a service time of its own, in the model and on the server; else it takes that of its kind."""

from pathlib import Path

import numpy as np
import pytest

from reference_server.database import prepare
from reference_server.service_times import service_times_of
from reference_server.sqlite_storage import SqliteStorage
from scenarios.attempts import Operation
from scenarios.page_service_time import PAGES
from scenarios.plan import plan_of
from scenarios.reading import sha256_of
from scenarios.scenario import Scenario
from scenarios.strategy import Strategy
from simulation.service_times import COLUMN, service_times
from tests import a
from tests.office import booking_app

KINDS = {"list": "50 ms", "confirm": "120 ms"}


def with_times(strategy: Strategy = Strategy.QUEUED, **own: str) -> Scenario:
    return a.scenario({"platform.service_time": KINDS | own, "platform.strategy": strategy.value})


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("strategy", [Strategy.QUEUED, Strategy.HOLD])
def test_the_time_of_one_page_changes_the_work_of_that_page_alone(page: Operation, strategy: Strategy) -> None:
    usual, slower = with_times(strategy), with_times(strategy, **{page: "9 s"})
    plan = plan_of(usual, usual.policy, 0)
    before, after = service_times(usual, plan), service_times(slower, plan)
    differing = {column for column in range(8) if not np.array_equal(before[:, :, column], after[:, :, column], True)}
    used = not np.isnan(before[:, :, COLUMN[page]]).all()
    assert differing == ({COLUMN[page]} if used else set())


@pytest.mark.parametrize("page", PAGES)
def test_a_page_with_the_time_of_its_kind_is_as_if_nothing_were_said(page: Operation) -> None:
    usual = with_times()
    said = with_times(Strategy.QUEUED, **{page: f"{usual.platform.service_time.of(page) * 1000:g} ms"})
    plan = plan_of(usual, usual.policy, 0)
    assert np.array_equal(service_times(usual, plan), service_times(said, plan), equal_nan=True)


def test_a_scenario_that_says_nothing_of_single_pages_keeps_its_digest() -> None:
    plain = a.scenario().model_dump(mode="json", by_alias=True)
    assert set(plain["platform"]["service_time"]) == {"list", "confirm"}
    assert sha256_of(with_times(days="1 s")) != sha256_of(with_times())


def test_the_server_holds_each_page_to_its_own_time() -> None:
    own = {page: f"{number} s" for number, page in enumerate(PAGES, 1)}
    times = service_times_of(with_times(Strategy.HOLD, **own).platform, 0.5)
    asked = ("citizens.books", "citizens.days", "pages.times", "pages.sent", "citizens.confirm", "pages.send")
    assert [times[endpoint].median_s for endpoint in asked] == [0.5, 1.0, 1.5, 2.0, 2.5, 3.0]
    assert times["citizens.appointments"].median_s == 0.025
    assert times["pages.cancel"].median_s == 0.06


def test_every_endpoint_that_has_a_time_is_there(tmp_path: Path) -> None:
    known, timed = set[str](), set[str]()
    for strategy in (Strategy.QUEUED, Strategy.IMMEDIATE, Strategy.HOLD, Strategy.ASSIGN):
        scenario, path = with_times(strategy), tmp_path / f"{strategy}.sqlite3"
        prepare(path, scenario)
        served = booking_app(SqliteStorage(path), "secret", scenario=scenario)
        known |= set(served.view_functions)
        timed |= set(service_times_of(scenario.platform, 1.0))
    assert timed <= known
