"""The web application remembers where addresses lead, and answers all the same as if it looked anew every time."""

from collections.abc import Generator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from reference_server import quick_flask
from tests.office import Office

SLOTS = "/api/v1/books/9999-1/slots?date=2021-05-10"


@pytest.fixture
def office(tmp_path: Path) -> Generator[Office]:
    one = Office(tmp_path)
    yield one
    one.storage.close()


def statuses(web: FlaskClient, headers: dict[str, str]) -> list[tuple[int, str]]:
    asked = [
        ("GET", SLOTS, headers),
        ("GET", SLOTS.replace("9999-1", "other"), headers),
        ("HEAD", SLOTS, headers),
        ("POST", SLOTS, headers),
        ("OPTIONS", SLOTS, headers),
        ("GET", "/api/v1/nothing", headers),
        ("GET", SLOTS, {"Host": "another"}),
        ("GET", "/health/live", {"Host": "another"}),
    ]
    answers = [web.open(path, method=method, headers=sent) for method, path, sent in asked]
    return [(one.status_code, one.headers.get("Allow", "")) for one in answers]


def test_asking_again_gets_the_same_answer(office: Office) -> None:
    first = statuses(office.web, office.of(0))
    assert [status for status, _ in first] == [200, 404, 200, 405, 200, 404, 401, 200]
    assert statuses(office.web, office.of(0)) == first


def test_a_head_has_the_length_and_not_the_body(office: Office) -> None:
    for _ in range(2):
        whole, head = (office.web.open(SLOTS, method=method, headers=office.of(0)) for method in ("GET", "HEAD"))
        assert head.data == b""
        assert head.headers["Content-Length"] == whole.headers["Content-Length"] == str(len(whole.data))


def test_more_addresses_than_are_remembered_are_answered(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quick_flask, "_MOST_REMEMBERED", 3)
    for number in [*range(8), *range(8)]:
        answer = office.web.get(f"/api/v1/books/{number}/days", headers=office.of(0))
        assert answer.status_code == 404
        assert "no such book" in answer.get_data(as_text=True)
