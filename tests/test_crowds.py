"""Who answers in a way of their own: people of an age, of a municipality, or of both."""

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from scenarios import register
from scenarios.plan import Plan, plan_of
from scenarios.plan_source import PlanSource
from scenarios.policies.cohort_per_day import CohortPerDay
from scenarios.scenario import Scenario
from simulation.engine import Engine, run_with
from tests import a

ALL_AGES = {"send_date": "2021-05-03", "window": {"from": "08:00", "to": "20:00"}, "sms_rate": "50/s",
            "delivered": "100 %", "cohort": "18+"}  # fmt: skip
OLD = {"cohort": "65+", "median": "50 min", "sigma": 0.0}
HERE = {"municipalities": ["Træna"], "median": "7 min", "sigma": 0.0}
BY_AGE = {"kind": "cohort_per_day", "cohorts": ["65+", "18-64"], "start": "09:07"}
BOOKS = [{"book": "Hall", "dates": ["2021-05-10"], "open": {"from": "08:00", "to": "09:00"}, "length": "5 min",
          "parallel": 20}]  # fmt: skip


def scenario_with(*crowds: dict[str, Any], changes: dict[str, Any] | None = None) -> Scenario:
    """Utsira and Træna, two small municipalities; all but the crowds answer a minute after the SMS."""
    usual = {"median": "1 min", "sigma": 0.0, "least": "0 s"}
    return a.scenario(
        {
            "municipality": {"names": ["Utsira", "Træna"]},
            "invitation": ALL_AGES,
            "slots": BOOKS,
            "behaviour.response": {**usual, "crowds": list(crowds)},
            **(changes or {}),
        }
    )


def delays_s(plan: Plan) -> tuple[Any, ...]:
    """From SMS to opening the page, in each municipality."""
    took_s = plan.planned_s - plan.sent_s
    return tuple(took_s[plan.municipality == index] for index in range(2))


def old_in(name: str) -> tuple[int, int]:
    entry = register.find(name, 2024)
    return register.inhabitants(entry, "65+"), register.inhabitants(entry, "18+")


def test_as_many_answer_like_the_old_as_there_are_in_the_register() -> None:
    scenario = scenario_with(OLD)
    for name, took_s in zip(("Utsira", "Træna"), delays_s(plan_of(scenario, scenario.policy, 0)), strict=True):
        old, everybody = old_in(name)
        share = old / everybody
        assert set(took_s) == {60.0, 3000.0}
        assert (took_s == 3000).mean() == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / everybody))


def test_a_policy_that_sends_to_age_groups_in_turn_sends_to_the_old_first() -> None:
    scenario = scenario_with(OLD, changes={"policy": BY_AGE})
    assert isinstance(scenario.policy, CohortPerDay)
    for name, took_s in zip(("Utsira", "Træna"), delays_s(plan_of(scenario, scenario.policy, 0)), strict=True):
        old, _ = old_in(name)
        assert (took_s[:old] == 3000).all()
        assert (took_s[old:] == 60).all()


def test_a_municipality_has_its_own_and_the_first_that_fits_counts() -> None:
    usual, here = delays_s(plan_of(scenario := scenario_with(HERE, OLD), scenario.policy, 0))
    assert set(here) == {420.0}
    assert set(usual) == {60.0, 3000.0}
    both = {**OLD, "municipalities": ["1835"]}  # Træna, by number: the old there and nobody else
    usual, here = delays_s(plan_of(scenario := scenario_with(both), scenario.policy, 0))
    assert set(usual) == {60.0}
    assert set(here) == {60.0, 3000.0}


def test_crowds_like_everybody_else_change_nothing() -> None:
    alike = {"cohort": "65+", "median": "1 min", "sigma": 0.0}
    plans = [plan_of(each, each.policy, 0) for each in (scenario_with(), scenario_with(alike))]
    assert plans[0].sha256 == plans[1].sha256


@pytest.mark.parametrize("policy", [BY_AGE, {"batch_size": "all", "start": "09:07"}])
@pytest.mark.parametrize("rules", [[], [{"names": ["Træna"], "policy": BY_AGE}]])
def test_both_engines_draw_the_same_ages(policy: dict[str, Any], rules: list[dict[str, Any]]) -> None:
    pytest.importorskip("numba")
    mixture = {**OLD, "sigma": 1.0, "groups": [{"share": "40 %", "median": "2 min", "sigma": 0.5}]}
    middle = {"cohort": "45-54", "municipalities": ["Utsira"], "median": "30 s", "sigma": 0.5}
    towns = {"municipality": {"names": ["Utsira", "Træna"], "rules": rules}, "policy": policy}
    scenario = scenario_with(mixture, middle, changes=towns)
    source = PlanSource(scenario=scenario, policy=scenario.policy, replication=1)
    assert run_with(Engine.COMPILED, source) == run_with(Engine.SIMPY, source)


@pytest.mark.parametrize(
    ("crowd", "changes", "why"),
    [
        ({"median": "1 h", "sigma": 1.0}, {}, "this is everybody"),
        ({**OLD, "cohort": "66+"}, {}, "66"),
        ({**HERE, "municipalities": ["Oslo"]}, {}, "Oslo is not one of those who invite"),
        (OLD, {"invitation": {key: one for key, one in ALL_AGES.items() if key != "cohort"} | {"invited": 9}},
         "known only where an age group is invited"),
        ({**OLD, "groups": [{"share": "100 %", "median": "1 s", "sigma": 0.0}]}, {}, "less than 1"),
    ],
)  # fmt: skip
def test_crowds_that_make_no_sense_are_refused(crowd: dict[str, Any], changes: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        scenario_with(crowd, changes=changes)
