# pyright: basic, reportArgumentType=false, reportAttributeAccessIssue=false, reportCallIssue=false, reportPrivateImportUsage=false
"""The record: attempts and requests as rows."""

import numpy as np

from simulation.kernel import draws
from simulation.kernel.codes import GONE, NO_SLOT, NOBODY, PAUSING, REJECTED
from simulation.kernel.rows import attempt_row, book_at, journey_at, part, request_row
from simulation.kernel.waits import pause


@part
def note_request(w, j, operation, ended_s, status):
    """Write a row. Until the attempt is settled, its requests are chained: each names the one before."""
    r = request_row(w, w.requests_made)
    r.planned_s = j.started_s
    r.started_s = j.started_s
    r.ended_s = ended_s
    r.operation = operation
    r.status = status
    r.spare = 0
    r.attempt = j.request
    j.request = w.requests_made
    w.requests_made += 1


@part
def settle(w, who, outcome, ended_s, time, place, reserved_s):
    """Write the attempt down, and try again or be done."""
    j = journey_at(w, who)
    a = attempt_row(w, w.attempts_made)
    a.planned_s = j.planned_s
    a.ended_s = ended_s
    a.reserved_s = reserved_s
    a.citizen = j.citizen
    a.number = j.number
    a.outcome = outcome
    a.spare = 0
    a.book = j.book
    a.asked = time
    a.slot = NOBODY
    if place > 0:
        book = book_at(w, j.book)
        a.slot = book.first_slot + np.int64(time - book.first_time) * book.places + place - 1
    request = j.request
    while request != NOBODY:
        before = request_row(w, request).attempt
        request_row(w, request).attempt = w.attempts_made
        request = before
    j.request = NOBODY
    w.attempts_made += 1
    again = outcome == REJECTED or (outcome == NO_SLOT and j.saw_a_day == 1)
    if again and draws.retries(w, j):
        pause(w, who, draws.wait_s(w, j), PAUSING)
    else:
        j.phase = GONE
