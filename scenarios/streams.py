"""Chance: one seed, and for every random quantity of every citizen a stream of its own.

The streams are counter-based (Philox 4x64): the numbers of citizen i depend on (seed, replication, quantity, i)
and on nothing else, so two policies, two engines or two servers meet the same people (common random numbers).

Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC11 (2011).
"""

from enum import IntEnum
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.float64]

TICK_S: Final = 2.0**-24
"""Every drawn length of time is a multiple of this, so that sums of float64 below 2^29 s (17 years) are exact."""


_BLOCK: Final = 1 << 13


class Quantity(IntEnum):
    """What is drawn; the number is part of the stream's key, so it never changes and is never used again."""

    DELIVERY = 1
    UPTAKE = 2
    RESPONSE = 3
    BOOK = 4
    LOGIN = 5
    PAGE_PATIENCE = 6
    ANSWER_PATIENCE = 7
    CHOOSE = 8
    FORM = 9
    PICK = 10
    WHERE = 11
    RETRY = 12
    WAIT = 13
    SERVICE = 14
    QUEUE_PATIENCE = 15
    QUEUE_ORDER = 16


def uniforms(seed: int, replication: int, quantity: Quantity, citizens: int, draws: int = 1) -> FloatArray:
    """Draw uniform numbers, `draws` for each citizen.

    Draw d of citizen i is word d mod 4 of the Philox block with counter (i + 1, d div 4, 0, 0) and key
    (seed, replication * 2^16 + quantity), its upper 52 bits plus a half as a fraction: never 0 and never 1.

    Returns
    -------
    ndarray
        (citizens, draws) float64 in the open interval (0, 1).
    """
    blocks = -(-draws // 4)
    key = np.array([seed, (replication << 16) | quantity], dtype=np.uint64)
    words = np.empty((citizens, blocks * 4), dtype=np.uint64)
    for block in range(blocks):
        philox = np.random.Philox(key=key, counter=np.array([0, block, 0, 0], dtype=np.uint64))
        words[:, 4 * block : 4 * block + 4] = philox.random_raw(4 * citizens).reshape(citizens, 4)
    return ((words[:, :draws] >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52


def quantised(seconds: FloatArray) -> FloatArray:
    """Round lengths of time to the grid of 2^-24 s (60 ns)."""
    return np.rint(seconds / TICK_S) * TICK_S


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


def lognormals(u: FloatArray, median_s: float, sigma: float) -> FloatArray:
    """Turn uniforms into lognormal lengths of time on the tick grid, at least one tick each."""
    flat, result = u.ravel(), np.empty(u.size)
    for start in range(0, u.size, _BLOCK):  # in pieces that stay in the processor's cache: twice as fast
        part = slice(start, start + _BLOCK)
        result[part] = np.maximum(quantised(median_s * np.exp(sigma * normals(flat[part]))), TICK_S)
    return result.reshape(u.shape)


def exponentials(u: FloatArray, mean_s: float) -> FloatArray:
    """Turn uniforms into exponential lengths of time on the tick grid."""
    return quantised(-mean_s * np.log(u))


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
