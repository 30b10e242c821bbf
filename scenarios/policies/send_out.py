"""What a policy is asked to send, and what it may know before the first SMS."""

import math
from dataclasses import dataclass

from scenarios.sending_hours import SendingHours


@dataclass(frozen=True, slots=True, kw_only=True)
class SendOut:
    """One municipality's SMS.

    Attributes
    ----------
    invited : int
    hours : SendingHours, optional
        When batches may go; without them day and night.
    sms_per_s : float
        What the gateway sends.
    carried_per_s : float
        SMS a second whose answers keep the platform just busy all the time: this municipality's share of it.
    cohorts : tuple of int
        How many of the invited are in each age group that the policy names, in its order.
    """

    invited: int
    hours: SendingHours | None = None
    sms_per_s: float = math.inf
    carried_per_s: float = math.inf
    cohorts: tuple[int, ...] = ()
