# pyright: basic, reportArgumentType=false, reportAttributeAccessIssue=false, reportCallIssue=false, reportPrivateImportUsage=false
"""The record: attempts and requests as rows, or only what measures are computed from."""

import numpy as np

from simulation.kernel import draws
from simulation.kernel.codes import CONFIRMED, NOBODY
from simulation.kernel.rows import attempt_row, book_at, part, request_row
from simulation.kernel.tally import count_attempt, count_request


@part
def note_request(w, j, operation, ended_s, status):
    """Note a request that has ended."""
    if w.tally == 0:
        write_request(w, j, operation, ended_s, status)
    else:
        count_request(w, j, ended_s, status)


@part
def write_request(w, j, operation, ended_s, status):
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
def note_attempt(w, j, outcome, ended_s, time, place, reserved_s):
    """Note an attempt that has ended."""
    slot = np.int64(NOBODY)
    if place > 0:
        book = book_at(w, j.book)
        slot = book.first_slot + np.int64(time - book.first_time) * book.places + place - 1
    if w.tally == 0:
        write_attempt(w, j, outcome, ended_s, time, slot, reserved_s)
    else:
        count_attempt(w, j, outcome, ended_s, slot, reserved_s)


@part
def write_attempt(w, j, outcome, ended_s, time, slot, reserved_s):
    """Write a row, and let its requests name it."""
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
    a.slot = slot
    a.cancelled_s = np.nan
    if w.afterwards == 1 and outcome == CONFIRMED and draws.cancel_after_s(w, j) < np.inf:
        a.cancelled_s = ended_s + draws.cancel_after_s(w, j)
    request = j.request
    while request != NOBODY:
        before = request_row(w, request).attempt
        request_row(w, request).attempt = w.attempts_made
        request = before
    j.request = NOBODY
    w.attempts_made += 1
