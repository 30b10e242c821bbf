# pyright: basic, reportArgumentType=false, reportAttributeAccessIssue=false, reportCallIssue=false, reportPrivateImportUsage=false
"""The books: free places as counts."""

import numpy as np

from simulation.kernel.codes import NOTHING
from simulation.kernel.rows import book_at, day_at, part, taken_places, time_at


@part
def reserve(w, time):
    """The lowest free place of a time, counted from 1; 0 where there is none."""
    t = time_at(w, time)
    if t.free == 0:
        return NOTHING
    day = day_at(w, t.day)
    t.free -= 1
    if t.free == 0:
        day.open_times -= 1
        if day.open_times == 0:
            book_at(w, day.book).open_days -= 1
    t.held += 1
    if w.holds == 0:
        return np.int64(t.held)
    book = book_at(w, day.book)
    base = book.first_slot + np.int64(time - book.first_time) * book.places
    place = t.held - 1
    if t.freed > 0:
        t.freed -= 1
        place = 0
        while taken_places(w)[base + place]:
            place += 1
    taken_places(w)[base + place] = 1
    return place + 1


@part
def cancel(w, time, place):
    """Free a place, to be given again."""
    t = time_at(w, time)
    day = day_at(w, t.day)
    book = book_at(w, day.book)
    taken_places(w)[book.first_slot + np.int64(time - book.first_time) * book.places + place - 1] = 0
    if t.free == 0:
        if day.open_times == 0:
            book.open_days += 1
        day.open_times += 1
        day.hint = min(day.hint, time)
        book.hint = min(book.hint, t.day)
    t.free += 1
    t.held -= 1
    t.freed += 1


@part
def first_day(w, book):
    """The first day with a free time; there is one."""
    b = book_at(w, book)
    while day_at(w, b.hint).open_times == 0:
        b.hint += 1
    return np.int64(b.hint)


@part
def first_time(w, day):
    """The first time of a day with a free place; there is one."""
    d = day_at(w, day)
    while time_at(w, d.hint).free == 0:
        d.hint += 1
    return np.int64(d.hint)
