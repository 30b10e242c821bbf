"""Quantile tables: close to the textbook's functions, and to the bit the same one number at a time."""

from typing import Any

import numpy as np
import pytest

from scenarios import quantiles
from scenarios.quantiles import FloatArray, exponential, lognormal, looked_up, normals
from scenarios.streams import Quantity, lognormals, uniforms
from simulation.draw_rows import least_s

U = uniforms(11, 0, Quantity.SERVICE, 250_000, 4).ravel()
EDGES = np.array([0.5, *(sign * 2.0**-k + (sign < 0) for k in range(1, 54) for sign in (1, -1))])
EVERYWHERE = np.unique(
    np.clip(
        np.concatenate([U, U * 2.0**-20, 1 - U * 2.0**-20, EDGES, np.nextafter(EDGES, 0), np.nextafter(EDGES, 1)]),
        2.0**-53,
        1 - 2.0**-53,
    )
)
"""Millions of arguments: the middle, both tails, and the ends of cells with their neighbours."""


@pytest.mark.parametrize("sigma", [0.1, 0.5, 1.0, 2.56, 6.0])
def test_a_lognormal_table_is_right_to_ten_digits(sigma: float) -> None:
    exact = np.exp(sigma * normals(EVERYWHERE))
    assert np.abs(looked_up(lognormal(sigma), EVERYWHERE) / exact - 1).max() < 1e-10


def test_a_cut_lognormal_is_the_lower_part_of_the_whole_one() -> None:
    cut = looked_up(lognormal(2.0, 0.7), U)
    assert np.abs(cut / np.exp(2.0 * normals(0.7 * U)) - 1).max() < 1e-10


def test_the_exponential_table_is_right_to_ten_digits() -> None:
    assert np.abs(looked_up(exponential(), EVERYWHERE) / -np.log(EVERYWHERE) - 1).max() < 1e-10


def test_a_greater_probability_never_gives_a_length_that_is_shorter_by_more_than_the_error() -> None:
    read = looked_up(lognormal(0.5), EVERYWHERE)
    assert (np.diff(read) >= -1e-10 * read[1:]).all()


@pytest.mark.parametrize("sigma", [0.0, 0.2, 1.0, 3.0])
def test_no_length_is_drawn_that_is_shorter_than_the_least(sigma: float) -> None:
    chance = np.append((np.arange(2000) + 0.5) * 2.0**-52, np.geomspace(2.0**-53, 0.5, 20_000)).astype(np.float64)
    shortest_s = lognormals(chance, 30.0, sigma).min()
    assert shortest_s * 0.8 < least_s(30.0, sigma) <= shortest_s


def test_probabilities_off_the_table_are_its_ends() -> None:
    ends = looked_up(exponential(), np.array([0.0, 2.0**-60, 2.0**-54, 1.0]))
    assert ends[0] == ends[1] == ends[2]
    assert ends[3] > 0


chance: Any = pytest.importorskip("simulation.kernel.chance", reason="numba is not there", exc_type=ImportError)
njit: Any = pytest.importorskip("numba").njit


def each(function: Any, *arguments: Any) -> FloatArray:
    """The function of every number of the last argument, compiled."""
    *fixed, numbers = arguments

    @njit(error_model="numpy")
    def run(one: Any, more: Any, out: Any) -> None:
        for k in range(len(more)):
            out[k] = function(*one, more[k])

    out = np.empty(len(numbers))
    run(tuple(fixed), numbers, out)
    return out


@pytest.mark.parametrize("sigma", [0.5, 2.56])
def test_the_kernel_reads_a_table_as_numpy_does_to_the_bit(sigma: float) -> None:
    table = lognormal(sigma)
    assert np.array_equal(each(chance.looked_up, table.ctypes.data, EVERYWHERE), looked_up(table, EVERYWHERE))
    assert np.array_equal(each(chance.length_s, table.ctypes.data, 40.0, U), lognormals(U, 40.0, sigma))


def test_the_kernel_draws_the_streams_of_numpy_to_the_bit() -> None:
    @njit
    def drawn(seed: Any, stream: Any, draws: Any, number: Any) -> Any:
        return chance.uniform(seed, stream, number // draws, number % draws)

    seed, stream = 2**63 - 5, (3 << 16) | Quantity.SERVICE
    mine = each(drawn, seed, stream, 11, np.arange(11_000))
    assert np.array_equal(mine.reshape(1000, 11), uniforms(seed, 3, Quantity.SERVICE, 1000, 11))


def test_a_product_and_a_sum_are_never_fused_into_one_rounding() -> None:
    # Fused, the sum would be what the rounded product has lost.
    @njit(error_model="numpy")
    def left(factors: Any, sums: Any, out: Any) -> None:
        for k in range(len(factors)):
            out[k] = factors[k] * factors[len(factors) - 1 - k] + sums[k]

    factors, out = 1 + U, np.empty(len(U))
    left(factors, -(factors * factors[::-1]), out)
    assert not out.any()


def test_a_table_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    first = lognormal(0.625)
    monkeypatch.setattr(quantiles, "table_of", None)
    assert lognormal(0.625) is first
