# pyright: basic, reportArgumentType=false, reportAttributeAccessIssue=false, reportCallIssue=false, reportPrivateImportUsage=false
"""The record system: deliveries, of which some fail and come again, and times when it stands still."""

from simulation.kernel import draws
from simulation.kernel.books import reserve
from simulation.kernel.codes import DECIDED, EHR, GRANT_EHR, NOBODY, REDELIVER, SET_ASIDE
from simulation.kernel.events import schedule
from simulation.kernel.journeys import no_longer_pending
from simulation.kernel.rows import float_at, journey_at, part
from simulation.kernel.stations import join, leave


@part
def deliver(w, who):
    """A reservation was sent."""
    journey_at(w, who).delivery = 1
    join(w, EHR, who)


@part
def granted_ehr(w, who):
    """A worker takes the delivery up, once it is not stopped, and commits; its answer comes when its work is done."""
    until_s = stopped_until_s(w)
    if until_s > w.now_s:
        schedule(w, until_s, GRANT_EHR, who)
        return
    j = journey_at(w, who)
    j.held = NOBODY if draws.delivery_fails(w, j) else reserve(w, j.time)
    schedule(w, w.now_s + draws.delivery_s(w, j), DECIDED, who)


@part
def decided(w, who):
    """The record system's answer is in the inbox, or the delivery failed and comes again, unless it was the last."""
    leave(w, EHR)
    j = journey_at(w, who)
    if j.held != NOBODY:
        j.decision = j.held
        no_longer_pending(w, who)
    elif j.delivery == w.deliveries:
        j.decision = SET_ASIDE
        no_longer_pending(w, who)
    else:
        j.delivery += 1
        schedule(w, w.now_s + w.redelivered_after_s, REDELIVER, who)


@part
def stopped_until_s(w):
    """Until when the record system stands still; 0 where it does not."""
    for stop in range(w.stops):
        if float_at(w.stops_s, 2 * stop) <= w.now_s < float_at(w.stops_s, 2 * stop + 1):
            return float_at(w.stops_s, 2 * stop + 1)
    return 0.0
