"""The record: what happened to every try at getting an appointment, the same from simulation and load test.

An attempt is one try, from opening the page (or coming back to the list) to its outcome; it carries the requests
it made. All times are seconds from the first SMS of the plan, in the plan's own time.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

SCHEMA: Final = "bolk.attempts/1"
_IF_ANY: Final = ("cancelled_s", "appointment", "cancel_sent_s")
_LINE: Final = json.JSONEncoder(separators=(",", ":"))  # made once: a load test writes thousands of lines a second


class Outcome(StrEnum):
    """How an attempt ended; a closed set. A rejection is an answer, never an error."""

    CONFIRMED = "CONFIRMED"
    REJECTED = "REJECTED"  # somebody else got the time
    NO_SLOT = "NO_SLOT"  # the list was empty
    SHED = "SHED"  # the platform refused the request unread (503, 429)
    FAILED = "FAILED"  # a definite error
    UNKNOWN = "UNKNOWN"  # no answer after the reservation was sent: it may have happened
    ABANDONED = "ABANDONED"  # the citizen gave up waiting


class Operation(StrEnum):
    """What a request asks for."""

    LOGIN = "login"
    BOOKS = "books"
    DAYS = "days"
    SLOTS = "slots"
    RESERVE = "reserve"
    INBOX = "inbox"
    HOLD = "hold"
    ENTER = "enter"  # ask to be let in, at the waiting room


class Status(StrEnum):
    """How a request ended."""

    OK = "OK"  # any definite answer, a rejection among them
    SHED = "SHED"
    FAILED = "FAILED"
    UNKNOWN = "UNKNOWN"  # a reservation without an answer
    ABANDONED = "ABANDONED"  # a page without an answer


@dataclass(frozen=True, slots=True)
class Request:
    """One request and its fate; response time is `ended_s - planned_s`, service time `ended_s - started_s`."""

    operation: Operation
    planned_s: float
    started_s: float
    ended_s: float
    status: Status


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of one citizen.

    `asked` is the time asked for ("2021-05-10T08:30"), `slot` the place that was confirmed, `reserved_s` when the
    reservation was sent, `ended_s` when the citizen saw the outcome or left, `cancelled_s` when a confirmed citizen
    cancelled. Who was given a place from the waiting list has an attempt of its own, without requests.
    Over HTTP there are `appointment`, the server's id for it, and `cancel_sent_s`, when it was asked to cancel that;
    without `cancelled_s` nobody knows what came of it.
    """

    citizen: int
    number: int  # 1 for the first try
    planned_s: float
    ended_s: float
    outcome: Outcome
    book: str | None
    asked: str | None
    slot: str | None
    reserved_s: float | None
    requests: tuple[Request, ...]
    cancelled_s: float | None = None
    appointment: str | None = None
    cancel_sent_s: float | None = None


class AttemptFileError(ValueError):
    """A file is not a record of attempts; the message says where and why."""


def attempt_line(attempt: Attempt) -> str:
    """One attempt as one line of JSON, without the line end."""
    return _LINE.encode(
        {
            "citizen": attempt.citizen,
            "number": attempt.number,
            "planned_s": attempt.planned_s,
            "ended_s": attempt.ended_s,
            "outcome": attempt.outcome,
            "book": attempt.book,
            "asked": attempt.asked,
            "slot": attempt.slot,
            "reserved_s": attempt.reserved_s,
            "requests": [[r.operation, r.planned_s, r.started_s, r.ended_s, r.status] for r in attempt.requests],
        }
        | {name: value for name in _IF_ANY if (value := getattr(attempt, name)) is not None}
    )


def attempt_of(line: str) -> Attempt:
    """Read back what `attempt_line` wrote."""
    row: dict[str, Any] = json.loads(line)
    requests = tuple(
        Request(Operation(operation), planned_s, started_s, ended_s, Status(status))
        for operation, planned_s, started_s, ended_s, status in row.pop("requests")
    )
    outcome = Outcome(row.pop("outcome"))
    return Attempt(**row, outcome=outcome, requests=requests)


def header_line(plan_sha256: str) -> str:
    """The first line of a record: which plan was lived."""
    return json.dumps({"schema": SCHEMA, "plan_sha256": plan_sha256})


def write_attempts(path: Path, plan_sha256: str, attempts: Iterable[Attempt]) -> None:
    """Write a whole record."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(header_line(plan_sha256) + "\n")
        file.writelines(attempt_line(attempt) + "\n" for attempt in attempts)


def read_attempts(path: Path) -> tuple[str, list[Attempt]]:
    """Read a record: the plan's sha256 and the attempts. A torn last line, left by a kill, is passed over.

    Raises
    ------
    AttemptFileError
        The file is no record of attempts, or a line other than the last cannot be read.
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    try:
        header = json.loads(lines[0])
        if header["schema"] != SCHEMA:
            raise AttemptFileError(f"{path}: line 1: expected schema {SCHEMA}, got {header['schema']!r}")
        plan_sha256: str = header["plan_sha256"]
    except (IndexError, KeyError, TypeError, json.JSONDecodeError) as problem:
        raise AttemptFileError(f"{path}: line 1: not a record of attempts (it begins with its schema)") from problem
    return plan_sha256, list(_attempts(path, lines))


def _attempts(path: Path, lines: list[str]) -> Iterator[Attempt]:
    for number, line in enumerate(lines[1:], start=2):
        try:
            yield attempt_of(line)
        except (AttributeError, KeyError, TypeError, ValueError) as problem:
            if number == len(lines):
                return
            raise AttemptFileError(f"{path}: line {number}: not an attempt ({problem})") from problem
