"""Chance: one seed, and for every random quantity of every citizen a stream of its own.

The streams are counter-based (Philox 4x64): the numbers of citizen i depend on (seed, replication, quantity, i)
and on nothing else, so two policies, two engines or two servers meet the same people (common random numbers).

Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC11 (2011).
"""

from enum import IntEnum
from typing import Final, Protocol

import numpy as np

from scenarios.quantiles import FloatArray, exponential, lognormal, looked_up

TICK_S: Final = 2.0**-24
"""Every drawn length of time is a multiple of this, so that sums of float64 below 2^29 s (17 years) are exact."""


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
    RELOAD = 20
    RELOAD_AFTER = 21
    FORWARD = 22
    FORWARD_AFTER = 23
    REDELIVERY = 30
    DELIVERY_FAILS = 31
    CANCELS = 32
    CANCEL_AFTER = 33
    WAITLIST = 34
    AGE = 35
    BACKGROUND_GAP = 40  # of these three the "citizen" is a station, and the draws are what comes to it in turn
    BACKGROUND_THINNING = 41
    BACKGROUND_WORK = 42
    WAVE = 50


class Drawn(Protocol):
    """What names the draws of one run: a plan, or whatever knows as much of it."""

    @property
    def seed(self) -> int:
        """The scenario's."""
        ...

    @property
    def replication(self) -> int:
        """Which run of the scenario."""
        ...

    @property
    def citizens(self) -> int:
        """How many there are."""
        ...


def uniforms(
    seed: int, replication: int, quantity: Quantity, citizens: int, draws: int = 1, *, first: int = 0
) -> FloatArray:
    """Draw uniform numbers, `draws` for each citizen, from draw `first` on (a multiple of 4).

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
        philox = np.random.Philox(key=key, counter=np.array([0, first // 4 + block, 0, 0], dtype=np.uint64))
        words[:, 4 * block : 4 * block + 4] = philox.random_raw(4 * citizens).reshape(citizens, 4)
    return ((words[:, :draws] >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52


def quantised(seconds: FloatArray) -> FloatArray:
    """Round lengths of time to the grid of 2^-24 s (60 ns)."""
    return np.rint(seconds / TICK_S) * TICK_S


def on_grid(seconds: float) -> float:
    """Round one length of time to the grid."""
    return float(quantised(np.array(seconds)))


def lognormals(u: FloatArray, median_s: float, sigma: float, below: float = 1.0) -> FloatArray:
    """Turn uniforms into lognormal lengths of time on the tick grid, at least one tick each.

    With `below` they are cut: drawn from that lower part of the distribution alone.
    """
    if sigma == 0:
        return np.full(u.shape, max(float(quantised(np.array(median_s))), TICK_S))
    return np.maximum(quantised(median_s * looked_up(lognormal(sigma, below), u)), TICK_S)


def exponentials(u: FloatArray, mean_s: float) -> FloatArray:
    """Turn uniforms into exponential lengths of time on the tick grid."""
    return quantised(mean_s * looked_up(exponential(), u))
