# pyright: basic, reportArgumentType=false, reportAttributeAccessIssue=false, reportCallIssue=false, reportPrivateImportUsage=false
"""Stations: first come, first served."""

from simulation.kernel.codes import EHR, GRANT, GRANT_EHR, NOBODY, RELEASE
from simulation.kernel.events import happen_now
from simulation.kernel.rows import journey_at, part, station_at


@part
def grant_next(w, station):
    """Give a free worker to the first in the queue: one at a time, as SimPy's resource does."""
    t = station_at(w, station)
    if t.first == NOBODY or t.busy >= t.workers:
        return
    who = t.first
    t.busy += 1
    if station == EHR:
        t.first = journey_at(w, who).next_ehr
        happen_now(w, GRANT_EHR, who)
    else:
        t.first = journey_at(w, who).next
        happen_now(w, GRANT, who)


@part
def join(w, station, who):
    """Queue for a worker."""
    t = station_at(w, station)
    if station == EHR:
        journey_at(w, who).next_ehr = NOBODY
        if t.first != NOBODY:
            journey_at(w, t.last).next_ehr = who
    else:
        journey_at(w, who).next = NOBODY
        if t.first != NOBODY:
            journey_at(w, t.last).next = who
    if t.first == NOBODY:
        t.first = who
    t.last = who
    grant_next(w, station)


@part
def leave(w, station):
    """Give the worker back; the next in the queue is called by an event of its own."""
    station_at(w, station).busy -= 1
    happen_now(w, RELEASE, station)
