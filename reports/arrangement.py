"""Which section stands in whose report, and in what order: this table decides, and nothing else does.

A section that a result has nothing for makes None and is left out. A new section is one line in each report where it
is wanted: `of(...)` for one section, `all_of(...)` for several.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, TypeAlias

from reports.advice import caveats, the_answer, what_would_change
from reports.agreement import agreement
from reports.alternatives import alternatives
from reports.assumptions import assumptions
from reports.blocks import Section
from reports.capacity_section import the_capacity
from reports.expectation import comparison
from reports.figures_section import the_figures
from reports.invariants_section import invariants
from reports.language import Language
from reports.lever_section import levers
from reports.load_section import the_load
from reports.method import judgement, limits_of_the_plan, method
from reports.pairing import pairing
from reports.platform_section import the_needs
from reports.sensitivity_section import how_far
from reports.timelines import the_day
from reports.told import Told
from reports.wave_section import the_wave
from scenarios.reader import Reader
from scenarios.result import Result

Part: TypeAlias = Callable[[Told], Sequence[Section | None]]


def of(make: Callable[[Result, Language], Section | None]) -> Part:
    """A section that is made from the result alone."""
    return lambda told: [make(told.result, told.language)]


def all_of(make: Callable[[Result, Language], Sequence[Section | None]]) -> Part:
    """Several sections that are made from the result alone."""
    return lambda told: make(told.result, told.language)


def _agreement(told: Told) -> list[Section | None]:
    own = [told.result] if told.result.kind == "loadtest" else []
    return [agreement([*own, *told.measured], told.language)]


def _method(told: Told) -> list[Section | None]:
    return [method(told)]


@dataclass(frozen=True, slots=True)
class Shelves:
    """One report: what is open, and what is folded below it."""

    open: tuple[Part, ...]
    folded: tuple[Part, ...]


ARRANGEMENT: Final[Mapping[Reader, Shelves]] = MappingProxyType(
    {
        Reader.COORDINATOR: Shelves(
            open=(
                all_of(the_answer),
                of(judgement),
                all_of(the_capacity),
                of(pairing),
                of(comparison),
                of(levers),
                of(caveats),
                of(what_would_change),
                of(how_far),
                of(alternatives),
                of(the_day),
                _agreement,
            ),
            folded=(of(the_wave), of(assumptions), _method),
        ),
        Reader.PLATFORM: Shelves(
            open=(
                of(judgement),
                of(limits_of_the_plan),
                of(the_load),
                of(the_needs),
                of(levers),
                all_of(the_capacity),
                of(the_wave),
                of(the_figures),
                _agreement,
                of(caveats),
            ),
            folded=(of(comparison), of(how_far), of(alternatives), of(pairing), of(assumptions), _method),
        ),
        Reader.DEVELOPER: Shelves(
            open=(
                of(judgement),
                of(limits_of_the_plan),
                of(invariants),
                of(the_figures),
                _agreement,
                all_of(the_capacity),
                of(caveats),
            ),
            folded=(of(pairing), of(levers), of(assumptions), _method),
        ),
    }
)


def sections_for(told: Told) -> list[Section]:
    """Make the sections of one report in their order."""
    shelves = ARRANGEMENT[told.reader]
    first = [section for part in shelves.open for section in part(told) if section]
    below = [section for part in shelves.folded for section in part(told) if section]
    return [*first, *(replace(one, folded=True) for one in below)]
