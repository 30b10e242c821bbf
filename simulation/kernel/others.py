# pyright: basic, reportArgumentType=false, reportAttributeAccessIssue=false, reportCallIssue=false, reportPrivateImportUsage=false
"""The background load: requests of others, which queue where the citizens do. As `simulation.background`."""

from simulation.kernel.chance import length_s, uniform
from simulation.kernel.codes import EHR, GRANT_OTHER, NOBODY, OTHER_SERVED, OTHERS_COME
from simulation.kernel.events import schedule
from simulation.kernel.record_system import stopped_until_s
from simulation.kernel.rows import hours_at, other_at, part, traffic_at
from simulation.kernel.stations import join, leave

_A_DAY_S = 86_400.0


@part
def others_come(w, station):
    """A request comes to a station, and the next is expected; none once nobody of the send-out is on the way."""
    if w.ended == w.citizens and w.more_come == 0:
        return
    t, row = traffic_at(w, station), new_other(w)
    o = other_at(w, row)
    o.station = station
    o.service_s = length_s(t.work_table, t.work_s, uniform(w.seed, t.work_stream, station, t.drawn - 1))
    schedule(w, next_s(w, station), OTHERS_COME, station)
    join(w, station, -2 - row)


@part
def next_s(w, station):
    """When the next request comes: gaps as at the busiest hour, and at other hours some of what they lead to is not."""
    t = traffic_at(w, station)
    at_s = w.now_s
    while True:
        at_s += length_s(t.gap_table, t.gap_s, uniform(w.seed, t.gap_stream, station, t.drawn))
        t.drawn += 1
        if w.hour_count == 0 or uniform(w.seed, t.thinning_stream, station, t.drawn - 1) < share_at(w, at_s):
            return at_s


@part
def share_at(w, at_s):
    """The share of what comes at the busiest hour that comes at this moment."""
    clock_s = (w.start_s + at_s) % _A_DAY_S
    for index in range(w.hour_count):
        hours = hours_at(w, index)
        if hours.from_s <= clock_s < hours.to_s:
            return hours.share
    return w.usual_share


@part
def new_other(w):
    """A row for a request; there is one."""
    row = w.others_free
    if row == NOBODY:
        row = w.others_made
        w.others_made += 1
    else:
        w.others_free = other_at(w, row).next
    return row


@part
def granted_other(w, row):
    """A worker takes the request up; the record system does when it does not stand still."""
    o = other_at(w, row)
    if o.station == EHR and stopped_until_s(w) > w.now_s:
        schedule(w, stopped_until_s(w), GRANT_OTHER, row)
    else:
        schedule(w, w.now_s + o.service_s, OTHER_SERVED, row)


@part
def other_served(w, row):
    """The request is over."""
    o = other_at(w, row)
    leave(w, o.station)
    o.next = w.others_free
    w.others_free = row
