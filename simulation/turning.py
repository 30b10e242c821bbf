"""What each lever does to this municipality: the same plan on the same chance, with one thing changed at a time."""

from collections.abc import Iterable
from typing import Final

from scenarios.lever_effects import Change, LeverEffect, Turning
from scenarios.levers import Lever, turned
from scenarios.pairs import paired
from scenarios.policy import Policy
from scenarios.policy_value import policy_value
from scenarios.run import Run, metrics_of
from scenarios.scenario import Scenario
from simulation.experiment import Experiment
from simulation.feasibility import alpha_of, proof_of
from simulation.judging import kept_count
from simulation.search import Finding, settled

SHOWN: Final = (
    "rejections_per_100_attempts",
    "rejections_per_100_citizens",
    "no_slot_per_100_citizens",
    "gave_up_per_100_citizens",
    "response_time_p95_s",
    "confirmation_time_p95_s",
    "unfilled_slots_count",
)
"""Measures in which a lever may show."""
MOST: Final = 10
"""Runs of each lever: a difference on the same chance is known from few. ASSUMPTION."""


def turn(experiment: Experiment, finding: Finding) -> Turning:
    """Turn every lever under the plan that was found, or under the one that came nearest.

    Where no plan keeps the limits the levers are then tried in the order of what they cost, until one of them is shown
    to make that plan good.
    """
    base = _base(finding)
    policies = dict.fromkeys((base, next(one.policy for one in finding.trials if "all_at_once" in one.roles)))
    runs = min(MOST, experiment.scenario.experiment.runs.max)
    experiment.replicate([(policy, r) for policy in policies for r in range(runs)])
    whole = {policy: experiment.runs(policy)[:runs] for policy in policies}
    effects = [
        _effect(experiment.scenario, "all_at_once" if policy != base else "as_is", whole[policy], whole[base])
        for policy in policies
    ]
    asked = finding.answer == "no_feasible_plan"
    cheapest: Change | None = None
    for lever, question in _levers(experiment.scenario):
        if experiment.interrupted:
            break
        with experiment.about(question) as other:
            other.replicate([(base, r) for r in range(runs)])
            if asked and cheapest is None and settled(other, base, alpha_of(len(Lever))).standing == "kept":
                cheapest = lever.value
            effects.append(_effect(question, lever.value, other.runs(base), whole[base]))
            experiment.interrupted = experiment.interrupted or other.interrupted
    return Turning(policy=policy_value(base), effects=effects, cheapest=cheapest, asked=asked)


def _levers(scenario: Scenario) -> Iterable[tuple[Lever, Scenario]]:
    changed = ((lever, turned(scenario, lever)) for lever in Lever)
    return ((lever, question) for lever, question in changed if question is not None)


def _base(finding: Finding) -> Policy:
    """The plan, else what kept the limits most often, with the fewest rejections."""
    if finding.chosen is not None:
        return finding.chosen
    tried = [trial for trial in finding.trials if trial.runs and (trial.in_time or trial.roles)]
    nearest = max(tried, key=lambda trial: (trial.judgement.kept_share, -_rejections(trial.runs)))
    return nearest.policy


def _rejections(runs: list[Run]) -> float:
    return sum(run.measures["rejections_per_100_attempts"] or 0.0 for run in runs) / len(runs)


def _effect(scenario: Scenario, change: Change, runs: list[Run], base: list[Run]) -> LeverEffect:
    samples, whole = ({name: [run.measures[name] for run in some] for name in SHOWN} for some in (runs, base))
    metrics = metrics_of(runs)
    proof = proof_of(scenario, runs, alpha_of(len(Lever)), scenario.search.runs)
    return LeverEffect(
        change=change,
        metrics={name: metrics.get(name) for name in SHOWN},
        differences=paired(samples, whole) if change != "as_is" else {},
        runs=len(runs),
        kept=kept_count(scenario, runs),
        standing=proof.standing,
    )
