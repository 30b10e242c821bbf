"""A send-out that decides as it goes: before each batch a sender looks at what it can see, and asks its policy.

What it sees is a stretch of time that ended a while ago. A sender decides at the beginning of a moment, before anything
else that happens in it: that is what makes two engines agree on what it has seen.
"""

import bisect
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Protocol

import numpy as np

from scenarios.attempts import Outcome
from scenarios.columns import OUTCOMES
from scenarios.plan import IntArray, Plan, Unsent
from scenarios.policies.feedback import Feedback, Observation, Pace
from scenarios.policies.send_out import SendOut
from scenarios.policy import Gateway, sending_moments
from scenarios.streams import FloatArray, quantised


class Life(Protocol):
    """A run that is under way, as a sender needs it."""

    def live_until(self, at_s: float) -> None:
        """Let everything happen that happens before this moment, and nothing of the moment itself."""
        ...

    def send(self, citizens: IntArray, planned_s: FloatArray) -> None:
        """These have been sent their SMS and will open the page then; those who do not act are passed over."""
        ...

    def endings(self, first: int) -> tuple[FloatArray, IntArray, IntArray]:
        """Attempts written down so far, from one on: when each ended, whose it was, and the code of its outcome."""
        ...

    def responses(self, first: int) -> tuple[FloatArray, FloatArray]:
        """Requests written down so far, from one on: when each ended, and how long it took."""
        ...


def sent_by_feedback(
    policy: Feedback,
    outs: Sequence[SendOut],
    unsent: Unsent,
    life: Life,
    known: Mapping[int, FloatArray] = MappingProxyType({}),
) -> Plan:
    """Live a run in which every batch waits for figures; the plan that came of it.

    Each municipality has a sender of its own, with rejections of its own and the response time of the platform that
    all share. They decide at the same moments, in the order of the inventory. When those send who have a rule of their
    own is `known` before, by their place in the inventory.
    """
    sent_s = np.full(unsent.plan.invited, np.inf)
    figures = Figures(life, unsent.plan.municipality, len(outs))
    senders = _senders(outs)
    for index, times in known.items():
        _send(life, unsent, sent_s, senders[index].all_at(times))
    for sender, out in zip(senders, outs, strict=True):
        for at_s, count in out.gone:
            _send(life, unsent, sent_s, sender.hand(at_s, count))
    for moment_s in sending_moments(policy.pause, outs[0].hours, outs[0].goes_on_s):
        if not any(sender.left for sender in senders):
            break
        at_s = float(quantised(np.array(moment_s)))
        life.live_until(at_s)
        until_s = at_s - policy.delay
        seen = figures.between(until_s - policy.window, until_s, now_s=at_s)
        handed = [sender.send(policy, at_s, one) for sender, one in zip(senders, seen, strict=True) if sender.left]
        citizens = np.concatenate([numbers for numbers, _ in handed])
        _send(life, unsent, sent_s, (citizens, np.concatenate([times for _, times in handed])))
    life.live_until(math.inf)
    return unsent.sent(sent_s)


def _send(life: Life, unsent: Unsent, sent_s: FloatArray, handed: tuple[IntArray, FloatArray]) -> None:
    """These citizens have their SMS at these moments: note it, and let them come."""
    citizens, times = handed
    sent_s[citizens] = times
    reached = unsent.reached_by(citizens)
    life.send(reached, unsent.opened_s(unsent.sms_s(sent_s)[reached], reached))


@dataclass(slots=True)
class _Sender:
    """One municipality's: its citizens are `next` up to `end`, in the order in which they are sent to."""

    next: int
    end: int
    gateway: Gateway
    pace: Pace = field(default=Pace())

    @property
    def left(self) -> int:
        """Citizens who have no SMS yet."""
        return self.end - self.next

    def all_at(self, times: FloatArray) -> tuple[IntArray, FloatArray]:
        """Everybody is sent to at moments that are known: nobody is left."""
        citizens = np.arange(self.next, self.end)
        self.next = self.end
        return citizens, times

    def send(self, policy: Feedback, at_s: float, seen: Observation) -> tuple[IntArray, FloatArray]:
        """Decide, and hand the next batch to the gateway: who is sent to, and when each SMS leaves."""
        self.pace, decision = policy.decide(self.pace, seen)
        return self.hand(at_s, decision.count)

    def hand(self, at_s: float, most: int) -> tuple[IntArray, FloatArray]:
        """Hand the gateway the next so many, or those who are left: who is sent to, and when each SMS leaves."""
        count = min(most, self.left)
        citizens = np.arange(self.next, self.next + count)
        self.next += count
        return citizens, self.gateway.send(at_s, count)


def _senders(outs: Sequence[SendOut]) -> list[_Sender]:
    ends = np.cumsum([one.invited for one in outs]).tolist()
    return [_Sender(end - one.invited, end, Gateway(one.sms_per_s)) for end, one in zip(ends, outs, strict=True)]


class Figures:
    """What has been written down so far, by stretches of time.

    The record only grows, and what was written before a moment had ended by then: so a stretch that begins later need
    not look at it again.
    """

    def __init__(self, life: Life, municipality: IntArray, municipalities: int) -> None:
        self._life, self._municipality, self._count = life, municipality, municipalities
        self._looked_s: list[float] = []
        self._attempts: list[int] = []
        self._requests: list[int] = []

    def between(self, from_s: float, until_s: float, *, now_s: float) -> list[Observation]:
        """What ended after `from_s`, up to and with `until_s`: an observation for each municipality."""
        look = bisect.bisect_right(self._looked_s, from_s) - 1
        attempts, requests = (self._attempts[look], self._requests[look]) if look >= 0 else (0, 0)
        ended_s, citizens, outcomes = self._life.endings(attempts)
        answered_s, took_s = self._life.responses(requests)
        self._looked_s.append(now_s)
        self._attempts.append(attempts + len(ended_s))
        self._requests.append(requests + len(answered_s))
        mine = (ended_s > from_s) & (ended_s <= until_s)
        decided = self._counts(citizens[mine & ((outcomes == _CONFIRMED) | (outcomes == _REJECTED))])
        rejected = self._counts(citizens[mine & (outcomes == _REJECTED)])
        p95_s = _p95(took_s[(answered_s > from_s) & (answered_s <= until_s)])
        return [
            Observation(from_s=from_s, until_s=until_s, decided=n, rejected=k, response_time_p95_s=p95_s)
            for n, k in zip(decided, rejected, strict=True)
        ]

    def _counts(self, citizens: IntArray) -> list[int]:
        return np.bincount(self._municipality[citizens], minlength=self._count).tolist()


def _p95(took_s: FloatArray) -> float | None:
    """The quantile that measures use: the smallest value with 95 % at or below it."""
    return float(np.quantile(took_s, 0.95, method="inverted_cdf")) if took_s.size else None


_CONFIRMED: Final = OUTCOMES.index(Outcome.CONFIRMED)
_REJECTED: Final = OUTCOMES.index(Outcome.REJECTED)
