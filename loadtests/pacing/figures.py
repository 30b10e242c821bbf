"""Figures of the day: where they come from, and what they say of a stretch of time."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from loadtests.pacing.steering import Silence
from scenarios.policies.feedback import Observation

_KEPT: Final = dt.timedelta(hours=24)


class FiguresRefused(ValueError):
    """Figures cannot be used as they are; the message says where and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Figures of the time from one moment to another; as `Observation` has them."""

    begins: dt.datetime
    ends: dt.datetime
    decided: int = 0
    rejected: int = 0
    response_time_p95_s: float | None = None


class Figures(Protocol):
    """A measured signal."""

    def look(self, now: dt.datetime) -> None:
        """Fetch what is new, where it is time to; called often."""
        ...

    def between(self, begins: dt.datetime, ends: dt.datetime, first: dt.datetime) -> Observation | Silence:
        """What is known of the time after `begins`, up to and with `ends`, in seconds from `first`."""
        ...

    def forget(self) -> None:
        """The clock was set: what was fetched before has no moment any more."""
        ...


class Stretches:
    """Stretches as somebody states them, each once; those that end in the time asked for are put together.

    Numbers are added up, and of the response times the highest is taken: the 95th percentile of the whole is not known,
    but it is no higher.
    """

    def __init__(self) -> None:
        self._known: dict[dt.datetime, Stretch] = {}

    def add(self, stretches: Iterable[Stretch], now: dt.datetime) -> None:
        """Remember them; one that ends when a known one does takes its place."""
        self._known |= {one.ends: one for one in stretches if now - one.ends < _KEPT}

    def clear(self) -> None:
        """Remember none."""
        self._known.clear()

    def between(
        self, begins: dt.datetime, ends: dt.datetime, first: dt.datetime, *, source: str, trouble: str
    ) -> Observation | Silence:
        """See `Figures`; a silence names the source, or the trouble with it."""
        found = [one for one in self._known.values() if begins < one.ends <= ends]
        if not found:
            return Silence(trouble or source, readable=not trouble)
        times = [one.response_time_p95_s for one in found if one.response_time_p95_s is not None]
        return Observation(
            from_s=(begins - first).total_seconds(),
            until_s=(ends - first).total_seconds(),
            decided=sum(one.decided for one in found),
            rejected=sum(one.rejected for one in found),
            response_time_p95_s=max(times, default=None),
        )


def stretch_of(said: Mapping[str, object], zone: dt.tzinfo, today: dt.date) -> Stretch:
    """Read a stretch from named texts or numbers: from, until, decided, rejected, response_time_p95_s.

    A moment is ISO 8601 or the time of day, which is taken as of today in `zone`. A field that is left out or empty
    says nothing.

    Raises
    ------
    FiguresRefused
        A field is missing or makes no sense; the message names it.
    """
    begins, ends = (_moment(said, name, zone, today) for name in ("from", "until"))
    decided, rejected = (int(_number(said, name) or 0) for name in ("decided", "rejected"))
    p95_s = _number(said, "response_time_p95_s")
    if begins >= ends:
        raise FiguresRefused("`until` is not after `from`")
    if rejected > decided:
        raise FiguresRefused("`rejected` is more than `decided`, and should be some of them")
    return Stretch(begins=begins, ends=ends, decided=decided, rejected=rejected, response_time_p95_s=p95_s)


def _moment(said: Mapping[str, object], name: str, zone: dt.tzinfo, today: dt.date) -> dt.datetime:
    text = str(said.get(name, "")).strip()
    try:
        if "T" not in text and "-" not in text:
            return dt.datetime.combine(today, dt.time.fromisoformat(text), tzinfo=zone).astimezone(dt.UTC)
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise FiguresRefused(f"`{name}` is no moment: write 10:05 or 2026-11-24T10:05") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(dt.UTC)


def _number(said: Mapping[str, object], name: str) -> float | None:
    text = str(said.get(name) if said.get(name) is not None else "").strip().replace(",", ".")
    try:
        number = float(text) if text else None
    except ValueError:
        number = -1.0
    if number is not None and not 0 <= number < float("inf"):
        raise FiguresRefused(f"`{name}` is no number from 0 up")
    return number
