"""Every value a scenario ends up with, and where it came from."""

from collections.abc import Iterator
from dataclasses import dataclass

from scenarios.inventory import inventory_of
from scenarios.problems import KeyPath, key_text
from scenarios.scenario import Scenario
from scenarios.source import Document
from scenarios.writing import leaves, toml_text, written


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedValue:
    """A key, its value as TOML, and its origin: a line of the file, `--set`, the register or the default."""

    key: str
    value: str
    origin: str


def resolved_values(document: Document, scenario: Scenario) -> tuple[ResolvedValue, ...]:
    """Every key of the format in the order of the file, then what the register adds."""
    return tuple(
        ResolvedValue(key=key_text(path), value=toml_text(value), origin=_origin(document, path))
        for path, value in leaves(written(scenario))
    ) + tuple(_from_register(scenario))


def _origin(document: Document, path: KeyPath) -> str:
    if not document.has(path):
        return "default"
    return "--set" if document.was_set(path) else f"line {document.line_of(path)}"


def _from_register(scenario: Scenario) -> Iterator[ResolvedValue]:
    if scenario.municipality.population is not None:
        return
    inventory = inventory_of(scenario)
    origin = f"register {scenario.municipality.register_year}"
    if len(inventory) == 1:
        yield ResolvedValue(key="municipality.number", value=toml_text(inventory[0].number), origin=origin)
    population = sum(one.population for one in inventory)
    yield ResolvedValue(key="municipality.population", value=str(population), origin=origin)
    if scenario.invitation.cohort is not None:
        yield ResolvedValue(key="invitation.invited", value=str(sum(one.invited for one in inventory)), origin=origin)
