"""The guide's rules on books: one use only, appointment types, where a book shows, and names that make sense."""

import re
from collections.abc import Iterator
from typing import Final

from reference_server.address_register.citizen_view import (
    MUST_CALL,
    URGENT,
    name_of,
    needed_processes,
    title_of,
    view_of,
)
from reference_server.address_register.finding import Finding, Rule
from reference_server.address_register.same_name import grouped
from reference_server.address_register.set_up import Book, BookUse, Process, ServiceKind, SetUp
from reference_server.meeting import Meeting
from scenarios.book_type import BookType

_OVERVIEW: Final = {
    BookUse.RESOURCE: Process.RESSURSOVERSIKT,
    BookUse.PRACTITIONER: Process.BEHANDLEROVERSIKT,
}
_WORD: Final = re.compile(r"[^\W\d_]{3,}")
_SAYS_NOTHING: Final = frozenset(
    (
        "bok", "boka", "boken", "book", "kalender", "kal", "calendar", "liste", "list", "ressurs", "resource",
        "ressurstimebok", "time", "timer", "timebok", "timeboka", "timeboken", "test", "diverse", "ny", "nye",
    )
)  # fmt: skip
"""Words that name any book at all. ASSUMPTION: the guide only asks that a name makes sense."""


def book_findings(set_up: SetUp) -> Iterator[Finding]:
    """Everything to say about the books."""
    for book in set_up.books:
        where = f"books.{book.id}"
        if book.is_used_as(BookUse.RESOURCE) and book.is_used_as(BookUse.PRACTITIONER):
            yield Finding.of(Rule.BOTH_USES, where, book=book.name, role=book.role)
        yield from _appointment_types(book)
        yield from _visibility(set_up, book)
        yield from _name(set_up, book)
        if not book.text:
            yield Finding.of(Rule.NO_TEXT, where, book=book.name)
        if not book.location:
            yield Finding.of(Rule.NO_LOCATION, where, book=book.name)
        if book.type is not None and Meeting.PLACE not in book.meetings:
            yield Finding.of(Rule.NEVER_AT_THE_PLACE, where, book=book.name, type=book.type)
    for name, ids in grouped((book.name, book.id) for book in set_up.books):
        yield Finding.of(Rule.SAME_BOOK_NAME, f"books.{ids[0]}", book=name, count=str(len(ids)), ids=", ".join(ids))
    yield from _locations(set_up)


def _appointment_types(book: Book) -> Iterator[Finding]:
    types = sorted(set(book.appointment_types))
    if len(types) < 2:
        return
    words = {"book": book.name, "types": ", ".join(types)}
    urgent = [one for one in types if one.casefold() in (URGENT.casefold(), MUST_CALL.casefold())]
    if urgent:
        yield Finding.of(Rule.URGENT_TYPES_COMBINED, f"books.{book.id}", urgent=", ".join(urgent), **words)
    else:
        yield Finding.of(Rule.SEVERAL_TYPES, f"books.{book.id}", **words)


def _visibility(set_up: SetUp, book: Book) -> Iterator[Finding]:
    where, services = f"books.{book.id}", list(set_up.services_of(book))
    views = [view_of(set_up, service) for service in services]
    shown = any(choice.book == book.id for view in views if view for choice in view.choices)
    explained = any(not service.has(one) for service in services for one in needed_processes(set_up, service))
    if not shown and not explained:
        overviews = sorted(_OVERVIEW[use] for use in set(book.used_as))
        yield Finding.of(Rule.UNSEEN_BOOK, where, book=book.name, overviews=", ".join(overviews))
    elsewhere = services and all(service.kind is not ServiceKind.SMITTEVERN for service in services)
    if book.type is BookType.KORONATEST and book.is_used_as(BookUse.RESOURCE) and elsewhere:
        names = ", ".join(sorted(name_of(service) for service in services))
        yield Finding.of(Rule.LOCAL_ONLY, where, book=book.name, service=names)


def _name(set_up: SetUp, book: Book) -> Iterator[Finding]:
    title = title_of(book, set_up.municipality.name)
    if book.type is None or title is None:
        return
    where, name = f"books.{book.id}", book.name.casefold()
    if "_" in name or not set(_WORD.findall(name)) - _SAYS_NOTHING:
        example = f"{book.type.capitalize()} {book.location or 'rådhuset'}"
        yield Finding.of(Rule.VAGUE_NAME, where, book=book.name, title=title, example=example)
    if name.startswith("time til") or set_up.municipality.name.casefold() in name:
        yield Finding.of(Rule.REPEATED_TITLE, where, book=book.name, title=title)


def _locations(set_up: SetUp) -> Iterator[Finding]:
    for ehr in set_up.ehrs:
        services = (service for service in set_up.services if service.ehr == ehr.id)
        ids = {one for service in services for one in service.books}
        placed = [book for book in set_up.books if book.id in ids and book.location and book.type is not None]
        if len({book.location.casefold() for book in placed}) < 2:
            continue
        for book in placed:
            if not _names_its_place(book):
                words = {"book": book.name, "location": book.location, "ehr": ehr.name}
                yield Finding.of(Rule.LOCATION_NOT_IN_NAME, f"books.{book.id}", **words)


def _names_its_place(book: Book) -> bool:
    name, place = book.name.casefold(), book.location.casefold()
    return place in name or any(word in name for word in _WORD.findall(place))
