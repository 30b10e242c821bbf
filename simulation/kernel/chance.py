# pyright: basic, reportArgumentType=false, reportAttributeAccessIssue=false, reportCallIssue=false, reportPrivateImportUsage=false
"""Chance, one number at a time: the streams of `scenarios.streams`, the tables of `scenarios.quantiles`, to the bit.

No fused multiply-add comes in between: Numba makes one only where it is told that the last bit does not matter.
"""

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from scenarios.quantiles import CELLS, FIRST_CELL, LEAST, MOST, SHIFT, TERMS
from scenarios.streams import TICK_S
from simulation.kernel.rows import float_at, inlined

_BELOW_CELL = (1 << SHIFT) - 1
_IN_CELL = 2.0**-SHIFT
_ODD = 2.0**-52
_FIRST, _SECOND = np.uint64(0xD2E7470EE14C6C93), np.uint64(0xCA5A826395121157)
_FIRST_STEP, _SECOND_STEP = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBB67AE8584CAA73B)
"""Multipliers and key steps of Philox 4x64 (Salmon and others 2011)."""


@intrinsic
def _high(_context, a, b):
    """The upper half of a product of two 64-bit numbers."""

    def generate(_target, builder, _signature, arguments):
        wide = ir.IntType(128)
        product = builder.mul(builder.zext(arguments[0], wide), builder.zext(arguments[1], wide))
        return builder.trunc(builder.lshr(product, ir.Constant(wide, 64)), ir.IntType(64))

    return types.uint64(a, b), generate


@intrinsic
def _bits(_context, number):
    """The bits of a float64."""

    def generate(_target, builder, _signature, arguments):
        return builder.bitcast(arguments[0], ir.IntType(64))

    return types.int64(number), generate


@inlined
def uniform(seed, stream, citizen, draw):
    """Draw number `draw` of a citizen from a stream, in (0, 1): as `scenarios.streams.uniforms`."""
    return fraction(word_of(block(seed, stream, citizen, draw >> 2), draw & 3))


@inlined
def fraction(word):
    """A word as a number in (0, 1)."""
    return (np.float64(np.int64(word >> np.uint64(12))) + 0.5) * _ODD


@inlined
def word_of(words, index):
    """One of four."""
    a, b, c, d = words
    return (a if index == 0 else b) if index < 2 else (c if index == 2 else d)


@inlined
def block(seed, stream, citizen, number):
    """Four draws of a citizen at once, as words."""
    a, b, c, d = np.uint64(citizen + 1), np.uint64(number), np.uint64(0), np.uint64(0)
    first, second = np.uint64(seed), np.uint64(stream)
    for _ in range(10):
        a, b, c, d = _high(_SECOND, c) ^ b ^ first, _SECOND * c, _high(_FIRST, a) ^ d ^ second, _FIRST * a
        first += _FIRST_STEP
        second += _SECOND_STEP
    return a, b, c, d


@inlined
def looked_up(table, u):
    """Read a quantile from the table at an address: as `scenarios.quantiles.looked_up`."""
    bits = _bits(min(max(min(u, 1.0 - u), LEAST), MOST))
    cell = (bits >> SHIFT) - FIRST_CELL
    if u > 0.5:
        cell += CELLS
    t = np.float64(bits & _BELOW_CELL) * _IN_CELL - 0.5
    row = cell * TERMS
    square = t * t
    low = float_at(table, row) + float_at(table, row + 1) * t
    middle = float_at(table, row + 2) + float_at(table, row + 3) * t
    return low + square * (middle + square * (float_at(table, row + 4) + float_at(table, row + 5) * t))


@inlined
def on_grid(seconds):
    """Round a length of time to the grid."""
    return np.rint(seconds / TICK_S) * TICK_S


@inlined
def length_s(table, scale_s, u):
    """A length of time: `lognormals` of `scenarios.streams`. Without a table, everybody takes `scale_s`."""
    if table == 0:
        return scale_s
    return max(on_grid(scale_s * looked_up(table, u)), TICK_S)
