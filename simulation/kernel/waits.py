# pyright: basic, reportArgumentType=false, reportAttributeAccessIssue=false, reportCallIssue=false, reportPrivateImportUsage=false
"""What a citizen can wait for: the answer to a request, perhaps asked for again, or a moment."""

import numpy as np

from simulation.kernel import draws
from simulation.kernel.codes import LOGIN, LOGIN_STATION, PAGES, RELOAD, RESERVE, STEP
from simulation.kernel.events import schedule
from simulation.kernel.rows import journey_at, part, visitor_at
from simulation.kernel.stations import join
from simulation.kernel.tally import count_start


@part
def send(w, who, operation):
    """Send a request: join the queue of its station."""
    j = journey_at(w, who)
    j.phase = operation
    j.started_s = j.asked_s = w.now_s
    if operation == RESERVE:
        j.reserved_s = w.now_s
    j.newest = who
    j.reloads = 0
    j.taken_in = 0
    reload_later(w, who)
    if w.tally != 0:
        count_start(w)
    join(w, LOGIN_STATION if operation == LOGIN else PAGES, who)


@part
def reload_later(w, who):
    """Set the moment of the next reload, if there may be one."""
    j = journey_at(w, who)
    j.reload_at_s = np.nan
    if w.reloading == 0 or j.reloads >= draws.reloads(w, j):
        return
    until_s = j.asked_s + draws.page_patience_s(w, j)
    if w.room != 0 and j.phase != LOGIN:
        until_s = min(until_s, visitor_at(w, who).until_s)
    at_s = w.now_s + draws.reload_after_s(w, j)
    if at_s < until_s:
        j.reload_at_s = at_s
        schedule(w, at_s, RELOAD, who)


@part
def pause(w, who, length_s, phase):
    """Wait for a length of time."""
    journey_at(w, who).phase = phase
    schedule(w, w.now_s + length_s, STEP, who)
