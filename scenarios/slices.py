"""A part of a plan in time: those who open the page in it are lived, all others are left out."""

import datetime as dt
from dataclasses import dataclass

import numpy as np

from scenarios.measurement import LeftOut
from scenarios.naming import length_named
from scenarios.plan import Plan
from scenarios.quantities import clock_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """From a moment on and before another, in seconds from the first SMS; None where the plan begins or ends."""

    from_s: float | None = None
    until_s: float | None = None

    def of(self, plan: Plan) -> Plan:
        """Keep those who open the page in the slice; the others stay in the plan but do not act."""
        return plan.between(self.from_s, self.until_s)

    def left_out(self, plan: Plan) -> LeftOut:
        """How many of those who act open the page before the slice, and after it."""
        opened_s = plan.planned_s[plan.acts == 1]
        before = 0 if self.from_s is None else int(np.count_nonzero(opened_s < self.from_s))
        after = 0 if self.until_s is None else int(np.count_nonzero(opened_s >= self.until_s))
        return LeftOut(before=before, after=after)


def slice_named(begin: str | None, end: str | None, start: dt.time) -> Slice:
    """A slice by two moments as people write them.

    Parameters
    ----------
    begin, end : str, optional
        A time of day ("08:55"), on the day of the first SMS, or a length after it ("10 min").
    start : time
        When the first SMS goes.

    Raises
    ------
    ValueError
        One is neither, or nothing lies between them; the message says what to write.
    """
    found = Slice(from_s=_moment(begin, start), until_s=_moment(end, start))
    if found.from_s is not None and found.until_s is not None and found.from_s >= found.until_s:
        raise ValueError(f"nothing lies between {begin} and {end}: give the earlier one to --from")
    return found


def _moment(text: str | None, start: dt.time) -> float | None:
    if text is None or ":" not in text:
        return length_named(text)
    try:
        clock = clock_of(text.strip())
    except ValueError:
        raise ValueError(f"{text!r} is no time of day: write for example 09:15, or a length such as 10 min") from None
    today = dt.date.min
    return (dt.datetime.combine(today, clock) - dt.datetime.combine(today, start)).total_seconds()
