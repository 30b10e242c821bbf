"""What the server's API refuses, and that every refusal is problem details."""

import json
import re
import time
from collections.abc import Generator
from pathlib import Path

import pytest

from reference_server.asking import MAX_KEY_LENGTH
from reference_server.sqlite_storage import SqliteStorage
from reference_server.storage import StorageUnavailable
from reference_server.tokens import LIFETIME_S
from reference_server.web import MAX_BODY_BYTES
from tests import a
from tests.office import ADMIN_TOKEN, BOOK, START, Office, assert_problem, booking_app


@pytest.fixture
def office(tmp_path: Path) -> Generator[Office]:
    one = Office(tmp_path)
    yield one
    one.storage.close()


def test_the_same_key_for_another_time_is_refused(office: Office) -> None:
    office.reserved(0, "k")
    assert_problem(office.reserve(0, "k", "2021-05-10T08:35"), 422, "Idempotency-Key was used for something else")


@pytest.mark.parametrize("key", ["", "x" * (MAX_KEY_LENGTH + 1)])
def test_a_reservation_needs_a_key_of_limited_length(office: Office, key: str) -> None:
    assert_problem(office.reserve(0, key), 400, "Idempotency-Key")


@pytest.mark.parametrize(
    ("path", "status", "detail"),
    [
        ("/books?municipality=0301", 404, "no such municipality"),
        ("/books/1103-1/days", 404, "no such book"),
        ("/books/1103-1/slots?date=2021-05-10", 404, "no such book"),
        (f"/books/{BOOK}/slots", 422, "expected a date"),
        (f"/books/{BOOK}/slots?date=20210510", 422, "expected a date"),
        (f"/books/{BOOK}/slots?date=2021-02-30", 422, "expected a date"),
        ("/inbox?reservation=unknown", 404, "no such reservation"),
        ("/nothing", 404, ""),
    ],
)
def test_what_is_not_there_is_refused(office: Office, path: str, status: int, detail: str) -> None:
    assert_problem(office.web.get(f"/api/v1{path}", headers=office.of(0)), status, detail)


def test_nobody_reads_the_answer_to_another_citizen(office: Office) -> None:
    reservation = office.reserved(0)
    office.decide_all()
    answer = office.web.get(f"/api/v1/inbox?reservation={reservation}", headers=office.of(1))
    assert_problem(answer, 404, "no such reservation")
    assert office.page("/inbox", citizen=1) == {"messages": []}


@pytest.mark.parametrize(
    ("wish", "status", "detail"),
    [
        ({"book": "1103-1", "start": START}, 404, "no such book"),
        ({"book": BOOK, "start": "2021-05-10T08:31"}, 404, "no such time"),
        ({"book": BOOK, "start": "2021-05-10T08:30:00"}, 404, "no such time"),
        ({"book": BOOK}, 422, '"start"'),
        ({"book": BOOK, "start": 830}, 422, '"start"'),
        ([BOOK, START], 422, "JSON object"),
    ],
)
def test_a_wish_for_nothing_real_is_refused(office: Office, wish: object, status: int, detail: str) -> None:
    headers = office.of(0) | {"Idempotency-Key": "k"}
    assert_problem(office.web.post("/api/v1/reservations", json=wish, headers=headers), status, detail)


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        ("{", "application/json", 400),
        ("[" * 10_000, "application/json", 400),
        ("{}", "text/plain", 415),
        (json.dumps({"book": BOOK, "start": "x" * MAX_BODY_BYTES}), "application/json", 413),
    ],
)
def test_bodies_that_cannot_be_read_are_refused(office: Office, body: str, content_type: str, status: int) -> None:
    headers = office.of(0) | {"Idempotency-Key": "k"}
    answer = office.web.post("/api/v1/reservations", data=body, content_type=content_type, headers=headers)
    assert_problem(answer, status, "")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/books?municipality=9999"),
        ("GET", f"/books/{BOOK}/days"),
        ("GET", f"/books/{BOOK}/slots?date=2021-05-10"),
        ("POST", "/reservations"),
        ("GET", "/inbox"),
        ("GET", "/appointments"),
    ],
)
@pytest.mark.parametrize(
    "authorization", [None, "Bearer forged", "Bearer ", "Basic Zm9vOmJhcg==", pytest.param(ADMIN_TOKEN, id="bare")]
)
def test_everything_for_citizens_needs_a_token(
    office: Office, method: str, path: str, authorization: str | None
) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    answer = office.web.open(
        f"/api/v1{path}",
        method=method,
        json={"book": BOOK, "start": START} if method == "POST" else None,
        headers=headers,
    )
    assert_problem(answer, 401, "log in first")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_of_another_server_is_worth_nothing(office: Office, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = Office(
        tmp_path / "other", scenario=a.scenario({"experiment.seed": 1})
    )  # prepared anew, with its own secret
    assert other.secret != office.secret
    assert_problem(office.web.get("/api/v1/inbox", headers=other.of(0)), 401, "log in first")
    other.storage.close()


def test_a_token_grows_old(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    headers = office.of(0)
    late_s = time.time() + LIFETIME_S + 2
    monkeypatch.setattr("time.time", lambda: late_s)
    assert_problem(office.web.get("/api/v1/inbox", headers=headers), 401, "log in first")


def test_a_changed_token_is_worth_nothing(office: Office) -> None:
    payload, rest = office.token(0).split(".", 1)
    changed = ("A" if payload[0] != "A" else "B") + payload[1:]
    answer = office.web.get("/api/v1/inbox", headers={"Authorization": f"Bearer {changed}.{rest}"})
    assert_problem(answer, 401, "log in first")


@pytest.mark.parametrize("citizen", ["01019000083", "018190000", "01813000161", "x" * 11, ""])
def test_only_synthetic_citizens_can_log_in(office: Office, citizen: str) -> None:
    answer = office.login.post("/login", json={"citizen": citizen})
    assert_problem(answer, 422, "only synthetic numbers (month + 80) are accepted")


def test_a_log_in_without_a_citizen_is_refused(office: Office) -> None:
    assert_problem(office.login.post("/login", json={"citizen": 1}), 422, '"citizen"')


@pytest.mark.parametrize("authorization", [None, "Bearer wrong", "Bearer ", pytest.param(ADMIN_TOKEN, id="bare")])
def test_the_export_needs_the_admin_token(office: Office, authorization: str | None) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    assert_problem(office.web.get("/admin/export", headers=headers), 401, "admin token")


def test_a_citizens_token_opens_no_export(office: Office) -> None:
    assert_problem(office.web.get("/admin/export", headers=office.of(0)), 401, "admin token")


def test_a_database_that_is_gone_is_not_ready(tmp_path: Path) -> None:
    storage = SqliteStorage(tmp_path / "gone" / "bookings.sqlite3")
    assert_problem(
        booking_app(storage, ADMIN_TOKEN).test_client().get("/health/ready"), 503, "database does not answer"
    )


def test_a_busy_database_sheds_the_request_and_says_when_to_come_back(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> None:
        raise StorageUnavailable("busy")

    monkeypatch.setattr(office.storage, "send", busy)
    answer = office.reserve(0)
    assert_problem(answer, 503, "try again")
    assert int(answer.headers["Retry-After"]) >= 1


def test_an_error_of_ours_gives_nothing_away(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the inside of the server")

    monkeypatch.setattr(office.storage, "free_days", broken)
    answer = office.web.get(f"/api/v1/books/{BOOK}/days", headers=office.of(0))
    assert_problem(answer, 500, "")
    assert "inside" not in answer.get_data(as_text=True)


def test_the_wrong_method_says_which_are_right(office: Office) -> None:
    answer = office.web.delete("/api/v1/reservations")
    assert_problem(answer, 405, "")
    assert "POST" in answer.headers["Allow"]


def test_every_route_but_the_front_and_the_probes_asks_who_you_are(office: Office) -> None:
    open_to_all = {"/api/v1", "/api/v1/openapi.json", "/health/live", "/health/ready"}
    paths = office.web.get("/api/v1/openapi.json").get_json()["paths"]
    closed = [(method, path) for path, methods in paths.items() for method in methods if path not in open_to_all]
    assert len(closed) >= 11
    for method, path in closed:
        answer = office.web.open(re.sub(r"\{\w+\}", "any", path), method=method.upper(), json={})
        assert_problem(answer, 401, "")


def test_a_wish_with_more_than_is_asked_for_is_refused(office: Office) -> None:
    wish = {"book": BOOK, "start": START, "citizen": "somebody else"}
    answer = office.web.post("/api/v1/reservations", json=wish, headers=office.of(0) | {"Idempotency-Key": "k"})
    assert_problem(answer, 422, "nothing else")
