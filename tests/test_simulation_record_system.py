"""A record system that fails, is delivered to again, and stands still: what may come of it and what never may."""

import math
from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference_server.booking import Decision, Ledger
from scenarios.attempts import Attempt, Operation, Outcome
from scenarios.columns import columns_of
from scenarios.inventory import total_capacity
from scenarios.plan import plan_of
from scenarios.policies.batches import Batches
from scenarios.scenario import Scenario
from simulation.deliveries import Deliveries
from simulation.replication import simulate
from tests import a

PLENTY: dict[str, Any] = {
    # Everybody finds every time free, no page is ever waited for, and nobody loses patience.
    "slots": [{"book": "Hall", "dates": ["2021-05-10"], "open": {"from": "08:00", "to": "09:00"},
               "length": "5 min", "parallel": 500}],
    "behaviour.response": {"median": "1 min", "sigma": 1.0},
    "behaviour.patience": {"page": "10 h", "answer": "100 h"},
    "platform.workers": 1000,
    "platform.login": {"workers": 1000, "service_time": "10 ms"},
}  # fmt: skip
FEW_PLACES = [{**PLENTY["slots"][0], "parallel": 2}]
EXACT = {"platform.sigma": 0.0}
SLOW = {"workers": 1, "service_time": "4 s"}
troubles = st.fixed_dictionaries(
    {"timeout": st.sampled_from(["3 s", "5 s", "20 s"]), "failing": st.sampled_from(["0 %", "20 %", "90 %"])},
    optional={"redeliver_after": st.sampled_from(["1 s", "30 s"]), "deliveries": st.integers(1, 5)},
)
stops = st.lists(st.integers(0, 40), min_size=2, max_size=6, unique=True).map(
    lambda moments: [
        {"from": f"{10 * begin} s", "to": f"{10 * end} s"}
        for begin, end in zip(sorted(moments)[::2], sorted(moments)[1::2], strict=False)
    ]
)
few = settings(max_examples=12, deadline=None)


def scenario_of(ehr: dict[str, Any], seed: int = 1, changes: dict[str, Any] | None = None) -> Scenario:
    return a.scenario({**PLENTY, "platform.ehr": SLOW | ehr, "experiment.seed": seed, **(changes or {})})


def lived(scenario: Scenario) -> list[Attempt]:
    return simulate(scenario, plan_of(scenario, scenario.policy, 0))


def last(attempts: list[Attempt]) -> dict[int, Attempt]:
    return {one.citizen: one for one in attempts}


@few
@given(troubles, st.integers(0, 2**32))
def test_a_reservation_is_decided_at_most_once_however_often_it_is_delivered(ehr: dict[str, Any], seed: int) -> None:
    scenario = scenario_of(ehr, seed, {"slots": FEW_PLACES, "invitation.invited": 48})
    decided, reserve = Counter[int](), Ledger.reserve
    totals = set[int]()

    def watched(ledger: Ledger, time: int, citizen: int) -> Decision:
        decided[citizen] += 1
        decision = reserve(ledger, time, citizen)
        totals.add(ledger.booked + ledger.free)
        return decision

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Ledger, "reserve", watched)
        attempts = lived(scenario)
    answers = (Outcome.CONFIRMED, Outcome.REJECTED)
    answered = Counter(one.citizen for one in attempts if one.outcome in answers)
    assert decided == answered
    assert totals <= {total_capacity(scenario)}


@few
@given(troubles, st.integers(0, 2**32))
def test_who_is_told_that_it_did_not_get_through_is_known_beforehand(ehr: dict[str, Any], seed: int) -> None:
    scenario = scenario_of(ehr, seed)
    plan = plan_of(scenario, scenario.policy, 0)
    deliveries = Deliveries.of(scenario, plan)
    assert deliveries is not None
    lost = {
        citizen
        for citizen in np.flatnonzero(plan.acts).tolist()
        if (fate := deliveries.of_try(citizen, 1)) is not None
        and fate.failures == scenario.platform.ehr.most_deliveries
    }
    assert {one.citizen for one in simulate(scenario, plan) if one.outcome is Outcome.FAILED} == lost


@few
@given(stops, st.integers(0, 2**32))
def test_a_record_system_that_stands_still_only_delays(stopped: list[dict[str, str]], seed: int) -> None:
    steady, halting = last(lived(scenario_of({}, seed))), last(lived(scenario_of({"stopped": stopped}, seed)))
    assert steady.keys() == halting.keys()
    for citizen, one in steady.items():
        other = halting[citizen]
        assert (one.outcome, one.asked) == (other.outcome, other.asked) == (Outcome.CONFIRMED, one.asked)
        assert other.ended_s >= one.ended_s


@few
@given(stops, st.integers(1, 4), st.integers(0, 2**32))
def test_one_more_worker_makes_nobody_wait_longer_for_the_answer(
    stopped: list[dict[str, str]], workers: int, seed: int
) -> None:
    # Kiefer and Wolfowitz (1955), as reservations come at the same moments. With deliveries that come again it is no
    # theorem: a sooner failure can bring a message back in front of others.
    slow, fast = (
        last(lived(scenario_of({"workers": number, "stopped": stopped}, seed))) for number in (workers, workers + 1)
    )
    assert all(fast[citizen].ended_s <= one.ended_s for citizen, one in slow.items())


def test_while_it_stands_still_nothing_is_decided_and_then_it_goes_on_in_turn() -> None:
    ehr = {"service_time": "1 s", "stopped": [{"from": "0 s", "to": "20 min"}]}
    attempts = lived(scenario_of(ehr, changes=EXACT))
    early = sorted((one.reserved_s, one.ended_s) for one in attempts if (one.reserved_s or math.inf) < 1200.0)
    assert len(early) > 50
    for place, (sent_s, seen_s) in enumerate(early, start=1):
        assert sent_s is not None
        decided_s = 1200.0 + place
        # Looked for every three seconds, and each look takes a moment.
        assert decided_s <= seen_s <= decided_s + 4.0


def test_the_same_deliveries_fail_whatever_the_policy_and_the_number_of_workers() -> None:
    ehr = {"timeout": "5 s", "failing": "20 %"}
    one, other = scenario_of(ehr), scenario_of(ehr | {"workers": 7})
    drawn = [
        Deliveries.of(one, plan_of(one, one.policy, 0)),
        Deliveries.of(other, plan_of(other, Batches.of(7, 60.0, one.policy.start), 0)),
    ]
    assert drawn[0] is not None
    assert drawn[1] is not None
    for name in ("row", "failures", "busy_s"):
        np.testing.assert_array_equal(getattr(drawn[0], name), getattr(drawn[1], name))


def test_a_time_out_that_nothing_outlasts_changes_nothing() -> None:
    plain, careful = (scenario_of(ehr) for ehr in ({}, {"timeout": "10 h"}))
    assert columns_of(lived(plain)).digest() == columns_of(lived(careful)).digest()


def test_a_lost_reservation_costs_deliveries_and_pauses_and_leaves_the_place_free() -> None:
    ehr = {"service_time": "2 s", "failing": "100 %", "redeliver_after": "7 s", "deliveries": 3, "workers": 100}
    scenario = scenario_of(ehr, changes=EXACT)
    for one in lived(scenario):
        assert (one.outcome, one.slot, one.requests[-1].operation) == (Outcome.FAILED, None, Operation.INBOX)
        assert one.reserved_s is not None
        # Three times two seconds of work and two pauses, seen at one of the looks every three seconds.
        assert 3 * 2.0 + 2 * 7.0 <= one.ended_s - one.reserved_s <= 3 * 2.0 + 2 * 7.0 + 4.0


@pytest.mark.parametrize(
    ("ehr", "what"),
    [
        ({"stopped": [{"from": "2 min", "to": "1 min"}]}, "the stop ends before it begins"),
        ({"stopped": [{"from": "2 min", "to": "4 min"}, {"from": "3 min", "to": "5 min"}]}, "run into each other"),
        ({"deliveries": 3}, "deliveries is for deliveries that fail, and none does"),
        ({"redeliver_after": "3 s", "failing": 0}, "redeliver_after is for deliveries that fail"),
    ],
)
def test_what_makes_no_sense_is_refused(ehr: dict[str, Any], what: str) -> None:
    with pytest.raises(ValueError, match=what):
        scenario_of(ehr)
