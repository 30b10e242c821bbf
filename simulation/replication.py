"""One replication: a plan lived in virtual time."""

from scenarios.attempts import Attempt
from scenarios.plan import Plan
from scenarios.rows import citizens_of
from scenarios.scenario import Scenario
from simulation.background import let_others_come
from simulation.journey import Journey
from simulation.service_times import service_times
from simulation.world import World


def simulate(scenario: Scenario, plan: Plan) -> list[Attempt]:
    """Let every citizen of the plan live the journey on the scenario's platform.

    Returns
    -------
    list of Attempt
        In the order in which they were settled; the same plan and scenario give the same list, bit for bit.
    """
    world = World(scenario, plan)
    attempts: list[Attempt] = []
    work_s = service_times(scenario, plan).tolist()
    for citizen in citizens_of(plan):
        world.env.process(Journey(world, citizen, work_s[citizen.number], attempts.append).live())
    let_others_come(world, scenario, plan)
    world.env.run()
    return attempts
