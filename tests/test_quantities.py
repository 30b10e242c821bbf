"""Lengths, rates, shares and clock times: what is read, what is written again, what is refused."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from scenarios.quantities import (
    LONGEST_S,
    clock_of,
    clock_text,
    fraction_of,
    length_text,
    per_second_of,
    rate_text,
    seconds_of,
    share_text,
)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("15 min", 900),
        ("15m", 900),
        ("15min", 900),
        ("1 h 30 min", 5400),
        ("2 timer", 7200),
        ("1 time", 3600),
        ("20 minutter", 1200),
        ("45 sek", 45),
        ("250 ms", 0.25),
        ("1,5 t", 5400),
        ("1.5 h", 5400),
        ("3 000 s", 3000),
        ("3\u00a0000 s", 3000),
        ("3_000 s", 3000),
        ("2 dager", 172800),
        ("PT15M", 900),
        ("PT1H30M", 5400),
        ("PT0.5S", 0.5),
        ("0 s", 0),
    ],
)
def test_a_length_is_read_as_people_write_it(text: str, seconds: float) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("bare", [15, 15.5, 0])
def test_a_bare_number_is_no_length_and_the_hint_shows_how_to_write_it(bare: float) -> None:
    with pytest.raises(PydanticCustomError) as refusal:
        seconds_of(bare)
    assert (refusal.value.context or {})["what"] == "a length needs a unit"
    assert f'"{bare:g} min"' in (refusal.value.context or {})["hint"]


@pytest.mark.parametrize(
    "text",
    ["", "min", "15", "15 mim", "-5 min", "5 min!", "PT", "five min", "5 min 3", True, None, [], "400 d", "PT99999H"],
)
def test_what_is_no_length_is_refused_with_a_hint(text: object) -> None:
    with pytest.raises(PydanticCustomError) as refusal:
        seconds_of(text)
    assert (refusal.value.context or {})["hint"]


@given(st.floats(min_value=0, max_value=LONGEST_S, allow_subnormal=False))
@settings(max_examples=300, deadline=None)
def test_a_written_length_reads_back_exactly(seconds: float) -> None:
    assert seconds_of(length_text(seconds)) == seconds


def test_lengths_are_written_in_the_unit_people_use() -> None:
    written = [length_text(seconds) for seconds in (900.0, 5400.0, 7200.0, 45.0, 90.5, 0.25, 0.06, 0.0)]
    assert written == ["15 min", "90 min", "2 h", "45 s", "90.5 s", "250 ms", "60 ms", "0 s"]


@pytest.mark.parametrize(
    ("text", "per_second"), [("50/s", 50), ("3 000/min", 50), ("90/h", 0.025), ("7200/time", 2), ("2,5 / s", 2.5)]
)
def test_a_rate_is_read_per_second(text: str, per_second: float) -> None:
    assert per_second_of(text) == per_second


@pytest.mark.parametrize("value", [50, 50.0, "50", "50/day", "/s", "-1/s", True, None])
def test_a_rate_without_its_unit_is_refused(value: object) -> None:
    with pytest.raises(PydanticCustomError) as refusal:
        per_second_of(value)
    assert "/s" in (refusal.value.context or {})["hint"]


@given(st.floats(min_value=1e-9, max_value=1e9))
@settings(max_examples=300, deadline=None)
def test_a_written_rate_reads_back_exactly(per_second: float) -> None:
    assert per_second_of(rate_text(per_second)) == per_second


def test_a_rate_by_the_minute_is_written_by_the_minute() -> None:
    assert [rate_text(per_second_of(text)) for text in ("50/s", "100/min", "7/h", "0.5/s")] == [
        "50/s",
        "100/min",
        "7/h",
        "30/min",
    ]


@pytest.mark.parametrize(
    ("value", "fraction"),
    [("80 %", 0.8), ("80%", 0.8), ("0,1 %", 0.001), (0.8, 0.8), (1, 1.0), (0, 0.0), ("100 %", 1.0)],
)
def test_a_share_is_read_with_its_sign_or_as_a_fraction(value: object, fraction: float) -> None:
    assert fraction_of(value) == fraction


@pytest.mark.parametrize("value", [80, 1.01, -0.1, "101 %", "0.8", "80", True, None, float("nan")])
def test_a_share_without_its_sign_or_beyond_its_bounds_is_refused(value: object) -> None:
    with pytest.raises(PydanticCustomError) as refusal:
        fraction_of(value)
    assert (refusal.value.context or {})["hint"]


@given(st.floats(min_value=0, max_value=1))
@settings(max_examples=300, deadline=None)
def test_a_written_share_reads_back_exactly(fraction: float) -> None:
    assert fraction_of(share_text(fraction)) == fraction


@given(st.times().map(lambda time: time.replace(microsecond=0)))
def test_a_written_time_of_day_reads_back_exactly(clock: dt.time) -> None:
    assert clock_of(clock_text(clock)) == clock


def test_a_time_of_day_is_text_or_a_toml_time() -> None:
    assert clock_of("09:07") == clock_of(dt.time(9, 7)) == dt.time(9, 7)


@pytest.mark.parametrize("value", ["9:07", "24:00", "09.07", "09:60", "", 907, dt.time(9, 7, 0, 500_000)])
def test_what_is_no_time_of_day_is_refused(value: object) -> None:
    with pytest.raises(PydanticCustomError, match="time of day"):
        clock_of(value)
