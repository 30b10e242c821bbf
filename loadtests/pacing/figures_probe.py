"""Figures that the pacer measures itself: it asks for one page now and then, and waits as a citizen does.

A server's own metrics begin when it takes a request up, and do not see who waits at its door. A probe does.
"""

import bisect
import datetime as dt
import math
import time
from typing import Final

from loadtests.pacing.asking import NoAnswer, ask, require_safe
from loadtests.pacing.steering import Silence
from scenarios.policies.feedback import Observation
from scenarios.quantities import LONGEST_S

_KEPT: Final = dt.timedelta(hours=2)


class ProbeFigures:
    """One GET each `every`; an answer that is an error, or none, is longer than every target.

    It sees response times alone, and of one page: let it be one that needs what citizens need.

    Raises
    ------
    AddressRefused
        The address is none, or over the net in the clear.
    """

    def __init__(self, url: str, every: dt.timedelta, speedup: float = 1.0) -> None:
        require_safe(url)
        self._url, self._every, self._speedup = url, every, speedup
        self._moments: list[dt.datetime] = []
        self._took_s: list[float] = []
        self._next: dt.datetime | None = None

    def look(self, now: dt.datetime) -> None:
        """See `Figures`."""
        if self._next is not None and now < self._next:
            return
        self._next = now + self._every
        while self._moments and now - self._moments[0] > _KEPT:
            del self._moments[0], self._took_s[0]
        self._moments.append(now)
        self._took_s.append(self._probed_s())

    def between(self, begins: dt.datetime, ends: dt.datetime, first: dt.datetime) -> Observation | Silence:
        """See `Figures`."""
        one, other = (bisect.bisect_right(self._moments, moment) for moment in (begins, ends))
        if one == other:
            return Silence(self._url, readable=bool(self._moments))
        return Observation(
            from_s=(begins - first).total_seconds(),
            until_s=(ends - first).total_seconds(),
            response_time_p95_s=sorted(self._took_s[one:other])[math.ceil(0.95 * (other - one)) - 1],
        )

    def forget(self) -> None:
        """See `Figures`."""
        self._moments.clear()
        self._took_s.clear()
        self._next = None

    def _probed_s(self) -> float:
        begun_s = time.perf_counter()
        try:
            status = ask("GET", self._url, {}).status
        except NoAnswer:
            return float(LONGEST_S)
        return (time.perf_counter() - begun_s) * self._speedup if status < 500 else float(LONGEST_S)
