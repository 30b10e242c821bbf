"""The JSON Schema: current, in the draft that editors read, and of one mind with the reader."""

import datetime as dt
import tomllib
from importlib.resources import files
from typing import Any

import jsonschema
import pytest

from scenarios import catalogue
from scenarios.reading import load, read
from scenarios.scenario import Scenario
from scenarios.schema import json_schema, schema_text
from scenarios.writing import scenario_toml, toml_text


def plain(value: Any) -> Any:
    """Dates and times as text, as editors hand them to a schema."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, list):
        return [plain(one) for one in value]  # pyright: ignore[reportUnknownVariableType]
    return value.isoformat() if isinstance(value, dt.date | dt.time) else value


def errors(table: dict[str, Any]) -> list[str]:
    validator = jsonschema.Draft7Validator(json_schema(), format_checker=jsonschema.Draft7Validator.FORMAT_CHECKER)
    found = validator.iter_errors(plain(table))  # pyright: ignore[reportUnknownMemberType]
    return [error.message for error in found]


def text_of(name: str) -> str:
    path = catalogue.path_of(name)
    assert path is not None
    return path.read_text(encoding="utf-8")


def test_the_schema_beside_the_catalogue_is_current() -> None:
    committed = files("scenarios").joinpath("scenario.schema.json").read_text(encoding="utf-8")
    assert committed == schema_text(), "write it again: bolk scenario schema > scenarios/scenario.schema.json"


def test_the_schema_is_draft_7_all_through() -> None:
    jsonschema.Draft7Validator.check_schema(json_schema())
    assert "$defs" not in schema_text()
    assert "prefixItems" not in schema_text()


def test_a_reference_stands_alone_as_draft_7_demands() -> None:
    def check(node: Any) -> int:
        if isinstance(node, list):
            return sum(check(one) for one in node)  # pyright: ignore[reportUnknownVariableType]
        if not isinstance(node, dict):
            return 0
        assert "$ref" not in node or len(node) == 1  # pyright: ignore[reportUnknownArgumentType]
        return ("$ref" in node) + sum(check(one) for one in node.values())  # pyright: ignore[reportUnknownVariableType]

    assert check(json_schema()) > 20


def test_every_key_has_a_text_to_hover_over() -> None:
    schema = json_schema()
    for name, table in {"Scenario": schema, **schema["definitions"]}.items():
        for key, field in table.get("properties", {}).items():  # a closed set of words has none
            assert field.get("description"), f"{name}.{key}"


@pytest.mark.parametrize("name", catalogue.names())
def test_every_file_of_the_catalogue_keeps_to_the_schema(name: str) -> None:
    assert errors(tomllib.loads(text_of(name))) == []
    assert errors(tomllib.loads(scenario_toml(load(name)))) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("batch_size = 40", "bathc_size = 40"),
        ("batch_size = 40", "batch_size = 0"),
        ("batch_size = 40", 'batch_size = "everyone"'),
        ('pause      = "5 min"', "pause = 15"),
        ('pause      = "5 min"', 'pause = "a while"'),
        ('"95 %"', "95"),
        ('"10/s"', '"10"'),
        ('"09:07"', '"9:07"'),
        ("schema = 1", "schema = 2"),
        ("2021-05-11]", '"soon"]'),
        ("[2021-05-10, 2021-05-11]", "[]"),
        ("parallel = 3", "parallel = 2.5"),
        ('name   = "ci-smoke"', 'name = "CI smoke"'),
        ('number     = "9999"', "number = 9999"),
        ("seed = 20210503", "seed = -1"),
        ("[policy]", "[polisy]"),
        ("give_up_after = 5", "give_up_after = 21"),
    ],
)
def test_what_the_schema_refuses_the_reader_refuses(old: str, new: str, tmp_path: Any) -> None:
    text = text_of("ci-smoke")
    assert old in text
    broken = text.replace(old, new, 1)
    path = tmp_path / "broken.toml"
    path.write_text(broken, encoding="utf-8")
    assert errors(tomllib.loads(broken))
    assert not isinstance(read(path), Scenario)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("policy.pause", "1 h 30 min"),
        ("policy.pause", "3\u00a0000 s"),
        ("policy.pause", "PT15M"),
        ("policy.start", dt.time(9, 7)),
        ("invitation.sms_rate", "3 000/min"),
        ("invitation.delivered", 0.95),
        ("invitation.delivered", "99,5 %"),
        ("policy.batch_size", "all"),
        ("search.batch_size", [1, "all"]),
    ],
)
def test_what_the_reader_accepts_the_schema_accepts(key: str, value: Any) -> None:
    table: dict[str, Any] = tomllib.loads(text_of("ci-smoke"))
    part, last = key.split(".")
    table[part][last] = value
    assert isinstance(read("ci-smoke", [f"{key}={toml_text(value)}"]), Scenario)
    assert errors(table) == []
