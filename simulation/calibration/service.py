"""How long requests keep a platform busy, from a load test in which hardly anybody waited for anybody.

A time that is measured from outside holds the wait for a worker too. Where few workers are busy at a time nobody waits,
and what is left is the work; so a load test that kept too many busy is refused, with the way to make a lighter one.
"""

import math
from collections.abc import Iterator, Sequence
from typing import Final

from scenarios.attempts import Operation
from scenarios.calibration import Request, Served
from scenarios.evidence import MeasuredPlatform
from scenarios.figures import Figures, OperationFigures
from scenarios.page_service_time import PAGES
from scenarios.result import Result
from scenarios.scenario import Scenario

LEAST_REQUESTS: Final = 50
"""ASSUMPTION: with fewer, a median is known no better than to a sixth where the spread is 0.5."""
MOST_BUSY: Final = 0.3
"""Share of the workers that may be busy in the busiest step of time. In M/M/c with 2 workers or more, fewer than one
request in seven waits then (Erlang C)."""
_Z90: Final = 1.2815515655446004  # 90 % point of the normal distribution


class TooLittleLight(ValueError):
    """A load test says nothing of the work alone; the message says why, and how to make one that does."""


def platform_learnt(
    scenario: Scenario, result: Result, file: str, *, own_system: bool
) -> tuple[Served, dict[str, str]]:
    """Read the work off the figures of a load test; also the keys of the scenario that say so.

    Parameters
    ----------
    scenario : Scenario
        Says how many workers there are, which cannot be seen from outside.
    result : Result
        Of `bolk loadtest`; `file` is what people call it.
    own_system : bool
        Whether it was of a system of theirs, which is worth more than one of ours.

    Raises
    ------
    TooLittleLight
        It is no load test, ran compressed, asked too little, or kept too many workers busy.
    """
    measured = result.measurement
    if measured is None or measured.figures is None:
        raise TooLittleLight("this is no load test with figures. Make one with: bolk loadtest SCENARIO")
    if measured.speedup != 1:
        raise TooLittleLight(
            f"it ran {measured.speedup:g} times as fast, and so did everything between the server and us. "
            "Run it with --speedup 1"
        )
    works = list(_works(measured.figures))
    if not works:
        raise TooLittleLight(f"no page was asked for {LEAST_REQUESTS} times. Let more people come")
    busy = max(_busiest(scenario, measured.figures, works, login) for login in (False, True))
    if busy > MOST_BUSY:
        raise TooLittleLight(
            f"up to {busy:.0%} of the workers were busy at a time, so some of what was measured is waiting. "
            "Send fewer SMS at a time until it is below 30 %"
        )
    requests = sum(work.requests for work in works)
    sigma = sum(work.sigma * work.requests for work in works) / requests
    platform = Served(file=file, target=measured.target, requests=works, sigma=sigma, busy=busy)
    whose = MeasuredPlatform.OWN if own_system else MeasuredPlatform.REFERENCE
    return platform, _changes(platform) | {"evidence.platform": f'"{whose}"'}


def _changes(platform: Served) -> dict[str, str]:
    keys = {
        "platform.login.service_time" if one.operation == Operation.LOGIN else f"platform.service_time.{one.operation}":
        f'"{1000 * one.median_s:.2f} ms"'
        for one in platform.requests
    }  # fmt: skip
    return keys | {"platform.sigma": f"{min(3.0, platform.sigma):.3f}"}


def _works(figures: Figures) -> Iterator[Request]:
    for operation in (Operation.LOGIN, *PAGES):
        seen = figures.of(operation.value)
        if seen is not None and seen.count - seen.errors - seen.abandoned >= LEAST_REQUESTS:
            median_s = _at(seen, 0.5)
            sigma = math.log(_at(seen, 0.9) / median_s) / _Z90 if median_s > 0 else 0.0
            yield Request(operation=operation.value, requests=seen.count, median_s=median_s, sigma=sigma)


def _at(seen: OperationFigures, share: float) -> float:
    return next(rung.service_s for rung in seen.ladder if rung.share >= share - 1e-12)


def _busiest(scenario: Scenario, figures: Figures, works: Sequence[Request], login: bool) -> float:
    """Largest share of the log-in's workers, or of the pages', that one step of time kept busy."""
    workers = scenario.platform.login.workers if login else scenario.platform.workers
    mine = [(work, figures.of(work.operation)) for work in works if (work.operation == Operation.LOGIN) == login]
    work_s = [
        sum(seen.ended[step] * work.median_s * math.exp(work.sigma**2 / 2) for work, seen in mine if seen)
        for step in range(_steps(figures))
    ]
    return max(work_s, default=0.0) / (figures.step_s * workers)


def _steps(figures: Figures) -> int:
    return len(figures.free)
