"""The generator convicts itself: late, incomplete or starved is inconclusive, and the reason says which."""

import dataclasses

import numpy as np
import pytest

from loadtests.generator import Health, Lag, judged
from scenarios.attempts import Attempt, Operation, Outcome, Request, Status
from scenarios.plan import Plan, plan_of
from tests import a

SPEEDUP = 60.0
WELL = Health(loop=Lag(p99_s=0.002, max_s=0.01), shortages=0)


def plan(acting: int = 100) -> Plan:
    scenario = a.scenario()
    drawn = plan_of(scenario, scenario.policy, 0)
    return dataclasses.replace(drawn, acts=(np.arange(drawn.citizens) < acting).astype(np.int64))


def record(lags_s: list[float]) -> list[Attempt]:
    return [
        Attempt(
            citizen=citizen,
            number=1,
            planned_s=80.0,
            ended_s=200.0,
            outcome=Outcome.NO_SLOT,
            book="B",
            asked=None,
            slot=None,
            reserved_s=None,
            requests=(Request(Operation.LOGIN, 100.0, 100.0 + lag_s * SPEEDUP, 150.0, Status.OK),),
        )
        for citizen, lag_s in enumerate(lags_s)
    ]


def test_a_generator_that_kept_to_the_plan_passes():
    generator, reason = judged(plan(), record([0.001] * 50 + [0.004] * 50), SPEEDUP, [WELL])
    assert (generator.verdict, reason) == ("pass", None)
    assert (generator.planned, generator.started) == (100, 100)
    assert generator.start_lag_p50_s == pytest.approx(0.001)
    assert generator.start_lag_p99_s == pytest.approx(0.004)


def test_one_late_start_of_a_hundred_is_forgiven_up_to_half_a_second():
    assert judged(plan(), record([0.001] * 99 + [0.4]), SPEEDUP, [WELL])[0].verdict == "pass"


@pytest.mark.parametrize(
    ("lags_s", "health", "why"),
    [
        ([0.001] * 98 + [0.06] * 2, WELL, "p99 60 ms"),
        ([0.001] * 99 + [0.6], WELL, "late once: 600 ms"),
        ([0.001] * 99, WELL, "started 99 of 100"),
        ([], None, "started 0 of 100"),
        ([0.001] * 100, None, "stopped before"),
        ([0.001] * 100, Health(loop=Lag(p99_s=0.2, max_s=0.3), shortages=0), "event loop was late: p99 200 ms"),
        ([0.001] * 100, Health(loop=Lag(p99_s=0.01, max_s=0.9), shortages=0), "event loop was late once: 900 ms"),
        ([0.001] * 100, Health(loop=WELL.loop, shortages=3), "connections of its own for 3"),
    ],
)
def test_a_generator_that_did_not_is_inconclusive_and_says_why(lags_s: list[float], health: Health | None, why: str):
    generator, reason = judged(plan(), record(lags_s), SPEEDUP, [health])
    assert generator.verdict == "inconclusive"
    assert reason is not None
    assert why in reason


def test_a_plan_in_which_nobody_acts_shows_nothing():
    generator, reason = judged(plan(acting=0), [], SPEEDUP, [WELL])
    assert (generator.verdict, reason) == ("inconclusive", "nobody acts in this plan")
