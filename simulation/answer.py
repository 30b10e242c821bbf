"""From runs and findings to the pieces of a result."""

import math
from collections.abc import Sequence
from concurrent.futures import Executor
from typing import Final

from scenarios.columns import columns_of
from scenarios.comparison import Comparison, Side
from scenarios.course import ScheduleLine
from scenarios.inventory import expected_takers, total_capacity, total_invited
from scenarios.measures import MEASURES
from scenarios.pairs import paired
from scenarios.plan import Plan
from scenarios.policies.batches import Batches
from scenarios.policies.feedback import Feedback
from scenarios.policy import OpenLoop, Policy, clock_at, schedule
from scenarios.policy_value import policy_value
from scenarios.provenance import Stopwatch, provenance_of, scenario_ref
from scenarios.quantities import clock_text
from scenarios.recommendation import Answer, Candidate, Guarantee, Recommendation, Replan, Role, Supply
from scenarios.result import Result
from scenarios.run import Run, metrics_of, run_of
from scenarios.scenario import Scenario
from scenarios.sending import largest_send_out
from scenarios.summary import Verdict
from simulation.engine import Engine
from simulation.experiment import Experiment, Progress
from simulation.feasibility import CONFIDENCE
from simulation.judging import KEPT_SHARE, Judgement, judge
from simulation.platform_needs import platform_needs_of
from simulation.replication import simulate
from simulation.search import Finding, Trial, search
from simulation.sensitivity import sensitivity_of
from simulation.sequential import replicate_fully
from simulation.stop_rule import with_stop_rule
from simulation.turning import turn

SAMPLED: Final = (
    "rejections_per_100_attempts",
    "rejections_per_100_citizens",
    "no_slot_per_100_citizens",
    "gave_up_per_100_citizens",
    "response_time_p95_s",
    "unfilled_slots_count",
)
"""Measures of which a search keeps the value in every run, for pictures; a simulation keeps all."""


VERDICTS: Final[dict[Answer, Verdict]] = {
    "plan": "pass",
    "too_few_slots": "fail",
    "no_feasible_plan": "fail",
    "too_close_to_call": "inconclusive",
}


def samples_of(runs: Sequence[Run], names: Sequence[str] = SAMPLED) -> dict[str, list[float | None]]:
    """Measures run by run, in order of replication."""
    return {name: [run.measures[name] for run in runs] for name in names} if runs else {}


def candidate_of(scenario: Scenario, trial: Trial) -> Candidate:
    """One policy that was tried; samples and timeline only for those that go under a name."""
    judgement = trial.judgement
    failed = [limit for limit in judgement.failed if limit in {one.expression for one in scenario.limits}]
    last = clock_at(trial.policy, scenario.invitation.send_date, trial.last_sms_s, scenario.zone)
    by_name = bool(trial.roles)
    return Candidate(
        policy=policy_value(trial.policy),
        roles=list(trial.roles),
        name=trial.name,
        batches=_batch_count(scenario, trial),
        last_sms_at=last.isoformat(timespec="seconds"),
        metrics=metrics_of(trial.runs),
        thresholds=judgement.thresholds[: len(scenario.limits)],  # after them that feedback must be done in time
        runs=judgement.runs,
        kept=judgement.kept,
        feasible=trial.proof.standing == "kept" and trial.in_time,
        failed=failed if trial.in_time else ["finish_by", *failed],
        standing=trial.proof.standing,
        kept_at_least=trial.proof.at_least,
        kept_at_most=trial.proof.at_most,
        samples=samples_of(trial.runs) if by_name else {},
        timeline=trial.runs[0].timeline if by_name and trial.runs else None,
    )


def _batch_count(scenario: Scenario, trial: Trial) -> int:
    """How many batches are still to come; of feedback, as many as its pause fits into the time it took."""
    policy, under_way = trial.policy, scenario.invitation.already
    if isinstance(policy, Feedback):
        gone_s = under_way.after_s(policy.start) if under_way else 0.0
        return 1 + max(0, math.floor((trial.last_sms_s - gone_s) / policy.pause))
    return sum(one.number > 0 for one in schedule(policy, largest_send_out(scenario, policy)))


def recommendation_of(scenario: Scenario, finding: Finding, engine: Engine = Engine.SIMPY) -> Recommendation:
    """The answer with its schedule; several municipalities follow the same rule, each over its own list."""
    return Recommendation(
        answer=finding.answer,
        policy=policy_value(finding.chosen) if finding.chosen else None,
        tied=[policy_value(policy) for policy in finding.tied],
        schedule=_watched(scenario, finding.chosen, engine) if finding.chosen else [],
        supply=supply_of(scenario),
        close=[policy_value(policy) for policy in finding.close],
        guarantee=Guarantee(
            confidence=CONFIDENCE, share=KEPT_SHARE, policies=finding.among, most_runs=scenario.search.runs
        ),
        replan=_replan_of(scenario),
    )


def _replan_of(scenario: Scenario) -> Replan | None:
    under_way = scenario.invitation.already
    if under_way is None:
        return None
    return Replan(
        sent=under_way.sent,
        left=total_invited(scenario) - under_way.sent,
        at=clock_text(under_way.at),
        followed=None if under_way.followed is None else policy_value(under_way.followed),
    )


def _watched(scenario: Scenario, policy: Policy, engine: Engine) -> list[ScheduleLine]:
    """The schedule with its stop rule; none where feedback decides as it goes."""
    if isinstance(policy, Feedback):
        return []
    times_s = [batch.at_s for batch in schedule(policy, largest_send_out(scenario, policy)) if batch.number]
    return with_stop_rule(scenario, policy, schedule_lines(scenario, policy), times_s, engine)


def schedule_lines(scenario: Scenario, policy: OpenLoop) -> list[ScheduleLine]:
    """The sendings that are still to come by the clock, for the municipality that invites most."""
    lines: list[ScheduleLine] = []
    under_way = scenario.invitation.already
    gone = under_way.sent if under_way else 0
    for batch in schedule(policy, largest_send_out(scenario, policy)):
        if not batch.number:
            continue
        at = clock_at(policy, scenario.invitation.send_date, batch.at_s, scenario.zone)
        sent = lines[-1].sent if lines else gone
        lines.append(
            ScheduleLine(
                batch=batch.number, at=at.isoformat(timespec="seconds"), count=batch.count, sent=sent + batch.count
            )
        )
    return lines


def supply_of(scenario: Scenario) -> Supply:
    """Enough slots? The first question, before any batch."""
    takers, capacity = expected_takers(scenario), total_capacity(scenario)
    return Supply(
        invited=total_invited(scenario),
        delivered=scenario.invitation.delivered,
        uptake=scenario.behaviour.uptake,
        takers=takers,
        capacity=capacity,
        enough=takers <= capacity,
    )


def recommended(
    scenario: Scenario,
    *,
    jobs: int,
    progress: Progress | None,
    command: Sequence[str],
    engine: Engine = Engine.SIMPY,
    executor: Executor | None = None,
    sensitive: bool = False,
    for_platform: bool = False,
) -> Result:
    """Search for the plan and say what was found, as a result.

    `sensitive`: and how far it carries; `for_platform`: and what the platform needs for it.

    Metrics, thresholds and plans are those of the recommended policy, or of all at once where none is.
    """
    begun = Stopwatch()
    with Experiment(scenario, jobs=jobs, progress=progress, engine=engine, executor=executor) as experiment:
        finding = search(experiment)
        turning = None if experiment.interrupted else turn(experiment, finding)
        plan = finding.chosen if sensitive and turning is not None else None
        carried = sensitivity_of(experiment, plan) if isinstance(plan, Batches) else None
        named = [trial.policy for trial in finding.trials if trial.roles]
        needed = for_platform and not experiment.interrupted
        needs = platform_needs_of(experiment, named, engine) if needed else None
    candidates = [candidate_of(scenario, trial) for trial in finding.trials]
    answer = recommendation_of(scenario, finding, engine)
    role: Role = "recommended" if finding.chosen else "all_at_once"
    shown = next(one for one in finding.trials if role in one.roles)
    verdict: Verdict = "inconclusive" if experiment.interrupted else VERDICTS[answer.answer]
    return Result(
        kind="recommend",
        scenario=scenario_ref(scenario),
        evidence_level=scenario.evidence_level,
        policy=answer.policy,
        metrics=metrics_of(shown.runs),
        thresholds=shown.judgement.thresholds,
        verdict=verdict,
        # A search that was cut short has no answer, not even "no plan".
        recommendation=None if experiment.interrupted else answer,
        candidates=candidates,
        turning=turning,
        sensitivity=carried,
        platform=needs,
        provenance=provenance_of(
            scenario,
            command=command,
            begun=begun,
            replications=experiment.run_count,
            plan_sha256=[run.plan_sha256 for run in shown.runs],
            engine=engine.value,
            partial=experiment.interrupted,
            interrupted=experiment.interrupted,
        ),
    )


def simulated(
    scenario: Scenario,
    policy: Policy,
    *,
    jobs: int,
    progress: Progress | None,
    command: Sequence[str],
    engine: Engine = Engine.SIMPY,
    executor: Executor | None = None,
    against: Policy | None = None,
) -> Result:
    """Run one policy many times and hold it against the limits, as a result; `against` another, on the same chance."""
    begun = Stopwatch()
    policies = [policy] if against is None else [policy, against]
    with Experiment(scenario, jobs=jobs, progress=progress, engine=engine, executor=executor) as experiment:
        reached = replicate_fully(experiment, policies)
    runs = experiment.runs(policy)
    judged = judge(scenario, runs)
    whole = not experiment.interrupted
    return Result(
        kind="simulate",
        scenario=scenario_ref(scenario),
        evidence_level=scenario.evidence_level,
        policy=policy_value(policy),
        schedule=[] if isinstance(policy, Feedback) else schedule_lines(scenario, policy),
        metrics=metrics_of(runs),
        thresholds=judged.thresholds,
        verdict=_verdict(judged, whole and (reached is None or reached.reached), whole),
        samples=samples_of(runs, tuple(MEASURES)),
        timeline=runs[0].timeline if runs else None,
        precision=reached,
        comparison=_comparison(experiment, policy, against) if against is not None and whole else None,
        provenance=provenance_of(
            scenario,
            command=command,
            begun=begun,
            replications=len(runs),
            plan_sha256=[run.plan_sha256 for run in runs],
            engine=engine.value,
            partial=not whole,
            interrupted=not whole,
        ),
    )


def _verdict(judged: Judgement, known: bool, whole: bool) -> Verdict:
    """A limit that is broken stays broken; keeping them all is said only where all was learnt that was asked for."""
    if whole and not judged.feasible:
        return "fail"
    return "pass" if known else "inconclusive"


def _comparison(experiment: Experiment, policy: Policy, against: Policy) -> Comparison:
    sides = [experiment.runs(one) for one in (policy, against)]
    every = tuple(MEASURES)
    return Comparison(
        first=Side(policy=policy_value(policy), metrics=metrics_of(sides[0])),
        second=Side(policy=policy_value(against), metrics=metrics_of(sides[1])),
        changed=["policy"],
        differences=paired(samples_of(sides[0], every), samples_of(sides[1], every)),
    )


def predicted(scenario: Scenario, plan: Plan) -> Run:
    """What the simulation says of one given plan, to be held against a load test of the same rows."""
    attempts = simulate(scenario, plan)
    last_s = max((attempt.ended_s for attempt in attempts), default=1.0)
    return run_of(scenario, plan, columns_of(attempts), with_timeline=True, horizon_s=last_s)
