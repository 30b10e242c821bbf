"""When people open the page: groups that answer differently, and nights."""

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from scenarios.behaviour import Response
from scenarios.part import Window
from scenarios.plan import plan_of
from scenarios.responding import acting_moments, response_delays
from scenarios.streams import TICK_S, Quantity, uniforms
from tests import a

MANY = uniforms(7, 0, Quantity.RESPONSE, 40_000)[:, 0]
AWAKE = Window.model_validate({"from": "07:00", "to": "23:00"})
START = dt.time(9, 7)
STEP_S = 15.0
moments = st.integers(0, 3 * 5760).map(lambda steps: steps * STEP_S)


def response(**more: Any) -> Response:
    return Response.model_validate({"median": "60 min", "sigma": 0.0, "least": "0 s"} | more)


def acting(sent_s: float, delay_s: float) -> float:
    return float(acting_moments(np.array([sent_s]), np.array([delay_s]), AWAKE, START)[0])


def local_s(moment_s: float) -> float:
    """Seconds since midnight."""
    return (moment_s + 9 * 3600 + 7 * 60) % 86_400


def test_each_group_has_its_share_and_its_own_median() -> None:
    quick = {"share": "30 %", "median": "2 min", "sigma": 0.0}
    slow = {"share": "20 %", "median": "5 h", "sigma": 0.0}
    delays = response_delays(response(groups=[quick, slow]), MANY)
    error = 4 * np.sqrt(0.25 / len(MANY))  # four standard errors at most
    for seconds, share in ((120.0, 0.3), (18_000.0, 0.2), (3600.0, 0.5)):
        assert (delays == seconds).mean() == pytest.approx(share, abs=error)


def test_within_a_group_people_differ_as_in_a_lognormal_of_their_own() -> None:
    group = {"share": "50 %", "median": "1 min", "sigma": 0.5}
    delays = response_delays(response(median="10 h", groups=[group], latest="24 h"), MANY)
    quick = np.log(delays[delays < 36_000] / 60)
    error = 4 * 0.5 / np.sqrt(len(quick))
    assert quick.mean() == pytest.approx(0, abs=error)
    assert quick.std() == pytest.approx(0.5, abs=error)


def test_groups_that_leave_nobody_are_refused() -> None:
    halves = [{"share": "50 %", "median": "1 min", "sigma": 0.0}] * 2
    with pytest.raises(ValidationError, match="leave nobody"):
        response(groups=halves)


@settings(deadline=None)
@given(moments, moments)
def test_nobody_opens_the_page_at_night(sent_s: float, delay_s: float) -> None:
    assert 7 * 3600 <= local_s(acting(sent_s, delay_s)) < 23 * 3600


@settings(deadline=None)
@given(moments, moments)
def test_the_delay_is_the_time_awake_between_the_sms_and_the_page(sent_s: float, delay_s: float) -> None:
    opened_s = acting(sent_s, delay_s)
    steps = np.arange(sent_s, opened_s, STEP_S) + 9 * 3600 + 7 * 60  # counted one by one here, by days there
    hours = steps % 86_400
    assert np.count_nonzero((hours >= 7 * 3600) & (hours < 23 * 3600)) * STEP_S == delay_s


@settings(deadline=None)
@given(moments, moments, moments)
def test_whoever_gets_the_sms_later_and_is_as_quick_is_never_earlier(one_s: float, other_s: float, delay_s: float):
    first_s, second_s = sorted((one_s, other_s))
    assert acting(first_s, delay_s) <= acting(second_s, delay_s)


def test_in_the_day_the_night_changes_nothing() -> None:
    assert acting(0.0, 1800.0) == 1800.0


def test_an_sms_late_in_the_evening_is_answered_in_the_morning() -> None:
    evening_s = (22 - 9) * 3600 + 50 * 60 - 7 * 60.0  # 22:50, ten minutes before the night
    assert local_s(acting(evening_s, 1800.0)) == 7 * 3600 + 20 * 60


def test_a_plan_with_nights_lies_on_the_grid() -> None:
    scenario = a.scenario({"behaviour.awake": {"from": "07:00", "to": "22:00"}, "behaviour.response.median": "9 h"})
    planned_s = plan_of(scenario, scenario.policy, 0).planned_s
    assert np.array_equal(planned_s, np.rint(planned_s / TICK_S) * TICK_S)
    assert {7 <= local_s(one) / 3600 < 22 for one in planned_s} == {True}
