"""The server's own books as a set-up and as books that times can be offered in."""

import datetime as dt
import math
from collections.abc import Iterable, Iterator

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


def server_set_ups(books: Iterable[AppointmentBook]) -> dict[str, SetUp]:
    """The set-up of each municipality of the server by number: its books on the vaccination service."""
    of_municipality: dict[str, list[AppointmentBook]] = {}
    for book in books:
        of_municipality.setdefault(book.municipality_number, []).append(book)
    return {number: _set_up(owned) for number, owned in of_municipality.items()}


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


def _set_up(books: list[AppointmentBook]) -> SetUp:
    first = books[0]
    service = Service(
        id="vaksinasjon",
        kind=ServiceKind.VAKSINASJON,
        ehr="epj",
        processes=(Process.TIMEBESTILLING, Process.TIMERESERVASJON, Process.RESSURSOVERSIKT),
        books=tuple(book.id for book in books),
    )
    return SetUp(
        schema=1,
        municipality=Owner(name=first.municipality_name, number=first.municipality_number),
        ehrs=(Ehr(id="epj", name="EPJ"),),
        services=(service,),
        books=tuple(map(_as_set_up, books)),
    )


def _as_set_up(book: AppointmentBook) -> Book:
    return Book(id=book.id, name=book.name, type=book.type, text=book.text, location=book.location)
