"""A send-out that is under way: what has been sent already, and how early the rest may go."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from scenarios.part import Part, is_none, senseless
from scenarios.policies.feedback import Feedback
from scenarios.policies.send_out import SendOut
from scenarios.policy import OpenLoop, Policy, PolicyField, schedule
from scenarios.quantities import Clock, clock_text, seconds_since_midnight

_MINUTE_S = 60.0


class UnderWay(Part):
    """So many of the invited have their SMS by this moment, and are on their way to the page or have been there.

    They are the first of the list, which is in the order in which the SMS go.
    """

    sent: int = Field(gt=0, description="SMS that have gone, of those who are invited")
    at: Clock = Field(description="the rest goes no earlier than this, on send_date")
    followed: PolicyField | None = Field(
        default=None, exclude_if=is_none, description="the rule they went by; left out: evenly from policy.start to at"
    )

    @model_validator(mode="after")
    def _known_before(self) -> Self:
        if isinstance(self.followed, Feedback):
            what = "when the SMS of a rule with feedback went cannot be told from the rule"
            raise senseless(what, "leave it out: they are taken to have gone evenly", "followed")
        return self

    def after_s(self, start: dt.time) -> float:
        """Seconds from the first SMS, at `start`, to the moment from which the rest may go."""
        return seconds_since_midnight(self.at) - seconds_since_midnight(start)

    def gone(self, send_out: SendOut, start: dt.time) -> tuple[tuple[float, int], ...]:
        """When how many were handed to the gateway, in seconds from the first SMS.

        Evenly means minute by minute. ASSUMPTION: where nobody says more, no minute is likelier than another.
        """
        if self.followed is None or isinstance(self.followed, Feedback):
            return _evenly(self.sent, self.after_s(start))
        batches, left = list[tuple[float, int]](), self.sent
        for one in schedule(self.followed, send_out):
            if left and one.at_s <= self.after_s(start):
                batches.append((one.at_s, min(one.count, left)))
                left -= batches[-1][1]
        return (*batches, (self.after_s(start), left)) if left else tuple(batches)


def told_by_policy(under_way: UnderWay, policy: Policy, send_out: SendOut) -> OpenLoop | None:
    """The policy, where as many SMS had gone by it at that moment, or more: then it was followed, and stopped."""
    if isinstance(policy, Feedback):
        return None
    until_s = under_way.after_s(policy.start)
    by_then = sum(one.count for one in schedule(policy, send_out) if one.at_s < until_s)
    return policy if by_then >= under_way.sent else None


def refusals_of_under_way(
    under_way: UnderWay | None, invited: int, names: Sequence[str], start: dt.time, closes: dt.time
) -> Iterator[PydanticCustomError]:
    """Why a send-out cannot be half done like this, with the key each is `where`."""
    if under_way is None:
        return
    where = ("invitation", "already")
    if len(names) > 1:
        yield senseless("only one municipality's send-out can be half done", "name that one alone", *where)
    elif under_way.sent >= invited:
        what = f"{under_way.sent:,} SMS have gone and {invited:,} are invited: nobody is left"
        yield senseless(what, "let invited be everybody, those who have their SMS too", *where, "sent")
    if not start < under_way.at <= closes:
        hint = f"a time after {clock_text(start)}, and no later than {clock_text(closes)}"
        yield senseless("lies before the first SMS (policy.start) or after the window closes", hint, *where, "at")


def _evenly(count: int, until_s: float) -> tuple[tuple[float, int], ...]:
    minutes = max(1, int(until_s // _MINUTE_S))
    shares = [count * (k + 1) // minutes - count * k // minutes for k in range(minutes)]
    return tuple((k * _MINUTE_S, share) for k, share in enumerate(shares) if share)
