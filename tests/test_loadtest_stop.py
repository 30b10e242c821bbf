"""A record system that stands still: the load test presses the server's switch at the moments of the scenario."""

import http.client
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from loadtests.capacity.people import Stretch, wave_of
from loadtests.history import check, places_of
from loadtests.run import run
from loadtests.target import TargetUnreachable, fetch_settled_export, switch_record_system
from loadtests.unlived import unlived
from reference_server.pace import Pace
from reference_server.serving import running
from scenarios.attempts import Outcome
from scenarios.plan import plan_of
from tests import a
from tests.office import ADMIN, Office

SPEEDUP = 60.0
STOPPED = a.scenario({"platform.ehr.stopped": [{"from": "0 s", "to": "4 min"}]})
"""Until four minutes after the first SMS, which are four seconds of the wall."""


@pytest.mark.slow
def test_nobody_is_answered_while_the_record_system_stands_still_and_everybody_afterwards(tmp_path: Path) -> None:
    wave = wave_of(plan_of(STOPPED, STOPPED.policy, 0), [Stretch(12, 30.0)])
    hour_s = np.full(wave.citizens, 3600.0)
    plan = replace(wave, answer_patience_s=hour_s, page_patience_s=hour_s)
    with running(STOPPED, pace=Pace.SCENARIO, speedup=SPEEDUP) as server:
        lived = run(STOPPED, plan, base_url=server.base_url, speedup=SPEEDUP, out=tmp_path / "out",
                    admin_token=server.admin_token)  # fmt: skip
        export = fetch_settled_export(server.base_url, server.admin_token)
    answered = [one for one in lived.attempts if one.outcome in (Outcome.CONFIRMED, Outcome.REJECTED)]
    assert len([one for one in answered if one.number == 1]) == 12
    assert any(one.reserved_s is not None and one.reserved_s < 200 for one in answered)
    assert min(one.ended_s for one in answered) >= 240.0
    history = check(lived.attempts, export, places_of(STOPPED), run=lived.run)
    assert (history.verdict, history.anomalies) == ("correct", [])
    assert "Bearer" not in (tmp_path / "out" / "locust.log").read_text(encoding="utf-8")


def test_a_stop_is_lived_only_by_who_can_press_the_switch() -> None:
    assert unlived(STOPPED, can_switch=True) is None
    assert "platform.ehr.stopped (its switch takes one worker and the admin token)" in (unlived(STOPPED) or "")


def test_the_switch_takes_the_admin_token_and_one_of_two_words(tmp_path: Path) -> None:
    office = Office(tmp_path)
    where = "/admin/record-system"
    assert office.web.put(where, json={"status": "stopped"}).status_code == http.client.UNAUTHORIZED
    assert office.web.put(where, json={"status": "slow"}, headers=ADMIN).status_code == http.client.UNPROCESSABLE_ENTITY
    assert not office.storage.ehr_status().asked_to_stop
    assert office.web.put(where, json={"status": "stopped"}, headers=ADMIN).get_json() == {"status": "stopped"}
    assert office.storage.ehr_status().asked_to_stop
    assert office.web.put(where, json={"status": "running"}, headers=ADMIN).status_code == http.client.OK
    assert not office.storage.ehr_status().asked_to_stop
    office.storage.close()


def test_a_server_without_the_switch_is_said() -> None:
    with pytest.raises(TargetUnreachable, match="admin/record-system"):
        switch_record_system("http://127.0.0.1:9", "token", stop=True)
