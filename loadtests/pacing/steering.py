"""What to do next: a pure answer to where the send-out stands, what time it is, and what the figures say.

How large a batch is, the policy's `decide` says, the one that the simulation asks. What is added here is what a
simulated sender never meets: a person, figures that do not come, and a platform that does not recover.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Final, TypeAlias

from loadtests.pacing.entries import Why
from loadtests.pacing.state import State
from scenarios.policies.feedback import Feedback, Observation, Pace, Reason
from scenarios.sending_hours import SendingHours

SILENCE: Final = dt.timedelta(minutes=30)
"""After so long without figures the pacer stops. ASSUMPTION: somebody who can be asked has come by then."""

LOW: Final = 12
"""So many decisions in a row above the target with the smallest batch, and the pacer stops. ASSUMPTION: an hour, with
5 minutes from batch to batch; what does not recover in an hour of almost no SMS is not overloaded by them."""


@dataclass(frozen=True, slots=True)
class Silence:
    """There are no figures of the time that was asked for; `readable` where they could be read, and hold none of it."""

    what: str
    readable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """What a send-out goes by.

    Attributes
    ----------
    policy : Feedback
    hours : SendingHours
        Of the scenario: which days are sending days, and when they close.
    opens : time
        No batch goes earlier on any day.
    """

    policy: Feedback
    hours: SendingHours
    opens: dt.time

    def allowed_from(self, now: dt.datetime) -> dt.datetime:
        """The first moment from now on at which a batch may go; on a later day that is when the plan starts."""
        local = now.astimezone(self.hours.first.tzinfo)
        day = local.date()
        if self.hours.is_sending_day(day) and self.opens <= local.time() <= self.hours.closes:
            return now
        if local.time() >= self.opens:
            day += dt.timedelta(days=1)
        while not self.hours.is_sending_day(day):
            day += dt.timedelta(days=1)
        return dt.datetime.combine(day, self.policy.start, tzinfo=local.tzinfo).astimezone(dt.UTC)

    def first_from(self, now: dt.datetime) -> dt.datetime:
        """When a send-out begins that is started now: when it was planned to, or as soon as it may."""
        return self.allowed_from(max(now, self.hours.first.astimezone(dt.UTC)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """Hand over so many now."""

    count: int
    pace: Pace
    low: int
    reason: Reason
    seen: Observation | None


@dataclass(frozen=True, slots=True)
class Wait:
    """Hand over nothing yet; look again then at the latest, where that is known."""

    why: Why
    until: dt.datetime | None = None
    what: str = ""


@dataclass(frozen=True, slots=True)
class Finish:
    """Hand over nothing more."""

    why: Why


Step: TypeAlias = Send | Wait | Finish


def next_step(
    rules: Rulebook, state: State, now: dt.datetime, seen: Observation | Silence, silent: dt.timedelta
) -> Step:
    """Say what to do now, where no batch is pending; `silent` is how long there have been no figures."""
    if state.left == 0:
        return Finish(Why.DONE)
    if state.stopped:
        return Finish(Why.STOPPED)
    if (allowed := rules.allowed_from(now)) > now:
        return Wait(Why.OUTSIDE_HOURS, allowed)
    if not state.hurried and (wait := _waits(state, now, seen, silent)) is not None:
        return wait
    return _batch(rules.policy, state, now, seen)


def _waits(state: State, now: dt.datetime, seen: Observation | Silence, silent: dt.timedelta) -> Wait | Finish | None:
    if state.paused:
        return Wait(Why.PAUSED)
    if now < state.due:
        return Wait(Why.BETWEEN_BATCHES, state.due)
    if isinstance(seen, Observation) or (seen.readable and state.pace.size == 0):
        return None
    return Finish(Why.SILENT) if silent >= SILENCE else Wait(Why.NO_FIGURES, what=seen.what)


def _batch(policy: Feedback, state: State, now: dt.datetime, seen: Observation | Silence) -> Send | Finish:
    now_s = (now - state.began.first).total_seconds()
    shown = seen if isinstance(seen, Observation) else Observation(from_s=now_s, until_s=now_s)
    pace, decision = policy.decide(state.pace, shown)
    is_lowest = decision.reason is Reason.ABOVE_TARGET and state.pace.size <= policy.least
    low = state.low + 1 if is_lowest else 0
    if low >= LOW and not state.hurried:
        return Finish(Why.TOO_MUCH)
    return Send(
        count=min(decision.count, state.left),
        pace=pace,
        low=low,
        reason=decision.reason,
        seen=shown if isinstance(seen, Observation) else None,
    )
