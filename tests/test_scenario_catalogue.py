"""The scenarios that come along: readable, named after their files, every number with a source or an ASSUMPTION."""

import datetime as dt
import re
import tomllib

import pytest

from scenarios import catalogue
from scenarios.inventory import expected_takers, inventory_of, total_invited
from scenarios.policies.feedback_on_response_time import FeedbackOnResponseTime
from scenarios.reading import load
from tests import a


def text_of(name: str) -> str:
    path = catalogue.path_of(name)
    assert path is not None
    return path.read_text(encoding="utf-8")


def test_the_catalogue_is_complete() -> None:
    assert catalogue.names() == (
        "ci-smoke",
        "everyone-at-nine",
        "large",
        "medium",
        "small",
        "stavanger-2021",
        "weak-login",
    )


@pytest.mark.parametrize("name", catalogue.names())
def test_a_scenario_is_called_what_its_file_is_called(name: str) -> None:
    assert load(name).name == name


@pytest.mark.parametrize("name", catalogue.names())
def test_a_file_begins_with_its_schema_and_has_no_line_over_120(name: str) -> None:
    rows = text_of(name).split("\n")
    assert rows[0] == "#:schema ./scenario.schema.json"
    assert [row for row in rows if len(row) > 120 and "http" not in row] == []


@pytest.mark.parametrize("name", catalogue.names())
def test_everybody_who_wants_an_appointment_can_have_one(name: str) -> None:
    scenario = load(name)
    for municipality in inventory_of(scenario):
        share = scenario.invitation.delivered * scenario.behaviour.uptake
        assert municipality.invited * share <= municipality.capacity


@pytest.mark.parametrize("name", catalogue.names())
def test_what_nobody_has_measured_is_marked(name: str) -> None:
    text = text_of(name)
    for table in ("behaviour", "platform"):
        section = re.search(rf"^\[{table}\](.*?)(?=^\[)", text, re.MULTILINE | re.DOTALL)
        assert section is not None
        assert "ASSUMPTION" in section[1], table
    for key in ("sms_rate", "delivered"):
        assert re.search(rf"^{key}.*# ASSUMPTION", text, re.MULTILINE), key


@pytest.mark.parametrize("name", catalogue.names())
def test_the_opening_comment_does_its_sums_right(name: str) -> None:
    scenario = load(name)
    opening = text_of(name).split("schema = 1")[0].replace("\u00a0", " ")
    numbers = {int(re.sub(r"[ ,]", "", found)) for found in re.findall(r"\d[\d ,]*\d", opening)}
    if name != "ci-smoke":
        assert total_invited(scenario) in numbers
    if "are expected" in opening:
        assert round(expected_takers(scenario)) in numbers


def test_the_sizes_are_those_of_small_middle_and_large_municipalities() -> None:
    populations = [inventory_of(load(name))[0].population for name in ("small", "medium", "large")]
    assert populations == [3_041, 15_221, 149_048]
    assert len(load("large").slots) == 4


def test_stavanger_2021_is_what_was_published() -> None:
    scenario = load("stavanger-2021")
    assert scenario.invitation.invited == 10_000
    assert scenario.municipality.register_year == 2021
    assert scenario.invitation.send_date.isoweekday() == 5
    assert (scenario.invitation.send_date.year, scenario.invitation.send_date.month) == (2021, 4)
    assert a.batches_of(scenario).at_once
    assert scenario.today is not None
    assert (scenario.today.name.nb, scenario.today.batch_size) == ("Grupper på 1 000", 1000)


def test_everyone_at_nine_is_fifty_municipalities_on_the_hour_and_not_too_many_people() -> None:
    scenario = load("everyone-at-nine")
    assert len(inventory_of(scenario)) == 50
    assert scenario.policy.start == dt.time(9)
    assert expected_takers(scenario) <= 40_000


def test_the_weak_login_is_one_of_two_workers_and_a_policy_that_can_notice() -> None:
    scenario = load("weak-login")
    assert isinstance(scenario.policy, FeedbackOnResponseTime)
    assert scenario.platform.login.workers == 1


def test_the_search_is_a_small_grid() -> None:
    for name in set(catalogue.names()) - {"ci-smoke"}:
        search = load(name).search
        assert (len(search.batch_size), len(search.pause)) == (5, 4)
        assert "all" in search.batch_size


def test_the_files_are_toml_without_a_key_that_says_nothing() -> None:
    for name in catalogue.names():
        assert all(value not in ({}, [], "") for value in tomllib.loads(text_of(name)).values())
