"""Synthetic identity numbers: valid, unique, never a real person's."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.identity import CITIZENS, national_number, synthetic_problem

citizens = st.integers(0, CITIZENS - 1)


def remainders(number: str) -> tuple[int, int]:
    """The two control sums of an identity number modulo 11, written out a second time on purpose."""
    digits = [int(digit) for digit in number]
    first = sum(w * d for w, d in zip((3, 7, 6, 1, 8, 9, 4, 5, 2, 1), digits[:10], strict=True)) % 11
    second = sum(w * d for w, d in zip((5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1), digits, strict=True)) % 11
    return first, second


def with_controls(stem: str, first_remainder: int) -> str | None:
    """Nine digits completed so that the first control sum leaves the remainder asked for."""
    for k1 in range(10):
        for k2 in range(10):
            number = f"{stem}{k1}{k2}"
            if remainders(number) == (first_remainder, 0):
                return number
    return None


@given(citizens)
def test_every_citizen_has_a_valid_number_with_month_plus_80(citizen: int) -> None:
    number = national_number(citizen)
    assert re.fullmatch(r"[0-3]\d(8[1-9]|9[0-2])\d{7}", number)
    assert remainders(number) == (0, 0)
    assert synthetic_problem(number) is None


@given(citizens, citizens)
def test_two_citizens_never_share_a_number(one: int, other: int) -> None:
    assert (national_number(one) == national_number(other)) == (one == other)


def test_the_numbers_of_neighbours_are_all_different() -> None:
    # Whole birthdays at both ends of the range: where places on a day run out, a clash would show.
    numbers = [national_number(citizen) for first in (0, CITIZENS - 4000) for citizen in range(first, first + 4000)]
    assert len(set(numbers)) == len(numbers)


def test_a_citizen_keeps_the_number_for_ever() -> None:
    assert [national_number(citizen) for citizen in (0, 1, 400, 5_999_999)] == [
        "01813000160",
        "01813000241",
        "02813000019",
        "25817148096",
    ]


@pytest.mark.parametrize("citizen", [-1, CITIZENS])
def test_there_is_no_number_outside_the_range(citizen: int) -> None:
    with pytest.raises(ValueError, match="from 0 to 5999999"):
        national_number(citizen)


@pytest.mark.parametrize("remainder", [0, 1, 2, 3])
def test_the_control_digits_of_2032_are_accepted_beside_todays(remainder: int) -> None:
    number = next(made for i in range(1000) if (made := with_controls(f"018190{i:03}", remainder)))
    assert synthetic_problem(number) is None


@pytest.mark.parametrize("remainder", [4, 7, 10])
def test_other_control_digits_are_refused(remainder: int) -> None:
    number = next(made for i in range(1000) if (made := with_controls(f"018190{i:03}", remainder)))
    assert "control digits" in (synthetic_problem(number) or "")


@pytest.mark.parametrize("shift", [0, 40, 65])
def test_real_numbers_and_those_of_other_test_registers_are_refused(shift: int) -> None:
    number = next(made for i in range(1000) if (made := with_controls(f"01{1 + shift:02}90{i:03}", 0)))
    assert synthetic_problem(number) == "only synthetic numbers (month + 80) are accepted"


@pytest.mark.parametrize("text", ["", "0181900001", "018190000100", "0181900o012", "٠١٨١٩٠٠٠٠١٢", "01 81900012"])
def test_anything_but_eleven_digits_is_refused(text: str) -> None:
    assert "11 digits" in (synthetic_problem(text) or "")


@pytest.mark.parametrize("date", ["0081", "3281", "3082", "3184", "7281"])
def test_a_day_that_no_month_has_is_refused(date: str) -> None:
    number = next(made for i in range(1000) if (made := with_controls(f"{date}90{i:03}", 0)))
    assert "no such birthday" in (synthetic_problem(number) or "")


@pytest.mark.parametrize("date", ["2982", "4181"])
def test_leap_days_and_d_numbers_are_accepted(date: str) -> None:
    number = next(made for i in range(1000) if (made := with_controls(f"{date}90{i:03}", 0)))
    assert synthetic_problem(number) is None


@given(citizens, st.integers(0, 10), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(citizen: int, place: int, change: int) -> None:
    digits = list(national_number(citizen))
    digits[place] = str((int(digits[place]) + change) % 10)
    assert synthetic_problem("".join(digits)) is not None


@given(st.text("0123456789", min_size=3, max_size=12))
def test_no_refusal_repeats_the_number(text: str) -> None:
    assert text not in (synthetic_problem(text) or "")
