"""Others on the same platform: when they come, that citizens queue behind them, and that they end with the wave."""

import dataclasses
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from loadtests.unlived import unlived
from scenarios.attempts import Attempt
from scenarios.carrying import carried_sms_per_s
from scenarios.others import LOGIN, Traffic, traffic_of
from scenarios.plan import plan_of
from scenarios.plan_source import PlanSource
from scenarios.scenario import Scenario
from scenarios.strategy import Strategy
from simulation.background import let_others_come
from simulation.engine import Engine, chosen, run_with
from simulation.replication import simulate
from simulation.world import World
from tests import a

ROOMY = {"workers": 100, "service_time": "100 ms"}
SOON = {"behaviour.response": {"median": "20 s", "sigma": 1.0, "latest": "2 min"}}  # a wave that is soon over
HOURS = [{"from": "09:07", "to": "10:07", "times": 4}, {"from": "10:07", "to": "11:07", "times": 0.5}]


def scenario_with(load: dict[str, Any], changes: dict[str, Any] | None = None) -> Scenario:
    return a.scenario({"platform.login": ROOMY, **(changes or {}), "platform.background": load})


def lived(scenario: Scenario) -> list[Attempt]:
    return simulate(scenario, plan_of(scenario, scenario.policy, 0))


def moments_s(traffic: Traffic, until_s: float) -> list[float]:
    found: list[float] = []
    for _, at_s, _ in traffic.requests():
        if at_s >= until_s:
            return found
        found.append(at_s)
    raise AssertionError("it never ends")


def test_they_come_as_a_poisson_process_and_more_or_fewer_by_the_hour() -> None:
    scenario = scenario_with({"login": "1/s", "hours": HOURS})
    (traffic,) = traffic_of(scenario, plan_of(scenario, scenario.policy, 0))
    counts = np.histogram(moments_s(traffic, 10_800.0), np.arange(0.0, 10_801.0, 10.0))[0].reshape(3, 360)
    for of_the_hour, expected in zip(counts, (40.0, 5.0, 10.0), strict=True):
        # The mean of 360 counts, and their variance, which in a Poisson process is the mean: four standard errors each.
        assert of_the_hour.mean() == pytest.approx(expected, abs=4 * np.sqrt(expected / 360))
        assert of_the_hour.var() / expected == pytest.approx(1, abs=4 * np.sqrt((2 + 1 / expected) / 360))


def test_the_same_others_come_whatever_the_platform_and_the_policy() -> None:
    small = scenario_with({"login": "5/s"})
    large = scenario_with({"login": "5/s", "pages": "1/s"}, {"platform.workers": 50, "policy.batch_size": "all"})
    one, other = (traffic_of(each, plan_of(each, each.policy, 1))[LOGIN] for each in (small, large))
    assert moments_s(one, 100.0) == moments_s(other, 100.0)
    other_run = dataclasses.replace(one, replication=2)
    assert moments_s(one, 100.0) != moments_s(other_run, 100.0)


@pytest.mark.parametrize("strategy", Strategy)
def test_where_there_is_room_for_everybody_others_change_nothing(strategy: Strategy) -> None:
    load = {"login": "1/s", "pages": "2/s", "ehr": "1/s"}
    roomy = {**SOON, "platform.workers": 100, "platform.ehr": ROOMY, "platform.strategy": strategy.value}
    alone = a.scenario({"platform.login": ROOMY, **roomy})
    assert lived(scenario_with(load, roomy)) == lived(alone)


@pytest.mark.parametrize("station", ["login", "pages", "ehr"])
def test_citizens_queue_behind_others_at_every_station(station: str) -> None:
    narrow = {"platform.login": {"workers": 1, "service_time": "200 ms"},
              "platform.workers": 1, "platform.service_time": {"list": "50 ms", "confirm": "50 ms"},
              "platform.ehr": {"workers": 1, "service_time": "200 ms"},
              "behaviour.session": {"login": "1 s", "choose": "1 s", "poll": "10 ms"},
              "behaviour.patience": {"page": "10 h", "answer": "10 h"}}  # fmt: skip
    scenario = a.scenario({**SOON, **narrow, "invitation.invited": 20})
    rate = 0.9 * scenario.platform.most_per_s[station]
    slower = scenario_with({station: f"{rate}/s"}, {**SOON, **narrow, "invitation.invited": 20})

    def took_s(attempts: list[Attempt]) -> float:
        return sum(one.ended_s - one.planned_s for one in attempts if one.number == 1)

    assert took_s(lived(slower)) > took_s(lived(scenario))


def test_they_stop_coming_when_the_last_citizen_is_done() -> None:
    scenario = scenario_with({"pages": "3/s"})
    plan = plan_of(scenario, scenario.policy, 0)
    world = World(scenario, plan)
    let_others_come(world, scenario, plan)
    world.env.run()  # nobody of the send-out is there: the first of the others finds it over
    assert 0 < world.env.now < 10


def test_a_policy_that_starts_at_another_hour_meets_the_others_of_that_hour() -> None:
    scenario = scenario_with({"login": "1/s", "hours": HOURS})
    later = scenario.model_copy(update={"policy": scenario.policy.model_copy(update={"start": HOURS_LATER})})
    first, second = (
        moments_s(traffic_of(each, plan_of(each, each.policy, 0))[LOGIN], 600.0) for each in (scenario, later)
    )
    assert len(first) > 5 * len(second)


HOURS_LATER = a.scenario({"policy.start": "10:30"}).policy.start


@pytest.mark.parametrize(
    ("load", "why"),
    [
        ({}, "nothing comes"),
        ({"pages": "0/s"}, "greater than 0"),
        ({"login": "1/s", "hours": [HOURS[1], HOURS[0]]}, "run into each other"),
        ({"login": "2000/s"}, "nobody would ever get through"),
    ],
)
def test_a_load_that_makes_no_sense_is_refused(load: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        scenario_with(load)


def test_a_peak_that_the_platform_catches_up_with_is_allowed() -> None:
    scenario_with({"login": "500/s", "hours": [{"from": "09:00", "to": "10:00", "times": 4}]})


def test_the_pace_that_matches_the_capacity_leaves_others_their_part() -> None:
    exact = {"platform.sigma": 0.0, "platform.ehr": {"workers": 1, "service_time": "500 ms"}}
    alone, crowded = a.scenario({**exact, "platform.login": ROOMY}), scenario_with({"ehr": "1/s"}, exact)
    assert carried_sms_per_s(crowded) == pytest.approx(carried_sms_per_s(alone) / 2)


def test_a_load_test_lives_a_background_load_but_not_the_record_systems_nor_from_several_workers() -> None:
    assert unlived(scenario_with({"login": "1/s"})) is None
    assert "platform.background (one worker lives it)" in (unlived(scenario_with({"login": "1/s"}), alone=False) or "")
    assert "platform.background.ehr (work" in (unlived(scenario_with({"ehr": "1/s"})) or "")


def test_a_small_send_out_among_many_others_is_lived_by_the_compiled_engine() -> None:
    pytest.importorskip("numba")
    assert chosen(None, a.scenario(), 1).engine is Engine.SIMPY
    scenario = scenario_with({"login": "1/s"}, SOON)
    assert chosen(None, scenario, 1).engine is Engine.COMPILED
    source = PlanSource(scenario=scenario, policy=scenario.policy, replication=0)
    assert run_with(Engine.COMPILED, source) == run_with(Engine.SIMPY, source)


def test_more_others_at_once_than_there_was_room_for_are_made_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numba")
    from simulation import compiled

    monkeypatch.setattr(compiled, "FEW", 1)
    for changes in ({}, {"behaviour.reload": {"share": "50 %", "after": "5 s"}}):
        load = {"login": "1/s", "hours": [{"from": "09:07", "to": "09:08", "times": 20}]}
        narrow = {"platform.login": {"workers": 1, "service_time": "200 ms"}, **changes}
        scenario = scenario_with(load, {"behaviour.patience": {"page": "1 min", "answer": "1 min"}, **SOON, **narrow})
        source = PlanSource(scenario=scenario, policy=scenario.policy, replication=0)
        assert run_with(Engine.COMPILED, source) == run_with(Engine.SIMPY, source)
