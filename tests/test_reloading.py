"""People who reload: the server works for all they asked for, they take the newest answer, and book once."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.attempts import Attempt, Operation, Outcome, Request, Status
from scenarios.plan import plan_of
from scenarios.scenario import Scenario
from scenarios.strategy import Strategy
from simulation.replication import simulate
from tests import a

ALONE = {"invitation.invited": 1, "invitation.delivered": "100 %", "behaviour.uptake": "100 %"}
SLOW: dict[str, Any] = {
    "platform.service_time": {"list": "10 s", "confirm": "10 s"},
    "platform.sigma": 0.0,
    "behaviour.patience": {"page": "10 h", "answer": "10 h", "sigma": 0.0},
}
RUSH: dict[str, Any] = {
    "policy.batch_size": "all",
    "behaviour.response": {"median": "20 s", "sigma": 1.0},
    "platform.workers": 2,
    "platform.service_time": {"list": "500 ms", "confirm": "1 s"},
}


def lived(changes: dict[str, Any]) -> list[Attempt]:
    scenario = a.scenario(changes)
    return simulate(scenario, plan_of(scenario, scenario.policy, 0))


def again_after(length: str, **more: Any) -> dict[str, Any]:
    return {"behaviour.reload": {"share": "100 %", "after": length, "sigma": 0.0, "most": 3} | more}


def of(attempt: Attempt, operation: Operation) -> list[Request]:
    return [one for one in attempt.requests if one.operation is operation]


@given(st.sampled_from(Strategy), st.floats(0.5, 40), st.integers(1, 20), st.integers(1, 3))
@settings(max_examples=60, deadline=None)
def test_reloading_never_makes_a_patient_lone_citizens_booking_fail(
    strategy: Strategy, after_s: float, most: int, workers: int
) -> None:
    changes = {**ALONE, **SLOW, "platform.strategy": strategy.value, "platform.workers": workers}
    (attempt,) = lived({**changes, **again_after(f"{after_s} s", most=most)})
    (usual,) = lived(changes)
    assert (attempt.outcome, attempt.slot, attempt.asked) == (Outcome.CONFIRMED, usual.slot, usual.asked)
    assert attempt.ended_s >= usual.ended_s


def test_every_reload_is_a_request_that_is_worked_on_and_the_newest_is_answered() -> None:
    # One worker, 10 s a page, asked at 0, 4, 8 and 12 s: the last of the four is over after 40 s.
    (attempt,) = lived({**ALONE, **SLOW, **again_after("4 s"), "platform.workers": 1})
    days = of(attempt, Operation.DAYS)
    first_s = days[0].started_s
    assert [(one.started_s - first_s, one.ended_s - first_s, one.status) for one in days] == [
        (0.0, 4.0, Status.ABANDONED),
        (4.0, 8.0, Status.ABANDONED),
        (8.0, 12.0, Status.ABANDONED),
        (12.0, 40.0, Status.OK),
    ]


@pytest.mark.parametrize("strategy", Strategy)
def test_a_reservation_that_is_sent_again_is_one_wish_with_one_answer(strategy: Strategy) -> None:
    (attempt,) = lived(
        {**ALONE, **SLOW, **again_after("4 s"), "platform.workers": 50, "platform.strategy": strategy.value}
    )
    sent = of(attempt, Operation.RESERVE)
    assert [one.status for one in sent] == [*[Status.ABANDONED] * 3, Status.OK]
    assert attempt.reserved_s == sent[0].started_s
    assert attempt.slot is not None
    assert attempt.slot.endswith("/1")  # a second booking would have had the second place, or none


@pytest.mark.parametrize("strategy", Strategy)
def test_however_often_people_reload_nobody_books_twice(strategy: Strategy) -> None:
    attempts = lived({**RUSH, **again_after("1 s"), "platform.strategy": strategy.value})
    confirmed = [one for one in attempts if one.outcome is Outcome.CONFIRMED]
    assert len(confirmed) > 5
    assert max(Counter(one.citizen for one in confirmed).values()) == 1
    assert max(Counter(one.slot for one in confirmed).values()) == 1


@pytest.mark.parametrize("strategy", Strategy)
@pytest.mark.parametrize("reload", [{"share": "0 %", "after": "1 s"}, {"share": "100 %", "after": "2 h"}])
def test_reloads_that_nobody_makes_change_nothing(strategy: Strategy, reload: dict[str, Any]) -> None:
    changes = {**RUSH, "platform.strategy": strategy.value}
    assert lived({**changes, "behaviour.reload": reload}) == lived(changes)


def test_patience_runs_from_the_first_time_a_page_is_asked_for() -> None:
    patience = {"page": "9 s", "answer": "10 h", "sigma": 0.0}
    (attempt,) = lived({**ALONE, **SLOW, **again_after("4 s"), "behaviour.patience": patience})
    first, *_, last = of(attempt, Operation.BOOKS)
    assert last.ended_s - first.started_s == 9.0
    assert [one.status for one in of(attempt, Operation.BOOKS)] == [Status.ABANDONED] * 3
    assert attempt.outcome is Outcome.ABANDONED


def test_a_storm_of_reloads_leaves_fewer_with_an_appointment() -> None:
    # Two workers are busy with pages that nobody waits for any more, while patience runs out.
    calm, storm = lived(RUSH), lived({**RUSH, **again_after("2 s")})
    confirmed = [sum(one.outcome is Outcome.CONFIRMED for one in attempts) for attempts in (calm, storm)]
    assert confirmed[0] > 2 * confirmed[1]


def test_without_the_key_a_scenario_keeps_its_digest() -> None:
    scenario: Scenario = a.scenario()
    assert "reload" not in scenario.model_dump(mode="json", by_alias=True)["behaviour"]
