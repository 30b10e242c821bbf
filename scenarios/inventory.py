"""What a scenario offers once the register is looked up: municipalities, their invited, their books and times."""

import datetime as dt
import math
from dataclasses import dataclass, field
from functools import lru_cache

from scenarios import register
from scenarios.book_type import BookType
from scenarios.scenario import Invitation, Municipality, Scenario, SlotBlock


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentBook:
    """A book (timebok) with its times in order; every time has `places` places.

    `starts[t]` is the local start of time t, `day_of[t]` the index into `days` of its date.
    """

    id: str
    name: str
    type: BookType
    text: str
    location: str
    municipality_number: str
    municipality_name: str
    length_s: float
    places: int
    starts: tuple[dt.datetime, ...]
    days: tuple[dt.date, ...]
    day_of: tuple[int, ...]

    @property
    def capacity(self) -> int:
        """Appointments the book can hold."""
        return self.places * len(self.starts)

    def time_text(self, time: int) -> str:
        """The name of time `time` in attempts and in the API: local, to the minute."""
        return f"{self.starts[time]:%Y-%m-%dT%H:%M}"

    def slot_id(self, time: int, place: int) -> str:
        """The name of one place at one time."""
        return f"{self.id}/{self.time_text(time)}/{place}"


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitingMunicipality:
    """One municipality with the number it invites and the books it offers."""

    number: str
    name: str
    population: int
    invited: int
    books: tuple[AppointmentBook, ...]

    @property
    def capacity(self) -> int:
        """Appointments in all its books."""
        return sum(book.capacity for book in self.books)


@dataclass(frozen=True, slots=True)
class _Asked:
    """The parts of a scenario that say what it offers."""

    municipality: Municipality
    invitation: Invitation
    slots: tuple[SlotBlock, ...]
    scenario: Scenario = field(compare=False)


def inventory_of(scenario: Scenario) -> tuple[InvitingMunicipality, ...]:
    """Resolve who is invited and what can be booked; asked a dozen times in a run, and worked out once."""
    return _resolved(_Asked(scenario.municipality, scenario.invitation, scenario.slots, scenario))


@lru_cache(maxsize=4)
def _resolved(asked: _Asked) -> tuple[InvitingMunicipality, ...]:
    scenario = asked.scenario
    if scenario.municipality.population is not None:
        known = [
            (
                scenario.municipality.number or "",
                scenario.municipality.name or "",
                scenario.municipality.population,
            )
        ]
    else:
        known = [(entry.number, entry.name, entry.population) for entry in scenario.registered]
    invited = _invited(scenario)
    return tuple(
        InvitingMunicipality(
            number=number,
            name=name,
            population=population,
            invited=count,
            books=tuple(
                _book(block, f"{number}-{k + 1}", (number, name), count) for k, block in enumerate(scenario.slots)
            ),
        )
        for (number, name, population), count in zip(known, invited, strict=True)
    )


def books_of(scenario: Scenario) -> list[AppointmentBook]:
    """The books of all municipalities, in the file's order."""
    return [book for owner in inventory_of(scenario) for book in owner.books]


def total_invited(scenario: Scenario) -> int:
    """SMS over all municipalities."""
    return sum(municipality.invited for municipality in inventory_of(scenario))


def largest_invited(scenario: Scenario) -> int:
    """SMS in the municipality that sends most."""
    return max(municipality.invited for municipality in inventory_of(scenario))


def total_capacity(scenario: Scenario) -> int:
    """Free appointments over all municipalities."""
    return sum(municipality.capacity for municipality in inventory_of(scenario))


def expected_takers(scenario: Scenario) -> float:
    """How many are expected to want an appointment: invited x delivered x uptake."""
    return total_invited(scenario) * scenario.invitation.delivered * scenario.behaviour.uptake


def expected_uninvited(scenario: Scenario) -> float:
    """How many are expected to come with a link that was passed on: invited x delivered x share x to."""
    how = scenario.behaviour.forwarded
    return 0.0 if how is None else total_invited(scenario) * scenario.invitation.delivered * how.share * how.to


def _invited(scenario: Scenario) -> list[int]:
    cohort = scenario.invitation.cohort
    if cohort is not None:
        return [register.inhabitants(entry, cohort) for entry in scenario.registered]
    return [scenario.invitation.invited or 0] * max(1, len(scenario.municipality.names))


def _book(block: SlotBlock, book_id: str, owner: tuple[str, str], invited: int) -> AppointmentBook:
    days = tuple(sorted(block.dates))
    starts, day_of = _times(days, block.open.from_, block.open.to, block.length)
    places = block.parallel or math.ceil(invited * (block.free_per_100_invited or 0) / 100 / len(starts))
    return AppointmentBook(
        id=book_id,
        name=block.book,
        type=block.type,
        text=block.text,
        location=block.location,
        municipality_number=owner[0],
        municipality_name=owner[1],
        length_s=block.length,
        places=places,
        starts=starts,
        days=days,
        day_of=day_of,
    )


@lru_cache(maxsize=64)
def _times(
    days: tuple[dt.date, ...], opens: dt.time, closes: dt.time, length_s: float
) -> tuple[tuple[dt.datetime, ...], tuple[int, ...]]:
    """The times of a block and the days they are on: the same for every municipality, so they are made once."""
    starts = [_moments(dt.datetime.combine(day, opens), closes, length_s) for day in days]
    return (
        tuple(start for of_a_day in starts for start in of_a_day),
        tuple(number for number, of_a_day in enumerate(starts) for _ in of_a_day),
    )


def _moments(first: dt.datetime, closes: dt.time, length_s: float) -> list[dt.datetime]:
    step = dt.timedelta(seconds=length_s)
    count = (dt.datetime.combine(first.date(), closes) - first) // step
    return [first + k * step for k in range(count)]
