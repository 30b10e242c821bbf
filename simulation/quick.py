"""A first answer within a second or so: a few plans on a few runs each, as many as the time allows for.

How many runs there are follows from the question alone, never from a clock, so the same question has the same answer.
Nothing is shown in the way of `simulation.search`: a plan is called good where it kept the limits in nine of ten of the
runs that were made. How far that can be trusted stands beside it, as the share that all send-outs keep, from and to.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from scenarios.inventory import expected_takers, total_capacity, total_invited
from scenarios.policies.batches import Batches
from scenarios.policy_value import batches_value
from scenarios.provenance import Stopwatch, provenance_of, scenario_ref
from scenarios.recommendation import Answer, Recommendation, Standing
from scenarios.result import Result
from scenarios.run import metrics_of
from scenarios.scenario import Scenario
from simulation.answer import VERDICTS, candidate_of, recommended, schedule_lines, supply_of
from simulation.candidates import batches_of, named_policies, roles_of
from simulation.engine import Engine, chosen
from simulation.experiment import Experiment, Progress
from simulation.feasibility import Proof, alpha_of
from simulation.finishing import last_sms_s, may_finish_in_time
from simulation.judging import Judgement, judge, kept_count, needed
from simulation.search import Trial

BUDGET_S: Final = 0.8
"""Processor time for the runs of one answer. Of two seconds, the rest is for the page and for others in the queue."""
DOTS: Final = 50
"""Runs of the plan that is advised, where the time allows: as many as people take in at a glance."""
_RUN_S: Final[dict[Engine, tuple[float, float]]] = {Engine.COMPILED: (0.0055, 1e-6), Engine.SIMPY: (0.005, 5e-5)}
"""What a run takes, and each citizen in it: seconds of one core of the machine that README speaks of."""
_FEWEST: Final = 12  # runs of an answer, however many are invited
_STEPS: Final = (2, 4, 10, 20)  # runs after which a plan is left where too many broke a limit
_LOOK: Final = 10  # runs from which a plan is called good
_GRID: Final = (4, 3)  # batch sizes and pauses that are tried
_SMALL_GRID: Final = (3, 2)

_Tried = TypeVar("_Tried")


@dataclass(slots=True)
class _Finding:
    """The plan, if any, and those that the runs did not suffice to judge."""

    answer: Answer
    plan: Batches | None = None
    close: list[Batches] = field(default_factory=list[Batches])


def quick_answer(scenario: Scenario) -> Result:
    """Answer a question with what can be run in about a second, as a result of the kind `recommend`.

    Parameters
    ----------
    scenario : Scenario
        Of its search only some batch sizes and pauses are tried, evenly spread.

    Returns
    -------
    Result
        Its recommendation is marked as `quick`: it has no guarantee, and no figures to wait by.
    """
    begun, engine = Stopwatch(), chosen(Engine.COMPILED, scenario, DOTS).engine
    most = runs_for(scenario, engine)
    asked = _thinned(scenario, _GRID if most >= DOTS else _SMALL_GRID)
    with Experiment(asked, jobs=1, engine=engine) as experiment:
        finding = _found(experiment, most)
    trials = _trials(experiment, finding)
    shown = experiment.runs(finding.plan or next(iter(named_policies(asked))))
    return Result(
        kind="recommend",
        scenario=scenario_ref(asked),
        evidence_level=asked.evidence_level,
        policy=batches_value(finding.plan) if finding.plan else None,
        metrics=metrics_of(shown),
        thresholds=judge(asked, shown).thresholds,
        verdict=VERDICTS[finding.answer],
        recommendation=Recommendation(
            answer=finding.answer,
            policy=batches_value(finding.plan) if finding.plan else None,
            tied=[],
            schedule=schedule_lines(asked, finding.plan) if finding.plan else [],
            supply=supply_of(asked),
            close=[batches_value(policy) for policy in finding.close],
            quick=True,
        ),
        candidates=[candidate_of(asked, trial) for trial in trials],
        provenance=provenance_of(
            asked,
            command=["bolk", "planner"],
            begun=begun,
            replications=experiment.run_count,
            plan_sha256=[run.plan_sha256 for run in shown],
            engine=engine.value,
            partial=False,
            interrupted=False,
        ),
    )


def thorough_answer(scenario: Scenario, progress: Progress) -> Result:
    """What `bolk recommend` says, worked out in this process alone."""
    engine = chosen(Engine.COMPILED, scenario, scenario.search.runs).engine
    return recommended(scenario, jobs=1, progress=progress, command=["bolk", "planner"], engine=engine)


def runs_for(scenario: Scenario, engine: Engine) -> int:
    """How many runs the time of an answer allows for, over all plans."""
    each, a_citizen = _RUN_S[engine]
    return max(_FEWEST, round(BUDGET_S / (each + a_citizen * total_invited(scenario))))


def _thinned(scenario: Scenario, most: tuple[int, int]) -> Scenario:
    sizes = [size for size in scenario.search.batch_size if size != "all"]
    some = (*_spread(sizes, most[0]), "all")
    search = scenario.search.model_copy(
        update={"batch_size": some, "pause": tuple(_spread(scenario.search.pause, most[1]))}
    )
    return scenario.model_copy(update={"search": search})


def _spread(values: Sequence[_Tried], most: int) -> list[_Tried]:
    """At most so many, evenly from the first to the last."""
    if len(values) <= most:
        return list(values)
    return [values[round(k * (len(values) - 1) / (most - 1))] for k in range(most)]


def _found(experiment: Experiment, most: int) -> _Finding:
    """The soonest plan that kept the limits often enough in the runs there is time for."""
    scenario = experiment.scenario
    named = list(named_policies(scenario))
    if expected_takers(scenario) > total_capacity(scenario):
        _replicate(experiment, named, min(DOTS, most // len(named)))
        return _Finding("too_few_slots")
    in_time = [policy for policy in _grid(scenario) if may_finish_in_time(scenario, policy)]
    _replicate(experiment, named, min(DOTS, max(_STEPS[1], most // (6 * len(named)))))
    _replicate(experiment, in_time, _STEPS[0])
    close: list[Batches] = []
    for policy in in_time:
        if experiment.run_count >= most:
            close.append(policy)
        elif _keeps(experiment, policy, most):
            return _Finding("plan", policy)
    close = [policy for policy in close if kept_count(scenario, experiment.runs(policy))]
    nearest = max(in_time, key=lambda one: judge(scenario, experiment.runs(one)).kept_share, default=None)
    if nearest is not None:  # what it broke, and how often, is what people want to know then
        made = len(experiment.runs(nearest))
        _replicate(experiment, [nearest], min(DOTS, max(_LOOK, made + most - experiment.run_count)))
    return _Finding("too_close_to_call", close=close) if close else _Finding("no_feasible_plan")


def _keeps(experiment: Experiment, policy: Batches, most: int) -> bool:
    scenario = experiment.scenario
    for runs in _STEPS:
        _replicate(experiment, [policy], runs)
        made = experiment.runs(policy)
        if len(made) - kept_count(scenario, made) > 1 + runs // 20:  # one in ten may break a limit
            return False
    spare = most - experiment.run_count
    _replicate(experiment, [policy], min(DOTS, max(_LOOK, len(experiment.runs(policy)) + spare)))
    return judge(scenario, experiment.runs(policy)).feasible


def _replicate(experiment: Experiment, policies: Sequence[Batches], runs: int) -> None:
    experiment.replicate([(policy, r) for policy in policies for r in range(runs)])


def _grid(scenario: Scenario) -> list[Batches]:
    policies = dict.fromkeys(batches_of(scenario, scenario.policy.start))
    return sorted(policies, key=lambda one: (last_sms_s(scenario, one), one.pause))


def _trials(experiment: Experiment, finding: _Finding) -> list[Trial]:
    scenario, named = experiment.scenario, named_policies(experiment.scenario)
    grid = _grid(scenario) if finding.answer != "too_few_slots" else []
    policies = list(dict.fromkeys((*grid, *named)))
    alpha = alpha_of(len(policies))  # the plan is the luckiest of so many
    trials: list[Trial] = []
    for policy in policies:
        runs = experiment.runs(policy)
        judgement = judge(scenario, runs)
        trials.append(
            Trial(
                policy=policy,
                last_sms_s=last_sms_s(scenario, policy),
                in_time=may_finish_in_time(scenario, policy),
                roles=roles_of(policy, finding.plan, named),
                name=named.get(policy),
                runs=runs,
                judgement=judgement,
                proof=Proof(
                    standing=_standing(judgement), kept=judgement.kept, runs=judgement.runs, alpha=alpha
                ),
            )
        )  # fmt: skip
    return sorted(trials, key=lambda trial: trial.last_sms_s)


def _standing(judgement: Judgement) -> Standing:
    """As the runs have it: two that were kept are too few to say that a plan is good."""
    if judgement.runs - judgement.kept > max(1, judgement.runs - needed(judgement.runs)) or not judgement.kept:
        return "broken"
    return "kept" if judgement.feasible and judgement.runs >= _LOOK else "open"
