"""What a citizen picks from what is offered."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.choice import Pick, choose_day, choose_time
from scenarios.streams import Quantity, uniforms

inside = st.floats(min_value=0, max_value=1, exclude_min=True, exclude_max=True)
offers = st.lists(st.integers(0, 200), min_size=1, max_size=30, unique=True).map(sorted)


@given(st.sampled_from(Pick), inside, st.integers(0, 200), offers)
def test_whatever_is_picked_was_on_offer(pick: Pick, where: float, preferred: int, offer: list[int]) -> None:
    assert choose_day(pick, where, preferred, offer) in offer
    assert choose_time(pick, where, preferred, offer, day_count=3) in offer


@given(inside, st.integers(0, 200), offers)
def test_first_is_the_first(where: float, preferred: int, offer: list[int]) -> None:
    assert choose_day(Pick.FIRST, where, preferred, offer) == offer[0]
    assert choose_time(Pick.FIRST, where, preferred, offer, 3) == offer[0]


@pytest.mark.parametrize(("wish", "picked"), [(0, 2), (2, 2), (3, 5), (5, 5), (9, 9), (10, 2)])
def test_preferred_is_the_next_from_the_wish_on_and_else_the_first(wish: int, picked: int) -> None:
    assert choose_day(Pick.PREFERRED, 0.5, wish, [2, 5, 9]) == picked
    assert choose_time(Pick.PREFERRED, 0.5, wish, [2, 5, 9], 1) == picked


def test_uniform_gives_every_time_of_every_day_the_same_chance() -> None:
    days, times = [3, 7], [10, 11, 12, 13, 14]
    picked = Counter(
        (choose_day(Pick.UNIFORM, where, 0, days), choose_time(Pick.UNIFORM, where, 0, times, len(days)))
        for where in uniforms(5, 0, Quantity.WHERE, 10_000)[:, 0].tolist()
    )
    counts = np.array([picked[day, time] for day in days for time in times])
    assert counts.sum() == 10_000
    assert float(((counts - 1000) ** 2 / 1000).sum()) < 27.9  # 9 degrees of freedom: 1 in 1000


def test_the_numbers_in_plan_files_never_change() -> None:
    assert [Pick.FIRST.value, Pick.PREFERRED.value, Pick.UNIFORM.value] == [0, 1, 2]
