# pyright: basic, reportArgumentType=false, reportAttributeAccessIssue=false, reportCallIssue=false, reportPrivateImportUsage=false
"""What the plan has drawn for a citizen: in all, and for a try."""

from simulation.kernel.codes import COLUMNS, EHR_COLUMN, NOBODY
from simulation.kernel.rows import book_at, float_at, int_at, part


@part
def planned_s(w, citizen):
    """When the page is opened."""
    return float_at(w.planned_s, citizen)


@part
def page_patience_s(w, citizen):
    """How long an answer may take."""
    return float_at(w.page_patience_s, citizen)


@part
def answer_patience_s(w, j):
    """How long the inbox is looked into."""
    return float_at(w.answer_patience_s, j.citizen)


@part
def queue_patience_s(w, j):
    """How long the turn is waited for, where there is a waiting room."""
    return float_at(w.queue_patience_s, j.citizen)


@part
def reload_after_s(w, j):
    """How long a page is waited for before it is asked for again, where people reload."""
    return float_at(w.reload_after_s, j.citizen)


@part
def reloads(w, j):
    """The most reloads of one page, where people reload."""
    return int_at(w.reloads, j.citizen)


@part
def book_of(w, citizen):
    """The book, counted over all municipalities."""
    return int_at(w.book, citizen)


@part
def _try(w, j):
    """Where the plan has what this citizen does in this try."""
    return j.citizen * w.tries + j.number - 1


@part
def choose_s(w, j):
    """How long a time is looked for."""
    return float_at(w.choose_s, _try(w, j))


@part
def form_s(w, j):
    """How long the form takes."""
    return float_at(w.form_s, _try(w, j))


@part
def wait_s(w, j):
    """The pause before the next try."""
    return float_at(w.wait_s, _try(w, j))


@part
def where(w, j):
    """Chance itself, for what is picked at random."""
    return float_at(w.where, _try(w, j))


@part
def pick(w, j):
    """How a day and a time are picked."""
    return int_at(w.pick, _try(w, j))


@part
def preferred(w, j):
    """The time hoped for, counted over all books."""
    return book_at(w, j.book).first_time + int_at(w.preferred, _try(w, j))


@part
def retries(w, j):
    """Whether there is a next try after this one fails."""
    return int_at(w.retries, _try(w, j)) != 0


@part
def service_s(w, j, column):
    """How long the worker is busy with it."""
    return float_at(w.work_s, _try(w, j) * COLUMNS + column)


@part
def delivery_fails(w, j):
    """Whether this delivery of the reservation fails."""
    if w.deliveries == 0:
        return False
    row = int_at(w.delivery_row, _try(w, j))
    return row != NOBODY and j.delivery <= int_at(w.delivery_failures, row)


@part
def delivery_s(w, j):
    """How long this delivery of the reservation keeps a worker busy."""
    row = NOBODY if w.deliveries == 0 else int_at(w.delivery_row, _try(w, j))
    if row == NOBODY:
        return service_s(w, j, EHR_COLUMN)
    return float_at(w.delivery_s, row * w.deliveries + j.delivery - 1)
