"""What a municipality has set up in the address register, and its books in the record systems (EPJ) behind it.

One definition serves the file format and the value that rules and views read. The words are the guide's own.

Source: Norsk helsenett, Veileder for kommune, Timebestilling i ressurstimebok (09.06.2021).
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from reference_server.address_register.follows import follow_faults
from reference_server.address_register.references import reference_faults
from reference_server.meeting import Meeting
from scenarios.book_type import BookType
from scenarios.quantities import Seconds

ROLE: Final = "Helsefaglig kontakt"
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]{1,64}$")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class ServiceKind(StrEnum):
    """Which service of the address register; the last one is a general practitioner's office, not the municipality."""

    SMITTEVERN = "smittevern"
    VAKSINASJON = "vaksinasjon"
    LEGEVAKT = "legevakt"
    FASTLEGE = "fastlege"


class Process(StrEnum):
    """What can be switched on for a service."""

    TIMEBESTILLING = "Timebestilling"
    TIMERESERVASJON = "Timereservasjon"
    RESSURSOVERSIKT = "Ressursoversikt"
    BEHANDLEROVERSIKT = "Behandleroversikt"


class BookUse(StrEnum):
    """What a book is to the portal: a resource of the service, or a practitioner's own list."""

    RESOURCE = "resource"
    PRACTITIONER = "practitioner"


class IntermediateSolution(StrEnum):
    """Where a service stands with the intermediate solution for corona tests («mellomløsning»)."""

    NEVER = "never"
    IN_USE = "in use"
    LEFT = "left"


def _most_active(value: object) -> "int | Literal['unlimited'] | None":
    if value is None or value == "unlimited" or (isinstance(value, int) and not isinstance(value, bool) and value > 0):
        return value  # type: ignore[return-value]
    raise PydanticCustomError("most_active", "neither a number from 1 on nor unlimited")


MostActive = Annotated[int | Literal["unlimited"] | None, PlainValidator(_most_active)]


class Part(BaseModel):
    """A table of the file: frozen, and unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Owner(Part):
    """The municipality."""

    name: Name = Field(description='as in the address register, where it ends every title: "Beste kommune"')
    number: str | None = Field(default=None, pattern=r"^\d{4}$", description='four digits in quotes: "0301"')


class Ehr(Part):
    """A record system (EPJ) of the municipality."""

    id: Id = Field(description="your own short name for it, used in this file only")
    name: Name = Field(description="what the municipality calls it")


class Service(Part):
    """A service of the address register, with what is switched on for it and the books coupled to it."""

    id: Id = Field(description="your own short name for it, used in this file only")
    kind: ServiceKind = Field(description="smittevern, vaksinasjon, legevakt, or fastlege for a doctor's office")
    site: Text = Field(default="", description='name or place, in brackets behind the kind: "Feberpoliklinikk"')
    ehr: str = Field(description="id of the record system (EPJ) that keeps its books")
    processes: tuple[Process, ...] = Field(description='switched on: ["Timebestilling", "Timereservasjon", ...]')
    intermediate_solution: IntermediateSolution = Field(
        default=IntermediateSolution.NEVER, description="«mellomløsning» for corona tests: never, in use or left"
    )
    books: tuple[str, ...] = Field(default=(), description="ids of the books coupled to it")

    def has(self, process: Process) -> bool:
        """Whether a process is switched on."""
        return process in self.processes


class Interval(Part):
    """How long after the first appointment the one that follows may start, both ends included.

    Source of the default: 3 to 12 weeks between the doses of the corona vaccines in 2021.
    """

    at_least: Seconds = Field(default=21 * 86400.0, description='not earlier than this: "21 days"')
    at_most: Seconds = Field(default=84 * 86400.0, description='not later than this: "84 days"')

    @model_validator(mode="after")
    def _is_an_interval(self) -> Self:
        if self.at_least > self.at_most:
            raise PydanticCustomError("interval", "at_least is longer than at_most")
        return self


class Book(Part):
    """A book (timebok) as the record system has it."""

    id: Id = Field(description="your own short name for it, or its id on the server; also for slot import")
    name: Name = Field(description="what citizens read: name of the book in the record system (EPJ)")
    text: Text = Field(default="", description="the text under the name")
    location: Text = Field(default="", description="where to come («Oppmøtested»)")
    used_as: tuple[BookUse, ...] = Field(
        default=(BookUse.RESOURCE,), min_length=1, description="resource, or practitioner for a practitioner's own list"
    )
    type: BookType | None = Field(default=None, description="koronatest, koronavaksine, lab or vaksine")
    role: Name = Field(default=ROLE, description="stands before the name of a practitioner's list")
    appointment_types: tuple[Name, ...] = Field(default=(), description='«timetyper»: ["Ordinær", "Hastetime"]')
    form: bool | None = Field(default=None, description="whether citizens fill in a self-declaration («egenerklæring»)")
    most_active: MostActive = Field(default=None, description='appointments one citizen may have: 1, 2, "unlimited"')
    cancel_ahead: Seconds | None = Field(default=None, description='cancelled at the latest this long before: "24 h"')
    change_ahead: Seconds | None = Field(default=None, description='changed at the latest this long before: "24 h"')
    meetings: tuple[Meeting, ...] = Field(
        default=(Meeting.PLACE,), min_length=1, description='where one meets: ["place", "telephone", "video"]'
    )
    follows: Name | None = Field(default=None, description="name of the book whose appointment must come first")
    after: Interval | None = Field(default=None, description='{ at_least = "21 days", at_most = "84 days" }')

    @model_validator(mode="after")
    def _type_belongs_to_a_resource(self) -> Self:
        if self.is_used_as(BookUse.RESOURCE) == (self.type is None):
            raise PydanticCustomError("book_type", "a resource book has a type, a practitioner's list has none")
        return self

    @model_validator(mode="after")
    def _interval_belongs_to_what_follows(self) -> Self:
        if self.after is not None and self.follows is None:
            raise PydanticCustomError("after_nothing", "an interval without a book that is followed")
        return self

    @property
    def interval(self) -> Interval:
        """How long after the first appointment, where the book follows another."""
        return self.after or Interval()

    def is_used_as(self, use: BookUse) -> bool:
        """Whether the book is put to this use; it should be one use only."""
        return use in self.used_as


class SetUp(Part):
    """Everything one municipality has set up."""

    format: Literal[1] = Field(alias="schema", description="version of the file format: 1")
    municipality: Owner = Field(description="the municipality")
    ehrs: tuple[Ehr, ...] = Field(min_length=1, description="record systems (EPJ), one [[ehrs]] for each")
    services: tuple[Service, ...] = Field(min_length=1, description="services, one [[services]] for each")
    books: tuple[Book, ...] = Field(default=(), description="books, one [[books]] for each")

    @model_validator(mode="after")
    def _refers_to_what_is_there(self) -> Self:
        table = self.model_dump(by_alias=True)
        if reference_faults(table) or any(follow_faults(table)):
            raise ValueError("the ids do not fit together")
        return self

    def books_of(self, service: Service, use: BookUse | None = None) -> Iterator[Book]:
        """The books coupled to a service in its order, all of them or those put to one use."""
        by_id = {book.id: book for book in self.books}
        coupled = (by_id[one] for one in service.books)
        return (book for book in coupled if use is None or book.is_used_as(use))

    def services_of(self, book: Book) -> Iterator[Service]:
        """The services a book is coupled to."""
        return (service for service in self.services if book.id in service.books)
