"""The books of the server, by id, with the times they offer and their terms."""

from collections.abc import Callable, Iterator, Sequence
from http import HTTPStatus

from reference_server.booking import Terms
from reference_server.meeting import Meeting
from reference_server.pages.card import BookCard
from reference_server.web import refuse
from scenarios.inventory import AppointmentBook


class Books:
    """The books; asking for one that is not here, or for a time it does not have, ends the request.

    Parameters
    ----------
    cards : sequence of BookCard
        The same that the pages show, so that both doors have one rule.
    is_offered : callable
        Whether a book has a start beyond those it began with; only asked about such starts.
    """

    def __init__(self, cards: Sequence[BookCard], is_offered: Callable[[str, str], bool]) -> None:
        self._is_offered = is_offered
        self._cards = {card.book.id: card for card in cards}
        self._books = {card.book.id: card.book for card in cards}
        self._starts = {one.id: frozenset(map(one.time_text, range(len(one.starts)))) for one in self}

    def __iter__(self) -> Iterator[AppointmentBook]:
        return iter(self._books.values())

    def __getitem__(self, book_id: str) -> AppointmentBook:
        if book_id not in self._books:
            refuse(HTTPStatus.NOT_FOUND, "no such book")
        return self._books[book_id]

    def terms(self, book_id: str) -> Terms:
        """What the book asks of those who book in it."""
        return self.card(book_id).terms

    def card(self, book_id: str) -> BookCard:
        """Everything the book asks of and offers its citizens."""
        return self._cards[self[book_id].id]

    def meeting(self, book_id: str, asked: str | None) -> Meeting:
        """How one meets: as asked for, else the book's first way; one that it does not offer ends the request."""
        offered = self.card(book_id).meetings
        if asked is None:
            return offered[0]
        if asked not in offered:
            refuse(HTTPStatus.UNPROCESSABLE_ENTITY, f"the book offers the meetings {', '.join(offered)} and no other")
        return Meeting(asked)

    def has_time(self, book_id: str, start: str) -> bool:
        """Whether there is such a book, and it has a time that starts then."""
        starts = self._starts.get(book_id)
        return starts is not None and (start in starts or self._is_offered(book_id, start))

    def check_time(self, book_id: str, start: str) -> None:
        """End the request unless the book has a time that starts then."""
        if not self.has_time(book_id, start):
            refuse(HTTPStatus.NOT_FOUND, "the book has no such time")
