"""Limits: what an expression means, exactly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from scenarios.measures import MEASURES
from scenarios.thresholds import Comparison, Statistic, threshold_of

values = st.lists(st.floats(0, 100), min_size=1, max_size=60)


def runs_of(numbers: list[float] | list[float | None]) -> list[dict[str, float | None]]:
    return [{"error_rate": number, "booked_count": number} for number in numbers]


@given(values, st.floats(0, 100))
def test_p90_at_most_x_is_exactly_x_in_9_of_10_runs(numbers: list[float], limit: float) -> None:
    threshold = threshold_of(f"p90(booked_count) <= {limit:f}")
    kept = sum(number <= threshold.limit for number in numbers)
    assert threshold.kept_by(threshold.value(runs_of(numbers))) == (10 * kept >= 9 * len(numbers))


@given(values, st.floats(0, 100))
def test_p10_at_least_x_fails_when_more_than_1_in_10_runs_is_below(numbers: list[float], limit: float) -> None:
    threshold = threshold_of(f"p10(booked_count) > {limit:f}")
    broken = sum(number <= threshold.limit for number in numbers)
    assert threshold.kept_by(threshold.value(runs_of(numbers))) == (10 * broken < len(numbers))


@given(values)
def test_max_and_min_are_every_run(numbers: list[float]) -> None:
    assert threshold_of("max(booked_count) == 0").value(runs_of(numbers)) == max(numbers)
    assert threshold_of("min(booked_count) >= 1").value(runs_of(numbers)) == min(numbers)


def test_runs_without_a_value_are_passed_over_and_a_measure_without_any_keeps_every_limit() -> None:
    threshold = threshold_of("mean(booked_count) < 2")
    assert threshold.value(runs_of([1.0, None, 2.0])) == 1.5
    assert threshold.value(runs_of([None, None])) is None
    assert threshold.kept_by(None)


@pytest.mark.parametrize(
    ("comparison", "kept"),
    [
        ("<=", (True, True, False)),
        ("<", (True, False, False)),
        ("==", (False, True, False)),
        (">=", (False, True, True)),
        (">", (False, False, True)),
    ],
)
def test_every_comparison(comparison: str, kept: tuple[bool, ...]) -> None:
    threshold = threshold_of(f"mean(booked_count) {comparison} 5")
    assert tuple(threshold.kept_by(value) for value in (4.0, 5.0, 6.0)) == kept


def test_an_expression_is_parsed_into_its_parts() -> None:
    threshold = threshold_of(" p90( response_time_p95_s )<=  2 s ")
    assert (threshold.statistic, threshold.measure) == (Statistic.P90, "response_time_p95_s")
    assert (threshold.comparison, threshold.limit) == (Comparison.AT_MOST, 2.0)


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("max(error_rate) <= 0.1 %", 0.001),
        ("max(error_rate) <= 0.001", 0.001),
        ("p50(time_to_invite_all_s) <= 2 h", 7200),
        ("p50(response_time_p50_s) <= 250 ms", 0.25),
        ("mean(goodput_per_s) >= 1,5", 1.5),
        ("mean(goodput_per_s) >= 2", 2),
    ],
)
def test_the_limit_has_the_unit_of_its_measure(text: str, limit: float) -> None:
    assert threshold_of(text).limit == pytest.approx(limit)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("rejections <= 3", "p90(rejections_per_100_citizens) <= 3"),
        ("p90(error_rate) <=", "p90(rejections_per_100_citizens) <= 3"),
        ("p95(error_rate) <= 1 %", "p90"),
        ("p90(rejections_per_100_atempts) <= 3", "did you mean rejections_per_100_attempts?"),
        ("p90(response_time_p95_s) <= 2", '"2 s"'),
        ("p90(rejections_per_100_attempts) <= 3 %", "without %"),
        ("p90(booked_count) <= many", "<= 3"),
        ("p90(response_time_p95_s) <= 1.2.3", '"15 min"'),
        ("p90(booked_count) <= nan", "<= 3"),
        ("p90(booked_count) <= inf", "<= 3"),
    ],
)
def test_what_is_no_limit_is_refused_with_a_way_out(text: str, hint: str) -> None:
    with pytest.raises(PydanticCustomError) as refusal:
        threshold_of(text)
    assert hint in (refusal.value.context or {})["hint"]


@pytest.mark.parametrize("measure", MEASURES)
def test_every_measure_can_be_limited(measure: str) -> None:
    limit = "1 s" if measure.endswith("_s") and not measure.endswith("_per_s") else "1"
    assert threshold_of(f"mean({measure}) <= {limit}").measure == measure
