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
        How many of the invited are in each age group that the policy names, in its order; none of those in `gone`.
    gone : tuple of (float, int)
        What has been sent already, whatever the policy: when, in seconds from the first SMS, and how many SMS.
    goes_on_s : float
        The rest goes no earlier than this.
    """

    invited: int
    hours: SendingHours | None = None
    sms_per_s: float = math.inf
    carried_per_s: float = math.inf
    cohorts: tuple[int, ...] = ()
    gone: tuple[tuple[float, int], ...] = ()
    goes_on_s: float = 0.0
