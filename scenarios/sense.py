"""What is allowed in a scenario and yet looks like a slip: said as warnings, never as refusals."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from scenarios.inventory import expected_takers, expected_uninvited, largest_invited, total_capacity
from scenarios.policies.batches import Batches
from scenarios.policies.feedback import Feedback
from scenarios.policies.fields import ALL
from scenarios.policy import OpenLoop, Policy, clock_at, schedule, sent_times
from scenarios.problems import KeyPath
from scenarios.public_holidays import public_holiday
from scenarios.quantities import clock_text, length_text
from scenarios.scenario import Scenario
from scenarios.sending import largest_send_out
from scenarios.strategy import Strategy

MOST_AT_ONCE: Final = 10_000
"""Stavanger sent 10,000 SMS at once in April 2021 and the log-in stopped.

Source: https://www.aftenbladet.no/lokalt/i/pA8Mv1/full-stopp-paa-vaksineregistreringen
"""
EARLIEST: Final = dt.time(8)
LATEST: Final = dt.time(21)
"""ASSUMPTION: no Norwegian rule for municipal SMS; telephone sales keep to about these hours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A value worth a second look: the key as written in the file, and why."""

    where: KeyPath
    what: str


def warnings_of(scenario: Scenario) -> tuple[Doubt, ...]:
    """Everything in a scenario that looks like a slip."""
    return (
        *_supply(scenario),
        *_dates(scenario),
        *_hours(scenario),
        *_rules(scenario),
        *_room(scenario),
        *_lists(scenario),
        *_record_system(scenario),
        *_reload(scenario),
        *_afterwards(scenario),
        *_background(scenario),
    )


def _supply(scenario: Scenario) -> Iterator[Doubt]:
    takers, places = expected_takers(scenario) + expected_uninvited(scenario), total_capacity(scenario)
    if takers > places:
        yield Doubt(where=("slots",), what=f"about {takers:,.0f} people will want one of {places:,} free appointments")


def _dates(scenario: Scenario) -> Iterator[Doubt]:
    send_date = scenario.invitation.send_date
    named: dict[KeyPath, tuple[dt.date, ...]] = {("invitation", "send_date"): (send_date,)}
    named |= {("slots", index, "dates"): block.dates for index, block in enumerate(scenario.slots)}
    for where, dates in named.items():
        for date in sorted(dates):
            if name := public_holiday(date):
                yield Doubt(where=where, what=f"{date} is a public holiday ({name})")
            elif date.isoweekday() == 7:
                yield Doubt(where=where, what=f"{date} is a Sunday")
    first = min(min(block.dates) for block in scenario.slots)
    if send_date > first:
        what = f"the SMS go on {send_date}, after the first appointments on {first}"
        yield Doubt(where=("invitation", "send_date"), what=what)


def _hours(scenario: Scenario) -> Iterator[Doubt]:
    window = scenario.invitation.window
    if window.from_ < EARLIEST or window.to > LATEST:
        yield Doubt(where=("invitation", "window"), what="SMS before 08:00 or after 21:00 wake people up")
    if not window.from_ <= scenario.policy.start <= window.to:
        yield Doubt(where=("policy", "start"), what="the first SMS goes outside invitation.window")
    if not scenario.policy.start <= scenario.search.finish_by <= window.to:
        yield Doubt(where=("search", "finish_by"), what="lies before policy.start or after invitation.window closes")


def _room(scenario: Scenario) -> Iterator[Doubt]:
    room = scenario.platform.waiting_room
    if room is None:
        return
    per_minute = room.total_active_users * 60 / room.session_duration
    if per_minute < room.new_users_per_minute:
        places = f"{room.total_active_users:,} places for {length_text(room.session_duration)} each"
        what = f"{places} let in {per_minute:.3g} a minute in the long run, fewer than new_users_per_minute"
        yield Doubt(where=("platform", "waiting_room"), what=what)


def _reload(scenario: Scenario) -> Iterator[Doubt]:
    how, page_s = scenario.behaviour.reload, scenario.behaviour.patience.page
    if how is not None and how.after >= page_s:
        what = f"most leave after {length_text(page_s)} (behaviour.patience.page), before they would reload"
        yield Doubt(where=("behaviour", "reload"), what=what)


def _lists(scenario: Scenario) -> Iterator[Doubt]:
    if scenario.platform.list_age is not None and scenario.platform.strategy is Strategy.ASSIGN:
        yield Doubt(where=("platform", "list_age"), what="nobody sees a list where places are assigned")


def _record_system(scenario: Scenario) -> Iterator[Doubt]:
    ehr, where = scenario.platform.ehr, ("platform", "ehr")
    if (ehr.can_fail or ehr.stopped) and scenario.platform.strategy is not Strategy.QUEUED:
        what = (
            f"reservations go to the record system where the strategy is queued, and it is {scenario.platform.strategy}"
        )
        yield Doubt(where=where, what=f"{what}: nothing can go wrong there")
    if ehr.timeout is not None and ehr.timeout <= ehr.service_time:
        yield Doubt(where=(*where, "timeout"), what="half of the deliveries or more take longer than this")


def _background(scenario: Scenario) -> Iterator[Doubt]:
    load, platform = scenario.platform.background, scenario.platform
    if load is None:
        return
    where: KeyPath = ("platform", "background")
    if load.ehr is not None and platform.strategy is not Strategy.QUEUED:
        what = f"nobody waits for the record system where the strategy is {platform.strategy}"
        yield Doubt(where=(*where, "ehr"), what=what)
    for station, most in platform.most_per_s.items():
        use = (load.per_s(station) or 0.0) * load.most_times / most
        if use >= 1:
            what = f"others alone want {use:.0%} of what {station} can serve at the busiest hour: it falls behind"
            yield Doubt(where=where, what=what)


def _afterwards(scenario: Scenario) -> Iterator[Doubt]:
    behaviour = scenario.behaviour
    if behaviour.waitlist and behaviour.cancel is None and scenario.platform.strategy is not Strategy.HOLD:
        yield Doubt(where=("behaviour", "waitlist"), what="nobody cancels, so nothing comes free for those who wait")


def _rules(scenario: Scenario) -> Iterator[Doubt]:
    most = largest_invited(scenario)
    rules: dict[str, Policy] = {"policy": scenario.policy}
    if scenario.today:
        rules["today"] = Batches.of(scenario.today.batch_size, scenario.today.pause, scenario.policy.start)
    for where, rule in rules.items():
        if not isinstance(rule, Feedback):  # when that is through nobody knows before
            yield from _late(scenario, where, rule)
        if isinstance(rule, Batches):
            yield from _sizes((where, "batch_size"), most if rule.batch_size == ALL else rule.batch_size, most)
        elif isinstance(rule, Feedback):
            yield from _sizes((where, "first"), rule.first, most)
        else:
            batches = schedule(rule, largest_send_out(scenario, rule))
            yield from _sizes((where,), max(batch.count for batch in batches), most)
    for size in scenario.search.batch_size:
        if size != ALL:  # everyone at once is always tried, as the yardstick
            yield from _sizes(("search", "batch_size"), size, most)


def _sizes(where: KeyPath, size: int, invited: int) -> Iterator[Doubt]:
    if size > invited:
        yield Doubt(where=where, what=f"a batch of {size:,} is more than the {invited:,} invited")
    elif size > MOST_AT_ONCE:
        yield Doubt(where=where, what=f"{size:,} SMS at once; 10,000 stopped Stavanger in April 2021")


def _late(scenario: Scenario, where: str, rule: OpenLoop) -> Iterator[Doubt]:
    last_s = float(sent_times(rule, largest_send_out(scenario, rule))[-1])
    closes = dt.datetime.combine(scenario.invitation.send_date, scenario.invitation.window.to, tzinfo=scenario.zone)
    last = clock_at(rule, scenario.invitation.send_date, last_s, scenario.zone)
    if last > closes:
        clock = clock_text(last.time().replace(microsecond=0))
        late = (
            f"at {clock}, after the window closes" if last.date() == closes.date() else f"on {last.date()} at {clock}"
        )
        what = f"the last SMS goes {late}"
        yield Doubt(where=(where,), what=what)
