"""What a book asks of and offers its citizens, beyond its times: one truth for the API, the pages and the storage."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from reference_server.address_register.served import Offer
from reference_server.address_register.set_up import ServiceKind
from reference_server.booking import Terms
from reference_server.meeting import Meeting
from scenarios.book_type import BookType
from scenarios.inventory import AppointmentBook


@dataclass(frozen=True, slots=True, kw_only=True)
class BookCard:
    """A book as citizens meet it.

    `text` stands under the name and may be empty; `terms` hold the deadlines; `form` says whether the citizen fills in
    a self-declaration before sending; `meetings` are the kinds of meeting there are to choose from, at least one.
    """

    book: AppointmentBook
    service: ServiceKind
    location: str
    text: str
    terms: Terms
    form: bool
    meetings: tuple[Meeting, ...] = (Meeting.PLACE,)

    def end(self, start: dt.datetime) -> dt.datetime:
        """When an appointment that starts then is expected to be over."""
        return start + dt.timedelta(seconds=self.book.length_s)


def card_of(book: AppointmentBook, *, form: bool, offer: Offer | None = None) -> BookCard:
    """The card of a book: as the municipality's set-up has it, else on the service that the guide recommends."""
    recommended = _SERVICE[book.type]
    if offer is None:
        return BookCard(
            book=book,
            service=recommended,
            location=book.location or book.name,
            text=book.text,
            terms=Terms(),
            form=form,
        )
    entry = offer.entry
    return BookCard(
        book=book,
        service=offer.service or recommended,
        location=entry.location or book.location or book.name,
        text=entry.text or book.text,
        terms=offer.terms,
        form=form if entry.form is None else entry.form,
        meetings=tuple(dict.fromkeys(entry.meetings)),
    )


# The guide recommends these two; what stands on vaccination otherwise is this server's choice. ASSUMPTION.
_SERVICE: Final = {
    BookType.KORONATEST: ServiceKind.SMITTEVERN,
    BookType.KORONAVAKSINE: ServiceKind.VAKSINASJON,
    BookType.LAB: ServiceKind.LEGEVAKT,
    BookType.VAKSINE: ServiceKind.VAKSINASJON,
}
