"""The planning page: an answer at once, jobs that survive, a limit on how many, and how it is in a real browser."""

import contextlib
import functools
import http.client
import threading
from collections.abc import Generator
from concurrent.futures import BrokenExecutor, Executor, ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import Page, expect
from werkzeug.test import TestResponse

from reports.planner.app import PlannerPage
from reports.planner.desk import Desk
from reports.planner.jobs import Job, Jobs, Standing
from reports.planner.question import asked_again
from reports.planner.raw import raw_of
from reports.planner.serving import serving
from scenarios.neighbours import Answering, Progress
from scenarios.reading import load
from scenarios.result import Result
from scenarios.scenario import Scenario
from simulation.quick import quick_answer
from simulation.workers import Processes
from tests.a_job import never_done
from tests.browser import NARROW, WIDE, browsing, is_wider_than_the_screen, violations
from tests.test_planner_form import TODAY
from tests.test_server_processes import until

ASKED = {"invited": "150", "slots": "150", "today": "batches", "batch": "50", "pause": "10", "lang": "en"}


@functools.cache
def _once(_: str) -> Result:
    found = asked_again(raw_of(ASKED, TODAY))
    assert found is not None
    return quick_answer(found)


def at_hand(question: Scenario) -> Result:  # noqa: ARG001
    return _once("")


def thorough(question: Scenario, progress: Progress) -> Result:
    progress(1, 2)
    return at_hand(question)


class Waiting:
    """A quick answer that waits until it is let go."""

    def __init__(self) -> None:
        self.begun, self.go = threading.Semaphore(0), threading.Event()

    def __call__(self, question: Scenario) -> Result:
        self.begun.release()
        self.go.wait()
        return at_hand(question)


@contextlib.contextmanager
def a_page(folder: Path, answering: Answering, *, room: int = 10) -> Generator[PlannerPage]:
    jobs = Jobs(folder, answering, asked_again)
    desk = Desk(answering, 2, room=room)
    jobs.begin()
    try:
        yield PlannerPage(desk, jobs, "nb", today=lambda: TODAY)
    finally:
        jobs.end()
        desk.close()


@pytest.fixture
def page(tmp_path: Path) -> Generator[PlannerPage]:
    answering = Answering(quick=at_hand, thorough=thorough, crew=ThreadPoolExecutor)
    with a_page(tmp_path, answering) as one:
        yield one


def token_in(answer: TestResponse) -> str:
    return answer.text.split('name="form_token" value="')[1].split('"')[0]


def test_the_first_line_of_an_answer_is_whether_there_are_enough_appointments(page: PlannerPage) -> None:
    text = page.app.test_client().get(f"/plan?{urlencode(ASKED)}").text
    parts = ["150 SMS × 95% arrive", "This is a quick answer", "What to expect", "<svg", "All the plans", "Download"]
    assert [text.index(one) for one in parts] == sorted(text.index(one) for one in parts)
    assert "<script" not in text
    assert "beside this report" not in text  # here the files are links


def test_an_answer_can_be_taken_along_as_files(page: PlannerPage) -> None:
    client, query = page.app.test_client(), urlencode(ASKED)
    table = client.get(f"/plan/schedule.csv?{query}")
    assert table.data.startswith(b"\xef\xbb\xbfBolk;Dato;Klokkeslett;")
    assert client.get(f"/plan/calendar.ics?{query}").text.startswith("BEGIN:VCALENDAR")
    assert "schema = 1" in client.get(f"/plan/scenario.toml?{query}").text
    assert client.get(f"/plan/result.json?{query}").get_json()["recommendation"]["quick"] is True
    report = client.get(f"/plan/report.html?{query}").text
    assert "<svg" in report
    assert "This is a quick answer. It rests on few simulated send-outs" in report
    assert client.get(f"/plan/passwd?{query}").status_code == 404


def test_a_mistake_is_told_at_the_top_and_beside_the_field_and_what_was_written_stays(page: PlannerPage) -> None:
    answer = page.app.test_client().get("/plan?invited=%3Cb%3E&slots=100&lang=nb")
    assert answer.status_code == 422
    assert "<title>Feil: " in answer.text
    assert '<a href="#invited">' in answer.text
    assert 'value="&lt;b&gt;"' in answer.text
    assert 'aria-describedby="hint-invited error-invited"' in answer.text


def test_one_more_than_there_is_room_for_is_asked_to_wait(tmp_path: Path) -> None:
    slow = Waiting()
    answering = Answering(quick=slow, thorough=thorough, crew=ThreadPoolExecutor)
    with a_page(tmp_path, answering, room=2) as page, ThreadPoolExecutor(2) as people:
        client = page.app.test_client
        asking = [people.submit(client().get, f"/plan?{urlencode({**ASKED, 'seed': str(n)})}") for n in (1, 2)]
        for _ in asking:
            slow.begun.acquire()
        refused = client().get(f"/plan?{urlencode({**ASKED, 'seed': '3'})}")
        assert (refused.status_code, refused.headers["Retry-After"], refused.headers["Refresh"]) == (503, "5", "5")
        assert "What you wrote is not lost." in refused.text
        slow.go.set()
        assert [one.result().status_code for one in asking] == [200, 200]
        assert client().get(f"/plan?{urlencode({**ASKED, 'seed': '1'})}").status_code == 200  # remembered


class Dead(ThreadPoolExecutor):
    """A crew that died."""

    def submit(self, *_: Any, **__: Any) -> Any:
        raise BrokenExecutor


def test_a_crew_that_died_is_replaced() -> None:
    crews: list[Executor] = [ThreadPoolExecutor(1), Dead(1)]
    desk = Desk(Answering(quick=at_hand, thorough=thorough, crew=lambda _: crews.pop()), 1)
    assert desk.ask(load("ci-smoke")) == at_hand(load("ci-smoke"))
    desk.close()


def test_a_job_is_begun_by_the_page_alone_and_found_again_by_its_address(page: PlannerPage) -> None:
    client = page.app.test_client()
    token = token_in(client.get(f"/plan?{urlencode(ASKED)}"))
    form = {**ASKED, "form_token": token}
    assert client.post("/plan/jobs", data=ASKED).status_code == 403
    assert client.post("/plan/jobs", data=form, headers={"Origin": "http://evil.example"}).status_code == 403
    assert client.post("/plan/jobs", data=form, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 404
    begun = client.post("/plan/jobs", data=form)
    address = begun.headers["Location"]
    assert begun.status_code == 303
    until(lambda: "This is the thorough answer" in client.get(address).text)
    assert client.post("/plan/jobs", data=form).headers["Location"] == address
    assert client.get(address.replace("?", "/result.json?")).get_json()["kind"] == "recommend"
    assert client.get("/plan/jobs/0123456789abcdef").status_code == 404


def test_a_job_goes_on_after_a_restart_and_is_ended_by_whoever_cancels_it(tmp_path: Path) -> None:
    raw = raw_of(ASKED, TODAY)
    question = asked_again(raw)
    assert question is not None
    never = Answering(quick=at_hand, thorough=never_done, crew=Processes)

    def opened(answering: Answering) -> Jobs:
        jobs = Jobs(tmp_path, answering, asked_again)
        jobs.begin()
        return jobs

    def far(jobs: Jobs) -> Job | None:
        job = jobs.job(job_id)
        return job if job is not None and job.asked else None

    jobs = opened(never)
    job_id = jobs.put(question, raw) or ""
    job = until(lambda: far(jobs))
    assert (job.standing, job.done, job.asked) == (Standing.RUNNING, 3, 9)
    jobs.end()
    (tmp_path / job_id / "progress.json").unlink()
    again = opened(never)
    until(lambda: far(again))
    again.cancel(job_id)
    again.end()  # returns only once nobody works on it
    job = again.job(job_id)
    assert job is not None
    assert job.standing is Standing.CANCELLED
    anew = opened(Answering(quick=at_hand, thorough=thorough, crew=ThreadPoolExecutor))
    assert anew.put(question, raw) == job_id
    until(lambda: anew.result(job_id))
    anew.end()


def test_the_queue_of_jobs_has_an_end(tmp_path: Path) -> None:
    jobs = Jobs(tmp_path, Answering(quick=at_hand, thorough=thorough, crew=Processes), asked_again)
    for seed in range(8):
        raw = raw_of({**ASKED, "seed": str(seed)}, TODAY)
        assert jobs.put(asked_again(raw) or load("ci-smoke"), raw) is not None
    raw = raw_of({**ASKED, "seed": "99"}, TODAY)
    assert jobs.put(asked_again(raw) or load("ci-smoke"), raw) is None


@pytest.fixture(scope="module")
def held() -> threading.Event:
    """Thorough answers wait for this."""
    return threading.Event()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, held: threading.Event) -> Generator[str]:
    def when_let_go(question: Scenario, progress: Progress) -> Result:
        progress(3, 9)
        held.wait()
        return at_hand(question)

    answering = Answering(quick=at_hand, thorough=when_let_go, crew=ThreadPoolExecutor)
    with serving(answering, tmp_path_factory.mktemp("jobs"), lang="nb") as page:
        yield page.address
        held.set()


def looked_at(page: Page) -> list[str]:
    return [*violations(page), *(["wider than the screen"] if is_wider_than_the_screen(page) else [])]


@pytest.mark.slow
def test_a_coordinator_finds_a_plan_by_keyboard_and_nothing_is_wrong_with_the_pages(
    address: str, held: threading.Event
) -> None:
    found: list[str] = []
    with browsing(NARROW, script=True) as browser:
        page = browser.new_page()
        page.goto(f"{address}plan?invited=x&uptake=900&lang=nb")
        found += looked_at(page)
        page.goto(f"{address}plan?{urlencode({**ASKED, 'lang': 'nb'})}")
        found += looked_at(page)
    with browsing(WIDE) as browser:
        page = browser.new_page()
        page.goto(f"{address}?lang=nb")
        page.get_by_label("Kommune (valgfritt)").fill("Eigersund")
        page.get_by_label("Fra alder").select_option("45")
        page.get_by_label("Til alder").select_option("54")
        page.get_by_role("button", name="Hent antallet fra SSB").press("Enter")
        expect(page.get_by_label("Antall som skal få SMS")).to_have_value("2020")
        page.get_by_role("button", name="Finn sendeplan").press("Enter")
        expect(page).to_have_title("Feil: Planlegg SMS-utsendelse – bolk")
        page.get_by_role("link", name="Skriv hvor mange ledige timer dere har.").press("Enter")
        expect(page.get_by_label("Ledige timer i alt")).to_be_focused()
        page.keyboard.type("1 680")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Dette er et hurtigsvar")).to_be_visible()
        expect(page.get_by_role("img", name="utsendelser holdt alle grensene")).to_be_visible()
        page.get_by_role("button", name="Kjør grundig").press("Enter")
        page.get_by_role("link", name="Stopp å oppdatere av seg selv").click()
        expect(page.get_by_role("progressbar", name="3 simulerte utsendelser er ferdige av 9")).to_be_visible()
        with browsing(NARROW, script=True) as other:
            watched = other.new_page()
            watched.goto(page.url)
            found += looked_at(watched)
        held.set()
        thorough_title = page.get_by_role("heading", name="Dette er den grundige beregningen")
        until(lambda: page.reload() and thorough_title.is_visible(), within_s=60)
        page.get_by_role("link", name="English").click()
        expect(page.get_by_role("heading", name="This is the thorough answer")).to_be_visible()
    assert found == []


def test_the_page_listens_on_this_machine_and_logs_nothing(address: str, capfd: pytest.CaptureFixture[str]) -> None:
    parts = urlsplit(address)
    assert parts.hostname == "127.0.0.1"
    connection = http.client.HTTPConnection("127.0.0.1", parts.port or 0, timeout=60)
    connection.request("GET", "/plan?invited=4321&lang=nb")
    assert connection.getresponse().status == 422
    connection.close()
    assert "4321" not in "".join(capfd.readouterr())
