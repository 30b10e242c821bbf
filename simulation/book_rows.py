"""The books of a scenario, laid out for the kernel: everything counted through, and names for the counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from scenarios.columns import NONE, Rows
from scenarios.inventory import AppointmentBook, books_of
from scenarios.scenario import Scenario
from simulation.kernel import layout


@dataclass(frozen=True, slots=True)
class InventoryNames:
    """Books and places counted through the inventory; a time is counted within all books, a place too."""

    books: tuple[AppointmentBook, ...]
    first_time: tuple[int, ...]
    first_slot: tuple[int, ...]

    @classmethod
    def of(cls, scenario: Scenario) -> Self:
        """The names of a scenario."""
        books = tuple(books_of(scenario))
        return cls(books, starts([len(book.starts) for book in books]), starts([book.capacity for book in books]))

    def book(self, code: int) -> str:
        """The book's id."""
        return self.books[code].id

    def asked(self, code: int) -> str:
        """The time asked for, local and to the minute."""
        of = _holding(self.first_time, code)
        return self.books[of].time_text(code - self.first_time[of])

    def slot(self, code: int) -> str:
        """The place that was confirmed."""
        of = _holding(self.first_slot, code)
        time, place = divmod(code - self.first_slot[of], self.books[of].places)
        return self.books[of].slot_id(time, place + 1)


def book_rows(books: Sequence[AppointmentBook]) -> dict[str, Rows]:
    """Books, days and times, all places free."""
    rows: list[tuple[int, ...]] = []
    days: list[tuple[int, ...]] = []
    times: list[tuple[int, ...]] = []
    first_slot = 0
    for number, book in enumerate(books):
        first_day, first_time = len(days), len(times)
        counts = np.bincount(book.day_of, minlength=len(book.days)).tolist()
        for count, start in zip(counts, starts(counts), strict=True):
            days.append((first_time + start, first_time + start + count, count, first_time + start, number))
        times += [(first_day + day, book.places, 0, 0) for day in book.day_of]
        open_days = len(book.days)
        rows.append(
            (
                first_slot,
                first_day,
                len(days),
                first_time,
                book.places,
                open_days,
                first_day,
                len(book.starts),
                NONE,
                NONE,
                0,
            )
        )
        first_slot += book.capacity
    return {
        "books": np.array(rows, layout.BOOK),
        "days": np.array(days, layout.DAY),
        "times": np.array(times, layout.TIME),
    }


def list_rows(books: Mapping[str, Rows]) -> dict[str, NDArray[Any]]:
    """Lists of those books, none of them made yet."""
    return {
        "kept_days": np.zeros(len(books["books"]), layout.KEPT_LIST),
        "kept_times": np.zeros(len(books["days"]), layout.KEPT_LIST),
        "days_shown": np.zeros(len(books["days"]), np.uint8),
        "times_shown": np.zeros(len(books["times"]), np.uint8),
    }


def starts(lengths: list[int]) -> tuple[int, ...]:
    """Where each of several ranges begins that lie one behind the other."""
    return tuple(int(end) - length for end, length in zip(np.cumsum(lengths), lengths, strict=True))


def _holding(starts: tuple[int, ...], code: int) -> int:
    return int(np.searchsorted(starts, code, side="right")) - 1
