"""From chance to lengths of time: quantile functions as tables, one definition for numpy and for compiled code.

A library's `exp` and `log` differ from processor to processor and from one compiler to the next in the last bit, so an
engine that draws for itself would not meet quite the same people. Here a quantile function is a table of polynomials,
and what reads it uses nothing but the bits of a number, additions and multiplications in one fixed order:
`simulation.kernel.chance` does the same to one number at a time, with the same bits.

The half (0, 1/2] is split into octaves, every octave into 32 cells, and each cell has a polynomial of degree 5 through
six Chebyshev nodes; the other half is the mirror image. Where probabilities are small, cells are small too.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.float64]
Quantile: TypeAlias = Callable[[FloatArray, FloatArray], FloatArray]
"""What lies at probability `p`, given as (p, 1 - p), so that neither tail loses digits."""

CELL_BITS: Final = 5
SHIFT: Final = 52 - CELL_BITS
OCTAVES: Final = 53
TERMS: Final = 6
LEAST: Final = 2.0 ** -(OCTAVES + 1)
MOST: Final = 0.5 - 2.0**-54
"""The table holds what lies between; a probability outside is taken to be the end."""

FIRST_CELL: Final = (1023 - OCTAVES - 1) << CELL_BITS
CELLS: Final = OCTAVES << CELL_BITS
"""In each half."""

_BLOCK: Final = 1 << 13


def table_of(quantile: Quantile) -> FloatArray:
    """Make the table of a quantile function that is positive and smooth inside (0, 1).

    Returns
    -------
    ndarray
        (2 x CELLS, 6) coefficients, lowest power first, of the place in the cell, from -1/2 to 1/2: the cells below
        1/2 and then their mirror images.
    """
    nodes = 0.5 * np.cos(np.pi * (2 * np.arange(TERMS) + 1) / (2 * TERMS))
    bits = (np.arange(FIRST_CELL, FIRST_CELL + CELLS, dtype=np.int64) << SHIFT).view(np.float64)
    widths = np.ldexp(1.0, np.arange(CELLS) // (1 << CELL_BITS) - OCTAVES - 1 - CELL_BITS)
    p = bits[:, None] + (nodes + 0.5) * widths[:, None]
    values = np.concatenate([quantile(p, 1.0 - p), quantile(1.0 - p, p)])
    table: FloatArray = np.zeros_like(values)
    for k in range(TERMS):  # Lagrange, node by node: sums in a fixed order, on every machine the same
        powers = np.array([1.0])
        for other in np.delete(nodes, k):
            powers = np.convolve(powers, np.array([-other, 1.0]) / (nodes[k] - other))
        table += values[:, k, None] * powers
    return table


def looked_up(table: FloatArray, u: FloatArray) -> FloatArray:
    """Read quantiles from a table, one for each probability in (0, 1)."""
    flat, result = u.ravel(), np.empty(u.size)
    for start in range(0, u.size, _BLOCK):  # in pieces that stay in the processor's cache
        part = slice(start, start + _BLOCK)
        result[part] = _looked_up(table, flat[part])
    return result.reshape(u.shape)


def _looked_up(table: FloatArray, u: FloatArray) -> FloatArray:
    near = np.minimum(np.maximum(np.minimum(u, 1.0 - u), LEAST), MOST)
    bits = near.view(np.int64)
    cell = (bits >> SHIFT) - FIRST_CELL + np.where(u > 0.5, CELLS, 0)
    t = (bits & ((1 << SHIFT) - 1)).astype(np.float64) * 2.0**-SHIFT - 0.5
    c = table[cell].T
    square = t * t
    return (c[0] + c[1] * t) + square * ((c[2] + c[3] * t) + square * (c[4] + c[5] * t))


@lru_cache(maxsize=64)
def lognormal(sigma: float, below: float = 1.0) -> FloatArray:
    """Table of the lognormal with median 1, given that it lies in the lower part `below` of its probabilities."""

    def quantile(p: FloatArray, rest: FloatArray) -> FloatArray:
        under, over = below * p, (1.0 - below) + below * rest
        return np.exp(sigma * np.where(under < 0.5, normals(under), -normals(over)))

    return table_of(quantile)


@lru_cache(maxsize=1)
def exponential() -> FloatArray:
    """Table of the exponential with mean 1, that falls as the probability grows: -log p."""
    return table_of(lambda p, rest: np.where(p < 0.5, -np.log(p), -np.log1p(-rest)))


def normals(u: FloatArray) -> FloatArray:
    """Turn uniforms into standard normals by the inverse distribution function.

    Source: Wichura, "Algorithm AS 241", Applied Statistics 37 (1988) 477-484, PPND16: about 1 part in 10^16.
    """
    q = u - 0.5
    central = np.abs(q) <= 0.425
    result = np.empty_like(u)
    result[central] = _ratio(0.180625 - q[central] ** 2, _A, _B) * q[central]
    tail_u = np.where(q < 0, u, 1 - u)[~central]
    r = np.sqrt(-np.log(tail_u))
    near = r <= 5
    tail = np.empty_like(r)
    tail[near] = _ratio(r[near] - 1.6, _C, _D)
    tail[~near] = _ratio(r[~near] - 5.0, _E, _F)
    result[~central] = np.copysign(tail, q[~central])
    return result


def _ratio(x: FloatArray, numerator: tuple[float, ...], denominator: tuple[float, ...]) -> FloatArray:
    return _polynomial(x, numerator) / _polynomial(x, denominator)


def _polynomial(x: FloatArray, coefficients: tuple[float, ...]) -> FloatArray:
    """Horner's rule, in place."""
    value = np.full_like(x, coefficients[0])
    for coefficient in coefficients[1:]:
        value *= x
        value += coefficient
    return value


# Coefficients of AS 241, highest power first.
_A: Final = (
    2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4, 4.5921953931549871457e4,
    1.3731693765509461125e4, 1.9715909503065514427e3, 1.3314166789178437745e2, 3.3871328727963666080e0,
)  # fmt: skip
_B: Final = (
    5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4, 2.1213794301586595867e4,
    5.3941960214247511077e3, 6.8718700749205790830e2, 4.2313330701600911252e1, 1.0,
)  # fmt: skip
_C: Final = (
    7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1, 1.27045825245236838258e0,
    3.64784832476320460504e0, 5.76949722146069140550e0, 4.63033784615654529590e0, 1.42343711074968357734e0,
)  # fmt: skip
_D: Final = (
    1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2, 1.48103976427480074590e-1,
    6.89767334985100004550e-1, 1.67638483018380384940e0, 2.05319162663775882187e0, 1.0,
)  # fmt: skip
_E: Final = (
    2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3, 2.65321895265761230930e-2,
    2.96560571828504891230e-1, 1.78482653991729133580e0, 5.46378491116411436990e0, 6.65790464350110377720e0,
)  # fmt: skip
_F: Final = (
    2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5, 7.86869131145613259100e-4,
    1.48753612908506148525e-2, 1.36929880922735805310e-1, 5.99832206555887937690e-1, 1.0,
)  # fmt: skip
