"""Load goes to this machine only, and only to a server that plays the same scenario at the same pace."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from loadtests.guard import THIS_MACHINE, ForbiddenTarget
from loadtests.target import TargetUnreachable, fetch_export, target_at
from scenarios.reading import sha256_of
from tests import a
from tests.test_loadtest_stub import ADMIN, Stub

SHA256 = sha256_of(a.scenario())


@pytest.fixture
def stub() -> Iterator[Stub]:
    with Stub(a.scenario(), speedup=60.0) as one:
        yield one


def dead_url() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:5000",
        "http://127.8.9.10:5000/under/a/path?x=1",
        "https://[::1]:8443",
        "http://localhost",
        "http://LOCALHOST:80",
    ],
)
def test_an_address_of_this_machine_is_let_through(url: str):
    THIS_MACHINE.require(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org",
        "http://10.0.0.1:5000",
        "http://192.168.1.1",
        "http://0.0.0.0:5000",
        "http://[2001:db8::1]:80",
        "http://127.0.0.1.example.org",
        "http://127.0.0.1@example.org",
        "http://localhost@example.org/",
        "http://example.org#@127.0.0.1",
        "http://127.0.0.1\\@example.org",
        "http://127.0.0.1 .example.org",
        "http://localhost.example.org",
        "ftp://127.0.0.1",
        "file:///etc/passwd",
        "//127.0.0.1",
        "127.0.0.1:5000",
        "",
    ],
)
def test_any_other_address_is_refused_by_name(url: str):
    with pytest.raises(ForbiddenTarget, match="this machine only") as refused:
        THIS_MACHINE.require(url)
    assert repr(url) in str(refused.value)


def test_a_server_with_our_scenario_and_pace_is_taken(stub: Stub):
    target = target_at(f"{stub.base_url}/", scenario_sha256=SHA256, speedup=60.0)
    assert (target.base_url, target.login_url) == (stub.base_url, f"{stub.base_url}/login")


def test_a_log_in_given_as_a_path_is_on_the_same_server(stub: Stub):
    stub.about = {"login_url": "/bankid/login"}
    target = target_at(stub.base_url, scenario_sha256=SHA256, speedup=60.0)
    assert target.login_url == f"{stub.base_url}/bankid/login"


def test_a_server_that_sends_us_elsewhere_to_log_in_is_refused(stub: Stub):
    stub.about = {"login_url": "http://example.org/login"}
    with pytest.raises(ForbiddenTarget, match=r"example\.org"):
        target_at(stub.base_url, scenario_sha256=SHA256, speedup=60.0)


@pytest.mark.parametrize(
    ("about", "why"),
    [
        ({"speedup": 30.0}, "speedup 30"),
        ({"scenario_sha256": "f" * 64}, "another scenario"),
        ({"speedup": None}, "not as a booking server"),
        ({"speedup": "fast"}, "not as a booking server"),
    ],
)
def test_another_server_is_not_tested(stub: Stub, about: dict[str, Any], why: str):
    stub.about = about
    with pytest.raises(TargetUnreachable, match=why) as refused:
        target_at(stub.base_url, scenario_sha256=SHA256, speedup=60.0)
    assert f"{stub.base_url}/api/v1" in str(refused.value)


def test_where_nobody_answers_the_message_says_where_why_and_what_to_do():
    url = dead_url()
    with pytest.raises(TargetUnreachable) as refused:
        target_at(url, scenario_sha256=SHA256, speedup=1.0)
    assert f"{url}/api/v1" in str(refused.value)
    assert "connection refused" in str(refused.value)
    assert "bolk serve" in str(refused.value)


def test_a_server_of_another_kind_is_not_tested(stub: Stub):
    with pytest.raises(TargetUnreachable, match="HTTP 401"):
        fetch_export(stub.base_url, "wrong token")


def test_the_export_is_fetched_with_the_admin_token(stub: Stub):
    export = fetch_export(stub.base_url, ADMIN)
    assert export["appointments"] == []
    assert export["capacity"] == 144


def test_no_export_is_fetched_from_elsewhere():
    with pytest.raises(ForbiddenTarget):
        fetch_export("http://example.org", ADMIN)
