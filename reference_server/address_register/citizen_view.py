"""What citizens see of a set-up, always in the portal's own words (bokmål): pure functions.

Source: Norsk helsenett, Veileder for kommune, Timebestilling i ressurstimebok (09.06.2021), its texts and screenshots.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from reference_server.address_register.set_up import (
    ROLE,
    Book,
    BookUse,
    IntermediateSolution,
    Process,
    Service,
    ServiceKind,
    SetUp,
)
from reference_server.titles import moment, time_at

URGENT: Final = "Hastetime"
MUST_CALL: Final = "MustCall"


@dataclass(frozen=True, slots=True)
class Choice:
    """A line of the list under «Velg behandler»; `book` is None where a service stands there by its role."""

    book: str | None
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class ServiceView:
    """The page that [Bestill time] of one service opens."""

    service: str
    heading: str
    choices: tuple[Choice, ...]


def heading_of(set_up: SetUp, service: Service) -> str:
    """The heading, «Bestill time ved Smittevern (Feberpoliklinikk), Dhs Kommune»."""
    return f"Bestill time ved {name_of(service)}, {set_up.municipality.name}"


def name_of(service: Service) -> str:
    """The service as citizens read it, «Smittevern (Feberpoliklinikk)»."""
    site = f" ({service.site})" if service.site else ""
    return f"{service.kind.capitalize()}{site}"


def needed_processes(set_up: SetUp, service: Service) -> tuple[Process, ...]:
    """The processes that a service needs for what it offers.

    A doctor's office and the intermediate solution show practitioners, so Behandleroversikt stands there in the place
    of Ressursoversikt. ASSUMPTION for the doctor's office: the guide only says that it has a similar solution.
    """
    resources, any_book = any(set_up.books_of(service, BookUse.RESOURCE)), bool(service.books)
    practitioners_only = (
        not resources
        and {
            IntermediateSolution.NEVER: any_book,
            IntermediateSolution.IN_USE: True,
            IntermediateSolution.LEFT: False,
        }[service.intermediate_solution]
    )
    practitioners = practitioners_only or service.kind is ServiceKind.FASTLEGE
    last = Process.BEHANDLEROVERSIKT if practitioners else Process.RESSURSOVERSIKT
    return (Process.TIMEBESTILLING, Process.TIMERESERVASJON, last)


def view_of(set_up: SetUp, service: Service) -> ServiceView | None:
    """What [Bestill time] opens; None where citizens get no such button.

    Timebestilling makes the contact with the button, Timereservasjon the booking; one of the two overviews fills the
    list, and without either there is nothing to choose from.
    """
    booking = service.has(Process.TIMEBESTILLING) and service.has(Process.TIMERESERVASJON)
    if not booking or not (service.has(Process.RESSURSOVERSIKT) or service.has(Process.BEHANDLEROVERSIKT)):
        return None
    return ServiceView(service.id, heading_of(set_up, service), tuple(_choices(set_up, service)))


def views_of(set_up: SetUp) -> dict[str, ServiceView | None]:
    """For each service by id what [Bestill time] opens, in the order of the file."""
    return {service.id: view_of(set_up, service) for service in set_up.services}


def other_municipality_view(set_up: SetUp) -> tuple[ServiceView, ...]:
    """What people of other municipalities find under «Bestill koronatest i annen kommune».

    All that smittevern offers, whatever its type, and nothing else.
    """
    shown = (service for service in set_up.services if is_seen_elsewhere(service.kind))
    views = (view_of(set_up, service) for service in shown)
    return tuple(view for view in views if view is not None and view.choices)


def is_seen_elsewhere(kind: ServiceKind) -> bool:
    """Whether people of other municipalities find what a service offers; for all others it shows locally only."""
    return kind is ServiceKind.SMITTEVERN


def title_of(book: Book, municipality: str) -> str | None:
    """The title of an appointment, «Time til koronatest hos Koronatest1 Beste kommune»; None without a type."""
    return None if book.type is None else time_at(book.type, book.name, municipality)


def confirmed_line(book: Book, municipality: str, start: dt.datetime) -> str | None:
    """The first line of a confirmed appointment, «1. mai 2021, kl. 08:00: Time til ...»; None without a type."""
    title = title_of(book, municipality)
    return None if title is None else f"{moment(start)}: {title}"


def shown_appointment_type(book: Book) -> str:
    """The appointment type («timetype») on the appointment: blank where the book has several, and never an error."""
    return book.appointment_types[0] if len(book.appointment_types) == 1 else ""


def _choices(set_up: SetUp, service: Service) -> Iterator[Choice]:
    if service.has(Process.BEHANDLEROVERSIKT):
        practitioners = [
            Choice(book.id, f"{book.role} {book.name}", book.text)
            for book in set_up.books_of(service, BookUse.PRACTITIONER)
        ]
        # Without a practitioner's list the service itself comes up with a role. ASSUMPTION: the role of the screenshot.
        by_role = [] if service.kind is ServiceKind.FASTLEGE else [Choice(None, f"{ROLE} {name_of(service)}", "")]
        yield from practitioners or by_role
    if service.has(Process.RESSURSOVERSIKT):
        yield from (Choice(book.id, book.name, book.text) for book in set_up.books_of(service, BookUse.RESOURCE))
