"""A book with the way back from the texts of the API to its days and times."""

from dataclasses import dataclass

from scenarios.inventory import AppointmentBook, inventory_of
from scenarios.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Timetable:
    """A book, and the index of each day and time by its text."""

    book: AppointmentBook
    day_at: dict[str, int]
    time_at: dict[str, int]


def timetables_of(scenario: Scenario) -> list[list[Timetable]]:
    """The timetable of every book, by municipality."""
    return [[timetable_of(book) for book in owner.books] for owner in inventory_of(scenario)]


def timetable_of(book: AppointmentBook) -> Timetable:
    """Index a book by the texts of the API."""
    return Timetable(
        book=book,
        day_at={day.isoformat(): index for index, day in enumerate(book.days)},
        time_at={book.time_text(time): time for time in range(len(book.starts))},
    )
