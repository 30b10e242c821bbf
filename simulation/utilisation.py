"""How busy each station is in its busiest minute: the work that it is asked for, of what its workers can do."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from scenarios.attempts import Operation
from scenarios.columns import OPERATIONS, Columns
from scenarios.others import LOGIN, PAGES, RECORD_SYSTEM, Traffic, traffic_of
from scenarios.plan import Plan
from scenarios.platform_needs import Servers
from scenarios.scenario import Scenario
from scenarios.strategy import Strategy
from simulation.service_times import COLUMN, EHR, service_times

MINUTE_S: Final = 60.0
STATIONS: Final[dict[Servers, int]] = {"login": LOGIN, "pages": PAGES, "ehr": RECORD_SYSTEM}
_NOWHERE: Final = -1
_COLUMNS: Final = np.array([COLUMN.get(operation, _NOWHERE) for operation in OPERATIONS])
_RESERVE: Final = OPERATIONS.index(Operation.RESERVE)


def workers_of(scenario: Scenario) -> dict[Servers, int]:
    """How many requests each station works on at the same time."""
    platform = scenario.platform
    return {"login": platform.login.workers, "pages": platform.workers, "ehr": platform.ehr.workers}


def busiest_minutes(scenario: Scenario, plan: Plan, record: Columns) -> dict[Servers, float]:
    """The utilisation of each station in its busiest minute: work asked for / (workers x 60 s).

    Work counts in the minute in which it is asked for, whole, however late it is done; so it is more than 1 where a
    queue grows. Minutes are counted from the first SMS. A request is work even where the citizen left or asked again,
    since it is served all the same. What the record system has to decide comes when the reservation is answered, or the
    citizen leaves. ASSUMPTION: each is delivered to it once, and it never stands still. Others on the platform count as
    what comes of them on average at that hour.
    Source: Denning and Buzen (1978), "The operational analysis of queueing network models", ACM Computing Surveys
    10(3), the utilisation law.

    Returns
    -------
    dict
        By station; without those that nobody asks.
    """
    requests, work_s = record.requests, service_times(scenario, plan)
    columns, made_by = _COLUMNS[requests["operation"]], record.attempts[requests["attempt"]]
    who, number = made_by["citizen"], made_by["number"] - 1
    asked = {"login": columns == COLUMN[Operation.LOGIN]}
    asked["pages"] = (columns != _NOWHERE) & ~asked["login"]
    found: dict[Servers, float] = {}
    parts: dict[Servers, tuple[NDArray[np.float64], NDArray[np.float64]]] = {
        name: (requests["planned_s"][asked[name]], work_s[who, number, columns][asked[name]])
        for name in ("login", "pages")
    }
    if scenario.platform.strategy is Strategy.QUEUED:
        parts["ehr"] = _decisions(record, work_s)
    traffic = {one.station: one for one in traffic_of(scenario, plan)}
    for name, (moments_s, busy_s) in parts.items():
        if len(moments_s):
            by_minute = np.bincount((moments_s // MINUTE_S).astype(np.int64), weights=busy_s)
            by_minute += _others_s(scenario, traffic.get(STATIONS[name]), len(by_minute))
            found[name] = float(by_minute.max()) / (workers_of(scenario)[name] * MINUTE_S)
    return found


def _decisions(record: Columns, work_s: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """When each reservation comes to the record system, and how long it keeps it; one of each try."""
    sent = record.requests[record.requests["operation"] == _RESERVE][::-1]
    _, latest = np.unique(sent["attempt"], return_index=True)  # of several it is the last that was answered
    one_each = sent[latest]
    tries = record.attempts[one_each["attempt"]]
    return one_each["ended_s"], work_s[tries["citizen"], tries["number"] - 1, EHR]


def _others_s(scenario: Scenario, others: Traffic | None, minutes: int) -> NDArray[np.float64]:
    """Seconds of work that others are expected to ask for in each minute."""
    if others is None:
        return np.zeros(minutes)
    shares = [others.profile.share((minute + 0.5) * MINUTE_S) for minute in range(minutes)]
    return np.array(shares) * others.most_per_s * MINUTE_S * scenario.platform.mean_s(others.median_s)
