"""What each response of the booking API means, and what each step asks for."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from loadtests.api import BookingApi, Call, Lost, Response
from loadtests.conversation import Got, InQueue, Inside, Message, Refusal, Silence
from scenarios.attempts import Operation, Outcome, Status
from scenarios.identity import national_number


class Wire:
    """An exchange that always comes back with the same."""

    def __init__(self, answer: Response | Lost | Silence) -> None:
        self.answer = answer
        self.calls: list[Call] = []

    def __call__(self, call: Call, until_s: float) -> Response | Lost | Silence:
        assert until_s == 9.0
        self.calls.append(call)
        return self.answer


def said(code: int, content: Any) -> Response:
    return Response(code, json.dumps(content).encode())


def asked(operation: Operation, answer: Response | Lost | Silence) -> tuple[Any, Call]:
    wire = Wire(answer)
    api = BookingApi("http://127.0.0.1:5000/", "http://127.0.0.1:5001/login", "c0ffee", wire, speedup=20.0)
    replies = {
        Operation.LOGIN: lambda: api.login(7, 9.0),
        Operation.ENTER: lambda: api.enter("T", 9.0),
        Operation.BOOKS: lambda: api.books("T", "0301", 9.0),
        Operation.DAYS: lambda: api.days("T", "0301-1", 9.0),
        Operation.SLOTS: lambda: api.slots("T", "0301-1", "2021-05-10", 9.0),
        Operation.RESERVE: lambda: api.reserve("T", (7, 2), ("0301-1", "2021-05-10T08:30"), 9.0),
        Operation.INBOX: lambda: api.inbox("T", "R/1", 9.0),
    }
    reply: Any = replies[operation]()
    return reply, wire.calls[0]


STEPS = [operation for operation in Operation if operation is not Operation.HOLD]
ANSWERS = {
    Operation.LOGIN: (said(200, {"token": "T"}), "T"),
    Operation.ENTER: (
        said(202, {"status": "queued", "position": 3, "wait_s": 40.5, "ask_again_s": 7.5}),
        InQueue(150.0),
    ),
    Operation.BOOKS: (said(200, {"books": [{"id": "0301-1", "name": "Vaksine"}]}), ["0301-1"]),
    Operation.DAYS: (
        said(200, {"days": [{"date": "2021-05-10", "free": 0}, {"date": "2021-05-11", "free": 2}]}),
        ["2021-05-11"],
    ),
    Operation.SLOTS: (said(200, {"slots": [{"start": "2021-05-10T08:30", "free": 3}]}), ["2021-05-10T08:30"]),
    Operation.RESERVE: (said(202, {"reservation": "R1", "status": "SENT"}), "R1"),
    Operation.INBOX: (
        said(200, {"messages": [{"reservation": "R/1", "outcome": "CONFIRMED", "slot": "S"}]}),
        Message(Outcome.CONFIRMED, "S"),
    ),
}


@pytest.mark.parametrize("operation", STEPS)
def test_a_good_answer_is_read(operation: Operation):
    answer, value = ANSWERS[operation]
    assert asked(operation, answer)[0] == Got(value)


@pytest.mark.parametrize("operation", STEPS)
@pytest.mark.parametrize("code", [429, 503])
def test_a_request_refused_unread_is_shed(operation: Operation, code: int):
    assert asked(operation, said(code, {}))[0] == Refusal(Status.SHED)


@pytest.mark.parametrize("operation", STEPS)
@pytest.mark.parametrize("code", [201, 302, 400, 401, 404, 409, 500])
def test_any_other_status_is_a_failure(operation: Operation, code: int):
    assert asked(operation, said(code, {"token": "T"}))[0] == Refusal(Status.FAILED)


@pytest.mark.parametrize("operation", STEPS)
@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff", b"[]", b"null", b'{"token": 5}'])
def test_a_body_that_makes_no_sense_is_a_failure(operation: Operation, body: bytes):
    code = 202 if operation is Operation.RESERVE else 200
    assert asked(operation, Response(code, body))[0] == Refusal(Status.FAILED)


@pytest.mark.parametrize("operation", STEPS)
@pytest.mark.parametrize("sent", [True, False])
def test_a_lost_connection_is_a_failure_except_after_a_reservation_was_sent(operation: Operation, sent: bool):
    unknown = sent and operation is Operation.RESERVE
    assert asked(operation, Lost(sent))[0] == Refusal(Status.UNKNOWN if unknown else Status.FAILED)


@pytest.mark.parametrize("operation", STEPS)
def test_silence_stays_silence(operation: Operation):
    assert asked(operation, Silence())[0] == Silence()


@pytest.mark.parametrize("messages", [[], [{"reservation": "another", "outcome": "REJECTED"}]])
def test_an_inbox_without_our_answer_is_empty(messages: list[dict[str, str]]):
    assert asked(Operation.INBOX, said(200, {"messages": messages}))[0] == Got(None)


def test_a_rejection_is_an_answer():
    answer = said(200, {"messages": [{"reservation": "R/1", "outcome": "REJECTED", "slot": None}]})
    assert asked(Operation.INBOX, answer)[0] == Got(Message(Outcome.REJECTED, None))


@pytest.mark.parametrize("turn", [1, -1])
def test_a_reminder_is_never_taken_for_the_answer(turn: int):
    reminder = {"reservation": "R/1", "outcome": "REMINDER", "slot": "S"}
    rejection = {"reservation": "R/1", "outcome": "REJECTED"}
    answer = said(200, {"messages": [reminder, rejection][::turn]})
    assert asked(Operation.INBOX, answer)[0] == Got(Message(Outcome.REJECTED, None))
    assert asked(Operation.INBOX, said(200, {"messages": [reminder]}))[0] == Got(None)


def test_each_step_asks_for_what_the_api_offers():
    made = [asked(operation, Silence())[1] for operation in STEPS]
    assert [(call.method, call.url) for call in made] == [
        ("POST", "http://127.0.0.1:5001/login"),
        ("GET", "http://127.0.0.1:5000/api/v1/books?municipality=0301"),
        ("GET", "http://127.0.0.1:5000/api/v1/books/0301-1/days"),
        ("GET", "http://127.0.0.1:5000/api/v1/books/0301-1/slots?date=2021-05-10"),
        ("POST", "http://127.0.0.1:5000/api/v1/reservations"),
        ("GET", "http://127.0.0.1:5000/api/v1/inbox?reservation=R%2F1"),
        ("POST", "http://127.0.0.1:5000/api/v1/waiting-room"),
    ]
    assert made[0].body == {"citizen": national_number(7)}
    assert "Authorization" not in made[0].headers
    assert all(call.headers["Authorization"] == "Bearer T" for call in made[1:])
    assert made[4].headers["Idempotency-Key"] == "c0ffee-7-2"
    assert made[4].body == {"book": "0301-1", "start": "2021-05-10T08:30"}


def test_an_admission_is_shown_with_everything_that_follows_and_by_nobody_else():
    wire = Wire(said(200, {"status": "admitted", "admission": "signed", "stay_s": 45.0}))
    api = BookingApi("http://127.0.0.1:5000", "http://127.0.0.1:5001/login", "c0ffee", wire, speedup=20.0)
    assert api.enter("T", 9.0) == Got(Inside(900.0))
    api.days("T", "0301-1", 9.0)
    api.days("U", "0301-1", 9.0)
    assert [call.headers.get("Waiting-Room-Admission") for call in wire.calls] == [None, "signed", None]


WISH = ("0301-1", "2021-05-10T08:30")
CONFIRMATION = {"reservation": "R", "outcome": "CONFIRMED", "slot": "S", "start": "2021-05-10T08:35", "title": "T"}
GIVEN = Message(Outcome.CONFIRMED, "S", "2021-05-10T08:35")


def _strategies(answer: Response | Lost | Silence) -> list[tuple[Any, Call]]:
    replies: list[tuple[Any, Call]] = []
    calls: list[Callable[[BookingApi], Any]] = [
        lambda api: api.reserve_at_once("T", (7, 2), WISH, 9.0),
        lambda api: api.assign("T", (7, 2), WISH[0], 9.0),
        lambda api: api.hold("T", (7, 2), WISH, 9.0),
        lambda api: api.confirm("T", "R/1", 9.0),
    ]
    for call in calls:
        wire = Wire(answer)
        reply = call(BookingApi("http://127.0.0.1:5000/", "http://127.0.0.1:5001/login", "c0ffee", wire))
        replies.append((reply, wire.calls[0]))
    return replies


def test_a_place_that_is_given_at_once_comes_with_its_time():
    at_once, assigned, held, _ = [reply for reply, _ in _strategies(said(201, CONFIRMATION))]
    assert (at_once, assigned, held) == (Got(GIVEN), Got(GIVEN), Got(("R",)))
    assert _strategies(said(200, CONFIRMATION))[3][0] == Got(GIVEN)


def test_a_conflict_means_taken_or_nothing_left_or_the_hold_ended():
    assert [reply for reply, _ in _strategies(said(409, {}))] == [
        Got(Message(Outcome.REJECTED, None)),
        Got(Message(Outcome.NO_SLOT, None)),
        Got((None,)),
        Got(Message(Outcome.REJECTED, None)),
    ]


def test_each_strategy_asks_for_what_the_api_offers():
    assert [(call.method, call.url, call.body) for _, call in _strategies(Silence())] == [
        ("POST", "http://127.0.0.1:5000/api/v1/reservations", {"book": WISH[0], "start": WISH[1]}),
        ("POST", "http://127.0.0.1:5000/api/v1/reservations", {"book": WISH[0]}),
        ("POST", "http://127.0.0.1:5000/api/v1/holds", {"book": WISH[0], "start": WISH[1]}),
        ("POST", "http://127.0.0.1:5000/api/v1/holds/R%2F1/confirm", {}),
    ]
