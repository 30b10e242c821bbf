"""Percentiles of lengths of time that are kept in four bytes, against all of them put in order."""

import numpy as np
import pytest

from scenarios.measures import rank
from scenarios.streams import TICK_S
from simulation.samples import Sample


@pytest.mark.parametrize("count", [1, 2, 1000, 1 << 16, (1 << 16) + 1, 150_000])
def test_percentiles_of_few_and_of_many_are_exact(count: int) -> None:
    ticks = np.random.default_rng(count).integers(0, 1 << 32, count, dtype=np.uint32)
    ticks[: count // 2] >>= np.uint32(14)  # half of them close together, as short answers are
    longs = np.array([300.0, 256.0])
    sample = Sample(short=[ticks[: count // 3].copy(), ticks[count // 3 :].copy()], long=[longs])
    everything = np.sort(np.concatenate([ticks * TICK_S, longs]))
    for percent in (0, 1, 50, 95, 99, 100):
        assert sample.percentile(percent) == everything[rank(count + 2, percent)]


def test_nothing_kept_has_no_percentile() -> None:
    assert Sample().percentile(50) is None
