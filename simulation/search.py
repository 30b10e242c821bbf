"""The fastest plan that keeps every limit in 9 of 10 runs, with 95 % confidence.

How long a policy takes to invite everyone is known before anything is run; only whether it keeps the limits is
left to chance. So the policies are walked in order of finishing time, each until it is shown that it keeps the limits
or that it does not, or until it has all the runs it may get and is too close to call. The first good one is the answer.

The guarantee. A policy is called good wrongly with a chance of at most 5 % divided by the number of policies, after
whatever number of runs one stops (`confidence_sequence`). So in at least 95 of 100 searches the plan that is chosen, if
any, truly keeps the limits in 9 of 10 runs; and likewise in at least 95 of 100 every policy that is called broken truly
is. Policies share their chance run by run, which such a sum allows.
Source: feasibility determination, Batur and Kim (2010), "Finding feasible systems in the presence of constraints on
multiple performance measures", ACM Transactions on Modeling and Computer Simulation 20(3).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Final

from scenarios.inventory import expected_takers, total_capacity
from scenarios.part import Words
from scenarios.policies.batches import Batches
from scenarios.policy import clock_at, sent_times
from scenarios.recommendation import Answer, Role
from scenarios.run import Run
from scenarios.scenario import Scenario
from scenarios.sending import followers
from simulation.experiment import Experiment
from simulation.feasibility import Proof, alpha_of, proof_of
from simulation.judging import Judgement, judge

ALL_AT_ONCE = Words(nb="Alle samtidig", en="All at once")
LOT: Final = 8
"""Runs between two looks, at least: work for some workers. ASSUMPTION."""
GROWTH: Final = 5
"""From 40 runs on, a fifth of those made. ASSUMPTION: a look costs little, and a few runs too many little more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A policy that was tried, by the names it goes under."""

    policy: Batches
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
    chosen: Batches | None
    tied: tuple[Batches, ...]
    close: tuple[Batches, ...]
    among: int
    trials: tuple[Trial, ...]


def search(experiment: Experiment) -> Finding:
    """Try every policy of the scenario's grid, all at once and the municipality's own rule."""
    scenario = experiment.scenario
    named = _named(scenario)
    if expected_takers(scenario) > total_capacity(scenario):
        # No batch size makes more appointments: say so, and show only what was asked about by name.
        _complete(experiment, named)
        return _finding(experiment, _Walk(len(named)), named, ())
    grid = _grid(scenario)
    in_time = [policy for policy in grid if finishes_in_time(scenario, policy)]
    # All at once is the question everybody asks: it gets its runs first, then every policy its first few.
    _complete(experiment, named)
    experiment.replicate([(policy, r) for policy in in_time for r in range(scenario.experiment.runs.min)])
    return _finding(experiment, _walk(experiment, in_time, len({*in_time, *named})), named, grid)


def considered(scenario: Scenario) -> int:
    """How many policies a search looks at, and so shares the chance of a wrong answer among."""
    return len({*(policy for policy in _grid(scenario) if finishes_in_time(scenario, policy)), *_named(scenario)})


def finishes_in_time(scenario: Scenario, policy: Batches) -> bool:
    """Whether the last SMS goes before `search.finish_by`, in every municipality."""
    last = clock_at(policy, scenario.invitation.send_date, last_sms_s(scenario, policy), scenario.zone)
    return last.date() == scenario.invitation.send_date and last.time() <= scenario.search.finish_by


def last_sms_s(scenario: Scenario, policy: Batches) -> float:
    """Seconds from the first SMS to the last one, over all municipalities that send by the policy."""
    return max(float(sent_times(policy, one)[-1]) for one in followers(scenario, policy))


@dataclass(slots=True)
class _Walk:
    """Who was found good, all at the same minute, and who is too close to call, among so many policies."""

    among: int
    good: list[Batches] = field(default_factory=list[Batches])
    close: list[Batches] = field(default_factory=list[Batches])


def _walk(experiment: Experiment, in_time: Collection[Batches], among: int) -> _Walk:
    """The first good policy in order of finishing time, and the good ones that finish at the same minute."""
    scenario, walk = experiment.scenario, _Walk(among)
    for policy in in_time:
        if walk.good and _minute(scenario, policy) > _minute(scenario, walk.good[0]):
            break
        match settled(experiment, policy, alpha_of(among)).standing:
            case "kept":
                walk.good.append(policy)
            case "open":
                walk.close.append(policy)
            case "broken":
                pass
    walk.good.sort(key=lambda policy: -judge(scenario, experiment.runs(policy)).kept_share)  # else smaller batches
    return walk


def settled(experiment: Experiment, policy: Batches, alpha: float) -> Proof:
    """Add runs until it is known whether the policy keeps the limits, or it cannot become known that it does."""
    scenario = experiment.scenario
    while True:
        made = experiment.runs(policy)
        proof = proof_of(scenario, made, alpha, scenario.search.runs)
        done = len(made)
        if proof.standing != "open" or proof.hopeless or done >= scenario.search.runs or experiment.interrupted:
            return proof
        experiment.replicate([(policy, r) for r in range(min(done + max(LOT, done // GROWTH), scenario.search.runs))])


def _complete(experiment: Experiment, policies: Iterable[Batches]) -> None:
    experiment.replicate([(policy, r) for policy in policies for r in range(experiment.scenario.experiment.runs.max)])


def _grid(scenario: Scenario) -> list[Batches]:
    """Every batch size with every pause, soonest finished first, smaller batches before larger at the same time."""
    start = scenario.policy.start
    policies = {
        Batches.of(size, 0.0 if size == "all" else pause, start)
        for size in scenario.search.batch_size
        for pause in scenario.search.pause
    }
    return sorted(policies, key=lambda policy: (last_sms_s(scenario, policy), _size(policy), policy.pause))


def _size(policy: Batches) -> float:
    return float("inf") if policy.batch_size == "all" else policy.batch_size


def _minute(scenario: Scenario, policy: Batches) -> float:
    return last_sms_s(scenario, policy) // 60


def _named(scenario: Scenario) -> dict[Batches, Words]:
    start = scenario.policy.start
    named = {Batches.of("all", 0.0, start): ALL_AT_ONCE}
    if scenario.today is not None:
        own = Batches.of(scenario.today.batch_size, scenario.today.pause, start)
        named.setdefault(own, scenario.today.name)
    return named


def _finding(experiment: Experiment, walk: _Walk, named: dict[Batches, Words], grid: Collection[Batches]) -> Finding:
    scenario = experiment.scenario
    chosen = walk.good[0] if walk.good else None
    at_once, *own = named
    trials: list[Trial] = []
    for policy in dict.fromkeys((*grid, *named)):
        roles: dict[Role, bool] = {
            "recommended": policy == chosen,
            "all_at_once": policy == at_once,
            "own_rule": policy in own,
        }
        runs = experiment.runs(policy)
        trials.append(
            Trial(
                policy=policy,
                last_sms_s=last_sms_s(scenario, policy),
                in_time=finishes_in_time(scenario, policy),
                roles=tuple(role for role, held in roles.items() if held),
                name=named.get(policy),
                runs=runs,
                judgement=judge(scenario, runs),
                proof=proof_of(scenario, runs, alpha_of(walk.among), scenario.search.runs),
            )
        )
    trials.sort(key=lambda trial: trial.last_sms_s)
    return Finding(
        answer=_answer(walk, grid),
        chosen=chosen,
        tied=tuple(walk.good[1:]),
        close=tuple(walk.close),
        among=walk.among,
        trials=tuple(trials),
    )


def _answer(walk: _Walk, grid: Collection[Batches]) -> Answer:
    if not grid:
        return "too_few_slots"
    if walk.good:
        return "plan"
    return "too_close_to_call" if walk.close else "no_feasible_plan"
