"""Warnings: what is allowed and yet looks like a slip."""

import pytest

from scenarios import catalogue
from scenarios.problems import key_text
from scenarios.reading import load
from scenarios.sense import warnings_of


def doubts(name: str, *overrides: str) -> dict[str, list[str]]:
    told: dict[str, list[str]] = {}
    for one in warnings_of(load(name, overrides)):
        told.setdefault(key_text(one.where), []).append(one.what)
    return told


@pytest.mark.parametrize("name", catalogue.names())
def test_the_catalogue_gives_no_reason_to_doubt(name: str) -> None:
    assert doubts(name) == {}


@pytest.mark.parametrize(
    ("override", "where", "what"),
    [
        ("slots.0.parallel=1", "slots", "about 91 people will want one of 48 free appointments"),
        ("invitation.send_date=2021-05-01", "invitation.send_date", "2021-05-01 is a public holiday"),
        ("invitation.send_date=2021-05-02", "invitation.send_date", "2021-05-02 is a Sunday"),
        ("slots.0.dates=[2021-05-17]", "slots[0].dates", "2021-05-17 is a public holiday (Grunnlovsdag)"),
        ("slots.0.dates=[2021-05-13]", "slots[0].dates", "is a public holiday"),
        ("slots.0.dates=[2021-05-10, 2021-05-16]", "slots[0].dates", "2021-05-16 is a Sunday"),
        ("invitation.send_date=2021-05-11", "invitation.send_date", "after the first appointments on 2021-05-10"),
        ("policy.pause=3 h", "policy", "the last SMS goes on 2021-05-04 at 09:07:03"),
        ("policy.pause=12 h", "policy", "the last SMS goes on 2021-05-05 at 09:07:03"),
        ("today.pause=6 h", "today", "the last SMS goes on 2021-05-04 at 09:07:05"),
        ("invitation.sms_rate=1/min", "policy", "the last SMS goes at 11:06"),
        ("invitation.window.from=07:59", "invitation.window", "before 08:00"),
        ("invitation.window.to=21:01", "invitation.window", "after 21:00"),
        ("policy.start=08:59", "policy.start", "outside invitation.window"),
        ("search.finish_by=16:00", "search.finish_by", "after invitation.window closes"),
        ("search.finish_by=09:00", "search.finish_by", "before policy.start"),
        ("policy.batch_size=121", "policy.batch_size", "a batch of 121 is more than the 120 invited"),
        ("today.batch_size=121", "today.batch_size", "more than the 120 invited"),
        ("search.batch_size=[121]", "search.batch_size", "more than the 120 invited"),
        ("behaviour.waitlist=50 %", "behaviour.waitlist", "nobody cancels, so nothing comes free"),
        ("platform.ehr.timeout=200 ms", "platform.ehr.timeout", "half of the deliveries or more"),
        (
            "platform.waiting_room={ total_active_users = 100, new_users_per_minute = 60 }",
            "platform.waiting_room",
            "100 places for 15 min each let in 6.67 a minute",
        ),
    ],
)
def test_a_likely_slip_is_told(override: str, where: str, what: str) -> None:
    # Where a slow gateway is the point, the window has to close before it is done.
    more = ["invitation.window.to=11:00", "search.finish_by=10:00"] if "1/min" in override else []
    assert any(what in one for one in doubts("ci-smoke", override, *more)[where])


@pytest.mark.parametrize(
    "override",
    [
        "invitation.send_date=2021-05-10",  # the day of the first appointments
        "invitation.window={ from = '08:00', to = '21:00' }",
        "policy.batch_size=120",
        "policy.pause=2 h 56 min",  # the last batch leaves just before the window closes
        "slots.0.dates=[2021-05-14, 2021-05-15]",  # a Friday and a Saturday
        "search.batch_size=['all']",
    ],
)
def test_what_is_only_close_to_a_slip_is_not_told(override: str) -> None:
    assert doubts("ci-smoke", override) == {}


def test_the_last_sms_may_go_at_the_very_moment_the_window_closes() -> None:
    at_once = ["policy.batch_size=all", "today.batch_size=all", "invitation.sms_rate=1/s", "policy.start=09:00:01"]
    assert doubts("ci-smoke", *at_once, "invitation.window.to=09:02", "search.finish_by=09:02") == {}
    assert set(doubts("ci-smoke", *at_once, "invitation.window.to=09:01:59", "search.finish_by=09:01")) == {
        "policy",
        "today",
    }


@pytest.mark.parametrize("name", ["policy", "today"])
def test_more_sms_at_once_than_stopped_stavanger_are_told(name: str) -> None:
    told = doubts("stavanger-2021", "invitation.invited=10001", f"{name}.batch_size=all")
    assert "10,001 SMS at once" in told[f"{name}.batch_size"][0]
    assert f"{name}.batch_size" not in doubts("stavanger-2021", f"{name}.batch_size=all")


def test_everyone_at_once_is_always_tried_and_never_doubted_in_the_search() -> None:
    assert "search.batch_size" not in doubts("large", "search.batch_size=['all']")
    assert "12,000 SMS at once" in doubts("large", "search.batch_size=[12000]")["search.batch_size"][0]


def test_a_list_that_nobody_sees_needs_no_age() -> None:
    told = doubts("ci-smoke", "platform.list_age=1 min", "platform.strategy=assign")
    assert told["platform.list_age"] == ["nobody sees a list where places are assigned"]
    assert "platform.list_age" not in doubts("ci-smoke", "platform.list_age=1 min")


def test_trouble_with_a_record_system_that_nothing_goes_to_is_doubted() -> None:
    stopped = 'platform.ehr.stopped=[{ from = "1 min", to = "2 min" }]'
    assert doubts("ci-smoke", stopped) == {}
    (what,) = doubts("ci-smoke", stopped, "platform.strategy=hold")["platform.ehr"]
    assert "nothing can go wrong there" in what


def test_others_whom_nobody_meets_or_who_are_too_many_for_an_hour_are_told_of() -> None:
    load = "platform.background={ ehr = '1/s' }"
    assert doubts("ci-smoke", load) == {}
    (what,) = doubts("ci-smoke", load, "platform.strategy=hold")["platform.background.ehr"]
    assert what == "nobody waits for the record system where the strategy is hold"
    rush = "platform.background={ login = '2/s', hours = [{ from = '09:00', to = '10:00', times = 10 }] }"
    (what,) = doubts("ci-smoke", rush)["platform.background"]
    assert "what login can serve at the busiest hour: it falls behind" in what


def test_people_who_leave_before_they_would_reload_are_told_of() -> None:
    reload = "behaviour.reload={ share = '50 %', after = '60 s' }"
    told = doubts("ci-smoke", reload, "behaviour.patience.page=30 s")
    assert told["behaviour.reload"] == ["most leave after 30 s (behaviour.patience.page), before they would reload"]
    assert "behaviour.reload" not in doubts("ci-smoke", reload, "behaviour.patience.page=90 s")
