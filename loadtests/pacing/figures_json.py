"""Figures from an HTTP endpoint that answers with a stretch of time, or with several, as JSON."""

import datetime as dt
import json
from typing import Any, cast

from loadtests.pacing.asking import NoAnswer, ask, require_safe
from loadtests.pacing.figures import FiguresRefused, Stretch, Stretches, stretch_of
from loadtests.pacing.steering import Silence
from scenarios.policies.feedback import Observation


class JsonFigures:
    """GET URL: `{"from": .., "until": .., "decided": 9, "rejected": 2, "response_time_p95_s": 0.8}`, or a list of them.

    Raises
    ------
    AddressRefused
        The address is none, or over the net in the clear.
    """

    def __init__(self, url: str, token: str | None, zone: dt.tzinfo, every: dt.timedelta) -> None:
        require_safe(url)
        self._url, self._zone, self._every = url, zone, every
        self._headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        self._stretches, self._trouble = Stretches(), ""
        self._next: dt.datetime | None = None

    def look(self, now: dt.datetime) -> None:
        """See `Figures`."""
        if self._next is not None and now < self._next:
            return
        self._next = now + self._every
        try:
            said = ask("GET", self._url, self._headers)
            self._stretches.add(_stretches_in(said.status, said.body, self._zone, now), now)
            self._trouble = ""
        except (NoAnswer, FiguresRefused) as problem:
            self._trouble = f"{self._url}: {problem}"

    def between(self, begins: dt.datetime, ends: dt.datetime, first: dt.datetime) -> Observation | Silence:
        """See `Figures`."""
        return self._stretches.between(begins, ends, first, source=self._url, trouble=self._trouble)

    def forget(self) -> None:
        """See `Figures`."""
        self._stretches.clear()
        self._next = None


def _stretches_in(status: int, body: bytes, zone: dt.tzinfo, now: dt.datetime) -> list[Stretch]:
    if status != 200:
        raise FiguresRefused(f"HTTP {status}")
    try:
        said: Any = json.loads(body)
    except ValueError:
        raise FiguresRefused("the answer is no JSON") from None
    listed = cast(list[Any], said if isinstance(said, list) else [said])
    if not all(isinstance(one, dict) for one in listed):
        raise FiguresRefused("the answer is neither an object nor a list of them")
    today = now.astimezone(zone).date()
    return [stretch_of(one, zone, today) for one in listed]
