# pyright: basic, reportArgumentType=false, reportAttributeAccessIssue=false, reportCallIssue=false, reportPrivateImportUsage=false
"""Those who ask again while they wait: as `simulation.page`.

What was asked first stays in the queue under the citizen's own row, every reload queues under a row of its own. All
requests of one page take equally long and are taken up in the order in which they came, so the newest is the last to be
over, and rows are given back in time.
"""

import numpy as np

from simulation.kernel.codes import LOGIN, LOGIN_STATION, NOBODY, PAGES, STATUS_ABANDONED
from simulation.kernel.record import note_request
from simulation.kernel.rows import journey_at, part
from simulation.kernel.stations import join
from simulation.kernel.tally import count_start
from simulation.kernel.waits import reload_later


@part
def owner(w, row):
    """Whose request queues under a row."""
    return row if row < w.own_rows else np.int64(journey_at(w, row).citizen)


@part
def reload(w, who):
    """Ask again, if the page has not come since this was set."""
    j = journey_at(w, who)
    if j.reload_at_s != w.now_s:
        return
    note_request(w, j, j.phase, w.now_s, STATUS_ABANDONED)
    if w.tally != 0:
        count_start(w)
    j.started_s = w.now_s
    j.reloads += 1
    j.newest = take_row(w)
    journey_at(w, j.newest).citizen = who
    reload_later(w, who)
    join(w, LOGIN_STATION if j.phase == LOGIN else PAGES, np.int64(j.newest))


@part
def take_row(w):
    """A row for a reload."""
    row = w.spare_row
    if row == NOBODY:
        row = w.rows_made
        w.rows_made += 1
    else:
        w.spare_row = journey_at(w, row).next
    return row


@part
def give_row_back(w, row):
    """The reload is over."""
    journey_at(w, row).next = w.spare_row
    w.spare_row = row
