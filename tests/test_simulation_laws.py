"""The readable model against theory, and what must hold for every scenario."""

import datetime as dt
from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scenarios.attempts import Attempt, Outcome, Status
from scenarios.choice import Pick
from scenarios.inventory import total_capacity
from scenarios.plan import Plan, plan_of
from scenarios.policies.batches import Batches
from scenarios.scenario import Scenario
from scenarios.streams import quantised
from simulation.replication import simulate
from tests import a

THINK_S = 30.0


def _poisson_first_pickers(load: float, citizens: int) -> tuple[Plan, Scenario]:
    """Everyone takes the first free place, thinks exactly THINK_S, tries once; the platform costs next to nothing."""
    dates = [dt.date(2021, 5, 10) + dt.timedelta(days=day) for day in range(-(-citizens // 480))]
    scenario = a.scenario(
        {
            "invitation.invited": citizens,
            "invitation.delivered": "100 %",
            "slots": [
                {
                    "book": "x",
                    "dates": dates,
                    "open": {"from": "08:00", "to": "16:00"},
                    "length": "1 min",
                    "parallel": 1,
                }
            ],
            "behaviour.uptake": "100 %",
            "behaviour.session": {"login": "1 ms", "choose": f"{THINK_S} s", "sigma": 0.0},
            "behaviour.slot_choice": {"first": 1.0, "preferred": 0.0, "uniform": 0.0},
            "behaviour.after_rejection": {"retry": 0.0, "wait": "5 s", "give_up_after": 1},
            "behaviour.patience": {"page": "10 h", "answer": "10 h"},
            "platform.workers": 1000,
            "platform.service_time": {"list": "1 ms", "confirm": "1 ms"},
            "platform.login": {"workers": 1000, "service_time": "1 ms"},
            "platform.ehr": {"workers": 1000, "service_time": "1 ms"},
        }
    )
    plan = plan_of(scenario, scenario.policy, 0)
    gaps = np.random.default_rng(7).exponential(THINK_S / load, citizens)
    return replace(plan, planned_s=quantised(np.cumsum(gaps))), scenario


@pytest.mark.parametrize("load", [0.3, 1.0, 5.0])
def test_first_free_law_for_a_constant_think_time_is_a_over_one_plus_a(load: float) -> None:
    # Source: design, section 7: bookings form a renewal process; P(rejected) = a / (1 + a) with a = rate x think time.
    citizens = 6000
    plan, scenario = _poisson_first_pickers(load, citizens)
    attempts = simulate(scenario, plan)
    rejected = sum(attempt.outcome is Outcome.REJECTED for attempt in attempts) / citizens
    law = load / (1 + load)
    # Successes are renewals, so the count is less spread out than a binomial one: 4 binomial standard errors are wide.
    assert rejected == pytest.approx(law, abs=4 * np.sqrt(law * (1 - law) / citizens))


def _slots(parallel: int, minutes: int) -> list[dict[str, Any]]:
    days = [dt.date(2021, 5, 10), dt.date(2021, 5, 11)]
    opening = {"from": "08:00", "to": "08:30"}
    return [{"book": "x", "dates": days, "open": opening, "length": f"{minutes} min", "parallel": parallel}]


def _station(services: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"workers": st.integers(1, 2), "service_time": st.sampled_from(services)})


patience: list[dict[str, Any]] = [{"page": "3 s", "answer": "20 s"}, {"page": "1 h", "answer": "1 h"}]
small_worlds: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "invitation.invited": st.integers(1, 60),
        "platform.workers": st.integers(1, 3),
        "platform.login": _station(["100 ms", "5 s", "40 s"]),
        "platform.ehr": _station(["100 ms", "5 s", "2 min"]),
        "behaviour.response.median": st.sampled_from(["5 s", "3 min"]),
        "behaviour.patience": st.sampled_from(patience),
        "experiment.seed": st.integers(0, 2**63 - 1),
        "slots": st.builds(_slots, st.integers(1, 3), st.integers(3, 30)),
    }
)
policies = st.sampled_from(
    [Batches.of(1, 5.0, dt.time(9)), Batches.of(7, 60.0, dt.time(9)), Batches.of("all", 0.0, dt.time(9))]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(small_worlds, policies)
def test_every_journey_ends_and_every_place_is_booked_once_or_free(world: dict[str, Any], policy: Batches) -> None:
    scenario = a.scenario(world)
    plan = plan_of(scenario, policy, 0)
    attempts = simulate(scenario, plan)
    by_citizen: dict[int, list[Attempt]] = {}
    for attempt in attempts:
        by_citizen.setdefault(attempt.citizen, []).append(attempt)
    assert sorted(by_citizen) == plan.acts.nonzero()[0].tolist()
    for citizen, tries in by_citizen.items():
        assert [one.number for one in tries] == list(range(1, len(tries) + 1))
        assert tries[0].planned_s == plan.planned_s[citizen]
        assert all(one.outcome in (Outcome.REJECTED, Outcome.NO_SLOT) for one in tries[:-1])
        moments = [t for one in tries for request in one.requests for t in (request.started_s, request.ended_s)]
        assert moments == sorted(moments)
    slots = Counter(attempt.slot for attempt in attempts if attempt.outcome is Outcome.CONFIRMED)
    assert all(count == 1 for count in slots.values())
    assert len(slots) <= total_capacity(scenario)
    assert all((attempt.slot is None) == (attempt.outcome is not Outcome.CONFIRMED) for attempt in attempts)


@settings(max_examples=25, deadline=None)
@given(small_worlds)
def test_the_same_plan_gives_the_same_attempts(world: dict[str, Any]) -> None:
    scenario = a.scenario(world)
    plan = plan_of(scenario, scenario.policy, 3)
    assert simulate(scenario, plan) == simulate(scenario, plan)


def test_a_rejection_happens_only_when_the_time_was_full() -> None:
    scenario = a.scenario({"policy.batch_size": "all", "behaviour.response.median": "30 s"})
    attempts = simulate(scenario, plan_of(scenario, scenario.policy, 0))
    confirmed = Counter(one.asked for one in attempts if one.outcome is Outcome.CONFIRMED)
    rejected = {one.asked for one in attempts if one.outcome is Outcome.REJECTED}
    assert rejected
    assert all(confirmed[time] == scenario.slots[0].parallel for time in rejected)


def test_an_impatient_citizen_leaves_and_the_reservation_may_have_gone_through() -> None:
    scenario = a.scenario(
        {
            "behaviour.patience": {"page": "500 ms", "answer": "5 min", "sigma": 0.0},
            "platform.service_time": {"list": "1 ms", "confirm": "2 s"},
            "platform.login": {"workers": 50, "service_time": "1 ms"},
            "platform.sigma": 0.0,
            "platform.workers": 50,
        }
    )
    attempts = simulate(scenario, plan_of(scenario, scenario.policy, 0))
    assert {attempt.outcome for attempt in attempts} == {Outcome.UNKNOWN}
    last = [attempt.requests[-1] for attempt in attempts]
    assert all(request.status is Status.UNKNOWN for request in last)
    assert all(request.ended_s - request.planned_s == 0.5 for request in last)


def test_a_full_book_turns_people_away_with_an_empty_list() -> None:
    scenario = a.scenario({"slots": [{**_block(), "parallel": 1}], "invitation.invited": 300})
    attempts = simulate(scenario, plan_of(scenario, scenario.policy, 0))
    confirmed = [attempt for attempt in attempts if attempt.outcome is Outcome.CONFIRMED]
    assert len(confirmed) == total_capacity(scenario)
    assert any(attempt.outcome is Outcome.NO_SLOT for attempt in attempts)


def _block() -> dict[str, Any]:
    return {
        "book": "x",
        "dates": [dt.date(2021, 5, 10)],
        "open": {"from": "08:00", "to": "09:00"},
        "length": "5 min",
    }


def test_the_pick_of_a_plan_row_is_the_pick_that_is_made() -> None:
    scenario = a.scenario({"behaviour.slot_choice": {"first": 0.0, "preferred": 1.0, "uniform": 0.0}})
    plan = plan_of(scenario, scenario.policy, 0)
    assert set(plan.pick.ravel().tolist()) == {int(Pick.PREFERRED)}
    first = min(simulate(scenario, plan), key=lambda attempt: attempt.reserved_s or 0.0)
    block = scenario.slots[0]
    index = int(plan.preferred[first.citizen, 0])
    wished = [
        f"{date:%Y-%m-%d}T{8 + (30 + 5 * k) // 60:02d}:{(30 + 5 * k) % 60:02d}"
        for date in block.dates
        for k in range(24)
    ]
    assert first.asked == wished[index]
