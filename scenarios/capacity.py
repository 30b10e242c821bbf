"""How large a wave a platform bears, as a result states it: every wave of the search, and those beyond the knee."""

from typing import Literal

from pydantic import Field

from scenarios.piece import Piece

Ending = Literal["found", "never_broke", "always_broke", "too_few_waves", "no_time", "generator", "anomaly"]


class WaveTried(Piece):
    """One wave of the search: people a minute, how many in all, what was measured, and which limits broke.

    `spoiled` says why the load generator was not fit to measure; nothing broke or was kept then.
    """

    rate: float
    people: int
    broken: list[str] = Field(default_factory=list[str])
    spoiled: str | None = None
    response_time_p95_s: float | None
    start_lag_p99_s: float


class Knee(Piece):
    """The rate, in people a minute, at which half of the waves break a limit, and its 95 % interval."""

    rate: float
    low: float
    high: float
    broken: list[str]  # the limits that broke nearest above it


class Window(Piece):
    """Requests that were planned in one stretch of time: how many, and how long 19 of 20 took at most."""

    requests: int
    response_time_p95_s: float | None


class Beyond(Piece):
    """A wave of so many times the knee, with half the knee after it.

    `back_after_s` is how long after the wave the response time stayed above `Overload.limit_s`: 0 if it never was above
    it after the wave, None if it was to the end. `impatient` waves are of people who ask again while they wait.
    """

    factor: float
    impatient: bool
    people: int
    requests: int
    asked_again: int
    confirmed: int
    gave_up_per_100_citizens: float | None
    error_rate: float | None
    back_after_s: float | None
    windows: list[Window]
    spoiled: str | None = None


class Overload(Piece):
    """What happens beyond the knee; the wave ends at `wave_s`, and windows are `window_s` long."""

    limit_s: float
    wave_s: float
    window_s: float
    waves: list[Beyond]
    left_out: list[float] = Field(default_factory=list[float])  # factors without enough people or time


class Capacity(Piece):
    """The answer of `bolk loadtest --find-capacity`."""

    wave_s: float
    speedup: float
    limits: list[str]
    most: float  # people a minute that the scenario has people for
    precision: float
    ending: Ending
    reason: str | None = None
    knee: Knee | None = None
    borne: float | None = None  # the largest rate that kept every limit once
    tried: list[WaveTried]
    overload: Overload | None = None
