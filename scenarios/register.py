"""The municipalities of Norway with their population by age band.

Source: Statistics Norway (SSB), table 07459, licence NLOD; lists of 2021 (356 municipalities) and 2024 (357).
Ages are completed years on 1 January of the list's year.
"""

import csv
import difflib
import functools
import re
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

YEARS: Final = (2021, 2024)
BANDS: Final = (  # lowest and highest age
    (0, 4), (5, 11), (12, 15), (16, 17), (18, 24), (25, 39), (40, 44), (45, 54), (55, 64),
    (65, 74), (75, 84), (85, None),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredMunicipality:
    """One line of the register."""

    year: int
    number: str  # text: "0301" keeps its zero
    name: str  # as in the source: double names stay double
    population: int
    by_band: tuple[int, ...]  # one count for each age band, youngest first


class UnknownMunicipality(LookupError):
    """The register has no such municipality, or several; `hint` says what it has instead."""

    def __init__(self, name: str, hint: str, *, several: bool = False) -> None:
        count = "several municipalities are" if several else "no municipality is"
        super().__init__(f"{count} called {name!r} in the register")
        self.hint, self.several = hint, several


class UnknownCohort(ValueError):
    """The age group does not follow the register's bands; `hint` lists them."""

    def __init__(self, cohort: str) -> None:
        super().__init__(f"the register has no age group {cohort!r}")
        bands = ", ".join(f"{low}-{high}" if high else f"{low}+" for low, high in BANDS)
        self.hint = f"join neighbouring bands, for example 45-64 or 18+; the bands are {bands}"


@functools.cache
def municipalities(year: int) -> tuple[RegisteredMunicipality, ...]:
    """Every municipality of one list, in the source's order."""
    text = files("scenarios").joinpath("municipalities.csv").read_text(encoding="utf-8")
    return tuple(
        RegisteredMunicipality(
            year=year,
            number=row["kommunenummer"],
            name=row["name"].replace("\xa0", " ").strip(),
            population=int(row["population"]),
            by_band=tuple(int(row[_column(low, high)]) for low, high in BANDS),
        )
        for row in csv.DictReader(text.splitlines())
        if int(row["list_year"]) == year
    )


def _column(low: int, high: int | None) -> str:
    return f"age_{low}_{'plus' if high is None else high}"


def find(name: str, year: int) -> RegisteredMunicipality:
    """Look a municipality up by name, by any part of a double name, or by number.

    Raises
    ------
    UnknownMunicipality
        Nothing or more than one fits; the hint names the candidates.
    """
    wanted = name.casefold().strip()
    fits = _by_name(year).get(wanted, ())
    if len(fits) == 1:
        return fits[0]
    if fits:
        numbers = ", ".join(f"{entry.number} ({entry.population} inhabitants)" for entry in fits)
        raise UnknownMunicipality(name, f"write the number instead: {numbers}", several=True)
    close = difflib.get_close_matches(wanted, _by_name(year), n=3, cutoff=0.6)
    suggestion = " or ".join(dict.fromkeys(_by_name(year)[one][0].name for one in close))
    hint = (
        f"did you mean {suggestion}?" if close else "a made-up municipality needs number and population beside its name"
    )
    raise UnknownMunicipality(name, hint)


@functools.cache
def _by_name(year: int) -> dict[str, tuple[RegisteredMunicipality, ...]]:
    named: dict[str, tuple[RegisteredMunicipality, ...]] = {}
    for entry in municipalities(year):
        for name in {one.casefold() for one in (entry.name, entry.number, *_parts_of(entry.name))}:
            named[name] = (*named.get(name, ()), entry)
    return named


def _parts_of(name: str) -> list[str]:
    """Both of «Deatnu - Tana», in the 2024 list «Deatnu-Tana»; what stands before the bracket in «Herøy (Nordland)»."""
    plain = name.split(" (")[0]
    return [plain] if plain in _hyphenated() else re.split(r"\s*-\s*", plain)


@functools.cache
def _hyphenated() -> frozenset[str]:
    """Single names with a hyphen in them, such as Aurskog-Høland: the 2021 list sets double names apart by spaces."""
    return frozenset(entry.name for entry in municipalities(2021) if " - " not in entry.name)


def inhabitants(entry: RegisteredMunicipality, cohort: str) -> int:
    """Count the inhabitants of an age group, as `bands_of`."""
    return sum(entry.by_band[band] for band in bands_of(cohort))


def groups_of(cohort: str) -> tuple[str, ...]:
    """Name the smallest age groups that the register knows in one, the youngest first.

    Raises
    ------
    UnknownCohort
        The group does not begin and end where bands do.
    """
    bands = [BANDS[index] for index in bands_of(cohort)]
    return tuple(f"{low}+" if high is None else f"{low}-{high}" for low, high in bands)


def bands_of(cohort: str) -> range:
    """Which bands make an age group, one or several neighbours: "45-54", "18-64" or "65+".

    Raises
    ------
    UnknownCohort
        The group does not begin and end where bands do.
    """
    match = re.fullmatch(r"\s*(\d+)\s*(?:[-–]\s*(\d+)|\+)\s*", cohort)
    if not match:
        raise UnknownCohort(cohort)
    low, high = int(match[1]), int(match[2]) if match[2] else None
    starts, ends = [band[0] for band in BANDS], [band[1] for band in BANDS]
    if low not in starts or high not in ends or (high is not None and high < low):
        raise UnknownCohort(cohort)
    return range(starts.index(low), ends.index(high) + 1)
