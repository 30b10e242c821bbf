"""The books of the server, by id, with the times they offer."""

from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus

from reference_server.web import refuse
from scenarios.inventory import AppointmentBook


class Books:
    """The books; asking for one that is not here, or for a time it does not have, ends the request.

    Parameters
    ----------
    books : iterable of AppointmentBook
    is_offered : callable
        Whether a book has a start beyond those it began with; only asked about such starts.
    """

    def __init__(self, books: Iterable[AppointmentBook], is_offered: Callable[[str, str], bool]) -> None:
        self._is_offered = is_offered
        self._books = {one.id: one for one in books}
        self._starts = {one.id: frozenset(map(one.time_text, range(len(one.starts)))) for one in self}

    def __iter__(self) -> Iterator[AppointmentBook]:
        return iter(self._books.values())

    def __getitem__(self, book_id: str) -> AppointmentBook:
        if book_id not in self._books:
            refuse(HTTPStatus.NOT_FOUND, "no such book")
        return self._books[book_id]

    def check_time(self, book_id: str, start: str) -> None:
        """End the request unless the book has a time that starts then."""
        if start not in self._starts[book_id] and not self._is_offered(book_id, start):
            refuse(HTTPStatus.NOT_FOUND, "the book has no such time")
