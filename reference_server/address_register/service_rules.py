"""The guide's rules on services: processes, the intermediate solution, recommended couplings and names."""

from collections.abc import Iterator
from typing import Final

from reference_server.address_register.citizen_view import Choice, name_of, needed_processes, view_of
from reference_server.address_register.finding import Finding, Rule
from reference_server.address_register.same_name import grouped, listed
from reference_server.address_register.set_up import (
    Book,
    BookUse,
    IntermediateSolution,
    Process,
    Service,
    ServiceKind,
    SetUp,
)
from scenarios.book_type import BookType

HOME: Final = {
    BookType.KORONATEST: ServiceKind.SMITTEVERN,
    BookType.KORONAVAKSINE: ServiceKind.VAKSINASJON,
    BookType.LAB: ServiceKind.LEGEVAKT,
    BookType.VAKSINE: ServiceKind.LEGEVAKT,
}
"""The service that the guide recommends for each type; a recommendation, never a demand."""

_CORONA: Final = (BookType.KORONATEST, BookType.KORONAVAKSINE)


def service_findings(set_up: SetUp) -> Iterator[Finding]:
    """Everything to say about the services."""
    for service in set_up.services:
        yield from _processes(set_up, service)
        if service.kind is not ServiceKind.FASTLEGE:
            yield from _intermediate_solution(set_up, service)
        yield from _couplings(set_up, service)
        if not service.books and service.intermediate_solution is not IntermediateSolution.IN_USE:
            yield Finding.of(Rule.EMPTY_SERVICE, _where(service), service=name_of(service))
    yield from _names(set_up)


def _processes(set_up: SetUp, service: Service) -> Iterator[Finding]:
    where, name = _where(service), name_of(service)
    left = service.intermediate_solution is IntermediateSolution.LEFT
    moving = _is_moving(set_up, service)
    for process in needed_processes(set_up, service):
        if service.has(process):
            continue
        if left and process is not Process.TIMERESERVASJON:
            yield Finding.of(Rule.INTERMEDIATE_HALF_LEFT, where, service=name, process=process)
        elif process is Process.TIMEBESTILLING:
            yield Finding.of(Rule.TIMEBESTILLING_OFF, where, service=name)
        elif process is Process.BEHANDLEROVERSIKT:
            yield Finding.of(Rule.PRACTITIONER_OVERVIEW_OFF, where, service=name)
        elif not (moving and process is Process.RESSURSOVERSIKT):  # moving says it already
            yield Finding.of(Rule.PROCESS_OFF, where, service=name, process=process)


def _intermediate_solution(set_up: SetUp, service: Service) -> Iterator[Finding]:
    where, name = _where(service), name_of(service)
    resources = sorted(book.name for book in set_up.books_of(service, BookUse.RESOURCE))
    roles = listed(choice.label for choice in _by_role(set_up, service))
    match service.intermediate_solution:
        case IntermediateSolution.IN_USE if _is_moving(set_up, service):
            yield Finding.of(Rule.INTERMEDIATE_NOT_LEFT, where, service=name, books=listed(resources), roles=roles)
        case IntermediateSolution.IN_USE if not resources:
            yield Finding.of(Rule.INTERMEDIATE_IN_USE, where, service=name, roles=roles)
        case IntermediateSolution.LEFT if service.has(Process.BEHANDLEROVERSIKT):
            yield Finding.of(Rule.ROLE_AFTER_INTERMEDIATE, where, service=name, roles=roles)
        case IntermediateSolution.NEVER if resources and service.has(Process.BEHANDLEROVERSIKT):
            yield Finding.of(Rule.ROLE_BESIDE_RESOURCES, where, service=name, roles=roles)
        case _:
            return


def _is_moving(set_up: SetUp, service: Service) -> bool:
    """Whether it has resource books already, and not yet what they need."""
    in_use = service.intermediate_solution is IntermediateSolution.IN_USE
    changed = service.has(Process.RESSURSOVERSIKT) and not service.has(Process.BEHANDLEROVERSIKT)
    return in_use and not changed and any(set_up.books_of(service, BookUse.RESOURCE))


def _by_role(set_up: SetUp, service: Service) -> list[Choice]:
    everything = {Process.TIMEBESTILLING, Process.TIMERESERVASJON, Process.BEHANDLEROVERSIKT}
    shown = view_of(set_up, service.model_copy(update={"processes": tuple(everything)}))
    return sorted(shown.choices if shown else (), key=lambda choice: choice.label)


def _couplings(set_up: SetUp, service: Service) -> Iterator[Finding]:
    resources = list(set_up.books_of(service, BookUse.RESOURCE))
    for book in resources:
        yield from _coupling(service, book)
    if service.kind is ServiceKind.LEGEVAKT and (corona := [one.name for one in resources if one.type in _CORONA]):
        words = {"service": name_of(service), "books": listed(sorted(corona))}
        yield Finding.of(Rule.LEGEVAKT_CORONA, _where(service), **words)


def _coupling(service: Service, book: Book) -> Iterator[Finding]:
    if book.type is None:
        return
    words = {"service": name_of(service), "book": book.name, "type": book.type, "home": HOME[book.type]}
    where = f"{_where(service)}.books.{book.id}"
    match service.kind:
        case ServiceKind.SMITTEVERN if book.type is not BookType.KORONATEST:
            yield Finding.of(Rule.LEAK, where, **words)
        case ServiceKind.VAKSINASJON if book.type is not BookType.KORONAVAKSINE:
            yield Finding.of(Rule.COUPLING, where, **words)
        case _:  # legevakt may offer any type, and what it offers of corona is said for all books together
            return


def _names(set_up: SetUp) -> Iterator[Finding]:
    several_ehrs = len({service.ehr for service in set_up.services}) > 1
    shared: set[str] = set()
    for name, ids in grouped((name_of(service), service.id) for service in set_up.services):
        shared.update(ids)
        words = {"service": name, "count": str(len(ids)), "ids": ", ".join(ids)}
        yield Finding.of(Rule.SAME_SERVICE_NAME, f"services.{ids[0]}", **words)
    for kind, ids in grouped((service.kind, service.id) for service in set_up.services):
        for service in set_up.services:
            if several_ehrs and service.kind == kind and not service.site and service.id not in shared:
                words = {"service": name_of(service), "ids": ", ".join(ids)}
                yield Finding.of(Rule.SITE_MISSING, _where(service), **words)
    for name, ids in grouped((ehr.name, ehr.id) for ehr in set_up.ehrs):
        yield Finding.of(Rule.SAME_EHR_NAME, f"ehrs.{ids[0]}", ehr=name, count=str(len(ids)), ids=", ".join(ids))


def _where(service: Service) -> str:
    return f"services.{service.id}"
