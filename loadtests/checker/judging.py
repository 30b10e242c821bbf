"""The verdict: correct, an anomaly with the smallest witness, or unknown; a missing final state is never a pass."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from loadtests.checker.anomalies import Anomaly, Kind
from loadtests.checker.bookings import Booking, bookings_of, broken_promises
from loadtests.checker.operations import History, Told
from loadtests.checker.places import double_bookings, strange_places, too_many
from loadtests.checker.snapshots import wrong_records
from loadtests.checker.times import wrong_answers

MOST_UNKNOWN: Final = 0.5
"""With a larger share of reservations without an answer, nothing found proves little. ASSUMPTION."""


class Ruling(StrEnum):
    """What is said of a history; the worst of its parts: an anomaly, then unknown, then correct."""

    CORRECT = "correct"
    ANOMALY = "anomaly"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The ruling, why it is not `correct`, and how much it rests on."""

    ruling: Ruling
    reason: str | None
    anomalies: tuple[Anomaly, ...]
    operations: int
    unanswered: int


def judge(history: History) -> Verdict:
    """Judge a history.

    Returns
    -------
    Verdict
        Anomalies in the order of their kinds, those of one kind as they were found.
    """
    bookings = bookings_of(history)
    anomalies = tuple(sorted(_anomalies(history, bookings), key=lambda one: _ORDER[one.kind]))
    unanswered = sum(one.told is Told.UNKNOWN for one in bookings)
    reason = f"{len(anomalies)} found" if anomalies else _why_unknown(history, len(bookings), unanswered)
    ruling = Ruling.ANOMALY if anomalies else Ruling.CORRECT if reason is None else Ruling.UNKNOWN
    seen = (history.sendings, history.holds, history.cancellings, history.listings, history.snapshots)
    return Verdict(
        ruling=ruling,
        reason=reason,
        anomalies=anomalies,
        operations=sum(map(len, seen)),
        unanswered=unanswered,
    )


def _anomalies(history: History, bookings: tuple[Booking, ...]) -> Iterator[Anomaly]:
    yield from double_bookings(history, bookings)
    yield from strange_places(history, bookings)
    yield from too_many(history, bookings)
    yield from broken_promises(bookings)
    yield from wrong_answers(history, bookings)
    yield from wrong_records(history, bookings)


def _why_unknown(history: History, reservations: int, unanswered: int) -> str | None:
    if not history.snapshots:
        return "the server's record was not read, so nobody knows what it holds"
    if not history.final:
        return "the server's record was read while something was under way"
    if not history.whole:
        return "part of what clients did is missing from the history"
    if unanswered > MOST_UNKNOWN * reservations:
        return f"{unanswered} of {reservations} reservations got no answer"
    return None


_ORDER: Final = {kind: place for place, kind in enumerate(Kind)}
