"""The twin test: what a simulation said of a plan, held against what a load test of that very plan measured.

Schema `bolk.twin/1`. The prediction is of the same rows: the same people at the same moments with the same choices. It
may know other service times than the load test's scenario, since those are what a calibration is there to learn; any
other difference makes two questions of it, and is refused.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from pydantic import Field

from scenarios.measured_pairs import changed_between
from scenarios.measures import MEASURES
from scenarios.pairs import NotComparable
from scenarios.piece import Piece
from scenarios.plan import NotKnownBefore, plan_of
from scenarios.policy_value import PolicyValue, policy_of
from scenarios.result import Result, ScenarioRef
from scenarios.scenario import Scenario
from scenarios.summary import Metrics, Summary, Verdict

SCHEMA: Final = "bolk.twin/1"
REJECTIONS: Final = "rejections_per_100_attempts"
RESPONSE: Final = "response_time_p95_s"
MOST_APART: Final = 2.0
"""Rejections of 100 attempts. Source: the project's aim for the twin test."""
MOST_OFF: Final = 0.15
"""Of the response time that was measured. Source: the project's aim for the twin test."""

_LEARNT: Final = (
    "platform.service_time.", "platform.login.service_time", "platform.ehr.service_time", "platform.sigma",
)  # fmt: skip
"""What a calibration may have changed between the two."""
_BESIDE: Final = ("title.", "today", "search.", "thresholds.", "experiment.", "evidence.", "policy.")
"""Nothing of what happens on the day; that policy and seed agree is seen by the plan."""

Agreement = Literal["within", "beyond", "unknown"]


class Held(Piece):
    """One measure; `low` to `high` is how it went in 8 of 10 simulated send-outs, None where one was simulated.

    `difference` is predicted minus measured, and `allowed` the most of it that is within; None asks nothing.
    """

    predicted: float | None
    low: float | None
    high: float | None
    measured: float | None
    difference: float | None
    allowed: float | None
    agreement: Agreement


class Twin(Piece):
    """A prediction held against a measurement; `reason` says why the verdict is inconclusive.

    `before` is whether the prediction was made before the measurement, without which it foretold nothing.
    """

    format: Literal["bolk.twin/1"] = Field(alias="schema", default=SCHEMA)
    scenario: ScenarioRef
    policy: PolicyValue | None
    target: str
    speedup: float
    citizens: int
    changed: list[str]
    measures: dict[str, Held]
    predicted_at: str
    measured_at: str
    before: bool
    verdict: Verdict
    reason: Literal["generator", "no_value"] | None

    def json_text(self) -> str:
        """The twin test as written to `twin.json`."""
        return self.model_dump_json(by_alias=True, indent=2) + "\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prediction:
    """What was said of one plan, with the spread over the plans that were simulated."""

    result: Result
    values: dict[str, float | None]
    metrics: Metrics


def twin_of(first: Result, second: Result) -> Twin:
    """Hold one result of `simulate` or `recommend` against one of `loadtest`, in whichever order they are given.

    Raises
    ------
    NotComparable
        They are not of the same plan on the same kind of platform; the message names the difference.
    """
    predicted, measured = (second, first) if first.measurement else (first, second)
    _refuse_unfit(predicted, measured)
    return _held_against(_prediction(predicted, measured), measured)


def own_twin(measured: Result) -> Twin:
    """Hold a load test against the prediction that it made of its own rows before it began.

    Raises
    ------
    NotComparable
        It is no load test, or was interrupted.
    """
    if measured.measurement is None:
        raise NotComparable(f"this is a result of bolk {measured.kind}; name two results, or one of bolk loadtest")
    _refuse_partial(measured)
    inside = measured.measurement.predicted
    values = {name: None if one is None else one.mean for name, one in inside.items()}
    return _held_against(_Prediction(result=measured, values=values, metrics=inside), measured)


def _refuse_unfit(predicted: Result, measured: Result) -> None:
    if measured.measurement is None or predicted.kind not in ("simulate", "recommend"):
        raise NotComparable(
            f"a prediction (of bolk simulate or recommend) is held against a bolk loadtest; these are of "
            f"{predicted.kind} and {measured.kind}"
        )
    for one in (predicted, measured):
        _refuse_partial(one)
    if predicted.policy is None:
        raise NotComparable("the prediction recommends no plan, so there is nothing to hold it to")


def _refuse_partial(one: Result) -> None:
    if one.provenance.partial:
        raise NotComparable(f"the {one.kind} was interrupted; run it again: {one.provenance.command}")


def _prediction(predicted: Result, measured: Result) -> _Prediction:
    """The first simulated send-out, which has the plan of a load test: both live replication 0."""
    changed = changed_between(predicted, measured)
    others = [key for key in changed if not key.startswith((*_LEARNT, *_BESIDE))]
    if others or _plan_sha256(predicted) not in measured.provenance.plan_sha256:
        raise NotComparable(f"the plans differ: {'; '.join(_why(predicted, measured, changed, others))}")
    chosen = next((one for one in predicted.candidates if "recommended" in one.roles), None)
    samples = predicted.samples if chosen is None else chosen.samples
    values = {name: column[0] for name, column in samples.items() if column}
    return _Prediction(result=predicted, values=values, metrics=predicted.metrics)


def _plan_sha256(predicted: Result) -> str | None:
    """Draw the plan anew: a simulation keeps a digest of what its plans are drawn from, not of their rows."""
    if predicted.policy is None:
        return None
    policy = policy_of(predicted.policy)
    scenario = Scenario.model_validate(predicted.scenario.resolved).model_copy(update={"policy": policy})
    try:
        return plan_of(scenario, policy, 0).sha256
    except NotKnownBefore:
        return None


def _why(predicted: Result, measured: Result, changed: list[str], others: list[str]) -> Iterator[str]:
    """Name what made two plans differ."""
    policies = [None if one.policy is None else one.policy.model_dump_json() for one in (predicted, measured)]
    pairs = {
        "--seed": (predicted.provenance.seed, measured.provenance.seed),
        "policy": tuple(policies),
        "the version of bolk": (predicted.provenance.version, measured.provenance.version),
    }
    named = [f"{name} ({one} and {other})" for name, (one, other) in pairs.items() if one != other]
    part = measured.measurement
    if part is not None and (part.from_s is not None or part.until_s is not None):
        named.append(
            "the load test lived a slice of the plan (--from, --until); compare it alone, with its own prediction"
        )
    yield from [*named, *others] or changed or ["nobody can say in what"]


def _held_against(prediction: _Prediction, measured: Result) -> Twin:
    part, generator, of = measured.measurement, measured.generator, prediction.result
    if part is None:
        raise NotComparable("a load test without its measurement cannot be compared")
    measures = {
        name: _held(name, prediction.values.get(name), prediction.metrics.get(name), measured.metrics.get(name))
        for name in MEASURES
    }
    late = generator is None or generator.verdict != "pass"
    agreements = {measures[name].agreement for name in (REJECTIONS, RESPONSE)}
    reason = "generator" if late else "no_value" if "unknown" in agreements else None
    moments = [dt.datetime.fromisoformat(one.provenance.started_at) for one in (of, measured)]
    return Twin(
        scenario=of.scenario,
        policy=of.policy,
        target=part.target,
        speedup=part.speedup,
        citizens=0 if generator is None else generator.started,
        changed=[] if of is measured else changed_between(of, measured),
        measures=measures,
        predicted_at=of.provenance.started_at,
        measured_at=measured.provenance.started_at,
        before=of is measured or moments[0] < moments[1],
        verdict="inconclusive" if reason else "fail" if "beyond" in agreements else "pass",
        reason=reason,
    )


def _held(name: str, predicted: float | None, spread: Summary | None, measured: Summary | None) -> Held:
    seen = None if measured is None else measured.mean
    several = spread is not None and spread.n > 1
    apart = None if predicted is None or seen is None else predicted - seen
    allowed = {REJECTIONS: MOST_APART, RESPONSE: None if seen is None else MOST_OFF * seen}.get(name)
    within = apart is not None and allowed is not None and abs(apart) <= allowed + 1e-9
    return Held(
        predicted=predicted,
        low=spread.p10 if spread and several else None,
        high=spread.p90 if spread and several else None,
        measured=seen,
        difference=apart,
        allowed=allowed,
        agreement="unknown" if apart is None or allowed is None else "within" if within else "beyond",
    )
