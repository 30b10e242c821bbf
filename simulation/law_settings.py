"""The model's own parts, set up as the textbooks' queues and races: same world, same journey, other draws.

A law wants Poisson arrivals or hyperexponential service; a scenario has neither. So a scenario gives the platform, and
the plan's arrays and the service times are drawn from what the law wants, on the same 2^-24 s grid.
"""

import datetime as dt
import math
from dataclasses import replace
from typing import Final, assert_never

import numpy as np
import simpy

from scenarios.attempts import Attempt, Operation
from scenarios.background import Background
from scenarios.choice import Pick
from scenarios.law_check import Family
from scenarios.plan import Plan, plan_of
from scenarios.reading import load
from scenarios.rows import citizens_of
from scenarios.scenario import Scenario
from scenarios.strategy import Strategy
from scenarios.streams import TICK_S, FloatArray, quantised
from simulation.journey import Journey
from simulation.laws import hyperexponential_shares
from simulation.service_times import COLUMN
from simulation.world import Steps, World

_PATIENT_S: Final = 1e7
_PLENTY: Final = 10_000  # workers that nobody ever waits for
_A_DAY: Final = 120  # times on each day
_BATCHES: Final = 40
SIGMA: Final = 0.5
"""Spread of the lognormal service times; that of the platform's, if a scenario says nothing else."""

CV2: Final = 4.0
"""Squared coefficient of variation of the hyperexponential service times; an exponential has 1."""


def platform(
    citizens: int, times: int, *, login_workers: int = _PLENTY, tries: int = 1, strategy: Strategy = Strategy.QUEUED
) -> Scenario:
    """Make a scenario where all who are invited act, and nothing holds them up but what a law is about."""
    days = [dt.date(2021, 5, 10) + dt.timedelta(days=day) for day in range(math.ceil(times / _A_DAY))]
    closes = dt.time(8 + min(times, _A_DAY) // 60, min(times, _A_DAY) % 60)
    dates = ", ".join(day.isoformat() for day in days)
    hours = f'{{from="08:00", to="{closes:%H:%M}"}}'
    return load(
        "ci-smoke",
        [
            f"invitation.invited={citizens}",
            "invitation.delivered=1.0",
            "behaviour.uptake=1.0",
            f"behaviour.after_rejection.give_up_after={tries}",
            f'slots=[{{book="x", dates=[{dates}], open={hours}, length="1 min", parallel=1}}]',
            f"platform.workers={_PLENTY}",
            f"platform.ehr.workers={_PLENTY}",
            f"platform.login.workers={login_workers}",
            f"platform.strategy={strategy}",
        ],
    )


def with_others_at_login(scenario: Scenario, per_s: float, mean_s: float) -> Scenario:
    """The same with a background load at the log-in, of a lognormal service time with this mean."""
    median_s = mean_s / math.exp(SIGMA**2 / 2)
    login = scenario.platform.login.model_copy(update={"service_time": median_s})
    others = {"background": Background.model_construct(login=per_s), "login": login, "sigma": SIGMA}
    return scenario.model_copy(update={"platform": scenario.platform.model_copy(update=others)})


def plan(scenario: Scenario, planned_s: FloatArray, *, pick: Pick = Pick.FIRST) -> Plan:
    """Let everybody open the page at these moments, log in at once, choose at once, and wait for ever."""
    drawn = plan_of(scenario, scenario.policy, 0)
    each, each_try = drawn.citizens, (drawn.citizens, drawn.tries)
    return replace(
        drawn,
        planned_s=quantised(planned_s),
        login_s=np.zeros(each),
        page_patience_s=np.full(each, _PATIENT_S),
        answer_patience_s=np.full(each, _PATIENT_S),
        choose_s=np.zeros(each_try),
        form_s=np.zeros(each_try),
        pick=np.full(each_try, int(pick), dtype=np.int64),
        retries=np.zeros(each_try, dtype=np.int64),
    )


def world_of(scenario: Scenario) -> World:
    """A world at rest."""
    return World(scenario)


def poisson(rng: np.random.Generator, count: int, rate: float) -> FloatArray:
    """The moments of a Poisson process: independent exponential gaps."""
    return np.cumsum(rng.exponential(1 / rate, count))


def lengths(rng: np.random.Generator, family: Family, mean_s: float, shape: tuple[int, ...]) -> FloatArray:
    """Draw lengths of time of a family, on the tick grid, at least one tick each."""
    match family:
        case "constant":
            drawn = np.full(shape, mean_s)
        case "exponential":
            drawn = rng.exponential(mean_s, shape)
        case "uniform":
            drawn = rng.uniform(0, 2 * mean_s, shape)
        case "erlang_2":
            drawn = rng.gamma(2, mean_s / 2, shape)
        case "hyperexponential":
            often, seldom = hyperexponential_shares(CV2)
            share = np.where(rng.random(shape) < often, often, seldom)
            drawn = rng.exponential(1.0, shape) * mean_s / (2 * share)
        case "lognormal":
            drawn = rng.lognormal(math.log(mean_s) - SIGMA**2 / 2, SIGMA, shape)
        case _:
            assert_never(family)
    return np.maximum(quantised(drawn), TICK_S)


def work(plan: Plan, login_s: FloatArray | float = TICK_S) -> FloatArray:
    """Service times for `lived`: the log-in as given, everything else one tick."""
    work_s = np.full((plan.citizens, plan.tries, 8), TICK_S)
    work_s[:, 0, COLUMN[Operation.LOGIN]] = login_s
    return work_s


def started(world: World, plan: Plan, work_s: FloatArray) -> list[Attempt]:
    """Put every citizen of a plan into a world; the list fills as the world runs."""
    attempts: list[Attempt] = []
    for citizen in citizens_of(plan):
        own_s: list[list[float]] = work_s[citizen.number].tolist()
        world.env.process(Journey(world, citizen, own_s, attempts.append).live())
    return attempts


def lived(world: World, plan: Plan, work_s: FloatArray) -> list[Attempt]:
    """Let every citizen of a plan live in a world with these service times, to the end."""
    attempts = started(world, plan, work_s)
    world.env.run()
    return attempts


def time_at(env: simpy.Environment, station: simpy.Resource) -> float:
    """Run to the end and add up, second by second, how many stand at a station: waiting or being served."""
    area = 0.0
    while (then_s := env.peek()) < math.inf:
        waiting: int = len(station.queue)  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
        area += (station.count + waiting) * (then_s - env.now)
        env.step()
    return area


def waits_at(world: World, station: simpy.Resource, came_s: FloatArray, service_s: FloatArray) -> FloatArray:
    """How long customers who come to a station at these moments wait until they are served."""
    waits_s = np.empty_like(came_s)

    def customer(number: int, at_s: float, busy_s: float) -> Steps:
        yield world.env.timeout(at_s)
        begun_s = yield from world.serve(station, busy_s, lambda: world.env.now)
        waits_s[number] = begun_s - at_s

    for number, (at_s, busy_s) in enumerate(zip(came_s.tolist(), service_s.tolist(), strict=True)):
        world.env.process(customer(number, at_s, busy_s))
    world.env.run()
    return waits_s


def batch_means(values: FloatArray) -> tuple[float, float]:
    """Mean of a sequence whose neighbours depend on each other, and its standard error, from 40 batches.

    The first batch of 41 is left out: the sequence begins in an empty world.

    Source: Law, "Simulation Modeling and Analysis" (2015), section 9.5.3.
    """
    size = len(values) // (_BATCHES + 1)
    means = values[size : size * (_BATCHES + 1)].reshape(_BATCHES, size).mean(axis=1)
    return mean_of(means)


def mean_of(values: FloatArray) -> tuple[float, float]:
    """Mean of independent values and its standard error."""
    return float(values.mean()), float(values.std(ddof=1)) / math.sqrt(len(values))
