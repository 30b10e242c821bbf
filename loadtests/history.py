"""Whether the answers were right: what citizens were told, held against what the server says it holds.

Only what was definitely said counts. An attempt that ended without an answer (UNKNOWN, ABANDONED, FAILED after
sending) may have gone either way and accuses nobody.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from scenarios.attempts import Attempt, Operation, Outcome, Status
from scenarios.result import History

_KEY: Final = re.compile(r"([0-9a-f]+)-(\d+)-(\d+)")  # run, citizen, try: as loadtests.api makes them

Try = tuple[int, int]
"""A citizen and the number of the try."""


@dataclass(frozen=True, slots=True)
class _Holding:
    """An appointment the server holds; `by` is the attempt whose idempotency key made it, None if none of this run."""

    slot: str
    by: Try | None

    @property
    def holder(self) -> str:
        return "nobody of this run" if self.by is None else f"citizen {self.by[0]}"


@dataclass(frozen=True, slots=True)
class _Books:
    """What the server holds after the run."""

    holdings: list[_Holding]
    states: dict[Try, str]


def check(
    attempts: Sequence[Attempt], export: Mapping[str, Any] | None, *, run: str | None = None, partial: bool = False
) -> History:
    """Look for bookings that contradict each other; every anomaly is a sentence.

    Double bookings, lost appointments, appointments nobody asked for, and answers that say the opposite of what the
    server holds.

    Parameters
    ----------
    export : mapping or None
        What `GET /admin/export` answered after the run; without it the verdict is `unknown` at best.
    run : str, optional
        What begins the idempotency keys of this run. If given, appointments of other runs on the same server are
        left aside.
    partial : bool
        The record may lack attempts (the generator was killed), so an appointment without one is no evidence.
    """
    anomalies = list(_confirmed_twice(attempts))
    books = _books(export, run)
    if books is None:
        return History(verdict="anomaly" if anomalies else "unknown", anomalies=anomalies)
    anomalies += _held_twice(books)
    anomalies += _lost(attempts, books)
    anomalies += _contradicted(attempts, books)
    anomalies += () if partial else _phantoms(attempts, books)
    return History(verdict="anomaly" if anomalies else "correct", anomalies=anomalies)


def _confirmed_twice(attempts: Iterable[Attempt]) -> Iterator[str]:
    told: defaultdict[str, list[int]] = defaultdict(list)
    for attempt in attempts:
        if attempt.outcome is Outcome.CONFIRMED and attempt.slot is not None:
            told[attempt.slot].append(attempt.citizen)
    for slot, citizens in told.items():
        if len(citizens) > 1:
            yield f"double booking: {slot} was confirmed to {_and([f'citizen {citizen}' for citizen in citizens])}"


def _held_twice(books: _Books) -> Iterator[str]:
    for slot, holdings in _by_slot(books).items():
        if len(holdings) > 1:
            holders = _and([holding.holder for holding in holdings])
            yield f"double booking: the server holds {len(holdings)} appointments for {slot}, of {holders}"


def _lost(attempts: Iterable[Attempt], books: _Books) -> Iterator[str]:
    held = _by_slot(books)
    for attempt in attempts:
        if attempt.outcome is not Outcome.CONFIRMED or attempt.slot is None:
            continue
        there = held.get(attempt.slot, [])
        told = f"lost: citizen {attempt.citizen} was told CONFIRMED for {attempt.slot}"
        if not there:
            yield f"{told}, and the server holds no appointment there"
        elif (attempt.citizen, attempt.number) not in {holding.by for holding in there}:
            yield f"{told}, and the server holds it for {_and([holding.holder for holding in there])}"


def _contradicted(attempts: Iterable[Attempt], books: _Books) -> Iterator[str]:
    places = {holding.by: holding.slot for holding in books.holdings}
    for attempt in attempts:
        one = (attempt.citizen, attempt.number)
        told, state = _definitely_told(attempt), books.states.get(one)
        wish = f"contradiction: citizen {attempt.citizen} asked for {attempt.asked} in {attempt.book}, was told {told}"
        if told is Outcome.CONFIRMED and state == Outcome.REJECTED:
            yield f"{wish}, and the server has the reservation as REJECTED"
        elif told in {Outcome.REJECTED, Outcome.SHED} and (one in places or state == Outcome.CONFIRMED):
            yield f"{wish}, and the server has the reservation as CONFIRMED ({places.get(one, 'no place')})"


def _phantoms(attempts: Iterable[Attempt], books: _Books) -> Iterator[str]:
    sent = {(attempt.citizen, attempt.number) for attempt in attempts if attempt.reserved_s is not None}
    for holding in books.holdings:
        if holding.by not in sent:
            yield f"phantom: the server holds {holding.slot} for {holding.holder}, and no attempt asked for it"


def _definitely_told(attempt: Attempt) -> Outcome | None:
    if attempt.outcome in {Outcome.CONFIRMED, Outcome.REJECTED}:
        return attempt.outcome
    last = attempt.requests[-1] if attempt.requests else None
    refused_unread = last is not None and last.operation is Operation.RESERVE and last.status is Status.SHED
    return Outcome.SHED if refused_unread else None


def _books(export: Mapping[str, Any] | None, run: str | None) -> _Books | None:
    """Read an export; None if there is none or it cannot be read, which is no evidence of anything."""
    if export is None:
        return None
    try:
        made_by = {row["reservation"]: str(row["idempotency_key"]) for row in export["reservations"]}
        keys = {reservation: _KEY.fullmatch(key) for reservation, key in made_by.items()}
        others = {name for name, key in keys.items() if key and run is not None and key[1] != run}
        tries = {name: (int(key[2]), int(key[3])) for name, key in keys.items() if key and name not in others}
        states = {
            tries[row["reservation"]]: row["state"] for row in export["reservations"] if row["reservation"] in tries
        }
        holdings = [
            _Holding(row["slot"], tries.get(row["reservation"]))
            for row in export["appointments"]
            if row["reservation"] not in others
        ]
    except (KeyError, TypeError):
        return None
    return _Books(holdings, states)


def _by_slot(books: _Books) -> dict[str, list[_Holding]]:
    held: defaultdict[str, list[_Holding]] = defaultdict(list)
    for holding in books.holdings:
        held[holding.slot].append(holding)
    return held


def _and(names: Sequence[str]) -> str:
    return " and ".join(names)
