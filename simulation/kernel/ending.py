# pyright: basic, reportArgumentType=false, reportAttributeAccessIssue=false, reportCallIssue=false, reportPrivateImportUsage=false
"""The end of a try."""

from simulation.kernel import draws
from simulation.kernel.afterwards import be_done
from simulation.kernel.codes import NO_SLOT, PAUSING, REJECTED
from simulation.kernel.journeys import let_go
from simulation.kernel.record import note_attempt
from simulation.kernel.rows import journey_at, part
from simulation.kernel.waits import pause


@part
def settle(w, who, outcome, ended_s, time, place, reserved_s):
    """Note the attempt, and try again or be done."""
    j = journey_at(w, who)
    note_attempt(w, j, outcome, ended_s, time, place, reserved_s)
    again = outcome == REJECTED or (outcome == NO_SLOT and j.saw_a_day == 1)
    if again and draws.retries(w, j):
        pause(w, who, draws.wait_s(w, j), PAUSING)
    else:
        w.ended += 1
        let_go(w, who)
        be_done(w, who, outcome, time, place)
