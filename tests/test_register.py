"""The register: totals, names people use, age groups."""

import pytest

from scenarios import register


@pytest.mark.parametrize(("year", "count", "population"), [(2021, 356, 5_391_369), (2024, 357, 5_550_203)])
def test_the_lists_are_complete(year: int, count: int, population: int) -> None:
    entries = register.municipalities(year)
    assert len(entries) == len({entry.number for entry in entries}) == count
    assert sum(entry.population for entry in entries) == population


@pytest.mark.parametrize("year", register.YEARS)
def test_the_age_bands_of_every_municipality_add_up_to_its_population(year: int) -> None:
    assert all(sum(entry.by_band) == entry.population for entry in register.municipalities(year))


@pytest.mark.parametrize(
    ("year", "cohort", "count"),
    [
        (2021, "45-54", 37_696),
        (2024, "45-54", 37_168),
        (2024, "45–54", 37_168),
        (2024, "65+", 48_321),
        (2021, "18-64", 184_338),
        (2024, "0-4", 14_742),
        (2024, "0+", 291_940),
    ],
)
def test_an_age_group_of_bergen_is_counted(year: int, cohort: str, count: int) -> None:
    assert register.inhabitants(register.find("Bergen", year), cohort) == count


@pytest.mark.parametrize("cohort", ["45-53", "46-54", "54-45", "65-74+", "adults", "", "90+", "12-4"])
def test_an_age_group_between_the_bands_is_refused_and_the_bands_are_named(cohort: str) -> None:
    with pytest.raises(register.UnknownCohort) as refusal:
        register.inhabitants(register.find("Bergen", 2024), cohort)
    assert "45-54" in refusal.value.hint
    assert "85+" in refusal.value.hint


@pytest.mark.parametrize(
    ("name", "year", "number"),
    [
        ("Oslo", 2021, "0301"),
        ("Oslo", 2024, "0301"),
        ("0301", 2024, "0301"),
        (" stavanger ", 2024, "1103"),
        ("Deatnu - Tana", 2021, "5441"),
        ("Tana", 2021, "5441"),
        ("Tana", 2024, "5628"),
        ("Deatnu", 2024, "5628"),
        ("Karasjok", 2024, "5610"),
        ("Kåfjord", 2024, "5540"),
        ("Kaivuono", 2024, "5540"),
        ("Porsanger", 2024, "5622"),
        ("Aurskog-Høland", 2024, "3226"),
        ("Herøy (Nordland)", 2021, "1818"),
    ],
)
def test_a_municipality_is_found_by_the_names_people_use(name: str, year: int, number: str) -> None:
    assert register.find(name, year).number == number


@pytest.mark.parametrize("name", ["Høland", "Aurskog", "Nord", "Sør", "Midt", "Stor"])
def test_part_of_a_single_name_is_no_name(name: str) -> None:
    with pytest.raises(register.UnknownMunicipality):
        register.find(name, 2024)


@pytest.mark.parametrize("year", register.YEARS)
@pytest.mark.parametrize("name", ["Herøy", "Våler"])
def test_a_name_that_two_municipalities_have_is_refused_with_both_numbers(name: str, year: int) -> None:
    with pytest.raises(register.UnknownMunicipality, match="several municipalities are called") as refusal:
        register.find(name, year)
    numbers = [entry.number for entry in register.municipalities(year) if entry.name.startswith(name)]
    assert len(numbers) == 2
    assert all(number in refusal.value.hint for number in numbers)


def test_every_other_municipality_is_found_by_its_own_name_and_number() -> None:
    for year in register.YEARS:
        for entry in register.municipalities(year):
            assert register.find(entry.number, year) == entry
            if entry.name not in ("Herøy", "Våler"):
                assert register.find(entry.name, year) == entry


def test_a_slip_of_the_keyboard_gets_a_suggestion() -> None:
    with pytest.raises(register.UnknownMunicipality, match="no municipality is called 'Stavnger'") as refusal:
        register.find("Stavnger", 2024)
    assert refusal.value.hint.startswith("did you mean Stavanger")
