"""The waiting room's rule: never too many inside, never too fast, in order, and nobody before an open door."""

import random
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from reference_server.waiting_room import ASK_AGAIN_S, FORGOTTEN_S, MINUTE_S, Admitted, Queued, WaitingRoom
from scenarios.booking_platform import WaitingRoomRules
from scenarios.strategy import QueueOrder

GAPS_S = st.lists(st.integers(0, 40), max_size=60)


def rules_of(order: QueueOrder = QueueOrder.FIFO, **limits: Any) -> WaitingRoomRules:
    told = {"total_active_users": 2, "new_users_per_minute": 10, "session_duration": "100 s", "order": order}
    return WaitingRoomRules.model_validate(told | limits)


def rules_any(*orders: QueueOrder) -> st.SearchStrategy[WaitingRoomRules]:
    return st.builds(
        rules_of,
        st.sampled_from(orders),
        total_active_users=st.integers(1, 5),
        new_users_per_minute=st.integers(1, 4),
        session_duration=st.integers(1, 150).map(lambda seconds: f"{seconds} s"),
    )


def room_of(rules: WaitingRoomRules, forgotten_s: float = 10_000) -> WaitingRoom:
    return WaitingRoom(rules, random.Random(1).randrange, forgotten_s)


class Crowd:
    """One visitor more at every step, and everybody who waits asks again."""

    def __init__(self, rules: WaitingRoomRules) -> None:
        self.rules = rules
        self.room = room_of(rules)
        self.now_s = 0.0
        self.arrived = 0
        self.waiting: dict[str, Queued] = {}
        self.sessions: dict[str, Admitted] = {}

    def step(self, gap_s: int) -> None:
        self.now_s += gap_s
        self.waiting[str(self.arrived)] = Queued(0, 0.0)
        self.arrived += 1
        for visitor in list(self.waiting):
            self.ask(visitor)

    def ask(self, visitor: str) -> None:
        match self.room.visit(visitor, self.now_s):
            case Admitted() as session:
                self.sessions[visitor] = session
                del self.waiting[visitor]
            case Queued() as place:
                self.waiting[visitor] = place

    @property
    def inside(self) -> int:
        return sum(session.until_s > self.now_s for session in self.sessions.values())

    @property
    def begun_s(self) -> list[float]:
        return [session.until_s - self.rules.session_duration for session in self.sessions.values()]

    def begun_in_the_minute_from(self, start_s: float) -> int:
        return sum(start_s <= begun_s < start_s + MINUTE_S for begun_s in self.begun_s)


@given(rules=rules_any(*QueueOrder), gaps_s=GAPS_S)
def test_never_more_inside_than_allowed_and_never_more_admitted_in_a_minute(
    rules: WaitingRoomRules, gaps_s: list[int]
) -> None:
    crowd = Crowd(rules)
    for gap_s in gaps_s:
        crowd.step(gap_s)
        assert crowd.inside == crowd.room.active <= rules.total_active_users
        assert len(crowd.waiting) == crowd.room.queued
    assert all(crowd.begun_in_the_minute_from(begun_s) <= rules.new_users_per_minute for begun_s in crowd.begun_s)


@given(rules=rules_any(*QueueOrder), gaps_s=GAPS_S)
def test_nobody_waits_while_there_is_a_place_and_room_in_the_minute(rules: WaitingRoomRules, gaps_s: list[int]) -> None:
    crowd = Crowd(rules)
    for gap_s in gaps_s:
        crowd.step(gap_s)
        last_minute = sum(crowd.now_s - begun_s < MINUTE_S for begun_s in crowd.begun_s)
        if crowd.waiting:
            assert crowd.inside == rules.total_active_users or last_minute == rules.new_users_per_minute


@given(rules=rules_any(QueueOrder.FIFO), gaps_s=GAPS_S)
def test_first_in_first_out_keeps_the_order_and_tells_everybody_their_place(
    rules: WaitingRoomRules, gaps_s: list[int]
) -> None:
    crowd = Crowd(rules)
    for gap_s in gaps_s:
        crowd.step(gap_s)
        assert [place.position for place in crowd.waiting.values()] == list(range(1, len(crowd.waiting) + 1))
        assert all(earlier.wait_s < later.wait_s for earlier, later in pairwise(crowd.waiting.values()))
    assert [int(visitor) for visitor in crowd.sessions] == list(range(len(crowd.sessions)))


@given(rules=rules_any(*QueueOrder), gaps_s=GAPS_S)
def test_everybody_who_keeps_asking_comes_in(rules: WaitingRoomRules, gaps_s: list[int]) -> None:
    crowd = Crowd(rules)
    for gap_s in gaps_s:
        crowd.step(gap_s)
    rounds = 0
    while crowd.waiting:
        crowd.now_s += max(MINUTE_S, rules.session_duration)
        for visitor in list(crowd.waiting):
            crowd.ask(visitor)
        rounds += 1
        assert rounds <= len(gaps_s)
    assert len(crowd.sessions) == crowd.arrived


def test_chance_lets_in_another_order_than_that_of_arrival() -> None:
    crowd = Crowd(rules_of(QueueOrder.RANDOM, total_active_users=1, session_duration="50 s"))
    for gap_s in [0] * 8 + [50] * 8:
        crowd.step(gap_s)
    begun = sorted(crowd.sessions, key=lambda visitor: crowd.sessions[visitor].until_s)
    assert begun != sorted(begun, key=int)


def test_a_visitor_inside_stays_inside_until_the_session_ends_and_then_queues_again() -> None:
    room = room_of(rules_of(total_active_users=1))
    assert room.visit("a", 0.0) == room.visit("a", 99.0) == Admitted(100.0)
    assert room.visit("b", 99.0) == Queued(1, 1.0)
    assert room.visit("a", 100.0) == Queued(1, 100.0)  # b was first
    assert room.visit("b", 100.0) == Admitted(200.0)


def test_who_stops_asking_loses_the_place_and_holds_up_nobody() -> None:
    room = room_of(rules_of(total_active_users=1), forgotten_s=60)
    room.visit("inside", 0.0)
    room.visit("gone", 1.0)
    assert room.visit("patient", 50.0).position == 2  # type: ignore[union-attr]
    assert room.visit("patient", 100.0) == Admitted(200.0)
    assert room.visit("gone", 120.0) == Queued(1, 80.0)


def test_the_same_visitor_asking_often_gets_no_better_place() -> None:
    room = room_of(rules_of(total_active_users=1))
    room.visit("inside", 0.0)
    room.visit("first", 1.0)
    places = [room.visit("pusher", 2.0) for _ in range(5)]
    assert places == [places[0]] * 5
    assert room.queued == 2


@pytest.mark.parametrize("limit", ["total_active_users", "new_users_per_minute", "session_duration"])
def test_a_limit_of_nothing_is_no_limit_to_be_had(limit: str) -> None:
    nothing: dict[str, Any] = {limit: "0 s" if limit == "session_duration" else 0}
    with pytest.raises(ValidationError, match="greater than 0"):
        rules_of(**nothing)


@given(rules=rules_any(*QueueOrder), gaps_s=GAPS_S)
def test_who_asks_again_when_told_to_is_never_forgotten(rules: WaitingRoomRules, gaps_s: list[int]) -> None:
    crowd = Crowd(rules)
    for gap_s in gaps_s:
        crowd.step(gap_s)
        again_s = [place.ask_again_s for place in crowd.waiting.values()]
        assert all(1 <= one <= ASK_AGAIN_S < FORGOTTEN_S and one == int(one) for one in again_s)
