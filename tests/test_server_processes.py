"""The whole server as real processes: the journey, the pace, what survives a kill, and that nothing is left behind."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest

from reference_server.children import Child
from reference_server.pace import Pace
from reference_server.process import Part, cores_here, threads_of
from reference_server.serving import RunningServer, running, serve
from reference_server.start_error import ServerStartError
from scenarios.identity import national_number
from tests import a, a_set_up

pytestmark = pytest.mark.slow
BOOK = "9999-1"


def ask(
    url: str, path: str = "", *, token: str = "", wish: dict[str, str] | None = None, key: str = ""
) -> dict[str, Any]:
    """What a request is answered with; a wish is posted."""
    address = urlsplit(url)
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}", "Idempotency-Key": key}
    with contextlib.closing(http.client.HTTPConnection(address.netloc, timeout=20)) as connection:
        body = json.dumps(wish) if wish else None
        connection.request("POST" if wish else "GET", address.path + path, body, headers)
        answer = connection.getresponse()
        text = answer.read()
    assert answer.status in (200, 201, 202), text
    return json.loads(text)


class Caller:
    """One citizen, logged in."""

    def __init__(self, server: RunningServer, citizen: int) -> None:
        self._url = server.base_url
        self._token = ask(server.login_url, wish={"citizen": national_number(citizen)})["token"]

    def ask(self, path: str, wish: dict[str, str] | None = None, key: str = "") -> dict[str, Any]:
        return ask(self._url, path, token=self._token, wish=wish, key=key)

    def reserve(self, start: str, key: str = "one") -> str:
        return self.ask("/api/v1/reservations", {"book": BOOK, "start": start}, key)["reservation"]

    def answer(self, reservation: str) -> dict[str, Any] | None:
        messages = self.ask(f"/api/v1/inbox?reservation={reservation}")["messages"]
        return messages[0] if messages else None


def exported(server: RunningServer) -> dict[str, Any]:
    return ask(server.base_url, "/admin/export", token=server.admin_token)


def until(condition: Callable[[], Any], within_s: float = 20.0) -> Any:
    """What the condition gives once it holds; fails when it does not in time."""
    deadline_s = time.monotonic() + within_s
    while not (found := condition()):
        assert time.monotonic() < deadline_s, "it did not happen in time"
        time.sleep(0.01)
    return found


def pids_of(server: RunningServer) -> set[int]:
    """Every process of the server, granian's own children among them."""
    ours = [psutil.Process(child.pid) for child in server.children]
    return {process.pid for one in ours for process in (one, *one.children(recursive=True))}


def none_runs(pids: set[int]) -> bool:
    return not any(psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie" for pid in pids)


def test_a_citizen_goes_from_log_in_to_appointment_and_nothing_is_left_running() -> None:
    with running(a.scenario(), pace=Pace.NONE) as server:
        pids = pids_of(server)
        assert server.threads == threads_of(Part.BOOKING, a.scenario(), Pace.NONE, cores_here())
        citizen = Caller(server, 0)
        book = citizen.ask("/api/v1/books?municipality=9999")["books"][0]["id"]
        date = citizen.ask(f"/api/v1/books/{book}/days")["days"][0]["date"]
        start = citizen.ask(f"/api/v1/books/{book}/slots?date={date}")["slots"][0]["start"]
        reservation = citizen.reserve(start)
        message = until(lambda: citizen.answer(reservation))
        assert (message["outcome"], message["slot"]) == ("CONFIRMED", f"{book}/{start}/1")
        assert citizen.ask("/api/v1/appointments")["appointments"][0]["appointment"] == message["appointment"]
        assert exported(server)["free"] == 143
    assert len(pids) == 5
    until(lambda: none_runs(pids))


def test_citizens_who_want_the_same_time_at_once_share_its_places_and_no_more() -> None:
    with running(a.scenario({"platform.workers": 8}), pace=Pace.NONE) as server:
        citizens = [Caller(server, number) for number in range(12)]
        ready, outcomes = threading.Barrier(len(citizens)), list[str]()

        def contend(citizen: Caller) -> None:
            ready.wait(timeout=20)
            reservation = citizen.reserve("2021-05-10T09:00")
            outcomes.append(until(lambda: citizen.answer(reservation))["outcome"])

        in_threads([lambda citizen=citizen: contend(citizen) for citizen in citizens])
        assert Counter(outcomes) == {"CONFIRMED": 3, "REJECTED": 9}
        assert len({one["slot"] for one in exported(server)["appointments"]}) == 3


def in_threads(jobs: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)


def test_a_burst_of_three_requests_a_worker_takes_three_service_times() -> None:
    workers, service_s = 4, 0.2
    paced = {"platform.workers": workers, "platform.sigma": 0.0, "platform.service_time.list": "4 s"}
    with running(a.scenario(paced), pace=Pace.SCENARIO, speedup=4.0 / service_s) as server:
        citizens = [Caller(server, number) for number in range(3 * workers)]
        ended_s = list[float]()
        begun_s = time.monotonic()

        def look(citizen: Caller) -> None:
            citizen.ask(f"/api/v1/books/{BOOK}/days")
            ended_s.append(time.monotonic() - begun_s)

        in_threads([lambda citizen=citizen: look(citizen) for citizen in citizens])
    assert len(ended_s) == 3 * workers
    for number, ended in enumerate(sorted(ended_s)):
        assert ended >= service_s * (number // workers + 1) - 0.02, "more than the workers were served at once"
    assert max(ended_s) < 2 * 3 * service_s, "the workers were not all at it"  # one worker alone would need 2.4 s


def test_the_log_in_and_the_record_system_have_a_capacity_of_their_own() -> None:
    slow = {
        "platform.sigma": 0.0,
        "platform.login.service_time": "4 s",
        "platform.ehr.service_time": "6 s",
        "platform.ehr.workers": 1,
    }
    with running(a.scenario(slow), pace=Pace.SCENARIO, speedup=20.0) as server:
        begun_s = time.monotonic()
        citizen = Caller(server, 0)
        assert 0.2 <= time.monotonic() - begun_s < 1.0
        other = Caller(server, 1)
        begun_s = time.monotonic()
        first, second = citizen.reserve("2021-05-10T08:30"), other.reserve("2021-05-10T08:30")
        until(lambda: citizen.answer(first))
        first_s = time.monotonic() - begun_s
        until(lambda: other.answer(second))
        assert 0.3 <= first_s < 0.6 <= time.monotonic() - begun_s < 1.5


def test_citizens_who_keep_their_connection_open_while_they_think_keep_nobody_out() -> None:
    with running(a.scenario(), pace=Pace.NONE) as server, contextlib.ExitStack() as stack:
        address = urlsplit(server.base_url)
        for _ in range(200):  # a hundred times the workers
            connection = socket.create_connection((address.hostname, address.port), timeout=20)
            stack.enter_context(connection)
        assert Caller(server, 0).ask(f"/api/v1/books/{BOOK}/days")["days"]


def test_killing_the_record_system_in_the_middle_loses_nothing_and_books_nothing_twice() -> None:
    slow = {"platform.ehr.service_time": "100 s", "platform.ehr.workers": 3}
    starts = [f"2021-05-1{day}T{clock}" for day in (0, 1) for clock in ("08:30", "08:35", "08:40")]
    many_each = a_set_up.of_the_smoke_test(most_active="unlimited")
    with running(a.scenario(slow), pace=Pace.SCENARIO, speedup=1000.0, set_up=many_each) as server:
        citizens = {number: Caller(server, number) for number in range(8)}
        sent = {citizen.reserve(start, key=start): number for start in starts for number, citizen in citizens.items()}
        ehr = next(child for child in server.children if child.settings.part is Part.EHR)
        until(lambda: answered(server) >= 4)
        os.kill(ehr.pid, signal.SIGKILL)
        until(lambda: ehr.exit_code == -signal.SIGKILL)
        at_the_kill = answered(server)
        assert 4 <= at_the_kill < len(sent)
        told = {r: citizens[number].answer(r) for r, number in sent.items()}
        with Child(ehr.settings):
            until(lambda: answered(server) == len(sent))
            messages = {r: until(lambda r=r, n=n: citizens[n].answer(r)) for r, n in sent.items()}
        record = exported(server)
    assert {r: message for r, message in told.items() if message} == {r: messages[r] for r in told if told[r]}
    assert Counter(message["outcome"] for message in messages.values()) == {"CONFIRMED": 18, "REJECTED": 30}
    slots = [message["slot"] for message in messages.values() if message["outcome"] == "CONFIRMED"]
    assert sorted(slots) == sorted(one["slot"] for one in record["appointments"])
    assert len(set(slots)) == len(slots)


def answered(server: RunningServer) -> int:
    return sum(one["state"] != "SENT" for one in exported(server)["reservations"])


PARENT = """
import sys, time
from pathlib import Path
from reference_server.pace import Pace
from reference_server.serving import running
from tests import a
from tests.test_server_processes import pids_of
with running(a.scenario(), pace=Pace.NONE, database=Path(sys.argv[1])) as server:
    print(*pids_of(server), flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_however_the_parent_ends_no_process_outlives_it(how: signal.Signals, tmp_path: Path) -> None:
    command = [sys.executable, "-c", PARENT, str(tmp_path / "kept.sqlite3")]
    root = Path(__file__).parents[1]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pids = {int(pid) for pid in parent.stdout.readline().split()}
        assert len(pids) == 5
        parent.send_signal(how)
        assert parent.wait(timeout=20) != 0
        until(lambda: none_runs(pids))


@pytest.mark.parametrize(("busy", "option"), [("port", "--port"), ("login_port", "--login-port")])
def test_a_port_in_use_is_named_with_the_option_that_chooses_another(busy: str, option: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        ports = {busy: port}
        with (
            pytest.raises(ServerStartError, match=rf"port {port} .* is in use\. Choose another with {option}"),
            running(a.scenario(), pace=Pace.NONE, **ports),
        ):
            pytest.fail("it started")


def test_a_second_server_does_not_share_the_port_of_the_first() -> None:
    with running(a.scenario(), pace=Pace.NONE) as server:
        port = urlsplit(server.base_url).port or 0
        with pytest.raises(ServerStartError, match="in use"), running(a.scenario(), port=port, pace=Pace.NONE):
            pytest.fail("it started")


def test_the_record_outlives_the_server_where_a_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "kept.sqlite3"
    with running(a.scenario(), pace=Pace.NONE, database=path) as server:
        reservation = Caller(server, 0).reserve("2021-05-10T08:30")
    with running(a.scenario(), pace=Pace.NONE, database=path) as server:
        citizen = Caller(server, 0)
        assert citizen.reserve("2021-05-10T08:30") == reservation
        assert until(lambda: citizen.answer(reservation))["outcome"] == "CONFIRMED"


def test_what_a_process_says_when_it_dies_at_start_is_passed_on(tmp_path: Path) -> None:
    nowhere = tmp_path / "no such folder" / "requests.jsonl"
    with (
        pytest.raises(ServerStartError, match=r"(?s)booking process ended with code 1\..*no such folder"),
        running(a.scenario(), pace=Pace.NONE, request_log=nowhere),
    ):
        pytest.fail("it started")


def test_serving_ends_quietly_with_ctrl_c() -> None:
    pids: set[int] = set()

    def announce(server: RunningServer) -> None:
        pids.update(pids_of(server))
        raise KeyboardInterrupt

    serve(a.scenario(), pace=Pace.NONE, announce=announce)
    assert len(pids) == 5
    until(lambda: none_runs(pids))


def test_serving_ends_with_a_reason_when_a_process_dies() -> None:
    pids: set[int] = set()

    def announce(server: RunningServer) -> None:
        pids.update(pids_of(server))
        (ehr,) = [child for child in server.children if child.settings.part is Part.EHR]
        os.kill(ehr.pid, signal.SIGKILL)

    with pytest.raises(ServerStartError, match="record system process ended with code -9"):
        serve(a.scenario(), pace=Pace.NONE, announce=announce)
    until(lambda: none_runs(pids))
