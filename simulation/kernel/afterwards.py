# pyright: basic, reportArgumentType=false, reportAttributeAccessIssue=false, reportCallIssue=false, reportPrivateImportUsage=false
"""After the booking: appointments that are cancelled, and the waiting list of each book."""

import numpy as np

from simulation.kernel import draws
from simulation.kernel.books import cancel, first_day, first_time, reserve
from simulation.kernel.codes import CANCEL, CONFIRMED, NO_SLOT, NOBODY
from simulation.kernel.events import schedule
from simulation.kernel.record import note_attempt
from simulation.kernel.rows import book_at, journey_at, part


@part
def be_done(w, who, outcome, time, place):
    """The last try is over: keep the appointment for a while or for good, or wait for one."""
    if w.afterwards == 0:
        return
    if outcome == CONFIRMED:
        keep(w, who, time, place)
    elif outcome == NO_SLOT and draws.joins(w, journey_at(w, who)):
        wait_in_line(w, who)
        fill(w, np.int64(journey_at(w, who).book))


@part
def keep(w, who, time, place):
    """Cancel after a while, if this citizen does."""
    j = journey_at(w, who)
    after_s = draws.cancel_after_s(w, j)
    if after_s < np.inf:
        j.time = time
        j.held = place
        schedule(w, w.now_s + after_s, CANCEL, who)


@part
def cancelled(w, who):
    """The place is free again, or somebody's who waits."""
    j = journey_at(w, who)
    cancel(w, np.int64(j.time), np.int64(j.held))
    fill(w, np.int64(j.book))


@part
def wait_in_line(w, who):
    """Come last on the waiting list of the book. Who does queues nowhere else, so the link to the next is free."""
    j = journey_at(w, who)
    book = book_at(w, j.book)
    j.next = NOBODY
    if book.line_first == NOBODY:
        book.line_first = who
    else:
        journey_at(w, book.line_last).next = who
    book.line_last = who


@part
def fill(w, book):
    """Give what is free to those who wait for it, the first place to the first in line."""
    b = book_at(w, book)
    while b.line_first != NOBODY and b.open_days > 0:
        who = np.int64(b.line_first)
        j = journey_at(w, who)
        b.line_first = j.next
        time = first_time(w, first_day(w, book))
        place = reserve(w, time)
        j.planned_s = w.now_s
        j.number += 1
        note_attempt(w, j, CONFIRMED, w.now_s, time, place, np.nan)
        keep(w, who, time, place)
