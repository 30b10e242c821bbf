"""A server that is wrong on purpose: what `bolk verify --plant` uses to show that the checker can find it.

No setting of `bolk serve` leads here. Each fault is one that booking servers are known to have.
"""

import time
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Final, TypeVar

from reference_server.booking import UNLIMITED, Terms
from reference_server.reservation import (
    NoSuchReservation,
    NotConfirmed,
    Refused,
    Reservation,
    Sent,
    State,
    TooLate,
    Wish,
)
from reference_server.sqlite_storage import SqliteStorage

STALE_S: Final = 1.0
_EVERY: Final = 3
"""Faults that would be too plain if they always showed do so every third time, the first of them included."""

Shown = TypeVar("Shown")


class Fault(StrEnum):
    """What is wrong; a closed set, explained in `MEANING`."""

    NO_UNIQUENESS = "no-uniqueness"
    ACKNOWLEDGED_TOO_SOON = "acknowledged-before-commit"
    LOST_CANCEL = "lost-cancel"
    LEAKED_PLACE = "leaked-place"
    REUSED_ID = "reused-id"
    WRONG_PLACE = "wrong-place"
    STALE_LIST = "stale-list"
    DOUBLE_DELIVERY = "double-delivery"
    RETRY_REJECTED = "retry-rejected"
    REJECTED_AND_BOOKED = "rejected-and-booked"
    REJECTED_WHILE_FREE = "rejected-while-free"
    NO_LIMIT = "no-limit"


MEANING: Final = {
    Fault.NO_UNIQUENESS: "a place that is taken is confirmed once more",
    Fault.ACKNOWLEDGED_TOO_SOON: "confirmed, and then rolled back",
    Fault.LOST_CANCEL: "a cancellation is answered and not done",
    Fault.LEAKED_PLACE: "a cancelled place is not free again",
    Fault.REUSED_ID: "every appointment has the same id",
    Fault.WRONG_PLACE: "the answer names another place than the record",
    Fault.STALE_LIST: "lists are older than promised",
    Fault.DOUBLE_DELIVERY: "a request that is sent again is done again",
    Fault.RETRY_REJECTED: "who asks again is told that the place is taken, and has it",
    Fault.REJECTED_AND_BOOKED: "the answer says rejected, the record confirmed",
    Fault.REJECTED_WHILE_FREE: "nobody has it, and it is not given",
    Fault.NO_LIMIT: "a citizen may have any number of appointments",
}


class FaultyStorage(SqliteStorage):
    """The SQLite storage with one fault; it is one process's, so that it can count."""

    def __init__(self, path: Path, fault: Fault) -> None:
        super().__init__(path)
        self._fault = fault
        self._count = 0
        self._confirmed = 0
        self._seen: dict[str, tuple[float, object]] = {}
        self._asked: set[str] = set()

    def send(self, wish: Wish, now_s: float, terms: Terms = UNLIMITED) -> Sent | Refused:  # pyright: ignore[reportIncompatibleMethodOverride]
        """With keys and limits that do not hold."""
        return super().send(self._wished(wish), now_s, self._terms(terms))

    def reserve(self, wish: Wish, now_s: float, terms: Terms = UNLIMITED) -> Reservation | Refused:
        """With most of the faults."""
        self._count += 1
        if self._fault is Fault.REJECTED_WHILE_FREE and self._count % _EVERY == 0:
            return Reservation(id=f"never-{self._count}", wish=wish, state=State.REJECTED, appointment=None, place=None)
        came = super().reserve(self._wished(wish), now_s, self._terms(terms))
        if not isinstance(came, Reservation):
            return came
        if self._fault is Fault.RETRY_REJECTED and wish.idempotency_key in self._asked:
            return replace(came, state=State.REJECTED, place=None, appointment=None)
        self._asked.add(wish.idempotency_key)
        return self._told(came, wish)

    def cancel(
        self, citizen: str, reservation: str, first_start: str, terms: Terms = UNLIMITED, acting: str | None = None
    ) -> Reservation | NoSuchReservation | NotConfirmed | TooLate:
        """Lost, or with a place that stays taken."""
        if self._fault is Fault.LOST_CANCEL:
            return self.reservation(citizen, reservation)
        came = super().cancel(citizen, reservation, first_start, terms, acting)
        if self._fault is Fault.LEAKED_PLACE and isinstance(came, Reservation):
            nobody = replace(came.wish, citizen="nobody", idempotency_key=f"leak-{came.id}", acting=None)
            super().hold(nobody, time.time(), time.time() + 86400, UNLIMITED)
        return came

    def free_days(self, book: str) -> list[tuple[str, int]]:
        """As they were a while ago."""
        return self._aged(f"days {book}", super().free_days(book))

    def free_times(self, book: str, date: str) -> list[tuple[str, int]]:
        """As they were a while ago."""
        return self._aged(f"times {book} {date}", super().free_times(book, date))

    def version(self, book: str) -> int:
        """As it was a while ago."""
        return self._aged(f"version {book}", super().version(book))

    def _told(self, came: Reservation, wish: Wish) -> Reservation:
        """What the citizen is told of a reservation that was decided."""
        confirmed = came.state is State.CONFIRMED
        self._confirmed += confirmed
        unlucky = confirmed and self._confirmed % _EVERY == 1
        match self._fault:
            case Fault.NO_UNIQUENESS if came.state is State.REJECTED:
                return replace(came, state=State.CONFIRMED, place=1, appointment=f"second-{came.id}")
            case Fault.ACKNOWLEDGED_TOO_SOON if unlucky:
                super().cancel(wish.citizen, came.id, "", UNLIMITED)
                return came
            case Fault.REUSED_ID if confirmed:
                return replace(came, appointment="the-same")
            case Fault.WRONG_PLACE if confirmed:
                return replace(came, place=(came.place or 0) + 1)
            case Fault.REJECTED_AND_BOOKED if unlucky:
                return replace(came, state=State.REJECTED, place=None, appointment=None)
            case _:
                return came

    def _wished(self, wish: Wish) -> Wish:
        if self._fault is not Fault.DOUBLE_DELIVERY:
            return wish
        self._count += 1
        return replace(wish, idempotency_key=f"{wish.idempotency_key}#{self._count}")

    def _terms(self, terms: Terms) -> Terms:
        return UNLIMITED if self._fault in {Fault.NO_LIMIT, Fault.DOUBLE_DELIVERY} else terms

    def _aged(self, name: str, now: Shown) -> Shown:
        if self._fault is not Fault.STALE_LIST:
            return now
        made_s, seen = self._seen.get(name, (0.0, now))
        if time.monotonic() - made_s > STALE_S:
            self._seen[name] = (time.monotonic(), now)
            return now
        return seen if isinstance(seen, type(now)) else now
