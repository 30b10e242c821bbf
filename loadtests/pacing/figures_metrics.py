"""Figures from a server's metrics, in the text format of Prometheus: what its counters grew by between two looks."""

import bisect
import datetime as dt
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from loadtests.pacing.asking import NoAnswer, ask, require_safe
from loadtests.pacing.steering import Silence
from scenarios.policies.feedback import Observation
from scenarios.quantities import LONGEST_S

_SAMPLE: Final = re.compile(r"(\w+)(?:\{(.*)\})?\s+(\S+)(?:\s+\S+)?")
_LABEL: Final = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
_BUCKET: Final = "bolk_request_seconds_bucket"
_RESERVATIONS: Final = "bolk_reservations"
_DECIDED: Final = frozenset({"CONFIRMED", "REJECTED", "CANCELLED"})
_KEPT: Final = dt.timedelta(hours=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """What a server had counted at one moment: requests no longer than each edge, and answers to reservations."""

    buckets: Mapping[float, float] = field(default_factory=dict[float, float])
    decided: float = 0.0
    rejected: float = 0.0

    @property
    def requests(self) -> float:
        """Requests of any length."""
        return self.buckets.get(math.inf, 0.0)


class MetricsFigures:
    """The reference server's own metrics, or those of another that names them alike.

    Its response time is from taking a request up to its answer, in seconds of the wall; `speedup` makes them seconds of
    the scenario. A server that began to count anew is met as if it had just been found.

    Raises
    ------
    AddressRefused
        The address is none, or over the net in the clear.
    """

    def __init__(self, url: str, token: str | None, every: dt.timedelta, speedup: float = 1.0) -> None:
        require_safe(url)
        self._url, self._every, self._speedup = url, every, speedup
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._moments: list[dt.datetime] = []
        self._counters: list[Counters] = []
        self._trouble = ""
        self._next: dt.datetime | None = None

    def look(self, now: dt.datetime) -> None:
        """See `Figures`."""
        if self._next is not None and now < self._next:
            return
        self._next = now + self._every
        try:
            said = ask("GET", self._url, self._headers)
        except NoAnswer as problem:
            self._trouble = f"{self._url}: {problem}"
            return
        if said.status != 200:
            self._trouble = f"{self._url}: HTTP {said.status}"
            return
        self._trouble = ""
        self.note(now, counters_in(said.body.decode(errors="replace")))

    def note(self, now: dt.datetime, counters: Counters) -> None:
        """Remember what was counted at this moment."""
        if self._counters and counters.requests < self._counters[-1].requests:
            self._clear()
        while self._moments and now - self._moments[0] > _KEPT:
            del self._moments[0], self._counters[0]
        self._moments.append(now)
        self._counters.append(counters)

    def between(self, begins: dt.datetime, ends: dt.datetime, first: dt.datetime) -> Observation | Silence:
        """See `Figures`."""
        last = bisect.bisect_right(self._moments, ends) - 1
        before = max(0, bisect.bisect_right(self._moments, begins) - 1)
        if last <= before or self._moments[last] <= begins:
            return Silence(self._trouble or self._url, readable=bool(self._moments) and not self._trouble)
        was, now = self._counters[before], self._counters[last]
        rejected = max(0, round(now.rejected - was.rejected))
        p95_s = p95_between(was, now)
        return Observation(
            from_s=(begins - first).total_seconds(),
            until_s=(ends - first).total_seconds(),
            decided=max(rejected, round(now.decided - was.decided)),
            rejected=rejected,
            response_time_p95_s=None if p95_s is None else p95_s * self._speedup,
        )

    def forget(self) -> None:
        """See `Figures`."""
        self._clear()
        self._next = None

    def _clear(self) -> None:
        self._moments.clear()
        self._counters.clear()


def counters_in(text: str) -> Counters:
    """Read the metrics that matter; what is not understood is passed over, as Prometheus' format asks."""
    buckets: dict[float, float] = {}
    decided = rejected = 0.0
    for line in text.splitlines():
        match = _SAMPLE.fullmatch(line)
        if match is None or match[1] not in (_BUCKET, _RESERVATIONS):
            continue
        labels, value = dict(_LABEL.findall(match[2] or "")), float(match[3])
        if match[1] == _BUCKET:
            edge = float(labels["le"].replace("+Inf", "inf"))
            buckets[edge] = buckets.get(edge, 0.0) + value
        elif labels.get("state") in _DECIDED:
            decided += value
            rejected += value if labels["state"] == "REJECTED" else 0.0
    return Counters(buckets=buckets, decided=decided, rejected=rejected)


def p95_between(was: Counters, now: Counters) -> float | None:
    """The 95th percentile of what was counted in between, in seconds; None for no request.

    Within a bucket times are taken as spread evenly, as Prometheus' `histogram_quantile` does. One beyond the last edge
    is above every target.
    """
    edges = sorted(now.buckets)
    grown = [now.buckets[edge] - was.buckets.get(edge, 0.0) for edge in edges]
    if not grown or grown[-1] <= 0:
        return None
    wanted = 0.95 * grown[-1]
    place = next(index for index, count in enumerate(grown) if count >= wanted)
    if math.isinf(edges[place]):
        return float(LONGEST_S)
    low_s, below = (edges[place - 1], grown[place - 1]) if place else (0.0, 0.0)
    return low_s + (edges[place] - low_s) * (wanted - below) / (grown[place] - below)
