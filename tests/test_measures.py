"""The score of small records, counted by hand."""

from collections.abc import Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scenarios.attempts import Attempt, Operation, Outcome, Request, Status
from scenarios.columns import columns_of
from scenarios.measures import MEASURES, Measured, Offer
from scenarios.measures import measured as measured_columns

OFFER = Offer(last_sms_s=100.0, capacity=10)


def measured(record: Sequence[Attempt], offer: Offer) -> Measured:
    return measured_columns(columns_of(record), offer)


def request(planned_s: float, started_s: float, ended_s: float, status: Status = Status.OK) -> Request:
    return Request(Operation.SLOTS, planned_s, started_s, ended_s, status)


def attempt(
    citizen: int,
    outcome: Outcome,
    *,
    number: int = 1,
    planned_s: float = 0.0,
    ended_s: float = 10.0,
    reserved_s: float | None = None,
    slot: str | None = None,
    requests: Sequence[Request] = (),
) -> Attempt:
    return Attempt(citizen, number, planned_s, ended_s, outcome, "b", "t", slot, reserved_s, tuple(requests))


def every_outcome() -> list[Attempt]:
    """Eight citizens: 0 confirmed, 1 rejected and then confirmed, 2 rejected twice, and one of each other ending."""
    return [
        attempt(0, Outcome.CONFIRMED, planned_s=10.0, reserved_s=20.0, ended_s=21.0, slot="a/1",
                requests=[request(10.0, 10.5, 11.0), request(20.0, 20.0, 21.0)]),
        attempt(1, Outcome.REJECTED, planned_s=10.2, reserved_s=22.0, ended_s=24.0,
                requests=[request(10.2, 10.2, 12.2)]),
        attempt(1, Outcome.CONFIRMED, number=2, planned_s=30.0, reserved_s=40.0, ended_s=44.0, slot="a/2"),
        attempt(2, Outcome.REJECTED, planned_s=12.0, reserved_s=15.0, ended_s=18.0),
        attempt(2, Outcome.REJECTED, number=2, planned_s=25.0, reserved_s=26.0, ended_s=31.0),
        attempt(3, Outcome.NO_SLOT, planned_s=50.0),
        attempt(4, Outcome.SHED, planned_s=51.0, requests=[request(51.0, 51.0, 51.1, Status.SHED)]),
        attempt(5, Outcome.FAILED, planned_s=52.0, requests=[request(52.0, 52.0, 52.2, Status.FAILED)]),
        attempt(6, Outcome.UNKNOWN, planned_s=53.0, reserved_s=54.0,
                requests=[request(54.0, 54.0, 64.0, Status.UNKNOWN)]),
        attempt(7, Outcome.ABANDONED, planned_s=54.0, requests=[request(54.0, 54.9, 84.0, Status.ABANDONED)]),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("measure", "value"),
    [
        ("rejections_per_100_attempts", 100 * 3 / 5),
        ("rejections_per_100_citizens", 100 * 2 / 8),
        ("no_slot_per_100_citizens", 100 * 1 / 8),
        ("gave_up_per_100_citizens", 100 * 5 / 8),
        ("error_rate", 3 / 7),
        # 0.1, 0.2, 1, 1, 2, 10, 30: the 4th of 7 is the median, the 7th is both tails.
        ("response_time_p50_s", 1.0),
        ("response_time_p95_s", 30.0),
        ("response_time_p99_s", 30.0),
        # 1, 2, 3, 4, 5
        ("confirmation_time_p50_s", 3.0),
        ("confirmation_time_p95_s", 5.0),
        # 11 and 33.8, from the first opening of the page
        ("journey_time_p50_s", 11.0),
        ("journey_time_p95_s", 33.8),
        ("peak_arrivals_per_s", 2.0),
        ("peak_requests_per_s", 2.0),
        ("goodput_per_s", 2 / 34.0),
        ("time_to_invite_all_s", 100.0),
        ("time_to_first_rejection_s", 18.0),
        ("booked_count", 2.0),
        ("unfilled_slots_count", 8.0),
        ("double_bookings", 0.0),
    ],
)
def test_a_record_with_every_outcome_is_scored_as_by_hand(measure: str, value: float) -> None:
    assert measured(every_outcome(), OFFER)[measure] == pytest.approx(value)


def test_every_measure_is_checked_above() -> None:
    marks = [mark for mark in test_a_record_with_every_outcome_is_scored_as_by_hand.pytestmark if mark.args]  # type: ignore[attr-defined]
    assert [name for name, _ in marks[0].args[1]] == list(MEASURES)


def test_a_place_confirmed_more_than_once_is_counted_for_each_time_too_many() -> None:
    slots = ["a", "a", "a", "b", "c", "c"]
    record = [attempt(k, Outcome.CONFIRMED, reserved_s=1.0, slot=slot) for k, slot in enumerate(slots)]
    score = measured(record, OFFER)
    assert score["double_bookings"] == 3
    assert score["booked_count"] == 6
    assert score["unfilled_slots_count"] == 7


def test_an_empty_record_has_no_shares_and_no_times() -> None:
    score = measured([], OFFER)
    assert list(score) == list(MEASURES)
    counts = {"booked_count": 0, "unfilled_slots_count": 10, "double_bookings": 0, "time_to_invite_all_s": 100}
    assert {name: value for name, value in score.items() if value is not None} == counts


def test_a_rejected_citizen_who_then_finds_the_list_empty_left_for_the_empty_list() -> None:
    record = [attempt(0, Outcome.REJECTED, reserved_s=1.0), attempt(0, Outcome.NO_SLOT, number=2, planned_s=20.0)]
    score = measured(record, OFFER)
    assert (score["no_slot_per_100_citizens"], score["gave_up_per_100_citizens"]) == (100, 0)
    assert score["rejections_per_100_citizens"] == 100


def test_a_rejection_is_no_error() -> None:
    record = [attempt(0, Outcome.REJECTED, reserved_s=1.0, requests=[request(0.0, 0.0, 1.0)])]
    assert measured(record, OFFER)["error_rate"] == 0


def test_response_time_counts_from_the_planned_moment_even_if_the_request_went_late() -> None:
    record = [attempt(0, Outcome.NO_SLOT, requests=[request(0.0, 5.0, 6.0)])]
    assert measured(record, OFFER)["response_time_p50_s"] == 6.0


@given(st.randoms(use_true_random=False))
@settings(max_examples=20, deadline=None)
def test_the_order_of_the_record_does_not_matter(chance: st.DataObject) -> None:
    shuffled = every_outcome()
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert measured(shuffled, OFFER) == measured(every_outcome(), OFFER)


@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from(Outcome)), max_size=30))
@settings(deadline=None)
def test_everybody_who_tried_ends_in_exactly_one_way(rows: list[tuple[int, Outcome]]) -> None:
    numbers: dict[int, int] = {}
    record: list[Attempt] = []
    for index, (citizen, outcome) in enumerate(rows):
        numbers[citizen] = numbers.get(citizen, 0) + 1
        record.append(
            attempt(citizen, outcome, number=numbers[citizen], planned_s=float(index), reserved_s=0.0, slot=f"s{index}")
        )
    score = measured(record, Offer(last_sms_s=0.0, capacity=100))
    last = {one.citizen: one.outcome for one in record}
    confirmed = 100 * sum(outcome is Outcome.CONFIRMED for outcome in last.values())
    ended = (score["no_slot_per_100_citizens"] or 0) + (score["gave_up_per_100_citizens"] or 0)
    assert not last or ended + confirmed / len(last) == pytest.approx(100)
    assert score["double_bookings"] == 0


@example([float(k) for k in range(1, 21)])
@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=200))
def test_quantiles_are_the_smallest_seen_with_the_share_at_or_below(times: list[float]) -> None:
    record = [attempt(0, Outcome.NO_SLOT, requests=[request(0.0, 0.0, one) for one in times])]
    found, ordered = measured(record, OFFER), sorted(times)
    for percent in (50, 95, 99):
        place = -(-percent * len(times) // 100)  # in whole numbers, so that no rounding moves it
        assert found[f"response_time_p{percent}_s"] == ordered[place - 1]


@given(st.permutations(range(10)))
def test_rows_in_any_order_score_the_same(order: list[int]) -> None:
    record = every_outcome()
    assert measured([record[k] for k in order], OFFER) == measured(record, OFFER)
