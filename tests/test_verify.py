"""`bolk verify`: a correct server is never accused, and every planted fault is found, over real HTTP."""

import json
from pathlib import Path

import pytest

from loadtests.contention.cases import Case
from loadtests.contention.on_trial import about_ours, ours
from loadtests.contention.suite import Suite
from reference_server.faults import Fault
from reference_server.trial import on_trial
from scenarios.strategy import Strategy
from scenarios.verification import Trial
from tests import a
from tests.test_front_door import bolk

SPEEDUP = 100.0
DAY = {"dates": ["2021-05-10"], "open": {"from": "08:00", "to": "13:00"}, "length": "5 min"}
BOOKS = [{"book": "En", "parallel": 1, **DAY}, {"book": "Tre", "parallel": 3, **DAY}]
FOUND_BY = {
    Fault.NO_UNIQUENESS: (Case.HOT_SLOT, "double booking"),
    Fault.ACKNOWLEDGED_TOO_SOON: (Case.HOT_SLOT, "lost"),
    Fault.LOST_CANCEL: (Case.CANCEL_REBOOK, "cancel resurrected"),
    Fault.LEAKED_PLACE: (Case.CANCEL_REBOOK, "unjustified rejection"),
    Fault.REUSED_ID: (Case.HOT_SLOT, "wrong owner"),
    Fault.WRONG_PLACE: (Case.HOT_SLOT, "wrong owner"),
    Fault.STALE_LIST: (Case.LISTING, "stale offer"),
    Fault.DOUBLE_DELIVERY: (Case.BROKEN_LINE, "phantom"),
    Fault.RETRY_REJECTED: (Case.BROKEN_LINE, "phantom"),
    Fault.REJECTED_AND_BOOKED: (Case.CANCEL_REBOOK, "phantom"),
    Fault.REJECTED_WHILE_FREE: (Case.LISTING, "unjustified rejection"),
    Fault.NO_LIMIT: (Case.LIMIT, "more than allowed"),
}


def tried(strategy: Strategy, *cases: Case, fault: Fault | None = None) -> Trial:
    scenario = a.scenario({"slots": BOOKS, "platform.strategy": strategy.value})
    suite = Suite(about=about_ours(scenario, SPEEDUP), clients=16, cases=cases)
    with on_trial(scenario, speedup=SPEEDUP, fault=fault) as server:
        return suite.against(ours(server), server.kill, lambda _done, _whole: None)


@pytest.mark.parametrize("strategy", [Strategy.QUEUED, Strategy.IMMEDIATE])
def test_a_correct_server_is_called_correct_through_every_case_and_kill(strategy: Strategy) -> None:
    trial = tried(strategy, *(case for case in Case if case is not Case.HOLD_EXPIRY))
    assert (trial.ruling, trial.anomalies) == ("correct", [])
    left_out = {one.case for one in trial.tried if one.skipped is not None}
    assert left_out == (set() if strategy is Strategy.QUEUED else {Case.KILL_EHR})
    assert all(one.operations > 0 for one in trial.tried if one.skipped is None)


def test_a_hold_that_ran_out_is_given_to_the_next_and_nobody_is_lied_to() -> None:
    trial = tried(Strategy.HOLD, Case.HOT_SLOT, Case.HOLD_EXPIRY, Case.BROKEN_LINE)
    assert (trial.ruling, trial.anomalies) == ("correct", [])


@pytest.mark.parametrize("fault", Fault)
def test_every_planted_fault_is_found(fault: Fault) -> None:
    case, kind = FOUND_BY[fault]
    trial = tried(Strategy.IMMEDIATE, case, fault=fault)
    assert trial.ruling == "anomaly"
    assert kind in {one.kind for one in trial.anomalies}
    assert all(one.bars for one in trial.anomalies)


def test_the_command_draws_the_witness_and_says_no(tmp_path: Path) -> None:
    done = bolk("verify", "--plant", "no-limit", "--clients", "2", "--out", str(tmp_path / "found.json"))
    assert done.returncode == 1
    assert "✗ more than allowed (in limit" in done.stdout
    assert "├" in done.stdout
    found = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))
    assert (found["schema"], found["planted"], found["ruling"]) == ("bolk.verification/1", "no-limit", "anomaly")


def test_a_fault_that_does_not_exist_or_is_not_ours_to_plant_is_refused() -> None:
    unknown = bolk("verify", "--plant", "gremlins")
    theirs = bolk("verify", "ci-smoke", "--target", "http://127.0.0.1:9", "--plant", "no-limit")
    assert (unknown.returncode, theirs.returncode) == (2, 2)
    assert "no such fault: gremlins. One of no-uniqueness" in unknown.stderr
    assert "our own server alone" in theirs.stderr
