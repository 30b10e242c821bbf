"""The answer as data, schema `bolk.result/1`: what every verb writes, and all that reports and comparisons read."""

import math
from collections.abc import Sequence
from typing import Any, Final, Literal, TypeAlias

import numpy as np
from pydantic import Field

from scenarios.capacity import Capacity
from scenarios.figures import Figures
from scenarios.part import Words, is_empty
from scenarios.piece import Piece
from scenarios.policies.batches import Batches
from scenarios.policies.capacity_matched import CapacityMatched
from scenarios.policies.cohort_per_day import CohortPerDay
from scenarios.policies.fields import BatchSize
from scenarios.policies.ramp import Ramp
from scenarios.policy import Policy, WithFeedback
from scenarios.quantities import clock_of, clock_text

SCHEMA: Final = "bolk.result/1"
Verdict = Literal["pass", "fail", "inconclusive"]
Answer = Literal["plan", "too_few_slots", "no_feasible_plan", "too_close_to_call"]
Change = Literal[
    "as_is",
    "all_at_once",
    "coarser_times",
    "fewer_invited",
    "spread",
    "hold",
    "waiting_room",
    "assign",
    "more_places",
]
"""What is changed when levers are turned: nothing, the plan, or what `scenarios.levers` has."""
Standing = Literal["kept", "broken", "open"]  # shown to keep the limits, shown not to, or neither
Role = Literal["recommended", "all_at_once", "own_rule"]


class Summary(Piece):
    """A measure over replications; `half_width` of the 95 % confidence interval of the mean, None for one run."""

    mean: float
    half_width: float | None
    p10: float
    p50: float
    p90: float
    n: int


Metrics = dict[str, Summary | None]  # None: the measure had no value in any run


class Judged(Piece):
    """A threshold held against its value."""

    expression: str
    value: float | None
    verdict: Verdict


class Reached(Piece):
    """Whether the mean of a measure became as sure as was asked for, after so many replications."""

    measure: str
    asked: str
    half_width: float | None
    replications: int
    reached: bool


class BatchesValue(Piece):
    """Equal batches in a result: seconds and plain numbers."""

    batch_size: BatchSize
    pause_s: float
    start: str


PolicyValue: TypeAlias = BatchesValue | Ramp | CohortPerDay | CapacityMatched | WithFeedback
"""A policy in a result: batches by their numbers, every other kind as a scenario file has it."""


class PairedDifference(Piece):
    """First minus second, run by run; `half_width_apart` is what runs on separate chance would have had."""

    mean: float
    half_width: float | None
    half_width_apart: float | None
    n: int
    shown: Literal["lower", "higher", "none"]  # whether the 95 % interval leaves out 0, and on which side


class Side(Piece):
    """One of two ways of sending that are compared."""

    policy: PolicyValue
    metrics: Metrics


class Comparison(Piece):
    """Two ways of sending on the same chance; `changed` names the keys in which the two questions differ."""

    first: Side
    second: Side
    changed: list[str]
    differences: dict[str, PairedDifference | None]


class ScenarioRef(Piece):
    """Which question was asked: `resolved` is the whole scenario, `sha256` its digest."""

    name: str
    sha256: str
    title: Words
    resolved: dict[str, Any]


class Supply(Piece):
    """Enough slots? invited x delivered x uptake against free appointments."""

    invited: int
    delivered: float
    uptake: float
    takers: float
    capacity: int
    enough: bool


class ScheduleLine(Piece):
    """One sending: number, local time with offset, SMS, and SMS sent in all.

    `wait_below`: it should wait while fewer than this are confirmed; None for the first, and where nothing is known.
    """

    batch: int
    at: str
    count: int
    sent: int
    wait_below: int | None = None


class Timeline(Piece):
    """One run of a policy over time: cumulative counts at the end of each step of `step_s` seconds."""

    step_s: float
    sent: list[int]
    opened: list[int]
    confirmed: list[int]
    rejected: list[int]
    tried: list[int] = Field(default_factory=list[int])  # reservations sent; none in older results
    cancelled: list[int] = Field(default_factory=list[int], exclude_if=is_empty)  # none where nobody cancelled


class Candidate(Piece):
    """A policy that was tried. `kept` of `runs` replications kept every limit; `failed` names what broke it.

    With the confidence of the search, the share of all send-outs that keep them lies from `kept_at_least` to
    `kept_at_most`; `feasible` says that they are shown to be kept. Results before the guarantee have no `standing`.
    """

    policy: BatchesValue
    roles: list[Role]
    name: Words | None = None
    batches: int
    last_sms_at: str
    metrics: Metrics
    thresholds: list[Judged]
    runs: int
    kept: int
    feasible: bool
    failed: list[str]
    standing: Standing | None = None
    kept_at_least: float | None = None
    kept_at_most: float | None = None
    samples: dict[str, list[float | None]] = Field(default_factory=dict)
    timeline: Timeline | None = None


class Guarantee(Piece):
    """How sure a search is: so surely does its plan keep the limits in `share` of send-outs, chosen among `policies`.

    No policy got more than `most_runs` replications.
    """

    confidence: float
    share: float
    policies: int
    most_runs: int


class Recommendation(Piece):
    """What to do: the answer, the plan and its schedule; `tied` cannot be told apart from it.

    `close` are no slower, and too close to their limits to call.
    """

    answer: Answer
    policy: BatchesValue | None
    tied: list[BatchesValue]
    schedule: list[ScheduleLine]
    supply: Supply
    close: list[BatchesValue] = Field(default_factory=list[BatchesValue])
    guarantee: Guarantee | None = None  # none in older results


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


class LeverEffect(Piece):
    """One thing changed under one plan; `differences` are to the plan as it is, run by run on the same chance."""

    change: Change
    metrics: Metrics
    differences: dict[str, PairedDifference | None]
    runs: int
    kept: int
    standing: Standing


class Turning(Piece):
    """What each lever does under the plan that was found, or that came nearest.

    Where it was `asked` because no plan keeps the limits, `cheapest` is the first in the order of cost that is shown to
    make this plan good, or None.
    """

    policy: BatchesValue
    effects: list[LeverEffect]
    cheapest: Change | None
    asked: bool


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
    warm_up_s: float = 0.0
    predicted: Metrics
    outcomes: dict[str, int]
    predicted_outcomes: dict[str, int]
    timeline: Timeline
    predicted_timeline: Timeline
    figures: Figures | None = None  # none in older results
    host: str | None = None  # a digest that tells machines apart; none in older results


class Provenance(Piece):
    """How to make the same result again."""

    command: str
    version: str
    commit: str | None
    seed: int
    replications: int
    plan_sha256: list[str]
    engine: str
    packages: dict[str, str]
    machine: str
    started_at: str
    wall_s: float
    partial: bool = False  # it ended before it was complete
    interrupted: bool = False  # by Ctrl-C


class Result(Piece):
    """The whole answer of one verb."""

    format: Literal["bolk.result/1"] = Field(alias="schema", default=SCHEMA)
    kind: Literal["simulate", "recommend", "loadtest", "capacity"]
    scenario: ScenarioRef
    policy: PolicyValue | None
    metrics: Metrics
    thresholds: list[Judged]
    verdict: Verdict
    provenance: Provenance
    recommendation: Recommendation | None = None
    candidates: list[Candidate] = Field(default_factory=list[Candidate])
    turning: Turning | None = None
    evidence_level: Literal[0, 1, 2, 3] = 0
    generator: Generator | None = None
    history: History | None = None
    measurement: Measurement | None = None
    capacity: Capacity | None = None
    precision: Reached | None = None
    comparison: Comparison | None = None
    samples: dict[str, list[float | None]] = Field(default_factory=dict)
    timeline: Timeline | None = None
    schedule: list[ScheduleLine] = Field(default_factory=list[ScheduleLine])  # of a simulated policy

    def json_text(self) -> str:
        """The result as written to `result.json`."""
        return self.model_dump_json(by_alias=True, indent=2) + "\n"


def policy_value(policy: Policy) -> PolicyValue:
    """A policy as results state it."""
    return batches_value(policy) if isinstance(policy, Batches) else policy


def batches_value(policy: Batches) -> BatchesValue:
    """Equal batches as results state them."""
    return BatchesValue(batch_size=policy.batch_size, pause_s=policy.pause, start=clock_text(policy.start))


def policy_of(value: PolicyValue) -> Policy:
    """The policy that a result states."""
    if isinstance(value, BatchesValue):
        return Batches.of(value.batch_size, value.pause_s, clock_of(value.start))
    return value


def summary_of(values: Sequence[float | None]) -> Summary | None:
    """Summarise one measure over replications, passing over runs in which it has no value."""
    known = np.array([value for value in values if value is not None], dtype=np.float64)
    if not known.size:
        return None
    n = int(known.size)
    spread = float(known.std(ddof=1)) if n > 1 else None
    p10, p50, p90 = (float(np.quantile(known, q, method="inverted_cdf")) for q in (0.1, 0.5, 0.9))
    return Summary(
        mean=float(known.mean()),
        half_width=None if spread is None else t975(n - 1) * spread / math.sqrt(n),
        p10=p10,
        p50=p50,
        p90=p90,
        n=n,
    )


def t975(degrees: int) -> float:
    """The 97.5 % point of Student's t.

    Source: Abramowitz and Stegun 26.7.5 (expansion in 1/degrees, error below 1e-4 from 7 degrees on); the first
    six from table 26.10.
    """
    if degrees < 7:
        return (12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469)[degrees - 1]
    z = 1.959963984540054
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / degrees ** (k + 1) for k, term in enumerate(terms))
