"""How the server is run: limits, waiting room, figures and logs, and that none of it goes off by accident."""

import base64
import importlib
import json
import logging
import re
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference_server import request_log
from reference_server.door import ADMISSION
from reference_server.limits import Limits, Rate, RateLimit
from reference_server.storage import StorageUnavailable
from scenarios.identity import national_number
from tests import a
from tests.office import ADMIN, ADMIN_TOKEN, BOOK, Office, assert_problem

ROOM = {"total_active_users": 1, "new_users_per_minute": 10, "session_duration": "10 min"}
ONE_INSIDE = a.scenario({"platform.waiting_room": ROOM})
SMALL = Limits(per_citizen=Rate(per_s=0.001, burst=3), per_address=Rate(per_s=0.001, burst=5))


@pytest.fixture
def office(tmp_path: Path) -> Generator[Office]:
    one = Office(tmp_path)
    yield one
    one.storage.close()


@pytest.fixture
def watchful_office(tmp_path: Path) -> Generator[Office]:
    one = Office(tmp_path, SMALL)
    yield one
    one.storage.close()


@pytest.fixture
def office_with_a_room(tmp_path: Path) -> Generator[Office]:
    one = Office(tmp_path, scenario=ONE_INSIDE)
    yield one
    one.storage.close()


def samples_of(office: Office) -> dict[str, float]:
    answer = office.web.get("/metrics", headers=ADMIN)
    assert answer.status_code == 200
    lines = answer.get_data(as_text=True).splitlines()
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if line[0] != "#")}


# --- limits


@given(
    rate=st.builds(Rate, st.integers(1, 20), st.integers(1, 10)),
    gaps_s=st.lists(st.sampled_from([0.0, 0.01, 0.05, 0.3, 2.0]), max_size=80),
)
def test_no_stretch_of_time_holds_more_than_its_share_and_the_burst(rate: Rate, gaps_s: list[float]) -> None:
    now_s, let_in_s = 0.0, list[float]()
    limit = RateLimit(rate, lambda: now_s)
    for gap_s in gaps_s:
        now_s += gap_s
        wait_s = limit.wait_s("one")
        if wait_s == 0:
            let_in_s.append(now_s)
        for index, begin_s in enumerate(let_in_s):
            assert len(let_in_s) - index <= rate.burst + (let_in_s[-1] - begin_s) * rate.per_s + 1e-6
        assert wait_s <= 1 / rate.per_s + 1e-6


def test_who_waits_as_long_as_was_said_is_let_in_and_others_are_not_concerned() -> None:
    now_s = 0.0
    limit = RateLimit(Rate(per_s=2, burst=3), lambda: now_s)
    assert [limit.wait_s("a") for _ in range(4)] == [0, 0, 0, 0.5]
    assert limit.wait_s("b") == 0
    now_s = 0.5
    assert limit.wait_s("a") == 0


def test_a_limit_forgets_those_who_have_been_quiet_and_nobody_else() -> None:
    now_s = 0.0
    limit = RateLimit(Rate(per_s=1, burst=1), lambda: now_s)
    for number in range(1500):
        now_s = number * 0.01
        limit.wait_s(str(number))
    assert limit.wait_s("1499") > 0
    assert len(limit._whole_s) < 1100  # pyright: ignore[reportPrivateUsage]


@pytest.mark.parametrize(("per_s", "burst"), [(0.0, 1), (-1.0, 1), (1.0, 0), (float("inf"), 1), (float("nan"), 1)])
def test_a_limit_cannot_be_none(per_s: float, burst: int) -> None:
    with pytest.raises(ValueError, match="above 0"):
        Rate(per_s, burst)


def test_a_citizen_who_asks_too_often_is_told_when_to_come_back_and_another_is_not(watchful_office: Office) -> None:
    pushy, other = watchful_office.of(0), watchful_office.of(1)
    answers = [watchful_office.web.get("/api/v1/inbox", headers=pushy) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert_problem(answers[3], 429, "too often")
    assert int(answers[3].headers["Retry-After"]) >= 1
    assert watchful_office.web.get("/api/v1/inbox", headers=other).status_code == 200


@pytest.mark.parametrize("path", ["/api/v1/inbox", "/api/v1", "/nothing", "/admin/export", "/metrics"])
def test_an_address_without_a_citizens_token_has_its_limit_too(watchful_office: Office, path: str) -> None:
    statuses = [watchful_office.web.get(path).status_code for _ in range(6)]
    assert 429 not in statuses[:5]
    assert statuses[5] == 429


def test_probes_are_never_turned_away(watchful_office: Office) -> None:
    assert {watchful_office.web.get("/health/live").status_code for _ in range(20)} == {200}


def test_the_limits_stand_unless_somebody_chooses_others(office: Office) -> None:
    citizen = office.of(0)
    statuses = [office.web.get("/api/v1/books", headers=citizen).status_code for _ in range(130)]
    assert statuses[:100] == [200] * 100
    assert 429 in statuses


# --- waiting room


def test_without_a_room_there_is_none(office: Office) -> None:
    assert_problem(office.web.post("/api/v1/waiting-room", headers=office.of(0)), 404, "")
    assert "bolk_waiting_room_active" not in samples_of(office)


def test_whoever_is_not_inside_is_told_the_place_in_the_queue(office_with_a_room: Office) -> None:
    web = office_with_a_room.web
    inside, second, third = (office_with_a_room.of(citizen) for citizen in range(3))
    assert web.get("/api/v1/books", headers=inside).status_code == 200
    refused = web.get("/api/v1/books", headers=second)
    assert_problem(refused, 429, "waiting room")
    assert refused.get_json()["position"] == 1
    assert 1 <= int(refused.headers["Retry-After"]) <= 15
    queued = web.post("/api/v1/waiting-room", headers=third)
    assert queued.status_code == 202
    assert (queued.get_json()["status"], queued.get_json()["position"]) == ("queued", 2)
    assert web.get("/api/v1/books", headers=inside).status_code == 200
    figures = samples_of(office_with_a_room)
    assert (figures["bolk_waiting_room_active"], figures["bolk_waiting_room_queued"]) == (1, 2)


def test_an_admission_outlives_the_process_and_is_good_for_nobody_else(
    office_with_a_room: Office, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    whose = office_with_a_room.of(0)
    admitted = office_with_a_room.web.post("/api/v1/waiting-room", headers=whose)
    assert admitted.status_code == 200
    admission = {ADMISSION: admitted.get_json()["admission"]}
    again = Office(tmp_path, scenario=ONE_INSIDE)
    assert again.web.get("/api/v1/books", headers=again.of(5)).status_code == 200
    assert again.web.get("/api/v1/books", headers=again.of(0)).status_code == 429
    assert again.web.get("/api/v1/books", headers=again.of(0) | admission).status_code == 200
    assert again.web.get("/api/v1/books", headers=again.of(1) | admission).status_code == 429
    assert again.web.get("/api/v1/books", headers=again.of(0) | {ADMISSION: "forged"}).status_code == 429
    headers = again.of(0) | admission
    monkeypatch.setattr("time.time", lambda: 601 + float(json.loads(_payload(admission[ADMISSION]))[1]))
    assert again.web.get("/api/v1/books", headers=headers).status_code == 429
    again.storage.close()


def _payload(signed: str) -> bytes:
    text = signed.split(".")[0]
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_the_room_is_for_citizens_alone(office_with_a_room: Office) -> None:
    office_with_a_room.web.get("/api/v1/books", headers=office_with_a_room.of(0))
    assert_problem(office_with_a_room.web.post("/api/v1/waiting-room"), 401, "log in first")
    assert office_with_a_room.web.get("/api/v1").status_code == 200
    assert office_with_a_room.web.get("/admin/export", headers=ADMIN).status_code == 200


# --- figures


@pytest.mark.parametrize(
    "authorization", [None, "Bearer wrong", "Basic Zm9vOmJhcg==", pytest.param(ADMIN_TOKEN, id="bare")]
)
def test_figures_need_the_admin_token(office: Office, authorization: str | None) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    assert_problem(office.web.get("/metrics", headers=headers), 401, "admin token")
    assert_problem(office.web.get("/metrics", headers=office.of(0)), 401, "admin token")


def test_figures_say_what_was_asked_and_how_full_it_is(office: Office) -> None:
    for citizen in range(4):
        office.reserved(citizen)
    office.decide_all()
    office.reserved(4)
    office.web.get("/nothing/01018012345")
    figures = samples_of(office)
    assert figures['bolk_requests_total{route="/api/v1/reservations",method="POST",status="202"}'] == 5
    assert figures['bolk_requests_total{route="none",method="GET",status="404"}'] == 1
    assert figures['bolk_request_seconds_bucket{route="/api/v1/reservations",le="+Inf"}'] == 5
    assert figures['bolk_request_seconds_count{route="/api/v1/reservations"}'] == 5
    states = {state: figures[f'bolk_reservations{{state="{state}"}}'] for state in ("CONFIRMED", "REJECTED", "SENT")}
    assert states == {"CONFIRMED": 3, "REJECTED": 1, "SENT": 1}
    assert figures["bolk_reservations_undecided"] == 1
    assert (figures["bolk_free_places"], figures["bolk_places"]) == (141, 144)


def test_figures_are_what_prometheus_reads(office: Office) -> None:
    parser: Any = importlib.import_module("prometheus_client.parser")
    office.reserved(0)
    text = office.web.get("/metrics", headers=ADMIN).get_data(as_text=True)
    families = {family.name: family for family in parser.text_string_to_metric_families(text)}
    assert families["bolk_request_seconds"].type == "histogram"
    assert families["bolk_requests"].type == "counter"
    assert families["bolk_free_places"].samples[0].value == 144


def test_a_made_up_method_makes_no_new_figure(office: Office) -> None:
    for number in range(5):
        office.web.open("/api/v1", method=f"MADEUP{number}")
    assert sum("MADEUP" in name for name in samples_of(office)) == 0


# --- log


@pytest.fixture
def log(tmp_path: Path) -> Generator[Path]:
    path = tmp_path / "requests.jsonl"
    before = list(request_log.LOG.handlers), request_log.LOG.level, request_log.LOG.propagate
    request_log.keep(path)
    yield path
    for handler in [one for one in request_log.LOG.handlers if one not in before[0]]:
        request_log.LOG.removeHandler(handler)
        handler.close()
    request_log.LOG.setLevel(before[1])
    request_log.LOG.propagate = before[2]


def test_the_log_of_a_whole_run_names_every_request_and_nobody(office: Office, log: Path) -> None:
    number, key, token = national_number(0), "my-key-4711", office.token(0)
    shown = {"Authorization": f"Bearer {token}", "Idempotency-Key": key, "X-Request-ID": number}
    wish = {"book": BOOK, "start": "2021-05-10T08:30"}
    ids: list[str] = []
    for method, path in [
        ("GET", "/api/v1/books"),
        ("GET", f"/api/v1/books/{BOOK}/days?citizen={number}"),
        ("POST", "/api/v1/reservations"),
        ("GET", f"/api/v1/{number}/{key}/{token}"),
        ("GET", f"/api/v1/inbox?reservation={key}"),
        ("PUT", f"/api/v1/inbox?token={token}"),
    ]:
        answer = office.web.open(path, method=method, headers=shown, json=wish if method == "POST" else None)
        ids.append(answer.headers["X-Request-ID"])
    text = log.read_text(encoding="utf-8")
    log_in, *lines = [json.loads(line) for line in text.splitlines()]
    assert log_in["route"] == "/login"
    assert [line["request"] for line in lines] == ids
    assert [line["status"] for line in lines] == [200, 200, 202, 404, 404, 405]
    assert lines[1]["route"] == "/api/v1/books/<book_id>/days"
    assert set(lines[0]) == {"at", "request", "method", "route", "status", "service_s"}
    citizen = office.storage.everything().reservations[0].wish.citizen
    for secret in (number, key, token, token.split(".")[0], ADMIN_TOKEN, citizen):
        assert secret not in text


def test_an_error_of_ours_is_logged_without_what_was_in_it(
    office: Office, log: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("Key (citizen)=(01018012345) already exists")

    monkeypatch.setattr(office.storage, "version", broken)
    with caplog.at_level(logging.DEBUG):
        answer = office.web.get(f"/api/v1/books/{BOOK}/days", headers=office.of(0))
    assert_problem(answer, 500, "")
    _log_in, error, _answered = (json.loads(line) for line in log.read_text(encoding="utf-8").splitlines())
    assert (error["error"], error["request"]) == ("RuntimeError", answer.headers["X-Request-ID"])
    assert any("free_lists.py" in place for place in error["where"])
    assert "01018012345" not in log.read_text(encoding="utf-8") + caplog.text


@pytest.mark.parametrize("sane", ["0b1c4f3a-0c0e-4a5e-9a3f-3f5f0a8d2b11", "0af7651916cd43dd8448eb211c80319c"])
def test_a_request_keeps_the_id_it_came_with(office: Office, sane: str) -> None:
    assert office.web.get("/api/v1", headers={"X-Request-ID": sane}).headers["X-Request-ID"] == sane


@pytest.mark.parametrize(
    "offered", ["", "01018012345", "x" * 32, "a" * 33, "0b1c4f3a-0c0e-4a5e-9a3f-3f5f0a8d2b1g", "é"]
)
def test_an_id_that_could_say_something_is_replaced(office: Office, offered: str) -> None:
    given_back = office.web.get("/api/v1", headers={"X-Request-ID": offered}).headers["X-Request-ID"]
    assert given_back != offered
    assert re.fullmatch(r"[0-9a-f-]{36}", given_back)


def test_an_idempotency_key_is_no_request_id(office: Office) -> None:
    key = "0b1c4f3a-0c0e-4a5e-9a3f-3f5f0a8d2b11"
    answer = office.web.get("/api/v1", headers={"X-Request-ID": key, "Idempotency-Key": key})
    assert answer.headers["X-Request-ID"] != key


# --- never off by accident


def test_a_debugging_environment_opens_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FLASK_DEBUG", "FLASK_ENV", "WERKZEUG_DEBUG_PIN"):
        monkeypatch.setenv(name, "1")
    office = Office(tmp_path)

    def broken(_: str) -> float:
        return 1 / 0

    monkeypatch.setattr(office.storage, "version", broken)
    answer = office.web.get(f"/api/v1/books/{BOOK}/days", headers=office.of(0))
    assert_problem(answer, 500, "")
    assert "division" not in answer.get_data(as_text=True)
    office.storage.close()


def test_a_database_that_does_not_answer_sheds_figures_and_lists_alike(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> None:
        raise StorageUnavailable("busy")

    monkeypatch.setattr(office.storage, "levels", busy)
    monkeypatch.setattr(office.storage, "version", busy)
    for path, headers in [("/metrics", ADMIN), (f"/api/v1/books/{BOOK}/days", office.of(0))]:
        answer = office.web.get(path, headers=headers)
        assert_problem(answer, 503, "try again")
        assert int(answer.headers["Retry-After"]) >= 1
