"""Appointments that are cancelled and the waiting list: no place is lost, none is had by two, none lies idle."""

import math
from collections import Counter
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.after_booking import Afterwards
from scenarios.attempts import Attempt, Outcome
from scenarios.columns import columns_of
from scenarios.course import Timeline
from scenarios.inventory import total_capacity
from scenarios.measures import Offer, measured
from scenarios.plan import plan_of
from scenarios.rows import citizens_of
from scenarios.run import run_of
from scenarios.scenario import Scenario
from scenarios.strategy import Strategy
from scenarios.timeline import timeline_of
from simulation.journey import Journey
from simulation.replication import simulate
from simulation.service_times import service_times
from simulation.world import World
from tests import a

SCARCE: dict[str, Any] = {
    "policy.batch_size": "all",
    "behaviour.response": {"median": "1 min", "sigma": 1.0},
    "slots": [{"book": "Hall", "dates": ["2021-05-10"], "open": {"from": "08:00", "to": "09:00"},
               "length": "10 min", "parallel": 4}],
}  # fmt: skip
few = settings(max_examples=12, deadline=None)
shares = st.sampled_from([0.0, 0.3, 1.0])
medians = st.sampled_from(["1 s", "1 min", "1 h"])
strategies = st.sampled_from([one.value for one in Strategy])


def scenario_of(cancel: float | None, waitlist: float | None, changes: dict[str, Any] | None = None) -> Scenario:
    own = {} if cancel is None else {"behaviour.cancel": {"share": cancel, "median": "1 min"}}
    return a.scenario({**SCARCE, **own, "behaviour.waitlist": waitlist, **(changes or {})})


def lived(scenario: Scenario) -> list[Attempt]:
    return simulate(scenario, plan_of(scenario, scenario.policy, 0))


def score(scenario: Scenario, attempts: list[Attempt]) -> dict[str, float | None]:
    return measured(columns_of(attempts), Offer(last_sms_s=0.0, capacity=total_capacity(scenario)))


@few
@given(shares, st.sampled_from([None, 0.5, 1.0]), medians, strategies, st.integers(0, 2**32))
def test_at_every_moment_places_are_booked_or_free_and_none_lies_idle_while_somebody_waits(
    cancel: float, waitlist: float | None, median: str, strategy: str, seed: int
) -> None:
    table = {"share": cancel, "median": median}
    scenario = a.scenario({**SCARCE, "behaviour.cancel": table, "behaviour.waitlist": waitlist,
                           "platform.strategy": strategy, "experiment.seed": seed})  # fmt: skip
    plan, attempts = plan_of(scenario, scenario.policy, 0), list[Attempt]()
    world, work_s = World(scenario, plan), service_times(scenario, plan).tolist()
    for citizen in citizens_of(plan):
        world.env.process(Journey(world, citizen, work_s[citizen.number], attempts.append).live())
    ledger = world.books[0][0].ledger
    while world.env.peek() < math.inf:
        world.env.step()
        assert ledger.booked + ledger.free == total_capacity(scenario)
        assert not world.lines[ledger] or ledger.free == 0
    scored = score(scenario, attempts)
    assert scored["double_bookings"] == 0
    # Some who left before the answer came have a place and do not know.
    assert scored["booked_count"] is not None
    assert scored["booked_count"] <= ledger.booked


@few
@given(shares, shares, strategies, st.integers(0, 2**32))
def test_a_place_from_the_waiting_list_goes_to_who_found_nothing_in_order_and_once(
    cancel: float, waitlist: float, strategy: str, seed: int
) -> None:
    scenario = scenario_of(cancel, waitlist, {"platform.strategy": strategy, "experiment.seed": seed})
    attempts = lived(scenario)
    given = [one for one in attempts if one.outcome is Outcome.CONFIRMED and not one.requests]
    last_try = {one.citizen: one for one in attempts if one.requests}
    joins = Afterwards.of(scenario, plan_of(scenario, scenario.policy, 0))
    assert joins is not None
    in_line = [
        one.citizen for one in attempts
        if one is last_try[one.citizen] and one.outcome is Outcome.NO_SLOT and joins.joins[one.citizen]
    ] if attempts else []  # fmt: skip
    assert [one.citizen for one in given] == in_line[: len(given)]
    for one in given:
        assert one.number == last_try[one.citizen].number + 1
        assert one.planned_s == one.ended_s >= last_try[one.citizen].ended_s
    assert max(Counter(one.citizen for one in attempts if one.outcome is Outcome.CONFIRMED).values(), default=1) == 1


def test_who_cancels_does_so_that_long_after_the_confirmation_and_the_place_can_be_had_again() -> None:
    cancel = {"share": 1.0, "median": "90 s", "sigma": 0.0}
    scenario = a.scenario({**SCARCE, "behaviour.cancel": cancel, "behaviour.after_rejection.wait": "5 min"})
    attempts = lived(scenario)
    confirmed = [one for one in attempts if one.outcome is Outcome.CONFIRMED]
    assert {round((one.cancelled_s or 0.0) - one.ended_s, 6) for one in confirmed} == {90.0}
    assert len(confirmed) > len({one.slot for one in confirmed})
    scored = score(scenario, attempts)
    assert (scored["booked_count"], scored["unfilled_slots_count"]) == (0, total_capacity(scenario))
    assert scored["double_bookings"] == 0


def test_with_a_waiting_list_more_get_an_appointment_than_without() -> None:
    def got(waitlist: float | None) -> int:
        return sum(one.outcome is Outcome.CONFIRMED for one in lived(scenario_of(0.5, waitlist)))

    assert got(1.0) > got(None) + 5


def test_nobody_who_cancels_and_nobody_who_waits_is_as_if_nothing_were_said() -> None:
    plain, none = lived(scenario_of(None, None)), lived(scenario_of(0.0, 0.0))
    assert columns_of(plain).digest() == columns_of(none).digest()


def test_the_same_people_cancel_and_wait_whatever_else_the_scenario_says() -> None:
    one = scenario_of(0.4, 0.4)
    other = scenario_of(0.4, 0.4, {"platform.workers": 1, "policy.batch_size": 7})
    drawn = [Afterwards.of(scenario, plan_of(scenario, scenario.policy, 0)) for scenario in (one, other)]
    assert drawn[0] is not None
    assert drawn[1] is not None
    assert drawn[0].cancel_after_s.tolist() == drawn[1].cancel_after_s.tolist()
    assert drawn[0].joins.tolist() == drawn[1].joins.tolist()


def test_a_place_confirmed_again_is_a_double_booking_only_before_it_was_cancelled() -> None:
    first = Attempt(1, 1, 0.0, 10.0, Outcome.CONFIRMED, "b", "t", "b/t/1", 5.0, (), cancelled_s=20.0)
    second = Attempt(2, 1, 0.0, 20.0, Outcome.CONFIRMED, "b", "t", "b/t/1", 15.0, ())
    sooner = replace(second, ended_s=19.0)
    offer = Offer(last_sms_s=0.0, capacity=3)
    for other, doubles in ((second, 0), (sooner, 1)):
        scored = measured(columns_of([first, other]), offer)
        assert scored["double_bookings"] == doubles
        assert (scored["booked_count"], scored["unfilled_slots_count"]) == (1, 2)


def test_the_timeline_counts_what_was_cancelled_and_is_silent_where_nothing_was() -> None:
    counted = list[Timeline]()
    for cancel in (1.0, None):
        scenario = scenario_of(cancel, None)
        plan = plan_of(scenario, scenario.policy, 0)
        counted.append(timeline_of(columns_of(simulate(scenario, plan)), plan))
    assert counted[0].cancelled[-1] == counted[0].confirmed[-1] > 0
    assert counted[1].cancelled == []
    assert "cancelled" not in counted[1].model_dump()


def test_a_run_is_scored_with_what_was_cancelled() -> None:
    scenario = scenario_of(0.5, 1.0)
    plan = plan_of(scenario, scenario.policy, 0)
    run = run_of(scenario, plan, columns_of(simulate(scenario, plan)), with_timeline=False)
    booked, unfilled = run.measures["booked_count"], run.measures["unfilled_slots_count"]
    assert run.measures["double_bookings"] == 0
    assert (booked or 0) + (unfilled or 0) == total_capacity(scenario)
