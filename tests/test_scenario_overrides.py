"""`--set key.path=value`: what it puts in, and what leads nowhere."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.differences import differences
from scenarios.problems import Problem
from scenarios.reading import load, read
from scenarios.scenario import Scenario
from scenarios.writing import leaves, toml_text, written


def only(override: str) -> Problem:
    outcome = read("ci-smoke", [override])
    assert not isinstance(outcome, Scenario), "nothing was refused"
    (problem,) = outcome
    return problem


@pytest.mark.parametrize(
    ("override", "key", "value"),
    [
        ("policy.pause=15 min", "policy.pause", '"15 min"'),
        ('policy.pause="15 min"', "policy.pause", '"15 min"'),
        (" policy.pause = 900 s ", "policy.pause", '"15 min"'),
        ("policy.start=09:30", "policy.start", '"09:30"'),
        ("policy.batch_size=all", "policy.batch_size", '"all"'),
        ("slots.0.parallel=7", "slots[0].parallel", "7"),
        ("slots.0.open.to=11:00", "slots[0].open.to", '"11:00"'),
        ("search.batch_size=[10, 'all']", "search.batch_size", '[10, "all"]'),
        ("search.batch_size.0=11", "search.batch_size", '[11, 40, "all"]'),
        ("invitation.send_date=2021-05-04", "invitation.send_date", "2021-05-04"),
        ("behaviour.response.sigma=0.5", "behaviour.response.sigma", "0.5"),
        ("behaviour.uptake=70 %", "behaviour.uptake", '"70 %"'),
        ("thresholds.new=max(booked_count) >= 1", "thresholds.new", '"max(booked_count) >= 1"'),
        ("municipality.number=0301", "municipality.number", '"0301"'),
        ("title.en=a = b", "title.en", '"a = b"'),
        ("title.en='a'\nb = 3", "title.en", "\"'a'\\nb = 3\""),
    ],
)
def test_an_override_is_a_toml_value_or_bare_text(override: str, key: str, value: str) -> None:
    (found,) = differences(load("ci-smoke"), load("ci-smoke", [override]))
    assert (found.key, found.second) == (key, value)


def test_the_last_override_of_a_key_wins() -> None:
    assert load("ci-smoke", ["policy.pause=1 min", "policy.pause=2 min"]).policy.pause == 120


@pytest.mark.parametrize(
    ("override", "where", "what"),
    [
        ("policy.bathc_size=4", "policy.bathc_size", "unknown key"),
        ("polisy.pause=4 min", "polisy", "unknown key"),
        ("policy.pause=15", "policy.pause", "a length needs a unit"),
        ("slots.1.parallel=4", "slots.1.parallel", "no number 1"),
        ("slots.first.parallel=4", "slots.first.parallel", "no number first"),
        ("slots.-1.parallel=4", "slots.-1.parallel", "no number -1"),
        ("policy.pause.seconds=4", "policy.pause.seconds", "policy.pause is a value"),
        ("policy.pause", "policy.pause", "expected key.path=value"),
        ("=5", "=5", "expected key.path=value"),
    ],
)
def test_an_override_that_leads_nowhere_is_a_problem_of_set_and_not_of_a_line(
    override: str, where: str, what: str
) -> None:
    problem = only(override)
    assert (problem.where, problem.by_set, problem.line) == (where, True, None)
    assert what in problem.what


KEYS = [".".join(map(str, path)) for path, _ in leaves(written(load("ci-smoke")))]
values = st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates() | st.times()
nested = st.recursive(
    values, lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=5), inside, max_size=3)
)


@given(st.sampled_from([*KEYS, *{key.split(".")[0] for key in KEYS}]), nested)
@settings(max_examples=200, deadline=None)
def test_no_value_anywhere_is_more_than_a_problem(key: str, value: Any) -> None:
    outcome = read("ci-smoke", [f"{key}={toml_text(value)}"])
    assert isinstance(outcome, Scenario) or all(problem.what and problem.where for problem in outcome)
