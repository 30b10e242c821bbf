"""The load generator judges itself: whether every citizen started, and at the planned moment.

A late generator says nothing about the server, so it makes the run inconclusive and never the server slow.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from scenarios.attempts import Attempt, Operation
from scenarios.plan import Plan
from scenarios.result import Generator

LAG_P99_S: Final = 0.05
"""99 of 100 starts, on the wall. ASSUMPTION: well above the 1-5 ms that timers of an idle machine overshoot by, well
below the tenths of a second in which a person notices a slow page."""

LAG_MAX_S: Final = 0.5
"""Any start, on the wall. ASSUMPTION: one pause this long (a stolen core, a stopped process) moves a whole wave."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """How late things happened, in seconds on the wall."""

    p99_s: float
    max_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What the generator noticed about itself.

    `loop` is the lag of a timer that did nothing but ring; `shortages` counts requests it could not send for want
    of file descriptors or ports of its own.
    """

    loop: Lag
    shortages: int


def start_lags(attempts: Iterable[Attempt], speedup: float) -> list[float]:
    """How late each citizen's first request was sent, in seconds on the wall."""
    firsts = (attempt.requests[0] for attempt in attempts if attempt.number == 1 and attempt.requests)
    return [(one.started_s - one.planned_s) / speedup for one in firsts if one.operation is Operation.LOGIN]


def judged(
    plan: Plan, attempts: Sequence[Attempt], speedup: float, health: Health | None
) -> tuple[Generator, str | None]:
    """The generator's verdict, and the reason where it is not `pass`.

    Parameters
    ----------
    health : Health or None
        None if the generator did not live to tell.
    """
    planned = int((plan.acts == 1).sum())
    lags = np.array(start_lags(attempts, speedup))
    p50, p99 = (float(np.quantile(lags, q, method="inverted_cdf")) if lags.size else 0.0 for q in (0.5, 0.99))
    worst = float(lags.max()) if lags.size else 0.0
    reason = _reason(planned, int(lags.size), Lag(p99_s=p99, max_s=worst), health)
    generator = Generator(
        planned=planned,
        started=int(lags.size),
        start_lag_p50_s=p50,
        start_lag_p99_s=p99,
        start_lag_max_s=worst,
        verdict="inconclusive" if reason else "pass",
    )
    return generator, reason


def _reason(planned: int, started: int, starts: Lag, health: Health | None) -> str | None:
    if planned == 0:
        return "nobody acts in this plan"
    if started != planned:
        return f"the generator started {started} of {planned} citizens"
    if health is None:
        return "the generator stopped before it could say how it fared"
    if health.shortages:
        return f"the generator ran out of connections of its own for {health.shortages} requests"
    return _late("starts were", starts) or _late("the generator's event loop was", health.loop)


def _late(what: str, lag: Lag) -> str | None:
    if lag.p99_s > LAG_P99_S:
        return f"{what} late: p99 {lag.p99_s * 1000:.0f} ms, at most {LAG_P99_S * 1000:.0f} ms is allowed"
    if lag.max_s > LAG_MAX_S:
        return f"{what} late once: {lag.max_s * 1000:.0f} ms, at most {LAG_MAX_S * 1000:.0f} ms is allowed"
    return None
