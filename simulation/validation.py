"""Theory against model, law by law: the model's own stations, ledger, journeys and gateway do the work.

Every law has a stream of its own, so that leaving one out changes no other. Sizes are chosen so that an error of a
quarter would be seen in the noisiest of them, and one of a twentieth in most.
"""

import heapq
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, TypeAlias

import numpy as np

from reference_server.booking import Rejected
from scenarios.attempts import Attempt, Outcome
from scenarios.choice import Pick
from scenarios.law_check import Family, LawCheck, Validation
from scenarios.plan import plan_of
from scenarios.policies.batches import Batches
from scenarios.strategy import Strategy
from scenarios.streams import TICK_S, FloatArray, quantised
from simulation import law_settings as at
from simulation import laws
from simulation.background import let_others_come
from simulation.world import Steps

LawRun: TypeAlias = Callable[[np.random.Generator], list[LawCheck]]

DEFAULT_SEED: Final = 1917  # the year of Erlang's formula; any other will do
_SERVICE_S: Final = 1.0
_THINK_S: Final = 30.0
_AWAY_S: Final = 100 * _THINK_S


def erlang_c(rng: np.random.Generator) -> list[LawCheck]:
    """M/M/c at the log-in: which share waits, and how long on average."""
    return [check for workers, use in ((1, 0.5), (3, 0.7)) for check in _erlang(rng, workers, use)]


def _erlang(rng: np.random.Generator, workers: int, use: float) -> list[LawCheck]:
    waits_s = _waits(rng, workers, use, "exponential", 18_000)
    offered = workers * use
    reference = "Erlang (1917); Kleinrock, Queueing Systems 1 (1975), § 3.5"
    share, share_error = at.batch_means((waits_s > 0).astype(np.float64))
    wait_s, wait_error_s = at.batch_means(waits_s)
    return [
        LawCheck(
            law="erlang_c", quantity="wait_share", family="exponential", parameters={"c": workers, "ρ": use},
            theory=laws.erlang_c(workers, offered), model=share, standard_error=share_error, reference=reference,
        ),
        LawCheck(
            law="erlang_c", quantity="mean_wait_s", family="exponential", parameters={"c": workers, "ρ": use},
            theory=laws.erlang_wait_s(workers, offered, _SERVICE_S), model=wait_s, standard_error=wait_error_s,
            reference=reference,
        ),
    ]  # fmt: skip


def pollaczek_khinchine(rng: np.random.Generator) -> list[LawCheck]:
    """M/G/1 at the log-in, with service times that spread less and less evenly."""
    cases: tuple[tuple[Family, float, float, int], ...] = (
        ("constant", 0.0, 0.6, 12_000), ("exponential", 1.0, 0.5, 12_000), ("hyperexponential", at.CV2, 0.4, 20_000),
    )  # fmt: skip
    return [_one_worker(rng, *case) for case in cases]


def _one_worker(rng: np.random.Generator, family: Family, cv2: float, use: float, citizens: int) -> LawCheck:
    wait_s, error_s = at.batch_means(_waits(rng, 1, use, family, citizens))
    return LawCheck(
        law="pollaczek_khinchine", quantity="mean_wait_s", family=family, parameters={"ρ": use, "c²": cv2},
        theory=laws.pollaczek_khinchine_s(use, _SERVICE_S, cv2), model=wait_s, standard_error=error_s,
        reference="Pollaczek (1930), Khinchine (1932); Kleinrock 1 (1975), (5.63)",
    )  # fmt: skip


def sample_paths(rng: np.random.Generator) -> list[LawCheck]:
    """What holds for every single run, to the last bit: Little's law, and the recursion of waits."""
    workers, citizens = 3, 3000
    scenario = at.platform(citizens, 1, login_workers=workers, strategy=Strategy.ASSIGN)
    came_s = quantised(at.poisson(rng, citizens, 0.9 * workers / _SERVICE_S))
    login_s = at.lengths(rng, "hyperexponential", _SERVICE_S, (citizens,))
    plan = at.plan(scenario, came_s)
    world = at.world_of(scenario)
    attempts = at.started(world, plan, at.work(plan, login_s))
    area_s = at.time_at(world.env, world.login)
    logins = [attempt.requests[0] for attempt in attempts]
    begun_s = _begun(came_s, login_s, workers)
    served_s = np.empty_like(came_s)
    served_s[[attempt.citizen for attempt in attempts]] = [login.ended_s for login in logins]
    parameters = {"c": float(workers), "n": float(citizens)}
    return [
        LawCheck(
            law="little", quantity="time_in_system_s", family="hyperexponential", parameters=parameters,
            theory=sum(login.ended_s - login.started_s for login in logins), model=area_s, standard_error=0.0,
            reference="Little (1961); Stidham (1974)",
        ),
        LawCheck(
            law="kiefer_wolfowitz", quantity="largest_difference_s", family="hyperexponential", parameters=parameters,
            theory=0.0, model=float(np.abs(served_s - login_s - begun_s).max()), standard_error=0.0,
            reference="Lindley (1952); Kiefer, Wolfowitz (1955)",
        ),
    ]  # fmt: skip


def _begun(came_s: FloatArray, service_s: FloatArray, workers: int) -> FloatArray:
    """When each begins to be served, from who is free first: the recursion of Kiefer and Wolfowitz."""
    free_s = [0.0] * workers
    begun_s = np.empty_like(came_s)
    for k, (came, service) in enumerate(zip(came_s.tolist(), service_s.tolist(), strict=True)):
        begun_s[k] = max(came, free_s[0])
        heapq.heapreplace(free_s, begun_s[k] + service)
    return begun_s


def birthday(rng: np.random.Generator) -> list[LawCheck]:
    """All look at once, choose any time, and send at once."""
    return [_simultaneous(rng, citizens, times) for citizens, times in ((60, 120), (120, 60))]


def _simultaneous(rng: np.random.Generator, citizens: int, times: int, runs: int = 20) -> LawCheck:
    scenario = at.platform(citizens, times, strategy=Strategy.IMMEDIATE)
    together = at.plan(scenario, np.zeros(citizens), pick=Pick.UNIFORM)
    rejected = np.empty(runs)
    for run in range(runs):
        plan = replace(together, where=rng.random(together.where.shape))
        rejected[run] = _rejected(at.lived(at.world_of(scenario), plan, at.work(plan))).sum()
    count, error = at.mean_of(rejected)
    return LawCheck(
        law="birthday", quantity="rejected_count", parameters={"n": citizens, "m": times},
        theory=laws.birthday_rejections(citizens, times), model=count, standard_error=error,
        reference="Feller, Probability Theory 1 (1968), § IV.2",
    )  # fmt: skip


def first_free(rng: np.random.Generator) -> list[LawCheck]:
    """Everybody takes the first free time, thinks, sends, and tries once."""
    cases: tuple[tuple[Family, float, Strategy], ...] = (
        ("constant", 0.5, Strategy.QUEUED), ("exponential", 0.5, Strategy.QUEUED),
        ("exponential", 5.0, Strategy.IMMEDIATE), ("uniform", 2.0, Strategy.IMMEDIATE),
        ("erlang_2", 2.0, Strategy.IMMEDIATE),
    )  # fmt: skip
    return [_pickers(rng, *case) for case in cases]


def _pickers(
    rng: np.random.Generator, family: Family, load: float, strategy: Strategy, citizens: int = 2870
) -> LawCheck:
    scenario = at.platform(citizens, citizens, strategy=strategy)
    plan = at.plan(scenario, at.poisson(rng, citizens, load / _THINK_S))
    plan = replace(plan, choose_s=at.lengths(rng, family, _THINK_S, plan.choose_s.shape))
    share, error = at.batch_means(_rejected(at.lived(at.world_of(scenario), plan, at.work(plan))))
    return LawCheck(
        law="first_free", quantity="rejected_share", family=family, parameters={"a": load},
        theory=laws.first_free_rejected(load, family), model=share, standard_error=error,
        reference="simulation/laws.py, first_free_rejected",
    )  # fmt: skip


def retry(rng: np.random.Generator) -> list[LawCheck]:
    """As `first_free`, but whoever is rejected comes back, after a hundred think times, up to three times."""
    load, retries, citizens = 0.5, 3, 3500
    scenario = at.platform(citizens, citizens, tries=retries + 1, strategy=Strategy.IMMEDIATE)
    plan = at.plan(scenario, at.poisson(rng, citizens, load / _THINK_S))
    shape = plan.choose_s.shape
    willing = np.ones(shape, dtype=np.int64)
    willing[:, -1] = 0  # the last try is the last
    think_s, away_s = (at.lengths(rng, "exponential", mean_s, shape) for mean_s in (_THINK_S, _AWAY_S))
    plan = replace(plan, choose_s=think_s, wait_s=away_s, retries=willing)
    attempts = at.lived(at.world_of(scenario), plan, at.work(plan))
    # After the last arrival only those who come back are left, which is another law.
    last_s = float(plan.planned_s.max())
    share, error = at.batch_means(_rejected([one for one in attempts if (one.reserved_s or 0.0) < last_s]))
    return [
        LawCheck(
            law="retry", quantity="rejected_share", family="exponential", parameters={"a": load, "R": retries},
            theory=laws.retry_rejected(load, "exponential", retries), model=share, standard_error=error,
            reference="simulation/laws.py, retry_rejected; Cohen (1957)",
        )
    ]  # fmt: skip


def retrial(rng: np.random.Generator) -> list[LawCheck]:
    """One place that is held for a service time; who finds it taken comes back until it is free.

    No citizen does this: a journey ends with a place. So the customers are written here, on the ledger (one time, one
    place, given back) and a station of the model.
    """
    return [_orbit(rng, use, retry_rate) for use, retry_rate in ((0.5, 0.5), (0.6, 2.0))]


def _orbit(rng: np.random.Generator, use: float, retry_rate: float, customers: int = 14_000) -> LawCheck:
    world = at.world_of(at.platform(1, 1))
    ledger = world.books[0][0].ledger
    came_s = quantised(at.poisson(rng, customers, use))
    service_s = at.lengths(rng, "exponential", _SERVICE_S, (customers,))
    orbit_s = np.zeros(customers)

    def customer(number: int) -> Steps:
        yield world.env.timeout(float(came_s[number]))
        while isinstance(decision := ledger.reserve(0, number), Rejected):
            yield world.env.timeout(rng.exponential(1 / retry_rate))
        orbit_s[number] = world.env.now - came_s[number]
        yield from world.serve(world.ehr, float(service_s[number]), lambda: None)
        ledger.cancel(0, decision.place)

    for number in range(customers):
        world.env.process(customer(number))
    world.env.run()
    mean_s, error_s = at.batch_means(orbit_s)
    return LawCheck(
        law="retrial", quantity="orbit_size", family="exponential", parameters={"ρ": use, "ν": retry_rate},
        theory=laws.retrial_orbit(use, retry_rate), model=use * mean_s, standard_error=use * error_s,
        reference="Falin, Templeton, Retrial Queues (1997), § 1.2",
    )  # fmt: skip


def gateway(rng: np.random.Generator) -> list[LawCheck]:
    """How long the gateway takes: for one batch, and for batches that come faster than it can send them."""
    del rng  # nothing is left to chance
    return [_sending("all", 0.0), _sending(100, 5.0)]


def _sending(batch_size: int | str, pause_s: float, count: int = 1000, per_s: float = 16.0) -> LawCheck:
    scenario = at.platform(count, 1, strategy=Strategy.ASSIGN)
    scenario = scenario.model_copy(update={"invitation": scenario.invitation.model_copy(update={"sms_rate": per_s})})
    policy = Batches.of("all" if batch_size == "all" else int(batch_size), pause_s, scenario.policy.start)
    sent_s = plan_of(scenario, policy, 0).sent_s
    plan = at.plan(scenario, sent_s)
    opened_s = [attempt.planned_s for attempt in at.lived(at.world_of(scenario), plan, at.work(plan))]
    size = count if batch_size == "all" else int(batch_size)
    return LawCheck(
        law="gateway", quantity="last_sms_s", parameters={"n": count, "B": size, "P": pause_s, "r": per_s},
        theory=laws.gateway_s(count, per_s), model=max(opened_s) - min(opened_s), standard_error=0.0,
        tolerance=TICK_S, reference="simulation/laws.py, gateway_s",
    )  # fmt: skip


def background(rng: np.random.Generator) -> list[LawCheck]:
    """Citizens who come seldom find the log-in as a Poisson stream does that the background load is most of."""
    use, share, citizens = 0.6, 0.2, 3000
    scenario = at.platform(citizens, 1, login_workers=1)
    scenario = at.with_others_at_login(scenario, (1 - share) * use / _SERVICE_S, _SERVICE_S)
    plan = at.plan(scenario, at.poisson(rng, citizens, share * use / _SERVICE_S))
    login_s = at.lengths(rng, "lognormal", _SERVICE_S, (citizens,))
    world = at.world_of(scenario)
    attempts = at.started(world, plan, at.work(plan, login_s))
    let_others_come(world, scenario, plan)
    world.env.run()
    waits_s = [one.requests[0].ended_s - one.requests[0].started_s - login_s[one.citizen] for one in attempts]
    wait_s, error_s = at.batch_means(np.array(waits_s))
    cv2 = math.expm1(at.SIGMA**2)
    return [
        LawCheck(
            law="background", quantity="mean_wait_s", family="lognormal", parameters={"ρ": use, "c²": round(cv2, 3)},
            theory=laws.pollaczek_khinchine_s(use, _SERVICE_S, cv2), model=wait_s, standard_error=error_s,
            reference="Pollaczek-Khinchine; Wolff (1982), Poisson arrivals see time averages",
        )
    ]  # fmt: skip


LAWS: Final[tuple[LawRun, ...]] = (
    erlang_c, pollaczek_khinchine, sample_paths, birthday, first_free, retry, retrial, gateway, background,
)  # fmt: skip
"""Every law, in the order in which they are said; a new one comes last, since its place is part of its stream."""


def checked(number: int, seed: int) -> list[LawCheck]:
    """Hold law `number` against the model, with its own stream of the seed."""
    return LAWS[number](np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=(number,)))))


def validated(seed: int = DEFAULT_SEED, progress: Callable[[int, int], None] | None = None) -> Validation:
    """Hold every law against the model."""
    checks: list[LawCheck] = []
    for number in range(len(LAWS)):
        checks += checked(number, seed)
        if progress is not None:
            progress(number + 1, len(LAWS))
    return Validation(seed=seed, checks=checks)


def _waits(rng: np.random.Generator, workers: int, use: float, family: Family, customers: int) -> FloatArray:
    """Waits of a Poisson stream at the log-in."""
    world = at.world_of(at.platform(1, 1, login_workers=workers))
    came_s = quantised(at.poisson(rng, customers, use * workers / _SERVICE_S))
    return at.waits_at(world, world.login, came_s, at.lengths(rng, family, _SERVICE_S, (customers,)))


def _rejected(attempts: Sequence[Attempt]) -> FloatArray:
    """Which reservations were rejected, in the order in which they were sent."""
    ordered = sorted(attempts, key=lambda one: one.reserved_s or 0.0)
    return np.array([one.outcome is Outcome.REJECTED for one in ordered], dtype=np.float64)
