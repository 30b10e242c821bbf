# pyright: basic, reportArgumentType=false, reportAttributeAccessIssue=false, reportCallIssue=false, reportPrivateImportUsage=false
"""The lists of free days and times, as old as the scenario lets them be, and what a citizen finds in them.

Where lists are kept (`simulation.free_lists`), each is a byte for every day or time that it shows, with the moment it
was made; elsewhere the counts of the books are the list.
"""

import numpy as np

from simulation.kernel.books import first_day, first_time
from simulation.kernel.codes import NOBODY, NOTHING, PREFERRED, UNIFORM
from simulation.kernel.rows import (
    book_at,
    day_at,
    days_shown,
    kept_days_at,
    kept_times_at,
    part,
    time_at,
    times_shown,
)


@part
def days_listed(w, book):
    """How many days the list of a book has now; a list that is too old is made anew."""
    b = book_at(w, book)
    if w.keeps_lists == 0:
        return np.int64(b.open_days)
    kept = kept_days_at(w, book)
    if kept.count == 0 or w.now_s - kept.since_s >= w.list_age_s:
        kept.since_s = w.now_s
        kept.count = b.open_days
        kept.first = NOBODY
        for day in range(b.end_day - 1, b.first_day - 1, -1):
            days_shown(w)[day] = day_at(w, day).open_times > 0
            if days_shown(w)[day]:
                kept.first = day
    return np.int64(kept.count)


@part
def times_listed(w, day):
    """How many times the list of a day has now; a list that is too old is made anew."""
    d = day_at(w, day)
    if w.keeps_lists == 0:
        return np.int64(d.open_times)
    kept = kept_times_at(w, day)
    if kept.count == 0 or w.now_s - kept.since_s >= w.list_age_s:
        kept.since_s = w.now_s
        kept.count = d.open_times
        kept.first = NOBODY
        for time in range(d.end_time - 1, d.first_time - 1, -1):
            times_shown(w)[time] = time_at(w, time).free > 0
            if times_shown(w)[time]:
                kept.first = time
    return np.int64(kept.count)


@part
def shows_day(w, day):
    """Whether the list of its book has this day."""
    return days_shown(w)[day] != 0 if w.keeps_lists else day_at(w, day).open_times > 0


@part
def shows_time(w, time):
    """Whether the list of its day has this time."""
    return times_shown(w)[time] != 0 if w.keeps_lists else time_at(w, time).free > 0


@part
def listed_day(w, day, end_day, skip):
    """The first day from `day` on that is listed, after so many others; NOBODY where there is none."""
    while day < end_day:
        if shows_day(w, day):
            if skip == 0:
                return day
            skip -= 1
        day += 1
    return NOBODY


@part
def listed_time(w, time, end_time, skip):
    """The first time from `time` on that is listed, after so many others; NOBODY where there is none."""
    while time < end_time:
        if shows_time(w, time):
            if skip == 0:
                return time
            skip -= 1
        time += 1
    return NOBODY


@part
def find_day(w, book, count, pick, where, preferred):
    """The day chosen from the `count` that are listed: `choose_day`; NOBODY where there is none."""
    if count == 0:
        return NOBODY
    b = book_at(w, book)
    first = np.int64(kept_days_at(w, book).first) if w.keeps_lists else first_day(w, book)
    if pick == UNIFORM:
        return listed_day(w, first, np.int64(b.end_day), np.int64(where * count))
    if pick == PREFERRED:
        wished = listed_day(w, max(first, np.int64(time_at(w, preferred).day)), np.int64(b.end_day), NOTHING)
        return first if wished == NOBODY else wished
    return first


@part
def find_time(w, day, pick, where, preferred, day_count):
    """The time chosen from those that are listed on a day: `choose_time`; NOBODY where there is none."""
    count = times_listed(w, day)
    if count == 0:
        return NOBODY
    d = day_at(w, day)
    first = np.int64(kept_times_at(w, day).first) if w.keeps_lists else first_time(w, day)
    if pick == UNIFORM:
        left = (where * day_count) % 1.0
        return listed_time(w, first, np.int64(d.end_time), np.int64(left * count))
    if pick == PREFERRED:
        wished = listed_time(w, max(first, preferred), np.int64(d.end_time), NOTHING)
        return first if wished == NOBODY else wished
    return first
