"""What a citizen is shown of a book, beyond its times: type, place, the text under its name."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from reference_server.address_register.set_up import ServiceKind
from reference_server.booking import Terms
from scenarios.book_type import BookType
from scenarios.inventory import AppointmentBook


@dataclass(frozen=True, slots=True, kw_only=True)
class BookCard:
    """A book as the pages show it.

    `text` stands under the name and may be empty; `terms` hold the deadlines; `form` says whether the citizen fills in
    a self-declaration before sending.
    """

    book: AppointmentBook
    service: ServiceKind
    location: str
    text: str
    terms: Terms
    form: bool

    def end(self, start: dt.datetime) -> dt.datetime:
        """When an appointment that starts then is expected to be over."""
        return start + dt.timedelta(seconds=self.book.length_s)


def card_of(book: AppointmentBook, *, form: bool) -> BookCard:
    """The card of a book, on the service that the guide recommends for its type."""
    return BookCard(
        book=book,
        service=_SERVICE[book.type],
        location=book.location or book.name,
        text=book.text,
        terms=Terms(),
        form=form,
    )


# The guide recommends these two; what stands on vaccination otherwise is this server's choice. ASSUMPTION.
_SERVICE: Final = {
    BookType.KORONATEST: ServiceKind.SMITTEVERN,
    BookType.KORONAVAKSINE: ServiceKind.VAKSINASJON,
    BookType.LAB: ServiceKind.LEGEVAKT,
    BookType.VAKSINE: ServiceKind.VAKSINASJON,
}
