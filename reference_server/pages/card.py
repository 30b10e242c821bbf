"""What a citizen is shown of a book, beyond its times: type, place, the text under its name."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from reference_server.address_register.set_up import BookType, ServiceKind
from reference_server.booking import Terms
from scenarios.inventory import AppointmentBook

_TIME_TO: Final = {
    BookType.KORONATEST: "koronatest",
    BookType.KORONAVAKSINE: "koronavaksine",
    BookType.LAB: "laboratoriet",
    BookType.VAKSINE: "vaksine",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BookCard:
    """A book as the pages show it.

    `text` stands under the name and may be empty; `terms` hold the deadlines; `form` says whether the citizen fills in
    a self-declaration before sending.
    """

    book: AppointmentBook
    type: BookType
    service: ServiceKind
    location: str
    text: str
    terms: Terms
    form: bool

    @property
    def time_to(self) -> str:
        """The word after «Time til» in the title of an appointment.

        Source: Norsk helsenett, Veileder for kommune, Timebestilling i ressurstimebok (09.06.2021).
        """
        return _TIME_TO[self.type]

    def end(self, start: dt.datetime) -> dt.datetime:
        """When an appointment that starts then is expected to be over."""
        return start + dt.timedelta(seconds=self.book.length_s)


def card_of(book: AppointmentBook, *, form: bool) -> BookCard:
    """The card of a book of which nothing but its times is known: the coronavirus vaccine of the guide."""
    return BookCard(
        book=book,
        type=BookType.KORONAVAKSINE,
        service=ServiceKind.VAKSINASJON,
        location=book.name,
        text="",
        terms=Terms(),
        form=form,
    )
