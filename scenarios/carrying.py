"""How many SMS a second a platform can answer: the pace at which its busiest part is busy all the time."""

import math
from typing import assert_never

from scenarios.attempts import Operation
from scenarios.booking_platform import Platform
from scenarios.scenario import Scenario
from scenarios.strategy import Strategy


def carried_sms_per_s(scenario: Scenario) -> float:
    """SMS a second, over all municipalities, whose answers keep the busiest part of the platform just busy.

    A station with c workers, at which each citizen causes D seconds of work, answers at most c / D citizens a second,
    and the platform as a whole as many as its busiest station. Each SMS brings delivered x uptake citizens.
    Source: Denning and Buzen (1978), "The operational analysis of queueing network models", ACM Computing Surveys
    10(3), the utilisation law and the bottleneck.

    ASSUMPTION: every citizen tries once and looks in the inbox once; retries are what the utilisation leaves room for.
    What others do on the platform is taken off first, as at their busiest hour.
    ASSUMPTION: answers come as fast as SMS go. People who answer slowly spread the work, so this is the safe side.
    """
    platform = scenario.platform
    share = scenario.invitation.delivered * scenario.behaviour.uptake
    left = _left_by_others(platform)
    bounds = [
        left["login"] * platform.login.workers / platform.mean_s(platform.login.service_time),
        left["pages"] * platform.workers / _page_work_s(platform),
    ]
    if platform.strategy is Strategy.QUEUED:
        bounds.append(left["ehr"] * platform.ehr.workers / platform.mean_s(platform.ehr.service_time))
    if room := platform.waiting_room:
        bounds += [room.new_users_per_minute / 60, room.total_active_users / room.session_duration]
    return min(bounds) / share if share else math.inf


def _page_work_s(platform: Platform) -> float:
    """Seconds that a page worker is busy with one citizen who tries once."""
    return sum(platform.mean_s(platform.service_time.of(page)) for page in _pages(platform.strategy))


def _pages(strategy: Strategy) -> tuple[Operation, ...]:
    """What one citizen who tries once asks the page workers for."""
    choosing = (Operation.BOOKS, Operation.DAYS, Operation.SLOTS)
    match strategy:
        case Strategy.QUEUED:
            return (*choosing, Operation.RESERVE, Operation.INBOX)
        case Strategy.IMMEDIATE:
            return (*choosing, Operation.RESERVE)
        case Strategy.HOLD:
            return (*choosing, Operation.HOLD, Operation.RESERVE)
        case Strategy.ASSIGN:
            return (Operation.BOOKS, Operation.RESERVE)
        case _:
            assert_never(strategy)


def _left_by_others(platform: Platform) -> dict[str, float]:
    """The share of each station that the background load leaves, at its busiest hour."""
    load = platform.background
    if load is None:
        return dict.fromkeys(platform.most_per_s, 1.0)
    return {
        station: max(0.0, 1 - (load.per_s(station) or 0.0) * load.most_times / most)
        for station, most in platform.most_per_s.items()
    }
