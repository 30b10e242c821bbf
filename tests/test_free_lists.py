"""Lists that are shown for a while: by an exact rule, and an age of 0 is none."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference_server.booking import Confirmed, Ledger
from scenarios.plan import plan_of
from scenarios.strategy import Listing, Strategy
from simulation.free_lists import FreeLists
from simulation.replication import simulate
from tests import a

RUSH: dict[str, Any] = {
    "policy.batch_size": "all",
    "behaviour.response": {"median": "20 s", "sigma": 1.0},
    "platform.service_time": {"list": "60 ms", "confirm": "300 ms"},
}
STEPS = st.lists(st.tuples(st.sampled_from(["take", "cancel", "wait"]), st.integers(0, 5)), max_size=40)


@given(STEPS, st.sampled_from([0.0, 1.0, 2.0, 5.0]))
@settings(max_examples=200, deadline=None)
def test_a_list_is_what_the_book_was_less_than_its_age_ago(steps: list[tuple[str, int]], age_s: float) -> None:
    ledger = Ledger(1, [0, 0, 0, 1, 1, 1])
    lists, now_s, taken = FreeLists(ledger, age_s), 0.0, dict[int, int]()
    seen: list[tuple[float, list[int], list[int]]] = []
    for step, number in steps:
        if step == "wait":
            now_s += number / 2
        elif step == "take" and isinstance(got := ledger.reserve(number, 1), Confirmed):
            taken[number] = got.place
        elif step == "cancel" and number in taken:
            ledger.cancel(number, taken.pop(number))
        seen.append((now_s, ledger.free_days(), ledger.free_times(0)))
        recent = [one for one in seen if now_s - one[0] < age_s] or seen[-1:]
        assert lists.days(now_s) in [days for _, days, _ in recent]
        assert lists.times(0, now_s) in [times for _, _, times in recent]


def test_a_list_is_made_anew_at_its_age_and_each_list_has_its_own() -> None:
    ledger = Ledger(1, [0, 0, 1])
    lists = FreeLists(ledger, 10.0)
    assert (lists.days(0.0), lists.times(0, 4.0)) == ([0, 1], [0, 1])
    ledger.reserve(0, 1)
    ledger.reserve(2, 1)
    assert (lists.days(9.5), lists.times(0, 13.5)) == ([0, 1], [0, 1])
    assert (lists.days(10.0), lists.times(0, 14.0)) == ([0], [1])


def test_an_empty_list_is_not_kept() -> None:
    ledger = Ledger(1, [0])
    lists = FreeLists(ledger, 10.0)
    ledger.reserve(0, 1)
    assert (lists.days(0.0), lists.times(0, 0.0)) == ([], [])
    ledger.cancel(0, 1)
    assert (lists.days(1.0), lists.times(0, 1.0)) == ([0], [0])


@pytest.mark.parametrize("strategy", Strategy)
@pytest.mark.parametrize("listing", Listing)
def test_lists_of_age_0_are_no_cache(strategy: Strategy, listing: Listing) -> None:
    fresh = a.scenario({**RUSH, "platform.strategy": strategy.value, "platform.listing": listing.value})
    aged = a.scenario(
        {**RUSH, "platform.strategy": strategy.value, "platform.listing": listing.value, "platform.list_age": "0 s"}
    )
    plan = plan_of(fresh, fresh.policy, 0)
    assert simulate(aged, plan) == simulate(fresh, plan)


def test_whoever_is_alone_never_meets_an_old_list() -> None:
    # Nobody else changes the book, and the first try ends with an appointment.
    alone = {"invitation.invited": 1, "invitation.delivered": "100 %", "behaviour.uptake": "100 %"}
    aged, fresh = a.scenario({**alone, "platform.list_age": "1 h"}), a.scenario(alone)
    plan = plan_of(fresh, fresh.policy, 0)
    assert simulate(aged, plan) == simulate(fresh, plan)


def test_old_lists_send_more_people_to_a_time_that_is_gone() -> None:
    # Not a law for any two ages, but an hour leaves no doubt.
    fresh, aged = a.scenario(), a.scenario({"platform.list_age": "1 h"})
    plan = plan_of(fresh, fresh.policy, 0)
    before, after = (sum(one.outcome == "REJECTED" for one in simulate(each, plan)) for each in (fresh, aged))
    assert after > 4 * before > 0
