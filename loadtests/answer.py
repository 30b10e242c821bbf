"""From a load test to a result: what was measured, beside what the simulation says of the same rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from loadtests.adapters.answers import Record
from loadtests.adapters.fitting import Fitted, with_record
from loadtests.checker.judging import judge
from loadtests.figures import figures_of
from loadtests.going_on import cancellations_left_out
from loadtests.guard import THIS_MACHINE, Guard
from loadtests.history import history_of, places_of, said
from loadtests.history_file import HISTORY, write_history
from loadtests.processes import ALONE, Shape
from loadtests.run import LoadtestRun, run
from loadtests.target import fetch_settled_export
from scenarios.after_booking import Afterwards
from scenarios.attempts import Attempt
from scenarios.columns import columns_of
from scenarios.inventory import total_capacity
from scenarios.measurement import Generator, History, LeftOut, Measurement
from scenarios.plan import Plan
from scenarios.policy import Policy
from scenarios.policy_value import policy_value
from scenarios.provenance import Stopwatch, host_digest, provenance_of, scenario_ref
from scenarios.result import Result
from scenarios.rows import longest_s
from scenarios.run import Run, judged, metrics_of, run_of
from scenarios.scenario import Scenario
from scenarios.slices import Slice
from scenarios.summary import Judged, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A server somebody else started; without its token its books stay closed, and the history is unknown."""

    base_url: str
    admin_token: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measuring:
    """A load test to be made: which plan, how fast, against whom, and where its files go."""

    scenario: Scenario
    policy: Policy
    plan: Plan
    speedup: float
    part: Slice
    left_out: LeftOut
    warm_up_s: float
    base_url: str
    admin_token: str | None
    out: Path
    command: Sequence[str]
    shape: Shape = ALONE
    listening: Callable[[int], None] | None = None
    guard: Guard = THIS_MACHINE
    adapted: Fitted | None = None


def measured_result(measuring: Measuring, predicted: Run, progress: Callable[[int, int], None] | None) -> Result:
    """Live the plan over HTTP, check the answers against the server's books, and say what came of it."""
    begun = Stopwatch()
    scenario = measuring.scenario
    before = None if measuring.adapted is None else measuring.adapted.record()
    lived = run(
        scenario,
        measuring.plan,
        base_url=measuring.base_url,
        speedup=measuring.speedup,
        out=measuring.out,
        progress=progress,
        begin_s=max(0.0, measuring.part.from_s or 0.0),
        warm_up_s=measuring.warm_up_s,
        shape=measuring.shape,
        listening=measuring.listening,
        guard=measuring.guard,
        admin_token=measuring.admin_token,
        adapted=measuring.adapted,
    )
    record = columns_of(lived.attempts)
    own = run_of(scenario, measuring.plan, record, with_timeline=True, horizon_s=_end_s(predicted))
    if own.timeline is None or predicted.timeline is None:
        raise ValueError("a prediction that is held against a measurement carries its timeline")
    thresholds = judged(scenario.limits, [own])
    history = _history(measuring, lived, before)
    return Result(
        kind="loadtest",
        scenario=scenario_ref(scenario),
        policy=policy_value(measuring.policy),
        metrics=metrics_of([own]),
        thresholds=thresholds,
        verdict=_verdict(lived.generator, history, thresholds, partial=lived.partial),
        generator=lived.generator.model_copy(update={"reason": lived.reason}),
        history=history,
        evidence_level=max(1, scenario.evidence_level),
        measurement=Measurement(
            target=measuring.base_url,
            speedup=measuring.speedup,
            from_s=measuring.part.from_s,
            until_s=measuring.part.until_s,
            left_out=measuring.left_out,
            cancellations_left_out=_cancellations_left_out(measuring, lived.attempts),
            warm_up_s=measuring.warm_up_s,
            predicted=metrics_of([predicted]),
            outcomes=own.outcomes,
            predicted_outcomes=predicted.outcomes,
            timeline=own.timeline,
            predicted_timeline=predicted.timeline,
            figures=figures_of(record, total_capacity(scenario)),
            host=host_digest(),
            begun_at=begun.at,
            ended_at=begun.now,
        ),
        provenance=provenance_of(
            scenario,
            command=measuring.command,
            begun=begun,
            replications=1,
            plan_sha256=[own.plan_sha256],
            engine="locust",
            partial=lived.partial,
            interrupted=lived.interrupted,
        ),
    )


def _cancellations_left_out(measuring: Measuring, attempts: Sequence[Attempt]) -> int | None:
    drawn = Afterwards.of(measuring.scenario, measuring.plan)
    if drawn is None:
        return None
    return cancellations_left_out(attempts, drawn.cancel_after_s, longest_s(measuring.plan))


def _end_s(predicted: Run) -> float | None:
    line = predicted.timeline
    return None if line is None else line.step_s * len(line.sent)


def _history(measuring: Measuring, lived: LoadtestRun, before: Record | None) -> History:
    token, guard = measuring.admin_token, measuring.guard
    ours = measuring.adapted is None
    export = fetch_settled_export(measuring.base_url, token, guard=guard) if token and ours else None
    places = places_of(measuring.scenario)
    history = history_of(
        lived.attempts,
        export,
        places,
        run=lived.run,
        partial=lived.partial,
        clock_error_s=lived.clock_error_s * measuring.speedup,
    )
    if measuring.adapted is not None:
        history = with_record(history, before, measuring.adapted.record(), measuring.scenario)
    write_history(measuring.out / HISTORY, history, measuring.scenario.platform.strategy)
    return said(judge(history))


def _verdict(generator: Generator, history: History, thresholds: Sequence[Judged], *, partial: bool) -> Verdict:
    if history.verdict == "anomaly":
        return "fail"  # a wrong booking is wrong however late the generator was
    if partial or generator.verdict != "pass":
        return "inconclusive"
    return "pass" if all(one.verdict == "pass" for one in thresholds) else "fail"
