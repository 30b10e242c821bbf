# pyright: basic, reportArgumentType=false, reportAttributeAccessIssue=false, reportCallIssue=false, reportPrivateImportUsage=false
"""What a citizen can wait for: the answer to a request, or a moment."""

from simulation.kernel.codes import LOGIN, LOGIN_STATION, PAGES, RESERVE, STEP
from simulation.kernel.events import schedule
from simulation.kernel.rows import journey_at, part
from simulation.kernel.stations import join


@part
def send(w, who, operation):
    """Send a request: join the queue of its station."""
    j = journey_at(w, who)
    j.phase = operation
    j.started_s = w.now_s
    if operation == RESERVE:
        j.reserved_s = w.now_s
    join(w, LOGIN_STATION if operation == LOGIN else PAGES, who)


@part
def pause(w, who, length_s, phase):
    """Wait for a length of time."""
    journey_at(w, who).phase = phase
    schedule(w, w.now_s + length_s, STEP, who)
