"""The server's own books as a set-up and as books that times can be offered in."""

import datetime as dt
import math
from collections.abc import Iterable, Iterator, Mapping

from reference_server.address_register.offered_times import KnownBook, OfferedTime, local_start
from reference_server.address_register.set_up import (
    Book,
    Ehr,
    Owner,
    Process,
    Service,
    ServiceKind,
    SetUp,
)
from reference_server.storage import Storage
from scenarios.inventory import AppointmentBook


def server_set_ups(
    books: Iterable[AppointmentBook], services: Mapping[str, ServiceKind], own: SetUp | None = None
) -> dict[str, SetUp]:
    """The set-up of each municipality of the server by number.

    Parameters
    ----------
    books : iterable of AppointmentBook
    services : mapping of str to ServiceKind
        The service of each book by its id, as citizens meet it.
    own : SetUp, optional
        What a municipality has set up itself; that of the others is made of their books.
    """
    of_municipality: dict[str, list[AppointmentBook]] = {}
    for book in books:
        of_municipality.setdefault(book.municipality_number, []).append(book)
    return {
        number: own if own is not None and is_of(own.municipality, owned[0]) else _set_up(owned, services)
        for number, owned in of_municipality.items()
    }


def known_book(book: AppointmentBook) -> KnownBook:
    """A book of the server for slot import; appointments that are no whole number of minutes fix no length."""
    minutes = int(book.length_s // 60) if book.length_s % 60 == 0 else None
    return KnownBook(book.id, book.name, minutes, book.type)


def free_times(storage: Storage, book: AppointmentBook) -> Iterator[OfferedTime]:
    """The book's free times with their free places, ascending."""
    minutes = math.ceil(book.length_s / 60)
    for date, _ in storage.free_days(book.id):
        for start, free in storage.free_times(book.id, date):
            local = dt.datetime.fromisoformat(start)
            moment = local_start(local.date(), local.time())
            if moment is not None:
                yield OfferedTime(book=book.id, start=moment, minutes=minutes, places=free)


def is_of(owner: Owner, book: AppointmentBook) -> bool:
    """Whether a book is that municipality's: by number, and by name where one of them has no number."""
    if owner.number is not None and book.municipality_number:
        return owner.number == book.municipality_number
    return owner.name == book.municipality_name


def _set_up(books: list[AppointmentBook], services: Mapping[str, ServiceKind]) -> SetUp:
    first = books[0]
    offered: dict[ServiceKind, list[str]] = {}
    for book in books:
        offered.setdefault(services[book.id], []).append(book.id)
    return SetUp(
        schema=1,
        municipality=Owner(name=first.municipality_name, number=first.municipality_number),
        ehrs=(Ehr(id="epj", name="EPJ"),),
        services=tuple(_service(kind, ids) for kind, ids in offered.items()),
        books=tuple(map(_as_set_up, books)),
    )


def _service(kind: ServiceKind, books: list[str]) -> Service:
    return Service(
        id=kind.value,
        kind=kind,
        ehr="epj",
        processes=(Process.TIMEBESTILLING, Process.TIMERESERVASJON, Process.RESSURSOVERSIKT),
        books=tuple(books),
    )


def _as_set_up(book: AppointmentBook) -> Book:
    return Book(id=book.id, name=book.name, type=book.type, text=book.text, location=book.location)
