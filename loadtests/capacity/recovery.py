"""How long after a wave people still wait too long.

Time is cut into windows by the planned moment of each request, and a window is slow where 19 of 20 of its requests took
longer than the limit. The platform is back at the end of the last slow window: response times that dip below the limit
for a moment and rise again are not back.
"""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from scenarios.attempts import Status
from scenarios.capacity import Window
from scenarios.columns import STATUSES, Columns
from scenarios.measures import sample

WINDOWS_OF_A_WAVE: Final = 12
"""ASSUMPTION: fine enough to see the end of the trouble, and with enough requests in each."""


def windows_of(record: Columns, window_s: float) -> list[Window]:
    """The requests of a record, window by window from the beginning to the last that was planned."""
    requests = record.requests
    if not len(requests):
        return []
    which = np.maximum(0, np.floor(requests["planned_s"] / window_s)).astype(np.int64)
    took_s = requests["ended_s"] - requests["planned_s"]
    parts = [took_s[which == k] for k in range(int(which.max()) + 1)]
    return [Window(requests=len(part), response_time_p95_s=sample(part)(95)) for part in parts]


def back_after_s(windows: Sequence[Window], window_s: float, wave_s: float, limit_s: float) -> float | None:
    """Seconds after the wave until response times are back for good; None where they never were."""
    slow = [k for k, one in enumerate(windows) if (one.response_time_p95_s or 0.0) > limit_s]
    if not slow:
        return 0.0
    seen = [k for k, one in enumerate(windows) if one.requests]
    if slow[-1] == seen[-1]:
        return None
    return max(0.0, (slow[-1] + 1) * window_s - wave_s)


def window_of(wave_s: float) -> float:
    """How long a window is, in whole seconds."""
    return float(max(1, math.ceil(wave_s / WINDOWS_OF_A_WAVE)))


def asked_again(record: Columns) -> int:
    """Requests for a page that the same person was already waiting for: each replaces one that was left behind."""
    requests = record.ordered_requests()
    same = requests["attempt"][1:] == requests["attempt"][:-1]
    return int((same & (requests["status"][:-1] == _LEFT)).sum())


_LEFT: Final = STATUSES.index(Status.ABANDONED)
