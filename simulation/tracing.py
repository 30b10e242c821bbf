"""One journey of the first run, watched: the same run, bit for bit, with somebody looking over a shoulder."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeVar, assert_never, cast

import simpy

from scenarios.after_booking import Afterwards
from scenarios.attempts import Attempt, Outcome
from scenarios.inventory import inventory_of
from scenarios.one_journey import OneJourney, Sight
from scenarios.plan import Plan
from scenarios.plan_source import PlanSource
from scenarios.rows import Citizen, citizens_of
from scenarios.scenario import Scenario
from simulation.background import let_others_come
from simulation.engine import lived
from simulation.journey import Journey
from simulation.replication import simulate
from simulation.service_times import service_times
from simulation.world import Steps, World

Content = TypeVar("Content")


class Fate(StrEnum):
    """Whom to follow where no number is given: the first one to whom this happened."""

    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    GAVE_UP = "gave-up"


_NOBODY: Final = {Fate.CONFIRMED: "was confirmed", Fate.REJECTED: "was rejected", Fate.GAVE_UP: "gave up"}


@dataclass(frozen=True, slots=True)
class NoSuchCitizen:
    """Nobody to follow; `message` says why, and what would do."""

    message: str


def traced(scenario: Scenario, whom: str) -> OneJourney | NoSuchCitizen:
    """Follow one citizen through replication 0.

    Parameters
    ----------
    scenario : Scenario
        Its own policy is the one that is lived.
    whom : str
        A citizen's number, counted from 0, or a `Fate`.
    """
    # With feedback, living again the plan that came of a run brings the same run.
    plan, _ = lived(PlanSource(scenario=scenario, policy=scenario.policy, replication=0))
    number = _number(scenario, plan, whom)
    if isinstance(number, NoSuchCitizen):
        return number
    row = next((citizen for citizen in citizens_of(plan) if citizen.number == number), None)
    book = inventory_of(scenario)[int(plan.municipality[number])].books[int(plan.book[number])]
    attempts, sights = ([], []) if row is None else _watched(scenario, plan, row)
    afterwards = Afterwards.of(scenario, plan)
    return OneJourney(
        citizen=number,
        sent_s=float(plan.sent_s[number]),
        book=book.name,
        row=row,
        attempts=tuple(attempts),
        sights=tuple(sights),
        waits=afterwards is not None and bool(afterwards.joins[number]),
        link_of=int(plan.passed_on_by[number]) if plan.passed_on_by is not None and number >= plan.invited else None,
    )


def _number(scenario: Scenario, plan: Plan, whom: str) -> int | NoSuchCitizen:
    numbers = f"0 to {plan.citizens - 1}"
    if whom.isascii() and whom.isdigit():
        number = int(whom)
        known = number < plan.citizens
        return number if known else NoSuchCitizen(f"there is no citizen {number}: they are numbered from {numbers}")
    if whom not in list(Fate):
        fates = f"{', '.join(list(Fate)[:-1])} or {list(Fate)[-1]}"
        return NoSuchCitizen(f"no citizen is called {whom!r}: give a number from {numbers}, or {fates}")
    found = _first(simulate(scenario, plan), Fate(whom))
    none = f"nobody {_NOBODY[Fate(whom)]} in the first run: another --seed brings other people"
    return NoSuchCitizen(none) if found is None else found


def _first(attempts: Sequence[Attempt], fate: Fate) -> int | None:
    """The first citizen, in the order in which tries were settled, to whom it happened."""
    last = {attempt.citizen: attempt for attempt in attempts}
    match fate:
        case Fate.CONFIRMED:
            met = (one for one in attempts if one.outcome is Outcome.CONFIRMED)
        case Fate.REJECTED:
            met = (one for one in attempts if one.outcome is Outcome.REJECTED)
        case Fate.GAVE_UP:
            met = (one for one in attempts if one is last[one.citizen] and one.outcome is not Outcome.CONFIRMED)
        case _:
            assert_never(fate)
    return next((one.citizen for one in met), None)


def _watched(scenario: Scenario, plan: Plan, who: Citizen) -> tuple[list[Attempt], list[Sight]]:
    """Live the run until this citizen's journey is over."""
    world = World(scenario, plan)
    seen = _Seen(world)
    attempts: list[Attempt] = []
    work_s = service_times(scenario, plan).tolist()
    journeys: dict[int, simpy.Process] = {}
    for citizen in citizens_of(plan):
        mine = citizen.number == who.number
        journey = Journey(
            seen if mine else world, citizen, work_s[citizen.number], attempts.append if mine else _pass_over
        )
        journeys[citizen.number] = world.env.process(journey.live())
    let_others_come(world, scenario, plan)
    world.env.run(until=journeys[who.number])
    if scenario.behaviour.waitlist is not None and attempts[-1].outcome is Outcome.NO_SLOT:
        world.env.run()  # a place may still come
    return attempts, seen.sights


def _pass_over(_: Attempt) -> None:
    """Others' tries are not told."""


class _Seen(World):
    """The same world, with the same queues and ledgers, as one citizen meets it: what was shown is noted."""

    def __init__(self, world: World) -> None:
        vars(self).update(vars(world))
        self.sights: list[Sight] = []

    def serve(self, station: simpy.Resource, service_s: float, work: Callable[[], Content]) -> Steps:
        """As in the world, with a note of when work began and what it listed."""
        asked_s = begun_s = self.env.now

        def noted() -> Content:
            nonlocal begun_s
            begun_s = self.env.now
            return work()

        content: Content = yield from super().serve(station, service_s, noted)
        offered = len(cast(list[object], content)) if isinstance(content, list) else None
        by_ehr = station is self.ehr
        self.sights.append(Sight(asked_s, begun_s, offered, by_ehr, failed=by_ehr and content is None))
        return content  # pyright: ignore[reportUnknownVariableType]  (narrowed to a list of anything)
