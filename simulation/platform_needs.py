"""What the platform needs for each way of sending: how many servers, and which part of it is full first.

The servers of the scenario (log-in, page workers, record system) are scaled together, on a ladder, and the smallest
step is looked for with which a way of sending is shown to keep the limits that are about load. Limits on rejections are
left out: whoever comes second to a time is rejected however fast the pages are.
"""

import math
from collections.abc import Iterable
from typing import Any, Final

from scenarios.assumed import too_full
from scenarios.columns import Columns, columns_of
from scenarios.plan import Plan
from scenarios.plan_source import PlanSource
from scenarios.platform_needs import PlatformNeeds, Rung, Servers, WayNeeds
from scenarios.policies.capacity_matched import CapacityMatched
from scenarios.policies.feedback import Feedback
from scenarios.policy import Policy
from scenarios.policy_value import policy_value
from scenarios.scenario import Scenario
from scenarios.summary import Summary, summary_of
from simulation import compiled
from simulation.engine import Engine
from simulation.experiment import Experiment
from simulation.feasibility import alpha_of, fewest_to_show
from simulation.replication import simulate
from simulation.search import settled
from simulation.utilisation import busiest_minutes, workers_of

LADDER: Final = (0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0)
"""So many times the servers of the scenario. ASSUMPTION: nobody buys in finer steps, or more than sixteen times."""
STEPS: Final = len(LADDER).bit_length()
"""Steps of the ladder that are tried at most: it is halved each time."""
LOOKED_AT: Final = 5
"""Runs in which the busiest minute is looked for: it differs little between them. ASSUMPTION."""
ABOUT_RUNS: Final = 3 * STEPS * 81
"""About as many as three ways of sending take, where 81 runs show that a step is enough; for the choice of engine."""
_OF_LOAD: Final = ("response_time_", "confirmation_time_", "error_rate")


def platform_needs_of(experiment: Experiment, named: Iterable[Policy], engine: Engine) -> PlatformNeeds:
    """Find what each way of sending needs; what was under way when it was interrupted is left out.

    A way of sending that follows the platform as it goes has no place here: with other servers it would be another.
    What is said to be enough is so for all of them with 95 % confidence: each step that may be tried has its share of
    the chance of a wrong answer (Bonferroni), which no other answer of the search shares.
    """
    policies = [one for one in named if not isinstance(one, Feedback | CapacityMatched)]
    question = _about_load(experiment.scenario, len(policies) * STEPS)
    ways: list[WayNeeds] = []
    for policy in policies:
        busiest = _busiest(experiment, policy, engine)
        tried = _climbed(experiment, question, policy, alpha_of(len(policies) * STEPS)) if question.limits else []
        if experiment.interrupted:
            break
        enough = [rung.factor for rung in tried if rung.standing == "kept"]
        way = WayNeeds(policy=policy_value(policy), busiest=busiest, factor=min(enough, default=None), tried=tried)
        ways.append(way)
    limits = [limit.expression for limit in question.limits]
    return PlatformNeeds(limits=limits, ladder=list(LADDER), ways=ways, complete=not experiment.interrupted)


def with_servers(scenario: Scenario, factor: float) -> Scenario:
    """The same question with so many times the servers, in whole ones, rounded up."""
    platform = scenario.platform
    login, pages, ehr = (math.ceil(factor * count - 1e-9) for count in workers_of(scenario).values())
    changes: dict[str, Any] = {
        "workers": pages,
        "login": platform.login.model_copy(update={"workers": login}),
        "ehr": platform.ehr.model_copy(update={"workers": ehr}),
    }
    return scenario.model_copy(update={"platform": platform.model_copy(update=changes)})


def _about_load(scenario: Scenario, questions: int) -> Scenario:
    """The question with the limits about load alone, and runs enough to show that they are kept."""
    about = {limit.expression for limit in scenario.limits if limit.measure.startswith(_OF_LOAD)}
    kept = {name: one for name, one in scenario.thresholds.items() if one in about}
    runs = max(scenario.search.runs, fewest_to_show(questions))
    return scenario.model_copy(update={"thresholds": kept, "search": scenario.search.model_copy(update={"runs": runs})})


def _climbed(experiment: Experiment, question: Scenario, policy: Policy, alpha: float) -> list[Rung]:
    """Halve the ladder between what is shown to be enough and what is not, the smallest first in the answer.

    ASSUMPTION: where some servers are enough, more are too. What stays open counts as not enough.
    """
    low, high, tried = 0, len(LADDER), list[Rung]()
    while low < high and not experiment.interrupted:
        middle = (low + high) // 2
        rung = _rung(experiment, with_servers(question, LADDER[middle]), policy, LADDER[middle], alpha)
        low, high = (low, middle) if rung.standing == "kept" else (middle + 1, high)
        tried.append(rung)
    return sorted(tried, key=lambda rung: rung.factor)


def _rung(experiment: Experiment, question: Scenario, policy: Policy, factor: float, alpha: float) -> Rung:
    workers: dict[Servers, int] = workers_of(question)
    if too_full(question):  # others alone are more than these servers can do
        return Rung(factor=factor, workers=workers, runs=0, kept=0, standing="broken")
    with experiment.about(question) as other:
        proof = settled(other, policy, alpha)
    experiment.interrupted = experiment.interrupted or other.interrupted
    return Rung(factor=factor, workers=workers, runs=proof.runs, kept=proof.kept, standing=proof.standing)


def _busiest(experiment: Experiment, policy: Policy, engine: Engine) -> dict[Servers, Summary]:
    """How busy each station is in its busiest minute, over a few runs."""
    asked = experiment.scenario.model_copy(update={"policy": policy})  # the clock of the day runs from its start
    seen: dict[Servers, list[float]] = {}
    for replication in range(min(LOOKED_AT, asked.experiment.runs.max)):
        if experiment.interrupted:
            break
        plan = PlanSource(scenario=asked, policy=policy, replication=replication).plan()
        for station, share in busiest_minutes(asked, plan, _record(asked, plan, engine)).items():
            seen.setdefault(station, []).append(share)
    return {station: summary for station, shares in seen.items() if (summary := summary_of(shares))}


def _record(scenario: Scenario, plan: Plan, engine: Engine) -> Columns:
    """Live a plan and keep its record."""
    if engine is Engine.COMPILED:
        return compiled.live(scenario, plan)
    return columns_of(simulate(scenario, plan))
