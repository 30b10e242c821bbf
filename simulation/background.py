"""The background load of a platform, come into the simulated world."""

import simpy

from scenarios.others import LOGIN, PAGES, RECORD_SYSTEM, Traffic, traffic_of
from scenarios.plan import Plan
from scenarios.scenario import Scenario
from simulation.world import Steps, World


def let_others_come(world: World, scenario: Scenario, plan: Plan) -> None:
    """Let the background load come into a world, for as long as anybody of the send-out is on the way."""
    stations = {LOGIN: world.login, PAGES: world.pages, RECORD_SYSTEM: world.ehr}
    for traffic in traffic_of(scenario, plan):
        world.env.process(_coming(world, stations[traffic.station], traffic))


def _coming(world: World, station: simpy.Resource, traffic: Traffic) -> Steps:
    for _, at_s, busy_s in traffic.requests():
        yield world.env.timeout(at_s - world.env.now)
        if world.wave.is_over:
            return
        world.env.process(world.serve(station, busy_s, lambda: None))
