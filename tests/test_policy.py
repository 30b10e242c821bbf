"""Sending: batches, pauses, the gateway's own rate."""

import datetime as dt
import itertools
import zoneinfo
from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from scenarios.policies.batches import Batches
from scenarios.policies.send_out import SendOut
from scenarios.policy import clock_at, schedule, sent_times
from scenarios.sending_hours import SendingDays, SendingHours
from scenarios.streams import TICK_S

OSLO = zoneinfo.ZoneInfo("Europe/Oslo")
sizes = st.integers(1, 3000) | st.just("all")
pauses = st.floats(0, 7200)


def policy(batch_size: int | Literal["all"], pause_s: float = 900.0) -> Batches:
    return Batches.of(batch_size, pause_s, dt.time(9, 7))


def _sendings(rule: Batches) -> list[tuple[float, int]]:
    return [(batch.at_s, batch.count) for batch in schedule(rule, SendOut(invited=1000))]


@given(sizes, pauses, st.integers(0, 2000))
def test_the_batches_hold_exactly_the_invited(size: int | Literal["all"], pause_s: float, invited: int) -> None:
    batches = schedule(policy(size, pause_s), SendOut(invited=invited))
    assert sum(batch.count for batch in batches) == invited
    assert [batch.number for batch in batches] == list(range(1, len(batches) + 1))
    assert all(batch.count == batches[0].count for batch in batches[:-1])
    assert all(batch.at_s == index * pause_s for index, batch in enumerate(batches))


def test_the_last_batch_may_be_smaller() -> None:
    assert _sendings(policy(400)) == [(0, 400), (900, 400), (1800, 200)]


def test_everyone_at_once_is_one_batch() -> None:
    assert _sendings(policy("all")) == [(0, 1000)]


@given(sizes, pauses, st.integers(1, 2000), st.floats(0.5, 200))
@settings(max_examples=100, deadline=None)
def test_sms_leave_no_faster_than_the_gateway_and_never_before_their_batch(
    size: int | Literal["all"], pause_s: float, invited: int, sms_per_s: float
) -> None:
    rule = policy(size, pause_s)
    times = sent_times(rule, SendOut(invited=invited, sms_per_s=sms_per_s))
    batches = schedule(rule, SendOut(invited=invited))
    handed_over = np.repeat([batch.at_s for batch in batches], [batch.count for batch in batches])
    assert times.shape == (invited,)
    assert times[0] == 0
    assert np.all(np.diff(times) >= 1 / sms_per_s - 2 * TICK_S)
    assert np.all(times >= handed_over - TICK_S)


@given(sizes, pauses, st.integers(1, 2000), st.floats(0.5, 200))
@settings(max_examples=50, deadline=None)
def test_the_gateway_is_never_idle_while_a_batch_waits(
    size: int | Literal["all"], pause_s: float, invited: int, sms_per_s: float
) -> None:
    rule = policy(size, pause_s)
    times = sent_times(rule, SendOut(invited=invited, sms_per_s=sms_per_s))
    starts = np.cumsum([0, *(batch.count for batch in schedule(rule, SendOut(invited=invited)))])[:-1]
    for batch, first in zip(schedule(rule, SendOut(invited=invited)), starts, strict=True):
        free_at = times[first - 1] + 1 / sms_per_s if first else 0.0
        assert times[first] == pytest.approx(max(batch.at_s, free_at), abs=1e-6)


SIX = SendOut(invited=6, sms_per_s=1.0)


def test_a_batch_waits_while_the_gateway_still_sends_the_one_before() -> None:
    assert sent_times(policy(3, 1.0), SIX).tolist() == [0, 1, 2, 3, 4, 5]
    assert sent_times(policy(3, 10.0), SIX).tolist() == [0, 1, 2, 10, 11, 12]


FRIDAY = dt.datetime(2021, 4, 30, 9, 7, tzinfo=OSLO)


def hours(days: SendingDays = SendingDays.NOT_SUNDAYS, first: dt.datetime = FRIDAY) -> SendingHours:
    return SendingHours(first=first, closes=dt.time(15), days=days)


def clocks(rule: Batches, invited: int, when: SendingHours) -> list[str]:
    batches = schedule(rule, SendOut(invited=invited, hours=when))
    return [f"{clock_at(rule, when.first.date(), one.at_s, OSLO):%a %d %H:%M}" for one in batches]


@pytest.mark.parametrize(
    ("days", "then"),
    [
        (SendingDays.EVERY_DAY, ["Fri 30 09:07", "Fri 30 14:07", "Sat 01 09:07", "Sat 01 14:07", "Sun 02 09:07"]),
        # The first of May is a public holiday.
        (SendingDays.NOT_SUNDAYS, ["Fri 30 09:07", "Fri 30 14:07", "Mon 03 09:07", "Mon 03 14:07", "Tue 04 09:07"]),
        (SendingDays.WORKING_DAYS, ["Fri 30 09:07", "Fri 30 14:07", "Mon 03 09:07", "Mon 03 14:07", "Tue 04 09:07"]),
    ],
)
def test_what_is_left_when_the_window_closes_goes_on_the_next_sending_day(days: SendingDays, then: list[str]) -> None:
    assert clocks(policy(100, 5 * 3600.0), 500, hours(days)) == then


def test_a_saturday_is_a_sending_day_but_no_working_day() -> None:
    before = dt.datetime(2021, 5, 7, 14, 50, tzinfo=OSLO)
    rule = Batches.of(1, 900.0, dt.time(14, 50))
    assert clocks(rule, 2, hours(SendingDays.NOT_SUNDAYS, before))[1] == "Sat 08 14:50"
    assert clocks(rule, 2, hours(SendingDays.WORKING_DAYS, before))[1] == "Mon 10 14:50"


def test_the_next_day_begins_at_the_same_clock_after_a_change_to_winter_time() -> None:
    saturday = dt.datetime(2021, 10, 30, 9, 7, tzinfo=OSLO)
    rule = policy(1, 6 * 3600.0)
    assert clocks(rule, 2, hours(SendingDays.EVERY_DAY, saturday)) == ["Sat 30 09:07", "Sun 31 09:07"]
    assert schedule(rule, SendOut(invited=2, hours=hours(SendingDays.EVERY_DAY, saturday)))[1].at_s == 25 * 3600


@given(st.integers(1, 400), st.floats(60, 40_000), st.integers(1, 2000), st.sampled_from(SendingDays))
@settings(max_examples=60, deadline=None)
def test_every_batch_goes_on_a_sending_day_while_the_window_is_open(
    size: int, pause_s: float, invited: int, days: SendingDays
) -> None:
    rule, when = policy(size, pause_s), hours(days)
    batches = schedule(rule, SendOut(invited=invited, hours=when))
    assert sum(batch.count for batch in batches) == invited
    moments = [clock_at(rule, FRIDAY.date(), batch.at_s, OSLO) for batch in batches]
    assert all(dt.time(9, 7) <= moment.time() <= dt.time(15) for moment in moments)
    assert all(when.is_sending_day(moment.date()) for moment in moments)
    same_day = [b.at_s - a.at_s for a, b in itertools.pairwise(batches) if b.at_s - a.at_s < 6 * 3600]
    assert same_day == pytest.approx([pause_s] * len(same_day))


def test_the_clock_is_exact_across_the_change_to_winter_time() -> None:
    rule = Batches.of(1, 3600.0, dt.time(1, 30))
    before = clock_at(rule, dt.date(2021, 10, 31), 0, OSLO)
    after = clock_at(rule, dt.date(2021, 10, 31), 2 * 3600, OSLO)
    assert before.isoformat() == "2021-10-31T01:30:00+02:00"
    assert after.isoformat() == "2021-10-31T02:30:00+01:00"


@pytest.mark.parametrize("size", [0, -1, 1.5, True, "everyone", None])
def test_what_is_no_batch_size_is_refused(size: object) -> None:
    with pytest.raises(ValidationError, match="a batch is a whole number of SMS above 0"):
        Batches.model_validate({"batch_size": size, "pause": "5 min", "start": "09:07"})


def test_a_policy_reads_what_people_write() -> None:
    rule = Batches.model_validate({"batch_size": 200, "pause": "15 min", "start": "09:07"})
    assert rule == policy(200)
    assert not rule.at_once
    assert policy("all").at_once
