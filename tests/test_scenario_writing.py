"""Writing scenarios: what is written reads back to the same question, and every value says where it came from."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scenarios import catalogue
from scenarios.differences import Difference, differences
from scenarios.page_service_time import PAGES
from scenarios.quantities import LONGEST_S, length_text, rate_text, share_text
from scenarios.reading import load, read, scenario_of, sha256_of
from scenarios.resolved import resolved_values
from scenarios.scenario import Scenario
from scenarios.source import Document, document_in, document_of
from scenarios.writing import scenario_toml, toml_text
from tests import a

lengths = st.floats(1e-3, LONGEST_S).map(length_text)
shares = st.floats(1e-6, 1).map(share_text)
clocks = st.times().map(lambda clock: f"{clock:%H:%M:%S}")
texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
sizes = st.integers(1, 10**6) | st.just("all")
CHANGES: dict[str, st.SearchStrategy[Any]] = {
    "title": st.fixed_dictionaries({"nb": texts, "en": texts}),
    "invitation.invited": st.integers(1, 10**6),
    "invitation.send_date": st.dates(),
    "invitation.sms_rate": st.floats(1e-3, 1e6).map(rate_text),
    "invitation.delivered": shares,
    "slots.0.book": texts,
    "slots.0.dates": st.lists(st.dates(), min_size=1, max_size=4, unique=True),
    "policy.batch_size": sizes,
    "policy.pause": lengths,
    "policy.start": clocks,
    "search.batch_size": st.lists(sizes, min_size=1, max_size=4),
    "search.pause": st.lists(lengths, min_size=1, max_size=4),
    "behaviour.uptake": shares,
    "behaviour.response.median": lengths,
    "behaviour.response.sigma": st.floats(0, 6),
    "behaviour.after_rejection.decay": st.floats(0, 1),
    "platform.workers": st.integers(1, 10_000),
    "platform.ehr.service_time": lengths,
    "platform.list_age": lengths,
    "municipality": st.just(
        {
            "names": ["Bergen", "Oslo"],
            "rules": [{"names": ["Oslo"], "policy": {"batch_size": "all", "start": "23:59:59"}}],
        }
    ),
    "platform.background": st.fixed_dictionaries(
        {"pages": st.sampled_from(["1/min", "0.3/s"])},
        optional={"ehr": st.just("1/h"), "hours": st.just([{"from": "08:00", "to": "09:30", "times": 0.25}])},
    ),
    "behaviour.forwarded": st.fixed_dictionaries(
        {"share": shares, "after": lengths}, optional={"sigma": st.floats(0, 6), "to": st.integers(1, 10)}
    ),
    "behaviour.reload": st.fixed_dictionaries(
        {"share": shares, "after": lengths}, optional={"sigma": st.floats(0, 3), "most": st.integers(1, 20)}
    ),
    "platform.service_time": st.fixed_dictionaries(
        {"list": lengths, "confirm": lengths}, optional={str(page): lengths for page in PAGES}
    ),
    "behaviour.cancel": st.fixed_dictionaries(
        {"share": st.floats(0, 1), "median": lengths}, optional={"sigma": st.floats(0, 6)}
    ),
    "behaviour.waitlist": st.floats(0, 1),
    "platform.ehr": st.fixed_dictionaries(
        {"workers": st.integers(1, 10_000), "service_time": lengths, "timeout": lengths},
        optional={
            "failing": st.floats(0, 1),
            "redeliver_after": lengths,
            "deliveries": st.integers(1, 20),
            "stopped": st.just([{"from": "20 min", "to": "35 min"}, {"from": "1 h", "to": "2 h"}]),
        },
    ),
    "platform.waiting_room": st.fixed_dictionaries(
        {"total_active_users": st.integers(1, 10**6), "new_users_per_minute": st.integers(1, 10**6)},
        optional={"session_duration": lengths, "order": st.sampled_from(["fifo", "random"])},
    ),
    "behaviour.patience": st.fixed_dictionaries({"page": lengths, "answer": lengths}, optional={"queue": lengths}),
    "experiment.seed": st.integers(0, 2**63 - 1),
    "thresholds": st.dictionaries(texts, st.just("max(double_bookings) == 0"), max_size=3),
}


def read_back(text: str) -> Scenario:
    document = document_in(text, "written")
    assert isinstance(document, Document), document
    scenario = scenario_of(document)
    assert isinstance(scenario, Scenario), scenario
    return scenario


@pytest.mark.parametrize("name", catalogue.names())
def test_every_scenario_of_the_catalogue_reads_back_from_what_is_written(name: str) -> None:
    scenario = load(name)
    assert read_back(scenario_toml(scenario)) == scenario
    assert sha256_of(read_back(scenario_toml(scenario))) == sha256_of(scenario)


@given(st.sampled_from(sorted(CHANGES)).flatmap(lambda key: st.tuples(st.just(key), CHANGES[key])), st.data())
@settings(max_examples=150, deadline=None)
def test_any_scenario_reads_back_from_what_is_written(first: tuple[str, Any], data: st.DataObject) -> None:
    second = data.draw(st.sampled_from(sorted(CHANGES)))
    changes = [first, (second, data.draw(CHANGES[second]))]
    scenario = read("ci-smoke", [f"{key}={toml_text(value)}" for key, value in changes])
    assume(isinstance(scenario, Scenario))
    assert isinstance(scenario, Scenario)
    assert read_back(scenario_toml(scenario)) == scenario


scalars = st.booleans() | st.integers() | st.floats(allow_nan=False) | texts | st.dates()
nested = st.recursive(
    scalars, lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=4), inside, max_size=3)
)


@given(nested)
@settings(deadline=None)
def test_a_written_value_is_toml(value: Any) -> None:
    assert tomllib.loads(f"value = {toml_text(value)}") == {"value": value}


def test_values_are_written_with_their_units_and_dates_without_quotes() -> None:
    text = scenario_toml(a.scenario())
    for line in (
        'pause = "5 min"',
        'delivered = "95 %"',
        'sms_rate = "10/s"',
        'start = "09:07"',
        "send_date = 2021-05-03",
        "dates = [2021-05-10, 2021-05-11]",
        'response = { median = "3 min", sigma = 1.5, least = "10 s", latest = "168 h" }',
    ):
        assert line in text.split("\n")


def test_the_origin_of_every_value_is_told() -> None:
    document = document_of("small", ["policy.pause=20 min", "behaviour.patience={page='1 min',answer='2 min'}"])
    assert isinstance(document, Document)
    scenario = scenario_of(document)
    assert isinstance(scenario, Scenario)
    told = {one.key: (one.value, one.origin) for one in resolved_values(document, scenario)}
    path = catalogue.path_of("small")
    assert path is not None
    rows = path.read_text(encoding="utf-8").split("\n")
    line = next(number for number, row in enumerate(rows, 1) if row.startswith("batch_size = 100"))
    assert told["policy.batch_size"] == ("100", f"line {line}")
    assert told["policy.pause"] == ('"20 min"', "--set")
    assert told["behaviour.patience.page"] == ('"1 min"', "--set")
    assert told["behaviour.patience.sigma"] == ("0.5", "default")
    assert told["today.pause"] == ('"0 s"', "default")
    assert told["municipality.number"] == ('"3242"', "register 2024")
    assert told["municipality.population"] == ("3041", "register 2024")
    assert told["invitation.invited"] == ("674", "register 2024")


@pytest.mark.parametrize("name", catalogue.names())
def test_every_value_of_the_file_is_told_with_its_own_line(name: str) -> None:
    document = document_of(name)
    assert isinstance(document, Document)
    scenario = scenario_of(document)
    assert isinstance(scenario, Scenario)
    path = catalogue.path_of(name)
    assert path is not None
    rows = path.read_text(encoding="utf-8").split("\n")
    for one in resolved_values(document, scenario):
        if one.origin.startswith("line "):
            assert one.key.split(".")[-1] in rows[int(one.origin[5:]) - 1]


def test_a_made_up_municipality_takes_nothing_from_the_register() -> None:
    document = document_of("ci-smoke")
    assert isinstance(document, Document)
    assert not [one for one in resolved_values(document, a.scenario()) if "register" in one.origin]


def test_the_difference_is_the_keys_that_differ_and_nothing_else() -> None:
    other = load("ci-smoke", ["policy.pause=10 min", "slots.0.parallel=4"])
    assert differences(load("ci-smoke"), other) == (
        Difference(key="slots[0].parallel", first="3", second="4"),
        Difference(key="policy.pause", first='"5 min"', second='"10 min"'),
    )


def test_the_same_question_written_otherwise_does_not_differ(tmp_path: Path) -> None:
    path = tmp_path / "same.toml"
    path.write_text(scenario_toml(load("ci-smoke")).replace('"5 min"', '"300 s"'), encoding="utf-8")
    assert differences(load("ci-smoke"), load(path)) == ()


def test_a_key_that_one_of_them_lacks_is_told_as_missing() -> None:
    other = a.scenario({"today": None})
    assert {one.second for one in differences(load("ci-smoke"), other)} == {None}
    assert {one.key for one in differences(load("ci-smoke"), other)} == {
        "today.name.nb",
        "today.name.en",
        "today.batch_size",
        "today.pause",
    }


def test_a_scenario_without_a_waiting_room_does_not_speak_of_one_and_keeps_its_digest() -> None:
    scenario = a.scenario()
    plain = scenario.model_dump(mode="json", by_alias=True)
    assert "waiting_room" not in plain["platform"]
    assert "queue" not in plain["behaviour"]["patience"]
    room = {"total_active_users": 5, "new_users_per_minute": 5}
    assert sha256_of(a.scenario({"platform.waiting_room": room})) != sha256_of(scenario)
