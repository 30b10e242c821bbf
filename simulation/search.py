"""The fastest plan that keeps every limit in 9 of 10 runs, with 95 % confidence.

When the last SMS of a policy goes is known before anything is run, and only whether it keeps the limits is left to
chance; a policy with feedback has its place by its first few runs (`simulation.finishing`). So the policies are walked
in order of finishing time, each until it is shown that it keeps the limits or that it does not, or until it has all the
runs it may get and is too close to call. The first good one is the answer. Where several kinds are searched the walk
goes on, past it, to the first good one of each other kind, so that they can be set side by side.

The guarantee. A policy is called good wrongly with a chance of at most 5 % divided by the number of policies, after
whatever number of runs one stops (`confidence_sequence`). So in at least 95 of 100 searches the plan that is chosen, if
any, truly keeps the limits in 9 of 10 runs; and likewise in at least 95 of 100 every policy that is called broken truly
is. Policies share their chance run by run, which such a sum allows; and it holds whatever the order they are walked in,
of whatever kinds they are.
Source: feasibility determination, Batur and Kim (2010), "Finding feasible systems in the presence of constraints on
multiple performance measures", ACM Transactions on Modeling and Computer Simulation 20(3).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Final

from scenarios.inventory import expected_takers, total_capacity
from scenarios.part import Words
from scenarios.policies.batches import Batches
from scenarios.policies.feedback import Feedback
from scenarios.policies.fields import ALL
from scenarios.policy import Policy
from scenarios.quantities import seconds_since_midnight
from scenarios.recommendation import Answer, Role
from scenarios.run import Run
from scenarios.scenario import Scenario
from scenarios.search_kinds import SearchKind, kind_of
from simulation.candidates import candidates_of, named_policies, roles_of
from simulation.experiment import Experiment
from simulation.feasibility import Proof, alpha_of, proof_of
from simulation.finishing import asked_of, finishes_s, latest_s, may_finish_in_time
from simulation.judging import Judgement, judge

LOT: Final = 8
"""Runs between two looks, at least: work for some workers. ASSUMPTION."""
GROWTH: Final = 5
"""From 40 runs on, a fifth of those made. ASSUMPTION: a look costs little, and a few runs too many little more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A policy that was tried, by the names it goes under."""

    policy: Policy
    last_sms_s: float
    in_time: bool
    roles: tuple[Role, ...] = ()
    name: Words | None = None
    runs: list[Run] = field(default_factory=list[Run])
    judgement: Judgement
    proof: Proof


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What the search found; `chosen` is None unless the answer is a plan.

    `close` are too close to call and no slower than the plan, soonest first; `among` is how many policies share the
    chance of a wrong answer.
    """

    answer: Answer
    chosen: Policy | None
    tied: tuple[Policy, ...]
    close: tuple[Policy, ...]
    among: int
    trials: tuple[Trial, ...]


def search(experiment: Experiment) -> Finding:
    """Try every policy of the scenario's grid, all at once and the municipality's own rule."""
    scenario = experiment.scenario
    named: dict[Policy, Words] = {**named_policies(scenario)}
    if expected_takers(scenario) > total_capacity(scenario):
        # No batch size makes more appointments: say so, and show only what was asked about by name.
        _complete(experiment, named)
        return _finding(experiment, _Walk(len(named)), named, ())
    grid = candidates_of(scenario)
    tried = [policy for policy in grid if may_finish_in_time(scenario, policy)]
    # All at once is the question everybody asks: it gets its runs first, then every policy its first few.
    _complete(experiment, named)
    experiment.replicate([(policy, r) for policy in tried for r in range(scenario.experiment.runs.min)])
    return _finding(experiment, _walk(experiment, tried, len({*tried, *named})), named, grid)


def considered(scenario: Scenario) -> int:
    """How many policies a search looks at, and so shares the chance of a wrong answer among."""
    tried = {policy for policy in candidates_of(scenario) if may_finish_in_time(scenario, policy)}
    return len({*tried, *named_policies(scenario)})


@dataclass(slots=True)
class _Walk:
    """Who was found good, all at the same minute, and who is too close to call, among so many policies.

    `kinds` has the minute at which the first good policy of each kind is done.
    """

    among: int
    good: list[Policy] = field(default_factory=list[Policy])
    close: list[Policy] = field(default_factory=list[Policy])
    kinds: dict[SearchKind, float] = field(default_factory=dict[SearchKind, float])


def _walk(experiment: Experiment, tried: Iterable[Policy], among: int) -> _Walk:
    """Find the first good policy in order of finishing time, and those that finish at the same minute.

    Of a kind that has a good one nothing slower is asked.
    """
    scenario, walk = experiment.scenario, _Walk(among)
    done_s = {policy: finishes_s(scenario, policy, experiment.runs(policy)) for policy in tried}
    for policy in sorted(done_s, key=lambda one: (done_s[one], *_gentlest(one))):
        minute, kind = done_s[policy] // 60, kind_of(policy)
        if minute > walk.kinds.get(kind, minute):
            continue
        standing, first = settled(experiment, policy, alpha_of(among)).standing, not walk.good
        soonest = minute if first else done_s[walk.good[0]] // 60
        if standing == "kept":
            walk.kinds.setdefault(kind, minute)
        if minute > soonest:
            continue
        match standing:
            case "kept":
                walk.good.append(policy)
            case "open":
                walk.close.append(policy)
            case "broken":
                pass
    # Several good ones at the same minute: the one that kept the limits most often, else as walked.
    walk.good.sort(key=lambda policy: -judge(asked_of(scenario, policy), experiment.runs(policy)).kept_share)
    return walk


def settled(experiment: Experiment, policy: Policy, alpha: float) -> Proof:
    """Add runs until it is known whether the policy keeps the limits, or it cannot become known that it does."""
    scenario = asked_of(experiment.scenario, policy)
    while True:
        made = experiment.runs(policy)
        proof = proof_of(scenario, made, alpha, scenario.search.runs)
        done = len(made)
        if proof.standing != "open" or proof.hopeless or done >= scenario.search.runs or experiment.interrupted:
            return proof
        experiment.replicate([(policy, r) for r in range(min(done + max(LOT, done // GROWTH), scenario.search.runs))])


def _complete(experiment: Experiment, policies: Iterable[Policy]) -> None:
    experiment.replicate([(policy, r) for policy in policies for r in range(experiment.scenario.experiment.runs.max)])


def _gentlest(policy: Policy) -> tuple[float, float]:
    """Smaller batches before larger where all are done at the same time."""
    if not isinstance(policy, Batches):
        return 0.0, policy.pause
    return float("inf") if policy.batch_size == ALL else policy.batch_size, policy.pause


def _finding(experiment: Experiment, walk: _Walk, named: dict[Policy, Words], grid: Collection[Policy]) -> Finding:
    scenario = experiment.scenario
    chosen = walk.good[0] if walk.good else None
    trials: list[Trial] = []
    for policy in dict.fromkeys((*grid, *named)):
        runs, asked = experiment.runs(policy), asked_of(scenario, policy)
        if isinstance(policy, Feedback) and not runs:
            continue  # cut short: nothing is known of it, not even when it would be done
        done_s = finishes_s(scenario, policy, runs)
        trials.append(
            Trial(
                policy=policy,
                last_sms_s=done_s - seconds_since_midnight(policy.start),
                in_time=done_s <= latest_s(scenario),
                roles=roles_of(policy, chosen, named),
                name=named.get(policy),
                runs=runs,
                judgement=judge(asked, runs),
                proof=proof_of(asked, runs, alpha_of(walk.among), scenario.search.runs),
            )
        )
    trials.sort(key=lambda trial: seconds_since_midnight(trial.policy.start) + trial.last_sms_s)
    return Finding(
        answer=_answer(walk, grid),
        chosen=chosen,
        tied=tuple(walk.good[1:]),
        close=tuple(walk.close),
        among=walk.among,
        trials=tuple(trials),
    )


def _answer(walk: _Walk, grid: Collection[Policy]) -> Answer:
    if not grid:
        return "too_few_slots"
    if walk.good:
        return "plan"
    return "too_close_to_call" if walk.close else "no_feasible_plan"
