"""Replications until enough is known; the count depends on the runs alone, never on who made them."""

from collections.abc import Sequence

from scenarios.policy import Policy
from scenarios.precision import Precision
from scenarios.scenario import Scenario
from scenarios.summary import Reached
from simulation.experiment import Experiment


def most_runs(scenario: Scenario) -> int:
    """How many replications a policy may get."""
    wanted = scenario.experiment
    return wanted.runs.max if wanted.precision is None else wanted.precision.max


def replicate_fully(experiment: Experiment, policies: Sequence[Policy]) -> Reached | None:
    """Give every policy the replications that the scenario asks for, all of them the same.

    Where it asks for a precision, that is the precision of the first policy's mean; None where it does not.
    """
    wanted = experiment.scenario.experiment
    if wanted.precision is not None:
        return _until_known(experiment, policies, wanted.precision)
    experiment.replicate([(policy, r) for policy in policies for r in range(wanted.runs.max)])
    return None


def _until_known(experiment: Experiment, policies: Sequence[Policy], precision: Precision) -> Reached:
    reached = precision.reached_by([])
    for look in precision.looks:
        experiment.replicate([(policy, r) for policy in policies for r in range(look)])
        reached = precision.reached_by([run.measures[precision.measure] for run in experiment.runs(policies[0])])
        if reached.reached or experiment.interrupted:
            break
    return reached
