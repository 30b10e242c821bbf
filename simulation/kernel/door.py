# pyright: basic, reportArgumentType=false, reportAttributeAccessIssue=false, reportCallIssue=false, reportPrivateImportUsage=false
"""The way to a request: through the waiting room, where there is one and no session lasts."""

import numpy as np

from simulation.kernel import draws
from simulation.kernel.codes import (
    ABANDONED,
    ASSIGN,
    AT_THE_DOOR,
    ENTER,
    HOLD,
    INBOX,
    LOGIN,
    NOBODY,
    NOTHING,
    RESERVE,
    STATUS_OK,
)
from simulation.kernel.ending import settle
from simulation.kernel.record import note_request
from simulation.kernel.room import visit
from simulation.kernel.rows import journey_at, part, visitor_at
from simulation.kernel.tally import count_start
from simulation.kernel.waits import pause, send


@part
def ask(w, who, operation):
    """Make a request, from inside."""
    if w.room == 0 or operation == LOGIN or w.now_s < visitor_at(w, who).until_s:
        send(w, who, operation)
        return
    v = visitor_at(w, who)
    v.wants = operation
    v.tired_s = w.now_s + draws.queue_patience_s(w, journey_at(w, who))
    knock(w, who)


@part
def knock(w, who):
    """Ask to be let in: go on inside, wait, or leave where the wait would outlast patience."""
    j, v = journey_at(w, who), visitor_at(w, who)
    j.started_s = w.now_s
    if w.tally != 0:
        count_start(w)
    note_request(w, j, ENTER, w.now_s, STATUS_OK)
    again_s = visit(w, who)
    if again_s < 0:
        send(w, who, np.int64(v.wants))
    elif w.now_s + again_s <= v.tired_s:
        pause(w, who, again_s, AT_THE_DOOR)
    else:
        turn_away(w, who)


@part
def turn_away(w, who):
    """Leave, tired of waiting."""
    j, v = journey_at(w, who), visitor_at(w, who)
    ended_s = max(v.tired_s, w.now_s)
    if v.wants == INBOX:
        settle(w, who, ABANDONED, ended_s, j.time, NOTHING, j.reserved_s)
    elif v.wants == HOLD or (v.wants == RESERVE and w.strategy != ASSIGN):
        settle(w, who, ABANDONED, ended_s, j.time, NOTHING, np.nan)
    else:
        settle(w, who, ABANDONED, ended_s, NOBODY, NOTHING, np.nan)
