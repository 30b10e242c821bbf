"""Several municipalities on one platform, some of which send by a rule of their own."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from scenarios.plan import plan_of
from scenarios.plan_source import PlanSource
from scenarios.policies.feedback_on_rejections import FeedbackOnRejections
from scenarios.reading import load
from scenarios.scenario import Scenario
from scenarios.streams import FloatArray
from simulation.engine import Engine, lived
from simulation.finishing import finishes_s
from tests import a

AT_ONCE = {"names": ["Bergen"], "policy": {"batch_size": "all", "start": "09:10"}}


def scenario_with(*rules: dict[str, Any], changes: dict[str, Any] | None = None) -> Scenario:
    towns = {"names": ["Askøy", "Bergen", "Oslo"], "rules": list(rules)}
    return a.scenario_of_three_municipalities({"municipality": towns, **(changes or {})})


def sent_s(scenario: Scenario) -> list[FloatArray]:
    plan = plan_of(scenario, scenario.policy, 0)
    return [plan.sent_s[plan.municipality == index] for index in range(3)]


def test_neighbours_send_at_the_same_minute_by_one_key() -> None:
    scenario = load("ci-smoke", ['municipality = { names = ["Askøy", "Bergen", "Oslo"] }'])
    first, *others = sent_s(scenario)
    assert all(np.array_equal(first, other) for other in others)


def test_one_sends_all_at_once_and_the_others_keep_their_batches() -> None:
    usual, own = sent_s(scenario_with()), sent_s(scenario_with(AT_ONCE))
    assert np.array_equal(own[0], usual[0])
    assert np.array_equal(own[2], usual[2])
    # Three minutes after the first SMS of all, and then as fast as the gateway sends.
    rate = scenario_with().invitation.sms_rate
    assert own[1] == pytest.approx(180 + np.arange(len(own[1])) / rate, abs=1e-6)


def test_a_rule_of_their_own_changes_when_people_act_and_nobody_else() -> None:
    usual, own = (plan_of(each, each.policy, 0) for each in (scenario_with(), scenario_with(AT_ONCE)))
    moved = replace(own, sent_s=usual.sent_s, planned_s=usual.planned_s)
    assert moved.sha256 == usual.sha256


def test_the_search_asks_how_long_those_take_who_follow_its_policy() -> None:
    slow = {"names": ["Bergen"], "policy": {"batch_size": 1, "pause": "1 h", "start": "09:10"}}
    scenario = scenario_with(slow)
    policy = a.batches_of(scenario)
    assert finishes_s(scenario, policy, ()) == finishes_s(scenario_with(), policy, ())


@pytest.mark.parametrize("engine", Engine)
def test_beside_feedback_the_others_send_as_they_said_before(engine: Engine) -> None:
    if engine is Engine.COMPILED:
        pytest.importorskip("numba")
    rule = {"kind": "feedback_on_rejections", "first": 5, "increase": 5, "least": 1, "most": 50, "window": "5 min",
            "delay": "1 min", "pause": "5 min", "start": "09:07", "target": 0.1}  # fmt: skip
    policy = FeedbackOnRejections.model_validate(rule)
    scenario = scenario_with(AT_ONCE, changes={"policy": rule, "invitation.invited": 40})
    plan, _ = lived(PlanSource(scenario=scenario, policy=policy, replication=0), engine)
    assert plan.sent_s[plan.municipality == 1] == pytest.approx(sent_s(scenario_with(AT_ONCE))[1][:40])
    assert np.isfinite(plan.sent_s).all()


@pytest.mark.parametrize(
    ("rules", "why"),
    [
        ([{**AT_ONCE, "names": ["Bærum"]}], "Bærum is not one of municipality.names"),
        ([AT_ONCE, {**AT_ONCE, "names": ["4601"]}], "has a rule already"),
        ([{**AT_ONCE, "names": ["Askøy", "Bergen", "Oslo"]}], "leave nobody who sends by policy"),
        ([{"names": ["Bergen"], "policy": {"batch_size": "all", "start": "09:00"}}], "starts before policy.start"),
    ],
)
def test_rules_that_make_no_sense_are_refused(rules: list[dict[str, Any]], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        scenario_with(*rules)


def test_a_municipality_alone_has_the_policy_and_no_rule_beside_it() -> None:
    with pytest.raises(ValidationError, match="are for several municipalities"):
        a.scenario({"municipality": {"name": "Bergen", "rules": [AT_ONCE]}})
