"""The load generator judges itself: whether every citizen started, and at the planned moment.

A late generator says nothing about the server, so it makes the run inconclusive and never the server slow.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from loadtests.clocks import SAME, Apart
from scenarios.attempts import Attempt, Operation
from scenarios.measurement import Generator, GeneratorWorker
from scenarios.plan import Plan
from scenarios.rows import opening_order

LAG_P99_S: Final = 0.05
"""99 of 100 starts, on the wall. ASSUMPTION: well above the 1-5 ms that timers of an idle machine overshoot by, well
below the tenths of a second in which a person notices a slow page."""

LAG_MAX_S: Final = 0.5
"""Any start, on the wall. ASSUMPTION: one pause this long (a stolen core, a stopped process) moves a whole wave."""

MOST_CPU: Final = 0.95
"""Share of one core over the whole run. ASSUMPTION: above it nothing was left for a moment with more to do."""

MOST_FILES: Final = 0.9
"""Of the limit. ASSUMPTION: the next burst would have met it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """How late things happened, in seconds on the wall."""

    p99_s: float
    max_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What the generator noticed about itself.

    `loop` is the lag of a timer that did nothing but ring; `shortages` counts requests it could not send for want
    of file descriptors or ports of its own; `cpu` is the share of one core that it used, `open_files` the most it had
    open of `files_limit`. `clock` is its clock against the conductor's, of a worker.
    """

    loop: Lag
    shortages: int
    cpu: float = 0.0
    open_files: int = 0
    files_limit: int = 0
    clock: Apart = SAME


def start_lags(attempts: Iterable[Attempt], speedup: float) -> dict[int, float]:
    """How late each citizen's first request was sent, in seconds on the wall, by citizen."""
    firsts = ((one.citizen, one.requests[0]) for one in attempts if one.number == 1 and one.requests)
    return {
        citizen: (first.started_s - first.planned_s) / speedup
        for citizen, first in firsts
        if first.operation is Operation.LOGIN
    }


def judged(
    plan: Plan, attempts: Sequence[Attempt], speedup: float, healths: Sequence[Health | None]
) -> tuple[Generator, str | None]:
    """The generator's verdict, and the reason where it is not `pass`.

    Parameters
    ----------
    healths : sequence of Health or None
        Of each process that lived a share of the plan (`scenarios.shares`), in order; None of one that did not live to
        tell.
    """
    lags = start_lags(attempts, speedup)
    order = opening_order(plan).tolist()
    shares = [order[index :: len(healths)] for index in range(len(healths))]
    whole = _lag(list(lags.values()))
    reason = _reason(len(order), len(lags), whole, healths)
    generator = Generator(
        planned=len(order),
        started=len(lags),
        start_lag_p50_s=_quantile(list(lags.values()), 0.5),
        start_lag_p99_s=whole.p99_s,
        start_lag_max_s=whole.max_s,
        verdict="inconclusive" if reason else "pass",
        workers=[_worker(share, lags, health) for share, health in zip(shares, healths, strict=True)],
    )
    return generator, reason


def _worker(share: Sequence[int], lags: Mapping[int, float], health: Health | None) -> GeneratorWorker:
    own = [lags[citizen] for citizen in share if citizen in lags]
    starts = _lag(own)
    return GeneratorWorker(
        planned=len(share),
        started=len(own),
        start_lag_p99_s=starts.p99_s,
        start_lag_max_s=starts.max_s,
        lost=health is None,
        loop_lag_p99_s=None if health is None else health.loop.p99_s,
        cpu=None if health is None else health.cpu,
        open_files=None if health is None else health.open_files,
        clock_offset_s=None if health is None else health.clock.offset_s,
        clock_error_s=None if health is None else health.clock.error_s,
    )


def _lag(lags_s: Sequence[float]) -> Lag:
    return Lag(p99_s=_quantile(lags_s, 0.99), max_s=max(lags_s, default=0.0))


def _quantile(values: Sequence[float], q: float) -> float:
    return float(np.quantile(values, q, method="inverted_cdf")) if values else 0.0


def _reason(planned: int, started: int, starts: Lag, healths: Sequence[Health | None]) -> str | None:
    if planned == 0:
        return "nobody acts in this plan"
    lost = [number for number, health in enumerate(healths, start=1) if health is None]
    if lost and len(healths) > 1:
        which = ", ".join(map(str, lost))
        return f"worker {which} of {len(healths)} was lost; {started} of {planned} citizens are known to have started"
    if started != planned:
        return f"the generator started {started} of {planned} citizens"
    if lost:
        return "the generator stopped before it could say how it fared"
    well = [health for health in healths if health is not None]
    return _late("starts were", starts) or next(filter(None, map(_amiss, well)), None)


def _amiss(health: Health) -> str | None:
    """What is wrong with one process of the generator."""
    if health.shortages:
        return f"the generator ran out of connections of its own for {health.shortages} requests"
    if health.files_limit and health.open_files > MOST_FILES * health.files_limit:
        return f"the generator had {health.open_files} files open of {health.files_limit}: raise the limit (ulimit -n)"
    if health.cpu > MOST_CPU:
        return f"the generator used {health.cpu:.0%} of its core: use more workers (--workers)"
    if health.clock.error_s > LAG_P99_S:
        return f"the clocks of the workers are known to {health.clock.error_s * 1000:.0f} ms only"
    return _late("the generator's event loop was", health.loop)


def _late(what: str, lag: Lag) -> str | None:
    if lag.p99_s > LAG_P99_S:
        return f"{what} late: p99 {lag.p99_s * 1000:.0f} ms, at most {LAG_P99_S * 1000:.0f} ms is allowed"
    if lag.max_s > LAG_MAX_S:
        return f"{what} late once: {lag.max_s * 1000:.0f} ms, at most {LAG_MAX_S * 1000:.0f} ms is allowed"
    return None
