# pyright: basic, reportArgumentType=false, reportAttributeAccessIssue=false, reportCallIssue=false, reportPrivateImportUsage=false
"""Stations: first come, first served."""

from simulation.kernel.codes import EHR, GRANT, GRANT_EHR, GRANT_OTHER, NOBODY, RELEASE
from simulation.kernel.events import happen_now
from simulation.kernel.rows import inlined, journey_at, other_at, part, station_at


@inlined
def grant_next(w, station):
    """Give a free worker to the first in the queue: one at a time, as SimPy's resource does."""
    t = station_at(w, station)
    if t.first == NOBODY or t.busy >= t.workers:
        return
    who = t.first
    t.busy += 1
    if who < NOBODY:
        t.first = other_at(w, -2 - who).next
        happen_now(w, GRANT_OTHER, -2 - who)
    elif station == EHR:
        t.first = journey_at(w, who).next_ehr
        happen_now(w, GRANT_EHR, who)
    else:
        t.first = journey_at(w, who).next
        happen_now(w, GRANT, who)


@part
def join(w, station, who):
    """Queue for a worker."""
    t = station_at(w, station)
    be_followed(w, station, who, NOBODY)
    if t.first == NOBODY:
        t.first = who
    else:
        be_followed(w, station, t.last, who)
    t.last = who
    grant_next(w, station)


@inlined
def be_followed(w, station, who, by):
    """Stand in the queue before somebody, or last."""
    if who < NOBODY:
        other_at(w, -2 - who).next = by
    elif station == EHR:
        journey_at(w, who).next_ehr = by
    else:
        journey_at(w, who).next = by


@inlined
def leave(w, station):
    """Give the worker back; the next in the queue is called by an event of its own.

    That event would find nobody where nobody queues and nothing else happens at this moment: then none is made.
    """
    t = station_at(w, station)
    t.busy -= 1
    if w.alone == 0 or t.first != NOBODY:
        happen_now(w, RELEASE, station)
