"""A load test as a history: what its citizens were told and what the server says it holds, to be judged."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from math import inf
from typing import Any, Final

from loadtests.checker.judging import Verdict, judge
from loadtests.checker.occupancy import Stretch
from loadtests.checker.operations import Cancelling, Held, History, Hold, Sending, Snapshot, Told
from loadtests.in_line import given_in_line
from loadtests.target import UNDER_WAY
from scenarios import result
from scenarios.attempts import Attempt, Operation, Outcome, Request, Status
from scenarios.inventory import inventory_of
from scenarios.scenario import Scenario
from scenarios.strategy import HOLD_S

_KEPT: Final = "HELD"

Places = Mapping[str, tuple[str, ...]]
"""The places of each time, both by name."""


def places_of(scenario: Scenario) -> Places:
    """All places of a scenario, by the names that attempts have for times and places."""
    return {
        time_name(book.id, book.time_text(time)): tuple(book.slot_id(time, place + 1) for place in range(book.places))
        for municipality in inventory_of(scenario)
        for book in municipality.books
        for time in range(len(book.starts))
    }


def check(
    attempts: Sequence[Attempt],
    export: Mapping[str, Any] | None,
    places: Places,
    *,
    run: str,
    partial: bool = False,
    clock_error_s: float = 0.0,
) -> result.History:
    """Judge a load test.

    Parameters
    ----------
    export : mapping or None
        What `GET /admin/export` answered after the run; without it the verdict is `unknown` at best.
    run : str
        What begins the idempotency keys of this run. What the server holds under other keys was there before.
    partial : bool
        The record may lack attempts (the generator was killed), so an appointment without one is no evidence.
    clock_error_s : float
        How far the clocks that the attempts were timed by may be apart, in the plan's time.
    """
    history = history_of(attempts, export, places, run=run, partial=partial, clock_error_s=clock_error_s)
    return said(judge(history))


def _widened(attempt: Attempt, by_s: float) -> Attempt:
    """An attempt that began and ended when it may have, by a clock that may be wrong.

    Whatever was asked earlier and answered later than it truly was can only hide an anomaly, never make one up.
    """
    return replace(
        attempt,
        ended_s=attempt.ended_s + by_s,
        reserved_s=None if attempt.reserved_s is None else attempt.reserved_s - by_s,
        cancelled_s=None if attempt.cancelled_s is None else attempt.cancelled_s + by_s,
        cancel_sent_s=None if attempt.cancel_sent_s is None else attempt.cancel_sent_s - by_s,
        requests=tuple(
            replace(one, started_s=one.started_s - by_s, ended_s=one.ended_s + by_s) for one in attempt.requests
        ),
    )


def history_of(
    attempts: Sequence[Attempt],
    export: Mapping[str, Any] | None,
    places: Places,
    *,
    run: str,
    partial: bool = False,
    clock_error_s: float = 0.0,
) -> History:
    """The attempts as operations, and the export as a snapshot read when all were over; see `check`."""
    attempts = [_widened(one, clock_error_s) for one in attempts] if clock_error_s else attempts
    states, snapshot = read_record(export)
    given = given_in_line(attempts, export, run=run)
    snapshot = snapshot and replace(snapshot, held=tuple(_in_our_words(one, given) for one in snapshot.held))
    strange = (
        [] if snapshot is None else [one for one in snapshot.held if not (_of_run(one.key, run) or one.key in given)]
    )
    before = map(stood_before, strange)
    return History(
        places=places,
        sendings=(*before, *(_sending(one, run, states) for one in attempts if _sent(one)), *given.values()),
        holds=tuple(hold for one in attempts for hold in _holds(one)),
        cancellings=tuple(_cancelling(one) for one in attempts if one.cancel_sent_s is not None),
        snapshots=() if snapshot is None else (snapshot,),
        final=UNDER_WAY not in states.values(),
        whole=not partial,
    )


def _sent(attempt: Attempt) -> bool:
    return attempt.reserved_s is not None and any(one.operation is Operation.RESERVE for one in attempt.requests)


def _sending(attempt: Attempt, run: str, states: Mapping[str, str]) -> Sending:
    key = f"{run}-{attempt.citizen}-{attempt.number}"
    told = _told(attempt, states.get(key))
    return Sending(
        key=key,
        citizen=str(attempt.citizen),
        book=attempt.book or "",
        time=None if attempt.asked is None else time_name(attempt.book, attempt.asked),
        invoked_s=-inf if attempt.reserved_s is None else attempt.reserved_s,
        returned_s=inf if told is Told.UNKNOWN else attempt.ended_s,
        told=told,
        place=attempt.slot,
        appointment=attempt.appointment,
    )


def _cancelling(attempt: Attempt) -> Cancelling:
    done = attempt.cancelled_s is not None
    return Cancelling(
        appointment=attempt.appointment or "",
        invoked_s=-inf if attempt.cancel_sent_s is None else attempt.cancel_sent_s,
        returned_s=inf if attempt.cancelled_s is None else attempt.cancelled_s,
        told=Told.CONFIRMED if done else Told.UNKNOWN,
    )


def _in_our_words(held: Held, given: Mapping[str, Sending]) -> Held:
    """What came from the waiting list belongs to who waited."""
    asked = given.get(held.key or "")
    return held if asked is None else replace(held, citizen=asked.citizen)


def _told(attempt: Attempt, state: str | None) -> Told:
    """What the answer proves.

    A rejection speaks of the place only where the server has decided it: it also refuses those who have an appointment
    already, and keeps no record of that, and those whose hold is over.
    """
    match attempt.outcome:
        case Outcome.CONFIRMED:
            return Told.CONFIRMED
        case Outcome.REJECTED:
            expired = any(one.operation is Operation.HOLD for one in attempt.requests)
            return Told.TAKEN if state == Outcome.REJECTED and not expired else Told.REFUSED
        case Outcome.SHED:
            # One that was sent before and not waited for may have been taken in.
            sent = [one for one in attempt.requests if one.operation is Operation.RESERVE]
            return Told.REFUSED if sent == [attempt.requests[-1]] else Told.UNKNOWN
        case _:
            return Told.UNKNOWN


def _holds(attempt: Attempt) -> Iterator[Hold]:
    holds = [one for one in attempt.requests if one.operation is Operation.HOLD]
    if holds and attempt.asked is not None:
        # One that was sent again is the same wish, and may have been granted when it was sent first.
        one, told = holds[-1], _held_told(attempt, holds)
        yield Hold(
            citizen=str(attempt.citizen),
            time=time_name(attempt.book, attempt.asked),
            invoked_s=holds[0].started_s,
            returned_s=inf if told is Told.UNKNOWN else one.ended_s,
            told=told,
            lasts_s=HOLD_S,
        )


def _held_told(attempt: Attempt, requests: Sequence[Request]) -> Told:
    """A hold that was answered is granted if the citizen went on to confirm it."""
    request = requests[-1]
    if request.status is not Status.OK:
        return Told.REFUSED if request.status is Status.SHED and len(requests) == 1 else Told.UNKNOWN
    return Told.REFUSED if attempt.outcome is Outcome.REJECTED and attempt.requests[-1] is request else Told.CONFIRMED


def read_record(export: Mapping[str, Any] | None, at_s: Stretch = (inf, inf)) -> tuple[dict[str, str], Snapshot | None]:
    """What became of each key, and the record; nothing if there is no export or it cannot be read.

    It was read between the two moments; by default when everything was over.
    """
    if export is None:
        return {}, None
    try:
        rows = {str(row["reservation"]): row for row in export["reservations"]}
        states = {str(row["idempotency_key"]): str(row["state"]) for row in rows.values()}
        held = tuple(_held(row, rows) for row in export["appointments"])
    except (KeyError, TypeError):
        return {}, None
    standing = tuple(one for one in held if one.key is None or states[one.key] != Outcome.REJECTED)
    counted = _KEPT not in states.values()
    return states, Snapshot(
        held=standing,
        invoked_s=at_s[0],
        returned_s=at_s[1],
        free=export.get("free") if counted else None,
        capacity=export.get("capacity") if counted else None,
    )


def _held(row: Mapping[str, Any], reservations: Mapping[str, Mapping[str, Any]]) -> Held:
    made_by = reservations.get(str(row["reservation"]))
    key = None if made_by is None else str(made_by["idempotency_key"])
    citizen = key.split("-")[-2] if key is not None and key.count("-") >= 2 else "unknown"
    return Held(str(row.get("appointment", row["reservation"])), str(row["slot"]), citizen, key)


def stood_before(held: Held) -> Sending:
    """What stood before the run, as one who has always had the place."""
    return Sending(
        key=held.key or held.appointment,
        citizen=held.citizen,
        book="",
        time=None,
        invoked_s=-inf,
        returned_s=-inf,
        told=Told.CONFIRMED,
        place=held.place,
    )


def _of_run(key: str | None, run: str) -> bool:
    return key is None or key.startswith(f"{run}-")


def said(verdict: Verdict) -> result.History:
    """A verdict as results state it."""
    return result.History.model_validate(
        {
            "verdict": verdict.ruling.value,
            "anomalies": [str(one) for one in verdict.anomalies],
            "reason": verdict.reason,
        }
    )


def time_name(book: str | None, time: str) -> str:
    """The name of a time of a book, as `places_of` has it."""
    return f"{book} {time}"
