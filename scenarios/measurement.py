"""A load test as results state it: the generator, the record of answers, and what was foreseen."""

from typing import Literal

from pydantic import AwareDatetime, Field

from scenarios.course import Timeline
from scenarios.figures import Figures
from scenarios.piece import Piece
from scenarios.summary import Metrics, Verdict


class GeneratorWorker(Piece):
    """One process of the load generator; of one that was lost only what it told before.

    Its clock minus the conductor's is `clock_offset_s`, give or take `clock_error_s`; both are 0 on one machine.
    """

    planned: int
    started: int
    start_lag_p99_s: float
    start_lag_max_s: float
    lost: bool
    loop_lag_p99_s: float | None
    cpu: float | None
    open_files: int | None
    clock_offset_s: float | None
    clock_error_s: float | None


class Generator(Piece):
    """Whether the load generator kept to the plan; a late one makes the run inconclusive."""

    planned: int
    started: int
    start_lag_p50_s: float
    start_lag_p99_s: float
    start_lag_max_s: float
    verdict: Verdict
    reason: str | None = None  # why the verdict is not `pass`
    workers: list[GeneratorWorker] = Field(default_factory=list[GeneratorWorker])  # none in older results


Ruling = Literal["correct", "anomaly", "unknown"]


class History(Piece):
    """Whether the record of answers is correct."""

    verdict: Ruling
    anomalies: list[str]
    reason: str | None = None  # why the verdict is not `correct`


class LeftOut(Piece):
    """Citizens of a plan who were not lived, since they open the page before or after the slice that was."""

    before: int
    after: int


class Measurement(Piece):
    """How a load test was run, and what the simulation says of the same rows.

    Lived were those who open the page from `from_s` on and before `until_s`, in seconds from the first SMS.
    """

    target: str
    speedup: float
    from_s: float | None = None
    until_s: float | None
    left_out: LeftOut | None = None  # none in older results
    cancellations_left_out: int | None = None  # due once the test had to be over; none where nobody cancels or waits
    warm_up_s: float = 0.0
    predicted: Metrics
    outcomes: dict[str, int]
    predicted_outcomes: dict[str, int]
    timeline: Timeline
    predicted_timeline: Timeline
    figures: Figures | None = None  # none in older results
    host: str | None = None  # a digest that tells machines apart; none in older results
    begun_at: AwareDatetime | None = None  # by that machine's clock; none in older results
    ended_at: AwareDatetime | None = None
