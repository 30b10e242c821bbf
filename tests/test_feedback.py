"""Policies with feedback: the rule itself, what a sender sees, and what the feedback is worth."""

import dataclasses
import itertools
import threading
from collections import defaultdict
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.attempts import Attempt, Outcome, Status
from scenarios.columns import attempts_of
from scenarios.plan import NotKnownBefore, Plan, columns, plan_of
from scenarios.plan_source import PlanSource
from scenarios.policies.feedback import Decision, Feedback, Observation, Pace, Reason
from scenarios.policies.feedback_on_rejections import FeedbackOnRejections
from scenarios.policies.feedback_on_response_time import FeedbackOnResponseTime
from scenarios.scenario import Scenario
from simulation.compiled import Stopped
from simulation.engine import Engine, lived
from simulation.experiment import run_once
from simulation.tracing import NoSuchCitizen, traced
from tests import a

RULE: dict[str, Any] = {"first": 20, "increase": 5, "least": 5, "most": 80, "pause": "1 min", "start": "09:07"}
ON_REJECTIONS = {**RULE, "kind": "feedback_on_rejections", "target": "5 %"}
ON_RESPONSE_TIME = {**RULE, "kind": "feedback_on_response_time", "target": "2 s"}

figures = st.builds(
    Observation,
    from_s=st.just(0.0),
    until_s=st.just(300.0),
    decided=st.just(100) | st.just(0),
    rejected=st.sampled_from([0, 4, 5, 6, 50]),
    response_time_p95_s=st.sampled_from([None, 0.1, 2.0, 2.5]),
)


@given(
    st.sampled_from([ON_REJECTIONS, ON_RESPONSE_TIME]),
    st.lists(figures, min_size=1, max_size=30),
    st.integers(1, 50),
    st.floats(0.1, 0.9),
)
def test_a_batch_grows_by_the_increase_and_is_cut_by_the_decrease_and_by_nothing_else(
    rule: dict[str, Any], seen: list[Observation], increase: int, decrease: float
) -> None:
    kind = FeedbackOnRejections if rule is ON_REJECTIONS else FeedbackOnResponseTime
    policy: Feedback = kind.model_validate({**rule, "increase": increase, "decrease": decrease})
    pace, decision = policy.decide(Pace(), seen[0])
    assert decision == Decision(20, Reason.FIRST)
    for one in seen[1:]:
        before = pace.size
        pace, decision = policy.decide(pace, one)
        assert pace.size == decision.count
        match decision.reason:
            case Reason.ABOVE_TARGET:
                assert _is_bad(rule, one)
                assert decision.count == max(5, int(before * decrease))
            case Reason.BELOW_TARGET:
                assert not _is_bad(rule, one)
                assert decision.count == min(80, before + increase)
            case Reason.NO_FIGURES:
                assert one.decided == 0 if rule is ON_REJECTIONS else one.response_time_p95_s is None
                assert decision.count == before
            case Reason.FIRST:
                raise AssertionError("there is one first batch")


def _is_bad(rule: dict[str, Any], seen: Observation) -> bool:
    return seen.rejected > 5 if rule is ON_REJECTIONS else (seen.response_time_p95_s or 0) > 2


def test_halving_and_growth_to_the_number() -> None:
    policy = FeedbackOnRejections.model_validate({**ON_REJECTIONS, "first": 40, "decrease": 0.5})
    good, bad = (Observation(from_s=0, until_s=1, decided=100, rejected=n) for n in (5, 6))
    pace, sizes = Pace(), list[int]()
    for seen in (good, good, bad, bad, bad, bad, good):
        pace, decision = policy.decide(pace, seen)
        sizes.append(decision.count)
    assert sizes == [40, 45, 22, 11, 5, 5, 10]


def test_the_first_size_lies_between_the_least_and_the_most() -> None:
    with pytest.raises(ValueError, match="first lies outside least and most"):
        FeedbackOnRejections.model_validate({**ON_REJECTIONS, "first": 4})


class _Watched(FeedbackOnRejections, frozen=True):
    """Remembers what it was shown."""

    def decide(self, pace: Pace, seen: Observation) -> tuple[Pace, Decision]:
        pace, decision = super().decide(pace, seen)
        _shown.append((seen, decision))
        return pace, decision


_shown: list[tuple[Observation, Decision]] = []


def watched(scenario: Scenario, rule: dict[str, Any]) -> tuple[Plan, list[Attempt], list[tuple[Observation, Decision]]]:
    _shown.clear()
    plan, record = lived(PlanSource(scenario=scenario, policy=_Watched.model_validate(rule), replication=0))
    return plan, attempts_of(record), list(_shown)


rules = st.fixed_dictionaries(
    {
        "first": st.integers(1, 30),
        "increase": st.integers(1, 20),
        "most": st.integers(30, 100),
        "least": st.just(1),
        "decrease": st.sampled_from([0.25, 0.5, 0.8]),
        "target": st.sampled_from([0.0, 0.05, 0.3]),
        "pause": st.sampled_from(["30 s", "5 min", "100 ms", "3 h"]),
        "window": st.sampled_from(["1 min", "10 min"]),
        "delay": st.sampled_from(["0 s", "1 s", "2 min"]),
        "start": st.just("09:07"),
        "kind": st.just("feedback_on_rejections"),
    }
)
CROWD = {"invitation.invited": 80, "behaviour.response": {"median": "1 min", "sigma": 1.0}}


@settings(max_examples=25, deadline=None)
@given(rules)
def test_everybody_is_sent_one_sms_within_the_hours_at_the_gateways_rate_and_is_otherwise_the_same(
    rule: dict[str, Any],
) -> None:
    scenario = a.scenario(CROWD)
    plan, _, shown = watched(scenario, rule)
    fixed = plan_of(scenario, scenario.policy, 0)
    for name in columns():
        if name not in ("sent_s", "planned_s"):
            assert np.array_equal(getattr(plan, name), getattr(fixed, name)), name
    assert np.array_equal(plan.planned_s - plan.sent_s, fixed.planned_s - fixed.sent_s)
    assert np.isfinite(plan.sent_s).all()
    assert (np.diff(plan.sent_s) >= 1 / scenario.invitation.sms_rate - 2**-20).all()
    assert sum(decision.count for _, decision in shown[:-1]) < 80 <= sum(decision.count for _, decision in shown)
    hours = scenario.hours(scenario.policy)
    delay_s = FeedbackOnRejections.model_validate(rule).delay
    assert all(hours.may_send(seen.until_s + delay_s) for seen, _ in shown)


@settings(max_examples=25, deadline=None)
@given(rules)
def test_a_sender_sees_its_window_of_the_past_and_nothing_newer_than_the_delay(rule: dict[str, Any]) -> None:
    policy = FeedbackOnRejections.model_validate(rule)
    plan, attempts, shown = watched(a.scenario(CROWD), rule)
    first = 0
    for seen, decision in shown:
        now_s = seen.until_s + policy.delay
        assert seen.from_s == seen.until_s - policy.window
        assert plan.sent_s[first] >= now_s - 2**-20  # the batch goes at the decision, or when the gateway is free
        first = min(first + decision.count, plan.citizens - 1)
        told = [one for one in attempts if seen.from_s < one.ended_s <= seen.until_s and one.ended_s < now_s]
        decided = [one for one in told if one.outcome in (Outcome.CONFIRMED, Outcome.REJECTED)]
        assert seen.decided == len(decided)
        assert seen.rejected == sum(one.outcome is Outcome.REJECTED for one in decided)
        requests = [request for one in attempts for request in one.requests]
        if all(request.status is Status.OK for request in requests):  # who left is only known when served
            ended = [one for one in requests if seen.from_s < one.ended_s <= seen.until_s and one.ended_s < now_s]
            took_s = [one.ended_s - one.planned_s for one in ended]
            expected = float(np.quantile(took_s, 0.95, method="inverted_cdf")) if took_s else None
            assert seen.response_time_p95_s == expected


def test_what_happens_at_the_moment_of_a_decision_is_not_seen_yet() -> None:
    # One citizen, no spread anywhere: the first answer comes at a moment that is known, and a decision is put there.
    still = {
        "invitation.invited": 2,
        "invitation.delivered": 1.0,
        "behaviour.uptake": 1.0,
        "behaviour.response": {"median": "1 s", "sigma": 0.0, "least": "0 s"},
        "behaviour.session": {"login": "1 s", "choose": "1 s", "sigma": 0.0, "poll": "1 s"},
        "platform.service_time": {"list": "1 s", "confirm": "1 s"},
        "platform.login": {"workers": 1, "service_time": "1 s"},
        "platform.ehr": {"workers": 1, "service_time": "1 s"},
        "platform.sigma": 0.0,
    }
    rule = {**ON_REJECTIONS, "first": 1, "least": 1, "delay": "0 s"}
    _, attempts, _ = watched(a.scenario(still), {**rule, "pause": "1 h"})
    answered_s = next(one.ended_s for one in attempts if one.outcome is Outcome.CONFIRMED)
    assert answered_s == int(answered_s)
    for pause_s, decided in ((answered_s, 0), (answered_s + 1, 1)):
        _, _, shown = watched(a.scenario(still), {**rule, "pause": f"{pause_s:g} s"})
        assert shown[1][0].decided == decided


def test_each_municipality_has_rejections_of_its_own() -> None:
    # Two towns on one platform: what is slow is slow for both, what is taken is taken in one.
    scenario = a.scenario(
        {
            "municipality": {"names": ["Bergen", "Oslo"]},
            "invitation.invited": 150,
            "behaviour.response": {"median": "20 s", "sigma": 0.5},
        }
    )
    plan, attempts, shown = watched(scenario, {**ON_REJECTIONS, "most": 400, "target": "20 %"})
    told: dict[float, list[Observation]] = defaultdict(list)
    for seen, _ in shown:
        told[seen.until_s].append(seen)
    pairs = [pair for pair in told.values() if len(pair) == 2]
    assert len(pairs) > 3
    for pair in pairs:
        assert pair[0].response_time_p95_s == pair[1].response_time_p95_s
        for owner, seen in enumerate(pair):
            mine = [
                one for one in attempts
                if plan.municipality[one.citizen] == owner and seen.from_s < one.ended_s <= seen.until_s
            ]  # fmt: skip
            assert seen.rejected == sum(one.outcome is Outcome.REJECTED for one in mine)


def test_the_night_is_waited_out() -> None:
    scenario = a.scenario(CROWD)
    plan, _, _ = watched(scenario, {**ON_REJECTIONS, "most": 20, "increase": 1, "pause": "2 h"})
    days = np.unique(np.floor_divide(plan.sent_s + (9 * 60 + 7) * 60, 86_400))
    assert days.tolist() == [0, 1]


WEAK: dict[str, Any] = {
    "invitation.invited": 900,
    "slots": [{"book": "Hall", "dates": ["2021-05-10", "2021-05-11"], "open": {"from": "08:00", "to": "16:00"},
               "length": "5 min", "parallel": 10}],
    "behaviour.response": {"median": "2 min", "sigma": 1.0},
    "behaviour.patience": {"page": "2 min", "answer": "5 min"},
    "thresholds": {"latency": "max(response_time_p95_s) <= 3 s"},
}  # fmt: skip
"""Enough places for all; how fast the platform is, is the number of workers at the log-in."""
FIXED = {"batch_size": 60, "pause": "1 min", "start": "09:07"}
FED_BACK = {**ON_RESPONSE_TIME, "increase": 4, "most": 60, "window": "2 min", "delay": "10 s"}


def test_with_half_the_capacity_feedback_keeps_the_limit_that_fixed_batches_break_and_pays_in_time() -> None:
    def lives(workers: int, policy: dict[str, Any]) -> list[tuple[bool, float]]:
        login = {"workers": workers, "service_time": "1500 ms"}
        scenario = a.scenario({**WEAK, "platform.login": login, "policy": policy})
        runs = [run_once(scenario, scenario.policy, r).measures for r in range(3)]
        return [
            (all(limit.kept_by(run[limit.measure]) for limit in scenario.limits), run["time_to_invite_all_s"] or 0.0)
            for run in runs
        ]

    as_assumed, halved = lives(2, FIXED), lives(1, FIXED)
    assert all(kept for kept, _ in as_assumed)
    assert not any(kept for kept, _ in halved)
    fed_back = lives(1, FED_BACK)
    assert all(kept for kept, _ in fed_back)
    for (_, took_s), (_, fixed_s) in zip(fed_back, halved, strict=True):
        assert 4 * fixed_s < took_s < 10 * fixed_s


def test_there_is_no_plan_before_a_policy_with_feedback_is_lived() -> None:
    scenario = a.scenario({"policy": ON_REJECTIONS})
    with pytest.raises(NotKnownBefore, match="simulate it, or choose batches"):
        plan_of(scenario, scenario.policy, 0)


def test_one_journey_under_feedback_is_told_as_it_was_lived() -> None:
    scenario = a.scenario({"policy": ON_REJECTIONS})
    plan, record = lived(PlanSource(scenario=scenario, policy=scenario.policy, replication=0))
    number = next(one.citizen for one in attempts_of(record) if one.outcome is Outcome.CONFIRMED)
    told = traced(scenario, "confirmed")
    assert not isinstance(told, NoSuchCitizen)
    assert (told.citizen, told.sent_s) == (number, plan.sent_s[number])
    assert list(told.attempts) == [one for one in attempts_of(record) if one.citizen == number]


def test_either_engine_gives_the_same_run_and_a_run_of_either_can_be_ended() -> None:
    pytest.importorskip("numba")
    scenario = a.scenario({**WEAK, "policy": FED_BACK})
    readable, fast = (run_once(scenario, scenario.policy, 0, engine) for engine in Engine)
    assert readable == fast
    stop = threading.Event()
    stop.set()
    with pytest.raises(Stopped):
        lived(PlanSource(scenario=scenario, policy=scenario.policy, replication=0), Engine.COMPILED, stop)


def test_the_same_seed_decides_the_same() -> None:
    scenario = a.scenario({"policy": ON_REJECTIONS})
    once, again = (dataclasses.replace(run_once(scenario, scenario.policy, 1), timeline=None) for _ in range(2))
    assert once == again
    other = [run_once(scenario, scenario.policy, r).plan_sha256 for r in (0, 2)]
    assert all(one != two for one, two in itertools.pairwise([once.plan_sha256, *other]))
