"""The search for the knee: it finds knees that are known, says how sure it is, and stops where it cannot go on."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadtests.capacity.belief import Belief
from loadtests.capacity.search import Bore, Bounds, Ending, Search, Seen, Spoiled, Wrong

BROKE, KEPT, SPOILED = Bore(("max(error_rate) <= 0.1 %",)), Bore(()), Spoiled("starts were late")


def bounds(**changes: object) -> Bounds:
    values: dict[str, object] = {
        "first": 20.0, "least": 10.0, "most": 6000.0, "precision": 0.3, "waves": 40, "in_time": lambda: True,
    }  # fmt: skip
    return Bounds(**(values | changes))  # pyright: ignore[reportArgumentType]


def platform(knee: float, width: float, seed: int = 0) -> Callable[[float], Seen]:
    """A platform that bears half of the waves at its knee."""
    chance = np.random.default_rng(seed)

    def wave(rate: float) -> Seen:
        return BROKE if chance.random() < 1 / (1 + math.exp(-math.log(rate / knee) / width)) else KEPT

    return wave


def step(knee: float) -> Callable[[float], Seen]:
    return lambda rate: BROKE if rate > knee else KEPT


@given(st.floats(21, 5000))
@settings(max_examples=40, deadline=None)
def test_a_sharp_knee_lies_in_the_interval_and_the_interval_is_as_narrow_as_asked(knee: float) -> None:
    search = Search(bounds())
    assert search.run(step(knee)) is Ending.FOUND
    low, high = search.belief.interval
    assert low <= knee <= high <= 1.3 * low
    assert low <= search.belief.middle <= high


def test_the_interval_holds_the_knee_in_most_searches_where_waves_say_different_things() -> None:
    inside = 0
    for seed in range(60):
        knee = 100.0 * 1.05**seed
        search = Search(bounds())
        search.run(platform(knee, 0.05, seed))
        low, high = search.belief.interval
        inside += low <= knee <= high
    assert inside >= 54  # 95 % of 60 are 57; stopping when it looks good costs a little


@given(st.floats(11, 6500), st.integers(0, 5))
@settings(max_examples=40, deadline=None)
def test_no_wave_is_more_than_twice_as_large_as_one_that_was_borne(knee: float, seed: int) -> None:
    search = Search(bounds())
    search.run(platform(knee, 0.1, seed))
    borne = 20.0
    for one in search.tried:
        assert 10 <= one.rate <= 6000
        assert one.rate <= 2.001 * borne
        if one.seen == KEPT:
            borne = max(borne, one.rate)


def test_a_knee_beyond_the_people_there_are_is_not_claimed() -> None:
    search = Search(bounds(most=100.0))
    assert search.run(step(1e9)) is Ending.NEVER_BROKE
    assert (search.borne, search.bracketed) == (100.0, False)


def test_a_platform_that_bears_nothing_is_said_to() -> None:
    search = Search(bounds())
    assert search.run(step(1.0)) is Ending.ALWAYS_BROKE
    assert [one.rate for one in search.tried] == [20.0, 10.0]


def test_a_generator_that_is_late_twice_running_stops_the_search() -> None:
    search = Search(bounds())
    assert search.run(lambda rate: SPOILED if rate > 50 else KEPT) is Ending.GENERATOR
    assert [one.rate for one in search.tried] == [20.0, 40.0, 80.0, 80.0]
    assert search.borne == 40.0


def test_a_generator_that_is_late_once_costs_one_wave_and_says_nothing_of_the_platform() -> None:
    tries = 0

    def wave(rate: float) -> Seen:
        nonlocal tries
        tries += 1
        return SPOILED if tries % 2 == 0 else step(700)(rate)

    search = Search(bounds(waves=60))
    assert search.run(wave) is Ending.FOUND
    low, high = search.belief.interval
    assert low <= 700 <= high


def test_a_server_that_contradicts_itself_stops_the_search_at_once() -> None:
    search = Search(bounds())
    assert search.run(lambda _: Wrong("a place was given to two")) is Ending.ANOMALY
    assert len(search.tried) == 1


@pytest.mark.parametrize(("changes", "ending"), [({"waves": 7}, Ending.TOO_FEW_WAVES), ({}, Ending.NO_TIME)])
def test_waves_and_time_bound_the_search(changes: dict[str, object], ending: Ending) -> None:
    left = iter([True] * 6)
    limits = bounds(**changes) if changes else bounds(in_time=lambda: next(left, False))
    search = Search(limits)
    assert search.run(step(500)) is ending
    assert len(search.tried) == 7
    assert search.bracketed


def test_a_belief_without_waves_is_as_wide_as_what_can_be_tried() -> None:
    low, high = Belief(10, 1000).interval
    assert low < 10
    assert high > 1000


def test_waves_move_a_belief_the_way_they_say() -> None:
    middles = list[float]()
    for broke in (True, False):
        belief = Belief(10, 1000)
        belief.learn(100, broke=broke)
        middles.append(belief.middle)
    assert middles[0] < 100 < middles[1]
