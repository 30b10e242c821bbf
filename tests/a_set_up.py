"""Builders of set-ups in the address register, for tests: `of([service(...)], [book(...)])`."""

from typing import Any

from reference_server.address_register.finding import Rule
from reference_server.address_register.lint import findings_of
from reference_server.address_register.set_up import SetUp

RESOURCES = ("Timebestilling", "Timereservasjon", "Ressursoversikt")
PRACTITIONERS = ("Timebestilling", "Timereservasjon", "Behandleroversikt")
EHRS = ({"id": "epj", "name": "EPJ"},)


def book(name: str = "Koronatest", **fields: Any) -> dict[str, Any]:
    """A resource book for corona tests with text and place; `fields` replace."""
    known = {"id": name.replace(" ", "-"), "name": name, "text": "Test for alle.", "location": "Hall 1"}
    type_ = {} if fields.get("used_as") == ["practitioner"] else {"type": "koronatest"}
    return known | type_ | fields


def service(kind: str = "smittevern", books: tuple[str, ...] = (), **fields: Any) -> dict[str, Any]:
    """A service with the three processes on."""
    known = {"id": kind, "kind": kind, "ehr": "epj", "processes": list(RESOURCES), "books": list(books)}
    return known | fields


def of(
    services: list[dict[str, Any]],
    books: list[dict[str, Any]],
    *,
    municipality: str = "Beste kommune",
    ehrs: tuple[dict[str, Any], ...] = EHRS,
) -> SetUp:
    """A municipality's set-up."""
    table = {"schema": 1, "municipality": {"name": municipality}, "ehrs": ehrs, "services": services, "books": books}
    return SetUp.model_validate(table)


def of_the_smoke_test(**fields: Any) -> SetUp:
    """The set-up of the smoke test's municipality with its one book; `fields` are what the book says."""
    one = book("Vaksine covid19", id="v", type="koronavaksine", location="Hall 1", text="Vaksine for alle.") | fields
    return of([service("vaksinasjon", ("v",))], [one])


def rules(set_up: SetUp) -> list[Rule]:
    """The rules that a set-up does not follow."""
    return [finding.rule for finding in findings_of(set_up)]
