"""The load test's journey, put into the simulated world, makes the very attempts that the simulation makes."""

from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
import simpy
from greenlet import getcurrent, greenlet

from loadtests.conversation import Got, InQueue, Inside, Message, Refusal, Reply, Silence
from loadtests.journey import live
from loadtests.timetable import Timetable, timetables_of
from reference_server.booking import Confirmed, Decision, Ledger, Rejected
from reference_server.waiting_room import Admitted, Queued
from scenarios.attempts import Attempt, Operation, Outcome, Status
from scenarios.plan import Plan, plan_of
from scenarios.rows import Citizen, citizens_of
from scenarios.scenario import Scenario
from scenarios.strategy import QueueOrder, Strategy
from simulation.replication import simulate
from simulation.service_times import COLUMN, EHR, service_times
from simulation.world import Hold, OpenBook, Reservation, SetAside, Steps, World, slot_of
from tests import a

CALM: dict[str, Any] = {}
CROWDED = {
    "behaviour.response": {"median": "20 s", "sigma": 1.0},
    "behaviour.patience": {"page": "8 s", "answer": "20 s"},
    "platform.service_time": {"list": "60 ms", "confirm": "1200 ms"},
    "platform.ehr": {"workers": 1, "service_time": "4 s"},
}
SCARCE = {"invitation.invited": 400, "platform.login": {"workers": 1, "service_time": "100 ms"}}


class SimulatedPlatform:
    """Clock and client of one citizen: each wait and each call is handed to SimPy, and the journey sleeps meanwhile."""

    def __init__(self, world: World, opened: OpenBook, service_s: np.ndarray) -> None:
        self.world, self.opened, self.service_s = world, opened, service_s
        self.sent: Reservation | None = None
        self.held: tuple[int, Hold | Rejected] | None = None
        self.tries = 0
        self.unanswered: Operation | None = None
        self.work: Callable[[], Any] = str

    def now(self) -> float:
        return self.world.env.now

    def wait_until(self, moment_s: float) -> None:
        if moment_s > self.now():
            _hand_over(self._pause(moment_s - self.now()))

    def login(self, citizen: int, until_s: float) -> Reply[str]:
        return self._served(Operation.LOGIN, until_s, lambda: str(citizen))

    def enter(self, token: str, until_s: float) -> Reply[Inside | InQueue]:
        assert self.now() <= until_s
        match self.world.visit(int(token)):
            case Admitted(inside_s):
                return Got(Inside(inside_s - self.now()))
            case Queued() as place:
                return Got(InQueue(place.ask_again_s))

    def books(self, token: str, municipality: str, until_s: float) -> Reply[list[str]]:
        assert (int(token) >= 0, municipality) == (True, self.opened.book.municipality_number)
        return self._served(Operation.BOOKS, until_s, lambda: [self.opened.book.id])

    def days(self, token: str, book: str, until_s: float) -> Reply[list[str]]:
        assert (int(token) >= 0, book) == (True, self.opened.book.id)
        self.tries += self.unanswered is not Operation.DAYS
        lists, days = self.opened.lists, self.opened.book.days
        return self._served(Operation.DAYS, until_s, lambda: [days[day].isoformat() for day in lists.days(self.now())])

    def slots(self, token: str, book: str, date: str, until_s: float) -> Reply[list[str]]:
        assert (int(token) >= 0, book) == (True, self.opened.book.id)
        day = [one.isoformat() for one in self.opened.book.days].index(date)
        lists, texts = self.opened.lists, self.opened.time_texts
        return self._served(Operation.SLOTS, until_s, lambda: [texts[time] for time in lists.times(day, self.now())])

    def reserve(self, token: str, attempt: tuple[int, int], wish: tuple[str, str], until_s: float) -> Reply[str]:
        assert (int(token), self.tries) == attempt
        return self._served(Operation.RESERVE, until_s, lambda: self._send(attempt[0], wish[1]))

    def inbox(self, token: str, reservation: str, until_s: float) -> Reply[Message | None]:
        assert (int(token) >= 0, reservation) == (True, "R")
        return self._served(Operation.INBOX, until_s, self._message)

    def reserve_at_once(
        self, token: str, attempt: tuple[int, int], wish: tuple[str, str], until_s: float
    ) -> Reply[Message]:
        assert (int(token), self.tries) == attempt
        time = self.opened.time_texts.index(wish[1])
        return self._served(
            Operation.RESERVE, until_s, lambda: self._told(time, self._ledger.reserve(time, attempt[0]))
        )

    def assign(self, token: str, attempt: tuple[int, int], book: str, until_s: float) -> Reply[Message]:
        assert (int(token), 1, book) == (*attempt, self.opened.book.id)

        def given() -> Message:
            place = self.world.assign(self._ledger, attempt[0])
            return Message(Outcome.NO_SLOT, None) if place is None else self._told(*place)

        return self._served(Operation.RESERVE, until_s, given)

    def hold(
        self, token: str, attempt: tuple[int, int], wish: tuple[str, str], until_s: float
    ) -> Reply[tuple[str | None]]:
        assert (int(token), self.tries) == attempt
        time = self.opened.time_texts.index(wish[1])

        def held() -> tuple[str | None]:
            self.held = time, self.world.hold(self._ledger, time, attempt[0])
            return (None,) if isinstance(self.held[1], Rejected) else ("R",)

        return self._served(Operation.HOLD, until_s, held)

    def confirm(self, token: str, reservation: str, until_s: float) -> Reply[Message]:
        assert (int(token) >= 0, reservation) == (True, "R")
        assert self.held is not None
        time, hold = self.held
        assert isinstance(hold, Hold)
        return self._served(Operation.RESERVE, until_s, lambda: self._told(time, hold.confirm()))

    @property
    def _ledger(self) -> Ledger:
        return self.opened.ledger

    def _told(self, time: int, decision: Decision) -> Message:
        slot = slot_of(self.opened, time, decision)
        if slot is None:
            return Message(Outcome.REJECTED, None)
        return Message(Outcome.CONFIRMED, slot, self.opened.time_texts[time])

    def _send(self, citizen: int, start: str) -> str:
        self.sent = Reservation(citizen, self.opened.time_texts.index(start), self.tries)
        work_s = self.service_s[self.tries - 1, EHR].item()
        self.world.env.process(self.world.decide(self.sent, self.opened.ledger, work_s))
        return "R"

    def _message(self) -> Message | Refusal | None:
        assert self.sent is not None
        if (decision := self.sent.decision) is None:
            return None
        if isinstance(decision, SetAside):  # the API's client takes such a message for an error, as it should
            return Refusal(Status.FAILED)
        slot = slot_of(self.opened, self.sent.time, decision)
        return Message(Outcome.CONFIRMED if isinstance(decision, Confirmed) else Outcome.REJECTED, slot)

    def _served(self, operation: Operation, until_s: float, work: Callable[[], Any]) -> Any:
        # What is sent again before an answer has the key of what was sent first.
        same = self.unanswered is operation and operation in _KEYED
        self.work = self.work if same else cache(work)
        done = self.world.env.event()
        self.world.env.process(self._serve(operation, self.work if operation in _KEYED else work, done))
        content = _hand_over(self._answer(done, until_s))
        self.unanswered = None if content else operation
        if not content:
            return Silence()
        return content[0] if isinstance(content[0], Refusal) else Got(content[0])

    def _serve(self, operation: Operation, work: Callable[[], Any], done: simpy.Event) -> Steps:
        service_s = self.service_s[max(0, self.tries - 1), COLUMN[operation]].item()
        done.succeed((yield from self.world.serve(self.world.station(operation), service_s, work)))

    def _answer(self, done: simpy.Event, until_s: float) -> Steps:
        yield done | self.world.env.timeout(until_s - self.now())
        return [done.value] if done.triggered else []

    def _pause(self, seconds: float) -> Steps:
        yield self.world.env.timeout(seconds)


_KEYED = {Operation.RESERVE, Operation.HOLD}


def _hand_over(steps: Steps) -> Any:
    parent = getcurrent().parent
    assert parent is not None
    return parent.switch(steps)


def _lived(citizen: Citizen, timetable: Timetable, platform: SimulatedPlatform, attempts: list[Attempt]) -> Steps:
    journey = greenlet(lambda: attempts.extend(live(citizen, timetable, platform, platform, platform.world.strategy)))
    steps = journey.switch()
    while not journey.dead:
        steps = journey.switch((yield from steps))


def lived_in_simulation(scenario: Scenario, plan: Plan) -> list[Attempt]:
    world, attempts, service_s = World(scenario, plan), list[Attempt](), service_times(scenario, plan)
    timetables = timetables_of(scenario)
    for citizen in citizens_of(plan):
        opened = world.books[citizen.municipality][citizen.book]
        platform = SimulatedPlatform(world, opened, service_s[citizen.number])
        timetable = timetables[citizen.municipality][citizen.book]
        world.env.process(_lived(citizen, timetable, platform, attempts))
    world.env.run()
    return attempts


@pytest.mark.parametrize("changes", [CALM, CROWDED, SCARCE], ids=["calm", "crowded", "scarce"])
@pytest.mark.parametrize("replication", [0, 1, 2])
def test_both_journeys_make_the_same_attempts_bit_for_bit(changes: dict[str, Any], replication: int):
    scenario = a.scenario(changes)
    plan = plan_of(scenario, scenario.policy, replication)
    simulated = sorted(simulate(scenario, plan), key=lambda one: (one.citizen, one.number))
    lived = sorted(lived_in_simulation(scenario, plan), key=lambda one: (one.citizen, one.number))
    assert lived == simulated


@pytest.mark.parametrize("strategy", list(Strategy))
@pytest.mark.parametrize("age", ["0 s", "5 s", "3 min"])
def test_both_journeys_agree_on_what_a_list_showed_a_while_ago(strategy: Strategy, age: str):
    scenario = a.scenario({**CROWDED, "platform.strategy": strategy.value, "platform.list_age": age})
    plan = plan_of(scenario, scenario.policy, 0)
    simulated = sorted(simulate(scenario, plan), key=lambda one: (one.citizen, one.number))
    lived = sorted(lived_in_simulation(scenario, plan), key=lambda one: (one.citizen, one.number))
    assert lived == simulated


@pytest.mark.parametrize("strategy", list(Strategy))
@pytest.mark.parametrize("form", ["0 s", "2 min", "15 min"])
def test_both_journeys_agree_however_places_are_given(strategy: Strategy, form: str):
    session = {"login": "20 s", "choose": "20 s", "form": form}
    scenario = a.scenario({**CROWDED, "platform.strategy": strategy.value, "behaviour.session": session})
    plan = plan_of(scenario, scenario.policy, 0)
    simulated = sorted(simulate(scenario, plan), key=lambda one: (one.citizen, one.number))
    lived = sorted(lived_in_simulation(scenario, plan), key=lambda one: (one.citizen, one.number))
    assert lived == simulated


@pytest.mark.parametrize("strategy", list(Strategy))
@pytest.mark.parametrize("after", ["300 ms", "2 s", "20 s"])
@pytest.mark.parametrize(
    "room", [None, {"total_active_users": 30, "new_users_per_minute": 60, "session_duration": "25 s"}]
)
def test_both_journeys_agree_on_those_who_reload(strategy: Strategy, after: str, room: dict[str, Any] | None):
    reload = {"share": "60 %", "after": after}
    changes = {**CROWDED, "platform.strategy": strategy.value, "behaviour.reload": reload}
    scenario = a.scenario(changes | {"platform.waiting_room": room, "policy.batch_size": "all"})
    plan = plan_of(scenario, scenario.policy, 0)
    simulated = sorted(simulate(scenario, plan), key=lambda one: (one.citizen, one.number))
    lived = sorted(lived_in_simulation(scenario, plan), key=lambda one: (one.citizen, one.number))
    assert lived == simulated


@pytest.mark.parametrize("strategy", list(Strategy))
def test_both_journeys_agree_on_those_who_come_with_a_link_that_was_passed_on(strategy: Strategy):
    forwarded = {"share": "40 %", "to": 2, "after": "30 s"}
    changes = {**CROWDED, "platform.strategy": strategy.value, "invitation.invited": 70}
    scenario = a.scenario(changes | {"behaviour.forwarded": forwarded})
    plan = plan_of(scenario, scenario.policy, 0)
    simulated = sorted(simulate(scenario, plan), key=lambda one: (one.citizen, one.number))
    lived = sorted(lived_in_simulation(scenario, plan), key=lambda one: (one.citizen, one.number))
    assert lived == simulated
    assert simulated[-1].citizen >= plan.invited


ROOMS: dict[str, dict[str, Any]] = {
    "few inside": {"total_active_users": 12, "new_users_per_minute": 100, "session_duration": "2 min"},
    "slowly": {"total_active_users": 1000, "new_users_per_minute": 15},
    "short sessions": {"total_active_users": 30, "new_users_per_minute": 60, "session_duration": "25 s"},
    "room for all": {"total_active_users": 1000, "new_users_per_minute": 1000, "session_duration": "10 h"},
}


@pytest.mark.parametrize("strategy", list(Strategy))
@pytest.mark.parametrize("order", list(QueueOrder))
@pytest.mark.parametrize("room", ROOMS)
def test_both_journeys_agree_at_the_waiting_room(strategy: Strategy, order: QueueOrder, room: str):
    changes = {**CROWDED, "platform.strategy": strategy.value, "policy.batch_size": "all"}
    scenario = a.scenario(changes | {"platform.waiting_room": ROOMS[room] | {"order": order.value}})
    plan = plan_of(scenario, scenario.policy, 0)
    simulated = sorted(simulate(scenario, plan), key=lambda one: (one.citizen, one.number))
    lived = sorted(lived_in_simulation(scenario, plan), key=lambda one: (one.citizen, one.number))
    assert lived == simulated


@pytest.mark.parametrize("strategy", list(Strategy))
@pytest.mark.parametrize("changes", [CROWDED, SCARCE], ids=["crowded", "scarce"])
def test_nobody_comes_back_while_something_of_theirs_is_active(changes: dict[str, Any], strategy: Strategy):
    # So the terms of a book, one appointment each, never stand in the way of a load test.
    scenario = a.scenario({**changes, "platform.strategy": strategy.value})
    attempts = simulate(scenario, plan_of(scenario, scenario.policy, 0))
    last = Counter(one.citizen for one in attempts)
    left_behind = {one.outcome for one in attempts if one.number < last[one.citizen]}
    assert left_behind <= {Outcome.REJECTED, Outcome.NO_SLOT}


def test_the_three_worlds_show_every_ending_the_simulation_knows():
    endings = Counter[Outcome]()
    for changes in (CALM, CROWDED, SCARCE):
        scenario = a.scenario(changes)
        endings.update(one.outcome for one in simulate(scenario, plan_of(scenario, scenario.policy, 0)))
    shown = {Outcome.CONFIRMED, Outcome.REJECTED, Outcome.NO_SLOT, Outcome.UNKNOWN, Outcome.ABANDONED}
    assert set(endings) == shown


@pytest.mark.parametrize("replication", [0, 1, 2])
def test_both_journeys_agree_where_deliveries_fail_and_the_record_system_stands_still(replication: int):
    ehr = {"workers": 2, "service_time": "4 s", "timeout": "5 s", "redeliver_after": "3 s", "deliveries": 2}
    stopped = [{"from": "30 s", "to": "45 s"}]
    scenario = a.scenario({**CROWDED, "platform.ehr": ehr | {"stopped": stopped}})
    plan = plan_of(scenario, scenario.policy, replication)
    simulated = sorted(simulate(scenario, plan), key=lambda one: (one.citizen, one.number))
    assert Outcome.FAILED in {one.outcome for one in simulated}
    lived = sorted(lived_in_simulation(scenario, plan), key=lambda one: (one.citizen, one.number))
    assert lived == simulated


def test_both_journeys_agree_where_there_is_nothing_left_to_assign():
    scenario = a.scenario({**SCARCE, "platform.strategy": Strategy.ASSIGN.value})
    plan = plan_of(scenario, scenario.policy, 0)
    simulated = sorted(simulate(scenario, plan), key=lambda one: (one.citizen, one.number))
    assert {one.outcome for one in simulated if one.reserved_s is None} >= {Outcome.NO_SLOT}
    lived = sorted(lived_in_simulation(scenario, plan), key=lambda one: (one.citizen, one.number))
    assert lived == simulated
