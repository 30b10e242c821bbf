"""How a place is given, and what it does to rejections: on the same citizens, strategy by strategy."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.attempts import Attempt, Operation, Outcome
from scenarios.inventory import total_capacity
from scenarios.plan import plan_of
from scenarios.strategy import HOLD_S, Listing, Strategy
from simulation.replication import simulate
from tests import a

RUSH: dict[str, Any] = {
    "policy.batch_size": "all",
    "behaviour.response.median": "30 s",
    "behaviour.session": {"login": "20 s", "choose": "20 s", "form": "2 min"},
}


def _lived(replication: int = 0, /, **changes: Any) -> list[Attempt]:
    scenario = a.scenario({**RUSH, **{key.replace("__", "."): value for key, value in changes.items()}})
    return simulate(scenario, plan_of(scenario, scenario.policy, replication))


def _count(attempts: list[Attempt], outcome: Outcome) -> int:
    return sum(attempt.outcome is outcome for attempt in attempts)


def _rejected(**changes: Any) -> int:
    return sum(_count(_lived(replication, **changes), Outcome.REJECTED) for replication in range(5))


def test_an_assigned_place_is_never_rejected() -> None:
    attempts = _lived(platform__strategy="assign")
    assert {attempt.outcome for attempt in attempts} == {Outcome.CONFIRMED}
    assert {request.operation for one in attempts for request in one.requests} == {
        Operation.LOGIN,
        Operation.BOOKS,
        Operation.RESERVE,
    }


def test_who_comes_to_a_full_book_is_assigned_nothing() -> None:
    attempts = _lived(platform__strategy="assign", invitation__invited=400)
    assert _count(attempts, Outcome.CONFIRMED) == total_capacity(a.scenario())
    assert _count(attempts, Outcome.NO_SLOT) > 0
    assert all(attempt.number == 1 for attempt in attempts)


def test_a_hold_keeps_the_form_out_of_the_race() -> None:
    # The form lies between choosing and sending; a hold is taken before it.
    assert _rejected(platform__strategy="hold") < _rejected(platform__strategy="immediate")


def test_a_spread_list_has_fewer_collisions_than_one_that_begins_with_the_same_time_for_all() -> None:
    assert _rejected(platform__listing="spread") < _rejected(platform__listing="earliest") / 2


def test_an_immediate_answer_comes_in_the_response_to_the_reservation() -> None:
    attempts = _lived(platform__strategy="immediate")
    decided = [one for one in attempts if one.outcome in (Outcome.CONFIRMED, Outcome.REJECTED)]
    assert decided
    for one in decided:
        assert one.requests[-1].operation is Operation.RESERVE
        assert one.ended_s == one.requests[-1].ended_s


def test_a_hold_that_runs_out_before_the_form_is_filled_in_is_lost_and_its_place_is_free_again() -> None:
    slow = f"{2 * HOLD_S} s"
    changes = {
        "platform.strategy": "hold",
        "behaviour.session": {"login": "20 s", "choose": "20 s", "form": slow, "sigma": 0.0},
    }
    attempts = _lived(**{key.replace(".", "__"): value for key, value in changes.items()})
    assert _count(attempts, Outcome.CONFIRMED) == 0
    # Everybody held a place at some time: more holds than there are places, so places came back.
    held = sum(request.operation is Operation.RESERVE for one in attempts for request in one.requests)
    assert held > 0
    assert all(one.outcome is Outcome.REJECTED for one in attempts if one.reserved_s is not None)


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(Strategy), st.sampled_from(Listing), st.integers(1, 150), st.integers(0, 2**32),
    st.sampled_from(["0 s", "2 min", "15 min"]),
)  # fmt: skip
def test_no_strategy_gives_a_place_twice(
    strategy: Strategy, listing: Listing, invited: int, seed: int, form: str
) -> None:
    attempts = _lived(
        platform__strategy=strategy.value, platform__listing=listing.value, invitation__invited=invited,
        experiment__seed=seed, behaviour__session={"login": "20 s", "choose": "20 s", "form": form},
    )  # fmt: skip
    slots = Counter(attempt.slot for attempt in attempts if attempt.outcome is Outcome.CONFIRMED)
    assert all(count == 1 for count in slots.values())
    assert None not in slots


@pytest.mark.parametrize("strategy", ["first-come", "QUEUED", ""])
def test_a_strategy_that_is_none_is_refused(strategy: str) -> None:
    with pytest.raises(ValueError, match="strategy"):
        a.scenario({"platform.strategy": strategy})
