"""The parts of the pacer: recipients that are no personal data, a ledger that tells of changes, figures, and words."""

import datetime as dt
import string
import threading
import tomllib
from collections.abc import Generator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadtests.pacing.asking import AddressRefused, ask, require_safe
from loadtests.pacing.clock import WallClock
from loadtests.pacing.durable import Disk
from loadtests.pacing.entries import Began, Ended, Line, Obeyed, Opened, Unsure, Waited, Why, Word
from loadtests.pacing.figures import FiguresRefused
from loadtests.pacing.figures_csv import CsvFigures, read_stretches
from loadtests.pacing.figures_json import JsonFigures
from loadtests.pacing.figures_metrics import MetricsFigures, counters_in, p95_between
from loadtests.pacing.figures_probe import ProbeFigures
from loadtests.pacing.ledger import LEDGER, Ledger, LedgerRefused, read_ledger
from loadtests.pacing.recipients import RecipientsRefused, read_recipients
from loadtests.pacing.saying import NotUnderstood, command_of
from loadtests.pacing.send_command import CommandSender
from loadtests.pacing.send_http import GatewaySender
from loadtests.pacing.sending import Package, Refused, Taken, Unknown
from loadtests.pacing.state import begun
from loadtests.pacing.steering import Silence
from loadtests.pacing.words import LanguageCode, sentence, words_of
from reference_server.metrics import RequestMetrics, text_of
from reference_server.pace import Pace
from reference_server.serving import running
from scenarios.identity import national_number
from scenarios.quantities import LONGEST_S
from tests import a, a_send_out
from tests.a_send_out import MONDAY, RULE

ZONE = a.scenario().zone
NUMBER = national_number(7)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"a1\n{NUMBER}\n", "line 2 looks like a national identity number"),
        (f"a1\n{NUMBER[:6]} {NUMBER[6:]}\n", "line 2 looks like a national identity number"),
        ("id;name\na1;x\na2;98765432\n", "line 3 looks like a telephone number"),
        ("+47 987 65 432\n", "line 1 looks like a telephone number"),
        ("tel:004798765432\n", "line 1 looks like a telephone number"),
        ("a1\na2\na1\n", "line 3 says the same as line 1"),
        ("a1\nOla Nordmann\n", "line 2 is no id"),
        ("name;town\nx;y\n", "line 1 names no column"),
        ("\n\n", "nobody stands in it"),
    ],
)
def test_whatever_may_be_personal_is_refused_and_never_repeated(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "ids"
    path.write_text(text)
    with pytest.raises(RecipientsRefused, match=said) as refusal:
        read_recipients(path)
    assert not any(word in str(refusal.value) for word in (NUMBER, "98765432", "Ola"))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text("azAZ09._:~-", max_size=20).map("x".__add__), min_size=1, unique=True))
def test_ids_come_back_in_their_order_from_lines_and_from_a_column(ids: list[str]) -> None:
    with a_send_out.scratch() as folder:
        path = folder / "ids"
        path.write_text("﻿" + "\n".join(ids) + "\n")
        lines = read_recipients(path)
        path.write_text("group;recipient\r\n" + "".join(f"x;{one}\r\n" for one in ids))
        assert lines.ids == read_recipients(path).ids == tuple(ids)


def ledger_of_three(folder: Path) -> bytes:
    ledger = Ledger(folder, Disk())
    for minute in range(3):
        ledger.append(Opened(at=MONDAY + dt.timedelta(minutes=minute)))
    ledger.close()
    return (folder / LEDGER).read_bytes()


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_ledger_keeps_whole_lines_of_a_torn_end_and_finds_every_change(data: st.DataObject) -> None:
    with a_send_out.scratch() as folder:
        tear_and_change(folder, data)


def tear_and_change(folder: Path, data: st.DataObject) -> None:
    content = ledger_of_three(folder)
    length = len(content) // 3
    cut = data.draw(st.integers(0, len(content)))
    (folder / LEDGER).write_bytes(content[:cut])
    ledger = Ledger(folder, Disk())
    assert len(ledger.lines) == cut // length
    ledger.append(Opened(at=MONDAY))
    ledger.close()
    assert len(read_ledger(folder)) == cut // length + 1
    place = data.draw(st.integers(0, len(content) - 2).filter(lambda one: content[one] != ord("\n")))
    changed = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
    for wrong in (changed, content[length:], content[:length] + content[2 * length :]):
        (folder / LEDGER).write_bytes(wrong)
        with pytest.raises(LedgerRefused, match="was changed after it was written"):
            read_ledger(folder)


def test_a_send_out_has_one_pacer_and_goes_on_as_it_began(tmp_path: Path) -> None:
    with a_send_out.pacer(tmp_path, sender=a_send_out.Kept()), pytest.raises(LedgerRefused, match="another bolk pace"):
        Ledger(tmp_path, Disk())
    other = a_send_out.pacer(tmp_path, sender=a_send_out.Kept(), count=121)
    with pytest.raises(LedgerRefused, match="began with another list of recipients"):
        other.__enter__()
    other = a_send_out.pacer(tmp_path, sender=a_send_out.Kept(), by=a_send_out.rules(rule={"increase": 6}))
    with pytest.raises(LedgerRefused, match="began with another plan"):
        other.__enter__()


def test_the_metrics_of_the_reference_server_are_read_as_it_writes_them() -> None:
    metrics = RequestMetrics()
    for _ in range(10):
        metrics.count("/a", "GET", 200, 9.0)
    before = counters_in(text_of(metrics.families()))
    for took_s in [0.3] * 90 + [2.0] * 10:
        metrics.count("/b", "POST", 201, took_s)
    after = counters_in(text_of(metrics.families()) + 'bolk_reservations{state="REJECTED"} 3.0\n')
    assert p95_between(before, before) is None
    assert p95_between(before, after) == pytest.approx(1.0 + 1.5 * 5 / 10)
    assert (after.requests, after.decided, after.rejected) == (110, 3, 3)


def test_metrics_speak_of_the_time_between_two_looks_and_forget_a_server_that_began_anew() -> None:
    figures = MetricsFigures("http://127.0.0.1:9/metrics", None, dt.timedelta(seconds=30))
    text = 'bolk_request_seconds_bucket{{route="/",le="1.0"}} {0}\nbolk_request_seconds_bucket{{le="+Inf"}} {0}\n'
    for minute in range(4):
        figures.note(MONDAY + dt.timedelta(minutes=minute), counters_in(text.format(100 + 10 * minute)))
    window = (MONDAY + dt.timedelta(minutes=1), MONDAY + dt.timedelta(minutes=3), MONDAY)
    seen = figures.between(*window)
    assert not isinstance(seen, Silence)
    assert (seen.from_s, seen.until_s, seen.response_time_p95_s) == (60, 180, pytest.approx(0.95))
    assert figures.between(MONDAY + dt.timedelta(hours=1), MONDAY + dt.timedelta(hours=2), MONDAY) == Silence(
        "http://127.0.0.1:9/metrics", readable=True
    )
    figures.note(MONDAY + dt.timedelta(minutes=4), counters_in(text.format(5)))
    assert isinstance(figures.between(*window), Silence)


def test_figures_that_a_person_writes_are_added_up_and_a_wrong_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "figures.csv"
    path.write_text(
        "from;until;decided;rejected;response_time_p95_s\n09:07;09:10;40;2;0,8\n09:10;09:13;60;9;1,5\n09:13;09:16;9;9;\n"
    )
    figures = CsvFigures(path, ZONE)
    figures.look(MONDAY)
    seen = figures.between(MONDAY, MONDAY + dt.timedelta(minutes=6), MONDAY)
    assert not isinstance(seen, Silence)
    assert (seen.decided, seen.rejected, seen.response_time_p95_s) == (100, 11, 1.5)
    path.write_text("from;until;decided;rejected\n09:07;09:10;4;5\n")
    with pytest.raises(FiguresRefused, match="line 2: `rejected` is more than `decided`"):
        read_stretches(path, ZONE, MONDAY)
    figures.look(MONDAY)
    assert not isinstance(figures.between(MONDAY, MONDAY + dt.timedelta(minutes=6), MONDAY), Silence)
    silence = figures.between(MONDAY + dt.timedelta(hours=1), MONDAY + dt.timedelta(hours=2), MONDAY)
    assert isinstance(silence, Silence)
    assert not silence.readable


@pytest.mark.parametrize(
    ("script", "handed"),
    [
        ("exit 0", Taken()),
        ("exit 75", Refused),
        ("exit 1", Unknown),
        ("kill -9 $$", Unknown),
    ],
)
def test_a_command_is_believed_when_it_says_all_or_nobody_and_else_a_person_is_asked(script: str, handed: Any) -> None:
    answer = CommandSender(["/bin/sh", "-c", script]).hand_over(Package(batch=1, key="k-1", ids=("a",)))
    assert answer == handed if isinstance(handed, Taken) else isinstance(answer, handed)
    assert not isinstance(answer, Unknown) or answer.asks


def test_a_command_that_is_not_there_sent_nobody_anything() -> None:
    answer = CommandSender(["/no/such/command"]).hand_over(Package(batch=1, key="k-1", ids=("a",)))
    assert isinstance(answer, Refused)


@pytest.mark.parametrize("url", ["http://example.no/x", "ftp://127.0.0.1/", "https://", "http://a@127.0.0.1/", "x"])
def test_nothing_goes_in_the_clear_to_another_machine(url: str) -> None:
    with pytest.raises(AddressRefused):
        require_safe(url)
    require_safe("https://sms.example.no/batches?x=1")
    require_safe("http://127.0.0.1:8000")


def test_a_word_is_one_of_those_there_are() -> None:
    assert command_of("was-sent 7").batch == 7
    for text in ("", "halt", "was-sent", "pause 3", "was-sent x"):
        with pytest.raises(NotUnderstood, match="say pause, resume, now, stop"):
            command_of(text)


def catalogue(code: str) -> Mapping[str, str]:
    return words_of("nb" if code == "nb" else "en").messages


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_say_the_same_messages_with_the_same_values() -> None:
    nb, en = catalogue("nb"), catalogue("en")
    assert set(nb) == set(en)
    assert [name for name in nb if placeholders(nb[name]) != placeholders(en[name])] == []
    for code in ("nb", "en"):
        assert tomllib.loads(files("loadtests.pacing").joinpath(f"{code}.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("code", get_args(LanguageCode))
def test_every_line_of_a_ledger_is_a_sentence(code: LanguageCode, tmp_path: Path) -> None:
    said: list[str | None] = []
    began = Began(
        at=MONDAY,
        wave="w",
        scenario="s",
        recipients=1200,
        recipients_sha256="",
        policy=RULE,
        sender="print",
        first=MONDAY,
    )
    state = begun(began, 300.0)
    more: list[Line] = [began, Opened(at=MONDAY), Unsure(at=MONDAY, batch=1, what="503")]
    more += [Obeyed(at=MONDAY, number=1, word=word, batch=7) for word in Word]
    ends = (Why.DONE, Why.STOPPED, Why.INTERRUPTED, Why.SILENT, Why.TOO_MUCH)
    more += [Ended(at=MONDAY, why=why) if why in ends else Waited(at=MONDAY, why=why, until=MONDAY) for why in Why]
    said = [sentence(words_of(code), line, state, "wave") for line in more]
    with a_send_out.pacer(
        tmp_path,
        sender=a_send_out.Kept(),
        figures=a_send_out.Written(lambda until_s: 0.5 if until_s < 700 else 2.5),
        tell=lambda line, state: said.append(sentence(words_of(code), line, state, "wave")),
    ) as pacer:
        pacer.run()
    whole = "\n".join(one for one in said if one)
    assert "{" not in whole
    assert ("1 200 mottakere" if code == "nb" else "1,200 recipients") in whole
    assert ("over målet på 2 s, så færre" if code == "nb" else "over the target of 2 s, so fewer") in whole
    assert ("2,5 s" if code == "nb" else "2.5 s") in whole


class _Answering(BaseHTTPRequestHandler):
    """Answers every question with what the test put into `said`."""

    said: tuple[int, bytes] = (200, b"")

    def do_GET(self) -> None:
        self.send_response(self.said[0])
        self.send_header("Content-Length", str(len(self.said[1])))
        self.end_headers()
        self.wfile.write(self.said[1])

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (http.server's name)
        """Say nothing."""


@pytest.fixture
def endpoint() -> Generator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Answering) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/figures?token=secret"
        server.shutdown()
        thread.join()


def test_an_endpoint_is_asked_when_it_is_time_to_and_its_trouble_is_named(endpoint: str) -> None:
    figures = JsonFigures(endpoint, None, ZONE, dt.timedelta(seconds=30))
    window = (MONDAY, MONDAY + dt.timedelta(minutes=6), MONDAY)
    _Answering.said = (200, b'[{"from": "09:07", "until": "2021-05-03T09:10", "decided": 9, "rejected": 2}]')
    figures.look(MONDAY)
    seen = figures.between(*window)
    assert not isinstance(seen, Silence)
    assert (seen.decided, seen.rejected, seen.response_time_p95_s) == (9, 2, None)
    for number, (said, trouble) in enumerate(
        [((503, b""), "HTTP 503"), ((200, b"x"), "no JSON"), ((200, b"[1]"), "neither")]
    ):
        _Answering.said = said
        figures.look(MONDAY + dt.timedelta(seconds=1 + 31 * number))  # too soon, the first time
        silence = figures.between(window[1], window[1] + dt.timedelta(minutes=1), MONDAY)
        assert isinstance(silence, Silence)
        assert (trouble in silence.what, silence.readable) == ((True, False) if number else (False, True))


def test_a_probe_that_meets_an_error_or_nobody_is_longer_than_every_target(endpoint: str) -> None:
    _Answering.said = (503, b"")
    for url in (endpoint, "http://127.0.0.1:9/"):
        probe = ProbeFigures(url, dt.timedelta(seconds=30))
        assert probe.between(MONDAY, MONDAY + dt.timedelta(minutes=1), MONDAY) == Silence(url, readable=False)
        probe.look(MONDAY + dt.timedelta(seconds=1))
        seen = probe.between(MONDAY, MONDAY + dt.timedelta(minutes=1), MONDAY)
        assert not isinstance(seen, Silence)
        assert seen.response_time_p95_s == LONGEST_S


def test_what_stands_behind_an_address_is_not_written_down(endpoint: str) -> None:
    assert "secret" not in GatewaySender(endpoint, None).name


def test_time_goes_by_the_monotonic_clock_and_a_signal_ends_a_wait() -> None:
    clock = WallClock()
    clock.wake()
    before = clock.now()
    clock.wait_until(before + dt.timedelta(days=1))
    assert clock.now() >= before
    assert clock.stepped() == 0.0


@pytest.mark.slow
def test_the_figures_of_a_real_server_are_seen_and_so_is_a_wrong_token() -> None:
    with running(a.scenario(), pace=Pace.NONE) as server:
        figures = MetricsFigures(f"{server.base_url}/metrics", server.admin_token, dt.timedelta(seconds=30))
        figures.look(MONDAY)
        for _ in range(3):
            assert ask("GET", f"{server.base_url}/health/live", {}).status == 200
        figures.look(MONDAY + dt.timedelta(minutes=1))
        seen = figures.between(MONDAY, MONDAY + dt.timedelta(minutes=1), MONDAY)
        assert not isinstance(seen, Silence)
        assert seen.response_time_p95_s is not None
        probe = ProbeFigures(f"{server.base_url}/health/live", dt.timedelta(seconds=30), speedup=1000.0)
        probe.look(MONDAY + dt.timedelta(seconds=1))
        seen = probe.between(MONDAY, MONDAY + dt.timedelta(minutes=1), MONDAY)
        assert not isinstance(seen, Silence)
        assert 0 < (seen.response_time_p95_s or 0) < LONGEST_S
        refused = MetricsFigures(f"{server.base_url}/metrics", "wrong", dt.timedelta(seconds=30))
        refused.look(MONDAY)
        silence = refused.between(MONDAY, MONDAY + dt.timedelta(minutes=1), MONDAY)
        assert silence == Silence(f"{server.base_url}/metrics: HTTP 401", readable=False)
