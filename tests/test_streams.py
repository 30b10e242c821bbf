"""Chance: the streams are those of the paper, never drift, and belong to one citizen each."""

from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.quantiles import normals
from scenarios.streams import TICK_S, Quantity, exponentials, lognormals, quantised, uniforms

_WORD = 2**64 - 1


def philox(counter: tuple[int, int, int, int], key: tuple[int, int]) -> tuple[int, int, int, int]:
    """Philox 4x64-10 as the paper writes it, in plain integers."""
    a, b, c, d = counter
    first, second = key
    for _ in range(10):
        product, other = 0xD2E7470EE14C6C93 * a, 0xCA5A826395121157 * c
        a, b, c, d = (other >> 64) ^ b ^ first, other & _WORD, (product >> 64) ^ d ^ second, product & _WORD
        first, second = first + 0x9E3779B97F4A7C15 & _WORD, second + 0xBB67AE8584CAA73B & _WORD
    return a, b, c, d


def test_the_reference_in_this_file_gives_the_published_answer() -> None:
    # Known answer of the authors' library Random123 (kat_vectors): counter and key 0.
    published = (0x16554D9ECA36314C, 0xDB20FE9D672D0FDC, 0xD7E772CEE186176B, 0x7E68B68AEC7BA23B)
    assert philox((0, 0, 0, 0), (0, 0)) == published


def test_the_first_draws_of_a_seed_are_pinned() -> None:
    pinned = [
        ["0x1.8373364e55670p-5", "0x1.984ccd8bdd02dp-1", "0x1.15cb502164462p-2", "0x1.ffe77c364f781p-1"],
        ["0x1.410dcf8b1b425p-1", "0x1.d9d2cc76a8949p-1", "0x1.67d59ae33ab1fp-1", "0x1.bf5cdee170ec5p-1"],
    ]
    drawn = uniforms(20210503, 0, Quantity.DELIVERY, citizens=2, draws=4)
    assert [[float(one).hex() for one in row] for row in drawn] == pinned


def test_the_number_of_a_quantity_never_changes() -> None:
    names = (
        "DELIVERY UPTAKE RESPONSE BOOK LOGIN PAGE_PATIENCE ANSWER_PATIENCE CHOOSE FORM PICK WHERE RETRY WAIT SERVICE"
    )
    assert [Quantity[name].value for name in names.split()] == list(range(1, 15))


@given(
    seed=st.integers(0, 2**63 - 1),
    replication=st.integers(0, 10_000),
    quantity=st.sampled_from(Quantity),
    citizen=st.integers(0, 20),
    draw=st.integers(0, 11),
)
@settings(max_examples=50, deadline=None)
def test_each_draw_is_the_word_that_the_docstring_says(
    seed: int, replication: int, quantity: Quantity, citizen: int, draw: int
) -> None:
    block, word = divmod(draw, 4)
    bits = philox((citizen + 1, block, 0, 0), (seed, replication * 2**16 + quantity))[word]
    assert uniforms(seed, replication, quantity, 21, 12)[citizen, draw] == ((bits >> 12) + 0.5) / 2**52


@given(st.integers(1, 300), st.integers(1, 9))
@settings(max_examples=30, deadline=None)
def test_more_citizens_or_draws_change_none_of_those_before(citizens: int, draws: int) -> None:
    few = uniforms(7, 3, Quantity.PICK, citizens, draws)
    many = uniforms(7, 3, Quantity.PICK, citizens + 50, draws + 5)
    assert np.array_equal(few, many[:citizens, :draws])


def test_seed_replication_and_quantity_each_make_another_stream() -> None:
    streams = [
        uniforms(seed, replication, quantity, 8)[:, 0]
        for seed in (1, 2)
        for replication in (0, 1)
        for quantity in (Quantity.PICK, Quantity.WHERE)
    ]
    assert len({stream.tobytes() for stream in streams}) == 8


def test_the_draws_are_uniform_and_never_0_or_1() -> None:
    drawn = uniforms(42, 0, Quantity.WHERE, 20_000, 5).ravel()
    counts, _ = np.histogram(drawn, bins=100, range=(0, 1))
    chi_square = float(((counts - 1000) ** 2 / 1000).sum())
    assert drawn.min() > 0
    assert drawn.max() < 1
    assert 60 < chi_square < 150  # 99 degrees of freedom: about 1 in 1000 on either side


def test_neighbouring_draws_are_not_correlated() -> None:
    drawn = uniforms(42, 1, Quantity.RETRY, 20_000, 8)
    across = np.corrcoef(drawn.T) - np.eye(8)
    along = np.corrcoef(drawn[1:, 0], drawn[:-1, 0])[0, 1]
    assert np.abs(across).max() < 0.03  # four standard errors of 20 000 pairs
    assert abs(along) < 0.03


@given(st.floats(min_value=2**-53, max_value=1 - 2**-53))
@settings(max_examples=300, deadline=None)
def test_normals_agree_with_the_standard_library(u: float) -> None:
    assert normals(np.array([u]))[0] == pytest.approx(NormalDist().inv_cdf(u), rel=1e-13, abs=1e-15)


def test_normals_hold_in_the_far_tails() -> None:
    # The smallest and the greatest number that a stream can draw.
    far = normals(np.array([2.0**-53, 1 - 2.0**-53]))
    assert far == pytest.approx([-8.20953615160139, 8.20953615160139], rel=1e-12)


def test_lognormals_have_their_median_and_spread() -> None:
    u = uniforms(1, 0, Quantity.RESPONSE, 40_000)[:, 0]
    drawn = lognormals(u, 1410.0, 2.56)
    assert np.median(drawn) == pytest.approx(1410.0, rel=0.05)
    assert np.log(drawn).std() == pytest.approx(2.56, rel=0.02)
    assert drawn.min() >= TICK_S


def test_no_spread_gives_the_median_to_everybody() -> None:
    assert set(lognormals(np.array([0.001, 0.5, 0.999]), 40.0, 0.0)) == {40.0}


def test_exponentials_have_their_mean() -> None:
    u = uniforms(1, 0, Quantity.WAIT, 40_000)[:, 0]
    assert exponentials(u, 5.0).mean() == pytest.approx(5.0, rel=0.03)


@given(st.lists(st.floats(0, 1e6), min_size=2, max_size=20))
def test_lengths_on_the_grid_add_up_exactly_in_any_order(seconds: list[float]) -> None:
    lengths = quantised(np.array(seconds))
    assert np.array_equal(lengths / TICK_S, np.rint(lengths / TICK_S))
    assert sum(lengths.tolist()) == sum(reversed(lengths.tolist()))
