"""A waiting room before the simulated platform: its limits hold, nobody is lost in it, and room for all is none."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from reference_server.waiting_room import MINUTE_S, Admitted, Queued, WaitingRoom
from scenarios.attempts import Attempt, Operation, Outcome
from scenarios.booking_platform import WaitingRoomRules
from scenarios.plan import Plan, plan_of
from scenarios.rows import citizens_of, longest_s
from scenarios.scenario import Scenario
from scenarios.strategy import QueueOrder, Strategy
from simulation.journey import Journey
from simulation.replication import simulate
from simulation.service_times import service_times
from simulation.world import World
from tests import a

RUSH: dict[str, Any] = {"invitation.invited": 60, "policy.batch_size": "all", "behaviour.response.median": "30 s"}
rooms = st.fixed_dictionaries(
    {
        "total_active_users": st.integers(1, 40),
        "new_users_per_minute": st.integers(1, 40),
        "session_duration": st.integers(5, 900).map(lambda seconds: f"{seconds} s"),
        "order": st.sampled_from([order.value for order in QueueOrder]),
    }
)
queue_patience = st.sampled_from(["20 s", "2 min", "10 min"])


class WatchedRoom(WaitingRoom):
    """A waiting room that keeps a note of every answer: who, when, and what."""

    def __init__(self, rules: WaitingRoomRules, chance: Callable[[int], int]) -> None:
        super().__init__(rules, chance)
        self.notes: list[tuple[str, float, Admitted | Queued]] = []
        self.most_inside = 0

    def visit(self, visitor: str, now_s: float) -> Admitted | Queued:
        answer = super().visit(visitor, now_s)
        self.notes.append((visitor, now_s, answer))
        self.most_inside = max(self.most_inside, self.active)
        return answer


def scenario_of(room: dict[str, Any] | None, strategy: str = "queued", queue: str = "10 min") -> Scenario:
    changes = RUSH | {"platform.strategy": strategy, "behaviour.patience.queue": queue}
    return a.scenario(changes if room is None else changes | {"platform.waiting_room": room})


def lived(scenario: Scenario, plan: Plan) -> tuple[list[Attempt], WatchedRoom]:
    rules = scenario.platform.waiting_room
    assert rules is not None
    world, attempts = World(scenario, plan), list[Attempt]()
    world.room = watched = WatchedRoom(rules, lambda _: 0)
    work_s = service_times(scenario, plan).tolist()
    for citizen in citizens_of(plan):
        world.env.process(Journey(world, citizen, work_s[citizen.number], attempts.append).live())
    world.env.run()
    return attempts, watched


@settings(max_examples=10, deadline=None)
@given(room=rooms, queue=queue_patience)
def test_the_limits_of_the_room_hold_whatever_the_citizens_do(room: dict[str, Any], queue: str) -> None:
    scenario = scenario_of(room, queue=queue)
    _, watched = lived(scenario, plan_of(scenario, scenario.policy, 0))
    rules = scenario.platform.waiting_room
    assert rules is not None
    assert watched.most_inside <= rules.total_active_users
    sessions = {(who, said.until_s) for who, _, said in watched.notes if isinstance(said, Admitted)}
    begun_s = sorted(until_s - rules.session_duration for _, until_s in sessions)
    for first, after in zip(begun_s, begun_s[rules.new_users_per_minute :], strict=False):
        assert after - first >= MINUTE_S


@settings(max_examples=10, deadline=None)
@given(room=rooms)
def test_who_comes_first_is_let_in_first(room: dict[str, Any]) -> None:
    scenario = scenario_of(room | {"order": "fifo", "session_duration": "10 h"}, queue="10 min")
    _, watched = lived(scenario, plan_of(scenario, scenario.policy, 0))
    arrived = list(dict.fromkeys(who for who, _, _ in watched.notes))
    until_s = {who: said.until_s for who, _, said in watched.notes if isinstance(said, Admitted)}
    begun = [until_s[who] for who in arrived if who in until_s]
    assert begun == sorted(begun)


@settings(max_examples=10, deadline=None)
@given(room=rooms, strategy=st.sampled_from(list(Strategy)), queue=queue_patience)
def test_every_citizen_comes_to_an_end_in_time(room: dict[str, Any], strategy: Strategy, queue: str) -> None:
    scenario = scenario_of(room, strategy.value, queue)
    plan = plan_of(scenario, scenario.policy, 0)
    attempts = simulate(scenario, plan)
    assert {one.citizen for one in attempts} == {citizen.number for citizen in citizens_of(plan)}
    assert max(one.ended_s for one in attempts) <= longest_s(plan)
    for one in attempts:
        assert one.ended_s >= one.requests[-1].ended_s
        if one.requests[-1].operation is Operation.ENTER:
            assert (one.outcome, one.slot) == (Outcome.ABANDONED, None)
        sent = [request.started_s for request in one.requests if request.operation is Operation.RESERVE]
        assert one.reserved_s is None or one.reserved_s in sent or one.outcome is Outcome.REJECTED


@settings(max_examples=10, deadline=None)
@given(strategy=st.sampled_from(list(Strategy)), order=st.sampled_from(list(QueueOrder)), replication=st.integers(0, 3))
def test_room_for_all_changes_nothing_but_that_everybody_asks_once(
    strategy: Strategy, order: QueueOrder, replication: int
) -> None:
    room = {"total_active_users": 1000, "new_users_per_minute": 1000, "session_duration": "48 h", "order": order.value}
    with_room, without = scenario_of(room, strategy.value), scenario_of(None, strategy.value)
    attempts = simulate(with_room, plan_of(with_room, with_room.policy, replication))
    asked = [one for one in attempts for request in one.requests if request.operation is Operation.ENTER]
    assert [one.citizen for one in asked] == [one.citizen for one in attempts if one.number == 1]
    assert [
        replace(one, requests=tuple(request for request in one.requests if request.operation is not Operation.ENTER))
        for one in attempts
    ] == simulate(without, plan_of(without, without.policy, replication))


def test_who_is_tired_of_waiting_leaves_when_patience_runs_out() -> None:
    scenario = scenario_of({"total_active_users": 1, "new_users_per_minute": 1, "session_duration": "2 h"})
    plan = plan_of(scenario, scenario.policy, 0)
    attempts = simulate(scenario, plan)
    (inside,) = [one.citizen for one in attempts if one.requests[-1].operation is not Operation.ENTER]
    tired = [one for one in attempts if one.citizen != inside]
    assert plan.queue_patience_s is not None
    for one in tired:
        first = next(request for request in one.requests if request.operation is Operation.ENTER)
        assert one.ended_s == first.planned_s + plan.queue_patience_s[one.citizen]
        assert (one.outcome, one.reserved_s) == (Outcome.ABANDONED, None)


def test_a_session_that_ends_on_the_way_is_followed_by_another_wait() -> None:
    scenario = scenario_of({"total_active_users": 1000, "new_users_per_minute": 1000, "session_duration": "15 s"})
    attempts = simulate(scenario, plan_of(scenario, scenario.policy, 0))
    entries = [sum(request.operation is Operation.ENTER for request in one.requests) for one in attempts]
    assert max(entries) > 1
    assert sum(one.outcome is Outcome.CONFIRMED for one in attempts) > 0


def test_a_random_order_lets_in_others_first_and_the_same_ones_every_time() -> None:
    def entered(order: str) -> list[int]:
        room = {"total_active_users": 1000, "new_users_per_minute": 6, "session_duration": "10 h", "order": order}
        scenario = scenario_of(room, queue="10 min")
        attempts = simulate(scenario, plan_of(scenario, scenario.policy, 0))
        books = {
            one.citizen: next(request.started_s for request in one.requests if request.operation is Operation.BOOKS)
            for one in attempts
            if one.number == 1 and one.requests[-1].operation is not Operation.ENTER
        }
        return sorted(books, key=lambda citizen: books[citizen])

    assert entered("random") == entered("random") != entered("fifo")


def test_a_plan_is_the_same_with_and_without_a_room_but_for_the_patience_of_those_who_wait() -> None:
    room = {"total_active_users": 10, "new_users_per_minute": 10}
    with_room, without = scenario_of(room), scenario_of(None)
    plan, other = (plan_of(one, one.policy, 0) for one in (with_room, without))
    assert other.queue_patience_s is None
    assert replace(plan, queue_patience_s=None).sha256 == other.sha256 != plan.sha256
