"""The rule that ties dose 2 to dose 1, and what a set-up file may say of it."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference_server.address_register.reading import FileProblem, set_up_of
from reference_server.address_register.set_up import SetUp
from reference_server.doses import DoseTie, NoFirst, OutsideInterval, left_alone, out_of_turn
from tests.test_served_set_up import SET_UP

MINUTES = st.integers(0, 200 * 1440)
STARTS = MINUTES.map(lambda minutes: f"{dt.datetime(2021, 1, 1) + dt.timedelta(minutes=minutes):%Y-%m-%dT%H:%M}")  # noqa: DTZ001 (local)


def tie_of(least: int, more: int) -> DoseTie:
    at_least, at_most = (dt.timedelta(days=one) for one in (least, least + more))
    return DoseTie(first="1", second="2", at_least=at_least, at_most=at_most)


TIES = st.builds(tie_of, st.integers(0, 100), st.integers(0, 100))


@given(TIES, STARTS, STARTS)
def test_a_start_fits_exactly_when_it_lies_in_the_window(tie: DoseTie, first: str, start: str) -> None:
    earliest, latest = tie.window(first)
    assert tie.fits(first, start) == (earliest <= start <= latest)
    assert tie.fits(first, earliest)
    assert tie.fits(first, latest)


@given(TIES, st.lists(STARTS, max_size=3), STARTS)
def test_a_refusal_says_a_window_that_would_be_accepted(tie: DoseTie, firsts: list[str], start: str) -> None:
    match out_of_turn(tie, firsts, start):
        case None:
            assert tie.fits_one_of(firsts, start)
        case NoFirst():
            assert not firsts
        case OutsideInterval(_, earliest, latest):
            assert out_of_turn(tie, firsts, earliest) is None
            assert out_of_turn(tie, firsts, latest) is None


@given(TIES, st.lists(STARTS, max_size=3), st.lists(STARTS, max_size=3))
def test_with_more_first_appointments_nothing_more_is_left_alone(
    tie: DoseTie, firsts: list[str], seconds: list[str]
) -> None:
    alone = left_alone(tie, firsts, seconds)
    assert set(left_alone(tie, [*firsts, "2021-03-01T12:00"], seconds)) <= set(alone)
    assert left_alone(tie, [], seconds) == seconds
    assert all(out_of_turn(tie, firsts, start) is not None for start in alone)


def problem_of(tail: str) -> FileProblem:
    second = '[[books]]\nid = "to"\nname = "Dose 2"\ntype = "koronavaksine"\n'
    outcome = set_up_of((SET_UP + second + tail).encode(), "set-up")
    assert not isinstance(outcome, SetUp)
    return outcome[0]


@pytest.mark.parametrize(
    ("tail", "where", "nb", "en"),
    [
        ('follows = "Vaksine covid"', "books[1].follows", "mente du Vaksine covid19?", "did you mean Vaksine covid19?"),
        ('follows = "Dose 2"', "books[1].follows", "ingen, eller flere", "none, or several"),
        ('follows = "Vaksine covid19"\nafter = { at_lest = "1 day" }', "books[1].after.at_lest", "mente du at_least?",
         "did you mean at_least?"),
        ('follows = "Vaksine covid19"\nafter = { at_least = 21 }', "books[1].after.at_least", "med enhet", "its unit"),
        ('follows = "Vaksine covid19"\nafter = { at_least = "9 days", at_most = "2 days" }', "books[1].after",
         "lengre enn", "longer than"),
        ("after = { }", "books[1]", "skriv også follows", "write follows too"),
    ],
)  # fmt: skip
def test_what_cannot_be_followed_is_said_in_both_languages(tail: str, where: str, nb: str, en: str) -> None:
    problem = problem_of(tail)
    assert problem.where == where
    assert nb in problem.nb
    assert en in problem.en
