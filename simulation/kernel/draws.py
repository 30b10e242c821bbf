# pyright: basic, reportArgumentType=false, reportAttributeAccessIssue=false, reportCallIssue=false, reportPrivateImportUsage=false
"""Chance in a citizen's life: read from the plan, or drawn when it is wanted; the same numbers either way.

A run has a plan in arrays (`on_demand` is 0), or what the plan would be drawn from.
"""

import numpy as np

from scenarios.behaviour import MAX_ATTEMPTS
from scenarios.streams import Quantity
from simulation.kernel.chance import block, fraction, length_s, looked_up, on_grid, uniform, word_of
from simulation.kernel.codes import (
    ANSWER_PATIENCE_LAW,
    CHOOSE_LAW,
    COLUMNS,
    EHR_COLUMN,
    FIRST,
    FORM_LAW,
    HINT_BITS,
    LOGIN_LAW,
    NOBODY,
    PAGE_PATIENCE_LAW,
    PREFERRED,
    QUEUE_PATIENCE_LAW,
    REDELIVERY_LAW,
    RELOAD_AFTER_LAW,
    SERVICE_LAW,
    UNIFORM,
    WAIT_LAW,
)
from simulation.kernel.rows import book_at, float_at, inlined, int_at, law_at, owner_at, part, small_int_at

_BOOK, _PICK, _WHERE, _RETRY = int(Quantity.BOOK), int(Quantity.PICK), int(Quantity.WHERE), int(Quantity.RETRY)
_DELIVERY_FAILS, _RELOAD = int(Quantity.DELIVERY_FAILS), int(Quantity.RELOAD)


@inlined
def lasting_s(w, number, citizen, draw):
    """A length of time by its law."""
    law = law_at(w, number)
    if law.table == 0:
        return law.scale_s
    return length_s(law.table, law.scale_s, uniform(w.seed, law.stream, citizen, draw))


@inlined
def chance(w, quantity, citizen, draw):
    """Chance itself, in (0, 1)."""
    return uniform(w.seed, w.replication | quantity, citizen, draw)


@part
def planned_s(w, citizen, arrive_s):
    """When the page was opened by one who comes to the log-in now. The grid makes the difference exact."""
    if w.on_demand == 0:
        return float_at(w.planned_s, citizen)
    return arrive_s - lasting_s(w, LOGIN_LAW, citizen, 0)


@part
def page_patience_s(w, j):
    """How long an answer may take: drawn once."""
    if np.isnan(j.patience_s):
        if w.on_demand == 0:
            j.patience_s = float_at(w.page_patience_s, j.citizen)
        else:
            j.patience_s = lasting_s(w, PAGE_PATIENCE_LAW, j.citizen, 0)
    return j.patience_s


@inlined
def is_patient(w, j):
    """Whether an answer that comes now comes in time. One that comes soon does for everybody, and costs no draw."""
    return w.now_s <= j.asked_s + w.least_patience_s or w.now_s <= j.asked_s + page_patience_s(w, j)


@part
def answer_patience_s(w, j):
    """How long the inbox is looked into."""
    if w.on_demand == 0:
        return float_at(w.answer_patience_s, j.citizen)
    return lasting_s(w, ANSWER_PATIENCE_LAW, j.citizen, 0)


@part
def queue_patience_s(w, j):
    """How long the turn is waited for, where there is a waiting room."""
    if w.on_demand == 0:
        return float_at(w.queue_patience_s, j.citizen)
    return lasting_s(w, QUEUE_PATIENCE_LAW, j.citizen, 0)


@part
def reload_after_s(w, j):
    """How long a page is waited for before it is asked for again, where people reload."""
    if w.on_demand == 0:
        return float_at(w.reload_after_s, j.citizen)
    return lasting_s(w, RELOAD_AFTER_LAW, j.citizen, 0)


@part
def reloads(w, j):
    """The most reloads of one page, where people reload."""
    if w.on_demand == 0:
        return int_at(w.reloads, j.citizen)
    return np.int64(w.most_reloads) if chance(w, _RELOAD, j.citizen, 0) < w.reload_share else np.int64(0)


@part
def book_of(w, citizen):
    """The book, counted over all municipalities."""
    if w.on_demand == 0:
        return int_at(w.book, citizen)
    index = np.int64(small_int_at(w.owner_hints, citizen >> HINT_BITS))
    while owner_at(w, index).end_citizen <= citizen:
        index += 1
    owner = owner_at(w, index)
    book, last = np.int64(owner.first_book), owner.first_book + owner.books - 1
    if book == last:
        return book
    u = chance(w, _BOOK, citizen, 0)
    while book < last and float_at(w.book_shares, book) <= u:
        book += 1
    return book


@part
def _try(w, j):
    """Where the plan has what this citizen does in this try."""
    return j.citizen * w.tries + j.number - 1


@part
def choose_s(w, j):
    """How long a time is looked for."""
    if w.on_demand == 0:
        return float_at(w.choose_s, _try(w, j))
    return lasting_s(w, CHOOSE_LAW, j.citizen, j.number - 1)


@part
def form_s(w, j):
    """How long the form takes."""
    if w.on_demand == 0:
        return float_at(w.form_s, _try(w, j))
    return lasting_s(w, FORM_LAW, j.citizen, j.number - 1)


@part
def wait_s(w, j):
    """The pause before the next try: exponential, so it may be none at all."""
    if w.on_demand == 0:
        return float_at(w.wait_s, _try(w, j))
    law = law_at(w, WAIT_LAW)
    return on_grid(law.scale_s * looked_up(law.table, uniform(w.seed, law.stream, j.citizen, j.number - 1)))


@part
def where(w, j):
    """Chance itself, for what is picked at random."""
    if w.on_demand == 0:
        return float_at(w.where, _try(w, j))
    return chance(w, _WHERE, j.citizen, j.number - 1)


@part
def pick(w, j):
    """How a day and a time are picked."""
    if w.on_demand == 0:
        return int_at(w.pick, _try(w, j))
    u = chance(w, _PICK, j.citizen, j.number - 1)
    if u < w.first_share:
        return np.int64(FIRST)
    return np.int64(PREFERRED) if u < w.not_uniform_share else np.int64(UNIFORM)


@part
def preferred(w, j):
    """The time hoped for, counted over all books."""
    book = book_at(w, j.book)
    if w.on_demand == 0:
        return book.first_time + int_at(w.preferred, _try(w, j))
    return book.first_time + np.int64(j.where * book.times)


@part
def retries(w, j):
    """Whether there is a next try after this one fails."""
    if w.on_demand == 0:
        return int_at(w.retries, _try(w, j)) != 0
    share = float_at(w.retry_shares, j.number - 1)
    return share > 0 and chance(w, _RETRY, j.citizen, j.number - 1) < share


@inlined
def service_s(w, j, column):
    """How long the worker is busy with it."""
    if w.on_demand == 0:
        return float_at(w.work_s, _try(w, j) * COLUMNS + column)
    law = law_at(w, SERVICE_LAW + column)
    if law.table == 0:
        return law.scale_s
    return length_s(law.table, law.scale_s, fraction(service_word(w, j, law.stream, column)))


@inlined
def service_word(w, j, stream, column):
    """The draw of a service time. Four come from one block, and most of them are wanted one after the other."""
    draw = (j.number - 1) * COLUMNS + column
    if j.drawn != draw >> 2:
        j.drawn = draw >> 2
        j.word_0, j.word_1, j.word_2, j.word_3 = block(w.seed, stream, j.citizen, j.drawn)
    return word_of((j.word_0, j.word_1, j.word_2, j.word_3), draw & 3)


@part
def cancel_after_s(w, j):
    """How long after the confirmation the appointment is cancelled; infinite where it is kept."""
    return float_at(w.cancel_after_s, j.citizen)


@part
def joins(w, j):
    """Whether a citizen who finds nothing waits on the waiting list."""
    return int_at(w.joins, j.citizen) != 0


@part
def delivery_fails(w, j):
    """Whether this delivery of the reservation fails: it takes too long, or by chance."""
    if w.deliveries == 0:
        return False
    if w.on_demand == 0:
        row = int_at(w.delivery_row, _try(w, j))
        return row != NOBODY and j.delivery <= int_at(w.delivery_failures, row)
    if delivery_work_s(w, j) > w.timeout_s:
        return True
    return w.failing > 0 and chance(w, _DELIVERY_FAILS, j.citizen, _delivery(j, j.delivery - 1)) < w.failing


@part
def delivery_s(w, j):
    """How long this delivery of the reservation keeps a worker busy; what takes too long is broken off."""
    if w.deliveries == 0:
        return service_s(w, j, EHR_COLUMN)
    if w.on_demand == 0:
        row = int_at(w.delivery_row, _try(w, j))
        return service_s(w, j, EHR_COLUMN) if row == NOBODY else _busy_s(w, j, row)
    return min(delivery_work_s(w, j), w.timeout_s)


@part
def _busy_s(w, j, row):
    return float_at(w.delivery_s, row * w.deliveries + j.delivery - 1)


@part
def delivery_work_s(w, j):
    """How long this delivery would take."""
    if j.delivery == 1:
        return service_s(w, j, EHR_COLUMN)
    return lasting_s(w, REDELIVERY_LAW, j.citizen, _delivery(j, j.delivery - 2))


@part
def _delivery(j, delivery):
    """Draws of a delivery, one for each try that there can be."""
    return delivery * MAX_ATTEMPTS + j.number - 1
