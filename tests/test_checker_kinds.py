"""Every kind of anomaly is found where it is planted, and a server that keeps the rules is never accused."""

import random
from dataclasses import replace
from math import inf

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from loadtests.checker.anomalies import MEANING, Kind
from loadtests.checker.judging import Ruling, judge
from loadtests.checker.operations import Cancelling, Held, History, Hold, Listing, Sending, Snapshot, Told
from tests.atomic_server import AtomicServer

PLACES = {"B 09:00": ("B 09:00/1",), "B 09:10": ("B 09:10/1", "B 09:10/2")}
FIRST = "B 09:00"


def sent(
    key: str, told: Told, when: tuple[float, float], place: str | None = None, time: str | None = FIRST, **more: str
) -> Sending:
    """A reservation of citizen `key`, unless said otherwise."""
    return Sending(
        key=key,
        citizen=more.pop("citizen", key),
        book="B",
        time=time,
        invoked_s=when[0],
        returned_s=when[1],
        told=told,
        place=place,
        appointment=more.pop("appointment", f"A-{key}") if place else None,
        **more,
    )


def read(at_s: float, *held: Held, free: int | None = None) -> Snapshot:
    """The record, read at a moment."""
    return Snapshot(held=held, invoked_s=at_s, returned_s=at_s, free=free, capacity=None if free is None else 3)


def listed(at_s: float, *offered: str) -> Listing:
    """The list of both times, made and read at a moment."""
    return Listing(times=frozenset(PLACES), offered=frozenset(offered), invoked_s=at_s, returned_s=at_s)


ANN = sent("ann", Told.CONFIRMED, (1, 2), f"{FIRST}/1")
ANNS = Held("A-ann", f"{FIRST}/1", "ann", "ann")
BO = sent("bo", Told.CONFIRMED, (3, 4), f"{FIRST}/1")
CANCELLED = Cancelling(appointment="A-ann", invoked_s=5, returned_s=6, told=Told.CONFIRMED)

PLANTED: dict[Kind, History] = {
    Kind.DOUBLE_BOOKING: History(places=PLACES, sendings=(ANN, BO)),
    Kind.LOST: History(places=PLACES, sendings=(ANN,), snapshots=(read(9),)),
    Kind.PHANTOM: History(places=PLACES, snapshots=(read(9, ANNS),)),
    Kind.WRONG_OWNER: History(
        places=PLACES, sendings=(ANN,), snapshots=(read(9, replace(ANNS, citizen="bo")),)
    ),
    Kind.STALE_OFFER: History(
        places=PLACES, sendings=(ANN,), listings=(listed(3, FIRST, "B 09:10"),), snapshots=(read(9, ANNS),)
    ),
    Kind.UNJUSTIFIED_REJECTION: History(
        places=PLACES, sendings=(sent("bo", Told.TAKEN, (1, 2)),), snapshots=(read(9),)
    ),
    Kind.RESURRECTED: History(
        places=PLACES, sendings=(ANN,), cancellings=(CANCELLED,), snapshots=(read(9, ANNS),)
    ),
    Kind.LEAKED: History(places=PLACES, sendings=(ANN,), snapshots=(read(9, ANNS, free=1),)),
    Kind.IDEMPOTENCY: History(
        places=PLACES, sendings=(ANN, sent("ann", Told.TAKEN, (3, 4))), snapshots=(read(9, ANNS),)
    ),
    Kind.TOO_MANY: History(
        places=PLACES,
        sendings=(ANN, sent("again", Told.CONFIRMED, (3, 4), "B 09:10/1", "B 09:10", citizen="ann")),
        allowed=1,
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_of_anomaly_is_found_alone_and_with_a_witness(kind: Kind) -> None:
    verdict = judge(PLANTED[kind])
    assert verdict.ruling is Ruling.ANOMALY
    assert [one.kind for one in verdict.anomalies] == [kind]
    assert 1 <= len(verdict.anomalies[0].witness) <= 3
    assert kind in MEANING


def test_an_appointment_whose_answer_was_lost_may_have_been_given_back_by_its_name() -> None:
    """Who reads the record learns the name, and can change or cancel what the one who booked it never heard of."""
    unheard = sent("ann", Told.UNKNOWN, (1, inf))
    moved = sent("bo", Told.CONFIRMED, (5, 6), "B 09:10/1", "B 09:10", replaces="A-ann")
    after = sent("cy", Told.CONFIRMED, (8, 9), f"{FIRST}/1")
    lists = (listed(3, "B 09:10"), listed(7, FIRST, "B 09:10"))
    assert judge(History(places=PLACES, sendings=(unheard, moved, after), listings=lists)).anomalies == ()


@example(17, 11, 0.3, 0.0)
@example(419, 20, 0.0, 0.0)
@given(st.integers(0, 2**32), st.integers(1, 40), st.sampled_from([0.0, 0.3]), st.sampled_from([0.0, 1.0, 4.0]))
def test_a_server_that_does_one_thing_at_a_time_is_never_accused(
    seed: int, operations: int, lost: float, wide: float
) -> None:
    history = AtomicServer(random.Random(seed), PLACES, lost, wide).live(operations)
    assert judge(history).anomalies == ()


def test_what_is_given_back_may_be_given_again() -> None:
    rebooked = sent("bo", Told.CONFIRMED, (5.5, 7), f"{FIRST}/1")
    history = History(places=PLACES, sendings=(ANN, rebooked), cancellings=(CANCELLED,))
    assert judge(history).anomalies == ()
    too_soon = replace(rebooked, invoked_s=3.0, returned_s=4.9)
    assert [one.kind for one in judge(replace(history, sendings=(ANN, too_soon))).anomalies] == [Kind.DOUBLE_BOOKING]


def test_a_change_gives_the_old_place_back_and_the_record_must_show_it() -> None:
    changed = sent("change", Told.CONFIRMED, (3, 4), "B 09:10/1", "B 09:10", citizen="ann", replaces="A-ann")
    new = Held("A-change", "B 09:10/1", "ann", "change")
    history = History(places=PLACES, sendings=(ANN, changed), snapshots=(read(9, new),), allowed=1)
    assert judge(history).ruling is Ruling.CORRECT
    both = replace(history, snapshots=(read(9, ANNS, new),))
    assert [one.kind for one in judge(both).anomalies] == [Kind.RESURRECTED]


def test_a_hold_can_explain_a_rejection_only_while_it_lasts() -> None:
    held = Hold(citizen="ann", time=FIRST, invoked_s=1, returned_s=2, told=Told.CONFIRMED, lasts_s=10)
    during, after = (sent("bo", Told.TAKEN, (at, at + 1)) for at in (5, 14))
    for rejected, kinds in ((during, []), (after, [Kind.UNJUSTIFIED_REJECTION])):
        history = History(places=PLACES, sendings=(rejected,), holds=(held,), snapshots=(read(99),))
        assert [one.kind for one in judge(history).anomalies] == kinds


def test_a_list_may_be_as_old_as_the_server_promises() -> None:
    stale = PLANTED[Kind.STALE_OFFER]
    assert judge(replace(stale, list_age_s=0.9)).ruling is Ruling.ANOMALY
    assert judge(replace(stale, list_age_s=1.0)).ruling is Ruling.CORRECT


def test_a_time_that_is_missing_from_a_list_while_it_must_be_free_is_a_leak() -> None:
    history = History(places=PLACES, listings=(listed(3, "B 09:10"),), snapshots=(read(9),))
    assert [one.kind for one in judge(history).anomalies] == [Kind.LEAKED]


def test_an_unanswered_reservation_accuses_nobody_and_is_accused_of_nothing() -> None:
    unheard = sent("ann", Told.UNKNOWN, (1, inf))
    rejected = sent("bo", Told.TAKEN, (3, 4))
    for held in ((), (ANNS,)):
        history = History(places=PLACES, sendings=(unheard, rejected), snapshots=(read(9, *held),))
        assert judge(history).anomalies == ()


def test_clocks_that_may_differ_accuse_nobody_within_the_difference() -> None:
    stale = PLANTED[Kind.STALE_OFFER]
    assert judge(replace(stale, skew_s=1.0)).ruling is Ruling.CORRECT
    assert judge(replace(stale, skew_s=0.5)).ruling is Ruling.ANOMALY


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"snapshots": ()}, "not read"),
        ({"final": False}, "under way"),
        ({"whole": False}, "missing from the history"),
        ({"sendings": (sent("ann", Told.UNKNOWN, (1, inf)),), "snapshots": (read(9),)}, "no answer"),
    ],
)
def test_without_the_whole_final_state_the_verdict_is_unknown(change: dict[str, object], reason: str) -> None:
    right = History(places=PLACES, sendings=(ANN,), snapshots=(read(9, ANNS),))
    assert judge(right).ruling is Ruling.CORRECT
    verdict = judge(replace(right, **change))  # pyright: ignore[reportArgumentType]
    assert verdict.ruling is Ruling.UNKNOWN
    assert reason in (verdict.reason or "")
