"""The synthetic population register: birthdays from numbers, children by name and by rule, and nobody's number told."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference_server.relations import Kind, Relation, child_by_rule, persons, relations_of, unpacked
from reference_server.tokens import Tokens
from scenarios.identity import CITIZENS, birthday_of, national_number, number_of_birthday, synthetic_problem

TOKENS = Tokens("secret")
TODAY = dt.date(2021, 5, 3)
numbers = st.integers(0, CITIZENS - 1).map(national_number)
NAMES = st.text("ab æøå", max_size=4)
days = st.dates(dt.date(1900, 1, 1), dt.date(2039, 12, 31))


def names(number: str, today: dt.date = TODAY) -> list[str]:
    """Whom one may act for on a day."""
    return [one.name for one in relations_of(number, TOKENS.citizen_key) if one.holds(today)]


@given(days, st.integers(0, 70_000))
def test_a_number_made_for_a_birthday_is_synthetic_and_says_that_birthday(born: dt.date, place: int) -> None:
    number = number_of_birthday(born, place)
    assert synthetic_problem(number) is None
    assert birthday_of(number) == born


@given(st.integers(0, CITIZENS - 1))
def test_the_numbers_of_a_plan_say_the_birthday_they_were_made_for(citizen: int) -> None:
    assert birthday_of(national_number(citizen)) == dt.date(1930, 1, 1) + dt.timedelta(days=citizen // 400)


@pytest.mark.parametrize(
    ("number", "born"),
    [("01815450012", dt.date(1854, 1, 1)), ("41819000012", dt.date(1990, 1, 1)), ("29820000012", dt.date(1900, 3, 1))],
)
def test_old_numbers_numbers_of_guests_and_leap_days_that_were_none_have_a_birthday(number: str, born: dt.date) -> None:
    assert birthday_of(number) == born


@given(numbers)
def test_a_child_by_the_rule_is_always_the_same_and_its_parent_was_grown_up(number: str) -> None:
    found = child_by_rule(number)
    assert found == child_by_rule(number)
    if found is not None:
        parent, child = birthday_of(number), birthday_of(found[0])
        assert synthetic_problem(found[0]) is None
        assert (child.year, child.month, child.day) >= (parent.year + 18, parent.month, parent.day)


def test_about_every_fourth_person_has_a_child_by_the_rule() -> None:
    having = sum(child_by_rule(national_number(citizen)) is not None for citizen in range(1000))
    assert 200 <= having <= 300


@given(numbers)
def test_the_child_by_the_rule_is_one_citizen_whoever_logs_in(number: str) -> None:
    found = child_by_rule(number)
    whom = [one.whom for one in TOKENS.person(number).relations]
    known = number in persons().values()
    assert whom == [] if found is None and not known else known or whom == [TOKENS.citizen_key((found or ("", ""))[0])]


def test_a_child_is_represented_from_its_birth_until_the_day_it_turns_16() -> None:
    parent = persons()["Varm Vind"]
    child = next(one for one in relations_of(parent, TOKENS.citizen_key) if one.name == "Spe Spire")
    assert (child.kind, child.since, child.until) == (Kind.CHILD, dt.date(2007, 6, 1), dt.date(2023, 6, 1))
    assert [child.holds(day) for day in (dt.date(2007, 5, 31), dt.date(2007, 6, 1))] == [False, True]
    assert [child.holds(day) for day in (dt.date(2023, 5, 31), dt.date(2023, 6, 1))] == [True, False]


def test_somebody_born_on_a_leap_day_turns_16_on_one_and_17_on_the_first_of_march() -> None:
    assert birthday_of(number_of_birthday(dt.date(2008, 2, 29), 0)) == dt.date(2008, 2, 29)
    assert birthday_of("29820100012") == dt.date(1901, 3, 1)


def test_the_persons_by_name_have_the_relations_of_the_register_and_no_others() -> None:
    assert names(persons()["Varm Vind"]) == ["Liten Lerke", "Spe Spire", "Blid Bjørk"]
    assert names(persons()["Varm Vind"], dt.date(2020, 6, 1))[-1] == "Stille Fjord"
    assert names(persons()["Trygg Tinde"]) == ["Liten Lerke"]
    assert [names(number) for name, number in persons().items() if name not in ("Varm Vind", "Trygg Tinde")] == [[]] * 6


def test_two_parents_act_for_the_same_citizen() -> None:
    lerke = [
        next(one.whom for one in TOKENS.person(persons()[name]).relations if one.name == "Liten Lerke")
        for name in ("Varm Vind", "Trygg Tinde")
    ]
    assert lerke[0] == lerke[1]


def test_a_token_says_for_whom_one_may_act_and_holds_no_number() -> None:
    number = persons()["Varm Vind"]
    person = TOKENS.person_of(TOKENS.token(number))
    assert person == TOKENS.person(number)
    child = number_of_birthday(dt.date(2017, 9, 14), 0)
    assert number not in str(person)
    assert child not in str(person)
    assert TOKENS.citizen_key(child) in str(person)
    assert Tokens("another").person_of(TOKENS.token(number)) is None


@given(st.builds(Relation, whom=NAMES, name=NAMES, kind=st.sampled_from(Kind), since=st.dates(), until=st.dates()))
def test_a_relation_reads_back_as_it_was_packed(relation: Relation) -> None:
    assert unpacked(relation.packed()) == relation
