"""The OpenAPI document is true: every route is in it, and whatever is sent, the answers are those it promises."""

import importlib
import re
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any, cast

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings

from reference_server.booking import Terms
from reference_server.limits import Limits, Rate
from reference_server.sqlite_storage import SqliteStorage
from reference_server.storage import Refused, Sent, Wish
from tests import a
from tests.office import ADMIN, Office, booking_app

schemathesis: Any = importlib.import_module("schemathesis")  # any: its types are partly unknown

UNHINDERED = Limits(per_citizen=Rate(1e6, 1_000_000), per_address=Rate(1e6, 1_000_000))
ROOM = a.scenario({"platform.waiting_room": {"total_active_users": 100, "new_users_per_minute": 1000}})
ADMINISTRATIVE = ("/metrics", "/admin/export", "/admin/record-system")
FORMATS = jsonschema.FormatChecker()
BRIEF = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)


class DecidedOffice(Office):
    """An office whose record system answers at once."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, UNHINDERED, ROOM)
        self.storage.beat(9e9)
        send = self.storage.send

        def send_and_decide(wish: Wish, now_s: float, terms: Terms) -> Sent | Refused:
            came = send(wish, now_s, terms)
            self.decide_all()
            return came

        self.storage.send = send_and_decide  # type: ignore[method-assign,assignment]
        self.reserved(0, "first")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Generator[DecidedOffice]:
    one = DecidedOffice(tmp_path_factory.mktemp("office"))
    yield one
    one.storage.close()


@pytest.fixture(scope="module")
def api(office: DecidedOffice) -> Any:
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", office.app)


def document() -> dict[str, Any]:
    storage = SqliteStorage(Path("never-opened.sqlite3"))
    return booking_app(storage, "secret", scenario=ROOM).test_client().get("/api/v1/openapi.json").get_json()


def can_be_wrong(operation: dict[str, Any]) -> bool:
    """Whether a request can break the schema at all; the municipality of /books may be any text."""
    return bool(operation["parameters"]) and operation["operationId"] != "books"


DOCUMENT = document()
OPERATIONS = [(method, path) for path, methods in DOCUMENT["paths"].items() for method in methods]
KINDS = [
    (method, path, mode)
    for method, path in OPERATIONS
    for mode in schemathesis.GenerationMode
    if mode is schemathesis.GenerationMode.POSITIVE or can_be_wrong(DOCUMENT["paths"][path][method])
]


def excused_of(method: str, path: str) -> list[Any]:
    """Where every parameter may be left out, a wrong request can be one with a parameter too many, which is ignored."""
    optional = not any(parameter["required"] for parameter in DOCUMENT["paths"][path][method]["parameters"])
    return [schemathesis.specs.openapi.checks.negative_data_rejection] if optional else []


def headers_of(office: Office, path: str) -> dict[str, str]:
    return ADMIN if path in ADMINISTRATIVE else office.of(0)


@pytest.mark.parametrize(("method", "path", "mode"), KINDS)
def test_whatever_is_sent_the_answer_is_one_that_the_document_promises(
    method: str, path: str, mode: Any, api: Any, office: DecidedOffice
) -> None:
    headers, excused = headers_of(office, path), excused_of(method, path)

    @BRIEF
    @given(case=api[path][method].as_strategy(generation_mode=mode))
    def every_answer(case: Any) -> None:
        case.call_and_validate(headers=headers, excluded_checks=excused)

    every_answer()


def test_following_the_links_from_answer_to_answer_meets_no_surprise(office: DecidedOffice) -> None:
    citizen, api = office.of(1), schemathesis.openapi.from_wsgi("/api/v1/openapi.json", office.app)

    class Journey(api.as_state_machine()):
        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            return {"headers": ADMIN if case.path in ADMINISTRATIVE else citizen}

        def validate_response(self, response: Any, case: Any, **_: Any) -> None:
            mistaken = [schemathesis.specs.openapi.checks.ignored_auth]  # it takes our token for a made-up one
            case.validate_response(response, excluded_checks=mistaken + excused_of(case.method.lower(), case.path))

    Journey.run(settings=settings(BRIEF, max_examples=10, stateful_step_count=8))


def test_every_route_is_in_the_document_and_nothing_else(office: DecidedOffice) -> None:
    routes = {
        (method.lower(), re.sub(r"<(\w+)>", r"{\1}", rule.rule))
        for rule in office.app.url_map.iter_rules()
        for method in rule.methods or ()
        if method not in ("HEAD", "OPTIONS")
    }
    assert {
        (method, path)
        for method, path in routes
        if path.startswith(("/api", "/health", "/metrics", "/admin/export", "/admin/record-system"))
    } == set(OPERATIONS)


def test_every_schema_is_closed_and_every_example_is_what_its_schema_says() -> None:
    checked = list(examples_of(DOCUMENT))
    assert len(checked) > 2 * len(OPERATIONS)
    for schema, example in checked:
        jsonschema.validate(example, schema | {"components": DOCUMENT["components"]}, format_checker=FORMATS)
    objects = [one for one in parts_of(DOCUMENT["components"]["schemas"]) if one.get("type") == "object"]
    assert len(objects) > 10
    assert all(one["additionalProperties"] is False for one in objects)


def test_the_room_is_in_the_document_only_where_there_is_one(tmp_path: Path) -> None:
    paths = (
        booking_app(SqliteStorage(tmp_path / "never"), "s")
        .test_client()
        .get("/api/v1/openapi.json")
        .get_json()["paths"]
    )
    assert DOCUMENT["paths"].keys() - paths.keys() == {"/api/v1/waiting-room"}


def examples_of(part: Any) -> Iterator[tuple[dict[str, Any], Any]]:
    """Everything in the document that carries a schema and an example of it."""
    return ((one["schema"], one["example"]) for one in parts_of(part) if "schema" in one and "example" in one)


def parts_of(part: Any) -> Iterator[dict[str, Any]]:
    """Every object in the document, from the outside in."""
    match part:
        case dict():
            one = cast(dict[str, Any], part)
            yield one
            inside = list(one.values())
        case list():
            inside = cast(list[Any], part)
        case _:
            inside = []
    for inner in inside:
        yield from parts_of(inner)
