"""The fastest plan that keeps every limit in 9 of 10 runs.

How long a policy takes to invite everyone is known before anything is run; only whether it keeps the limits is
left to chance. So the policies are walked in order of finishing time, each until it is lost or has all its runs,
and the first good one is the answer.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from scenarios.inventory import expected_takers, total_capacity
from scenarios.part import Words
from scenarios.policies.batches import Batches
from scenarios.policy import clock_at, sent_times
from scenarios.result import Answer, Role
from scenarios.run import Run
from scenarios.scenario import Scenario
from scenarios.sending import send_outs
from simulation.experiment import Experiment
from simulation.judging import Judgement, is_lost, judge

ALL_AT_ONCE = Words(nb="Alle samtidig", en="All at once")


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What the search found; `chosen` is None unless the answer is a plan."""

    answer: Answer
    chosen: Batches | None
    tied: tuple[Batches, ...]
    trials: tuple[Trial, ...]


def search(experiment: Experiment) -> Finding:
    """Try every policy of the scenario's grid, all at once and the municipality's own rule."""
    scenario = experiment.scenario
    named = _named(scenario)
    if expected_takers(scenario) > total_capacity(scenario):
        # No batch size makes more appointments: say so, and show only what was asked about by name.
        _complete(experiment, named)
        return _finding(experiment, "too_few_slots", None, (), named, ())
    grid = _grid(scenario)
    runs = scenario.experiment.runs
    in_time = [policy for policy in grid if finishes_in_time(scenario, policy)]
    # All at once is the question everybody asks: it gets its runs first, then every policy its first few.
    _complete(experiment, named)
    experiment.replicate([(policy, r) for policy in in_time for r in range(runs.min)])
    chosen, tied = _walk(experiment, in_time)
    answer: Answer = "plan" if chosen else "no_feasible_plan"
    return _finding(experiment, answer, chosen, tied, named, grid)


def finishes_in_time(scenario: Scenario, policy: Batches) -> bool:
    """Whether the last SMS goes before `search.finish_by`, in every municipality."""
    last = clock_at(policy, scenario.invitation.send_date, last_sms_s(scenario, policy), scenario.zone)
    return last.date() == scenario.invitation.send_date and last.time() <= scenario.search.finish_by


def last_sms_s(scenario: Scenario, policy: Batches) -> float:
    """Seconds from the first SMS to the last one, over all municipalities."""
    return max(float(sent_times(policy, one)[-1]) for one in send_outs(scenario, policy))


def _walk(experiment: Experiment, in_time: list[Batches]) -> tuple[Batches | None, tuple[Batches, ...]]:
    """The first good policy in order of finishing time, and the good ones that finish at the same minute."""
    scenario = experiment.scenario
    good: list[Batches] = []
    for policy in in_time:
        if good and _minute(scenario, policy) > _minute(scenario, good[0]):
            break
        if _is_good(experiment, policy):
            good.append(policy)
    good.sort(key=lambda policy: -judge(scenario, experiment.runs(policy)).kept)  # stable: smaller batches first
    return (good[0], tuple(good[1:])) if good else (None, ())


def _is_good(experiment: Experiment, policy: Batches) -> bool:
    """Add runs, as many at a time as there are of the first few, until the policy is lost or has them all."""
    runs = experiment.scenario.experiment.runs
    done = runs.min
    while not experiment.interrupted:
        made = experiment.runs(policy)
        if is_lost(experiment.scenario, made, runs.max):
            return False
        if len(made) >= runs.max:
            return judge(experiment.scenario, made).feasible
        done = min(done + runs.min, runs.max)
        experiment.replicate([(policy, r) for r in range(done)])
    return False


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


def _finding(
    experiment: Experiment,
    answer: Answer,
    chosen: Batches | None,
    tied: tuple[Batches, ...],
    named: dict[Batches, Words],
    grid: Iterable[Batches],
) -> Finding:
    scenario = experiment.scenario
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
            )
        )
    trials.sort(key=lambda trial: trial.last_sms_s)
    return Finding(answer=answer, chosen=chosen, tied=tied, trials=tuple(trials))
