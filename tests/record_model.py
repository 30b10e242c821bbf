"""The storage's promises as a pure model over `booking.Ledger`, for one book: what every database is held against."""

import dataclasses
from dataclasses import dataclass

from reference_server.booking import Confirmed, Decision, Ledger, Rejected, Terms
from reference_server.reservation import (
    ACTIVE,
    InLine,
    KeyReused,
    LimitReached,
    Move,
    NoneFree,
    NoSuchReservation,
    NotConfirmed,
    NotHeld,
    State,
    TooLate,
    TooOften,
    Wish,
)
from scenarios.inventory import AppointmentBook
from scenarios.record_system import MOST_DELIVERIES


@dataclass(slots=True, kw_only=True)
class Row:
    """A reservation as it should be on record; the database chooses the id."""

    wish: Wish
    state: State
    place: int | None = None
    replaces: str | None = None
    held_until_s: float | None = None
    id: str = ""
    extensions: int = 0
    failures: int = 0
    due_s: float = 0.0
    waited: int | None = None
    cancelled_by: str | None = None


@dataclass(slots=True, kw_only=True)
class Wait:
    """A place in line; the first of all has number 1."""

    number: int
    citizen: str
    actor: str
    since_s: float
    lasts: bool = True


class RecordModel:
    """The record of one book; every method is named as the storage's and gives what that should give."""

    def __init__(self, book: AppointmentBook) -> None:
        self.rows: list[Row] = []
        self.line: list[Wait] = []
        self.ledger = Ledger(book.places, book.day_of)
        self._book = book.id
        self._places = book.places
        self._starts = [book.time_text(time) for time in range(len(book.starts))]

    def send(self, wish: Wish, now_s: float, terms: Terms) -> Row | KeyReused | LimitReached:
        return self._known_or_refused(wish, now_s, terms) or self._added(Row(wish=wish, state=State.SENT))

    def reserve(self, wish: Wish, now_s: float, terms: Terms) -> Row | KeyReused | LimitReached:
        known = self._known_or_refused(wish, now_s, terms)
        return known or self._answered(self._added(Row(wish=wish, state=State.SENT)))

    def assign(self, wish: Wish, now_s: float, terms: Terms) -> Row | KeyReused | LimitReached | NoneFree:
        known = self._known_or_refused(wish, now_s, terms, any_start=True)
        if known is not None:
            return known
        for start in self._starts:
            if start >= wish.start and (place := self._taken(start)):
                assigned = dataclasses.replace(wish, start=start)
                return self._confirmed(self._added(Row(wish=assigned, state=State.SENT, place=place)))
        return NoneFree()

    def hold(self, wish: Wish, now_s: float, until_s: float, terms: Terms) -> Row | KeyReused | LimitReached | NoneFree:
        known = self._known_or_refused(wish, now_s, terms)
        if known is not None:
            return known
        place = self._taken(wish.start)
        if place is None:
            return NoneFree()
        return self._added(Row(wish=wish, state=State.HELD, place=place, held_until_s=until_s))

    def extend(self, row: Row, citizen: str, now_s: float, until_s: float, most: int) -> Row | NotHeld | TooOften:
        if not self.is_held(row, citizen, now_s):
            return NotHeld()
        if row.extensions == most:
            return TooOften()
        row.extensions += 1
        row.held_until_s = until_s
        return row

    def confirm(self, row: Row, citizen: str, now_s: float) -> Row | NotHeld:
        confirmed_before = row.state is State.CONFIRMED and row.held_until_s is not None
        if row.wish.citizen == citizen and confirmed_before:
            return row
        if not self.is_held(row, citizen, now_s):
            return NotHeld()
        return self._confirmed(row)

    def release(self, row: Row, citizen: str) -> Row | NotHeld:
        if row.wish.citizen != citizen or row.state is not State.HELD:
            return NotHeld()
        return self._freed(row, State.EXPIRED)

    def expire(self, now_s: float) -> int:
        ended = [row for row in self.rows if row.state is State.HELD and (row.held_until_s or 0) <= now_s]
        for row in ended:
            self._freed(row, State.EXPIRED)
        return len(ended)

    def cancel(
        self, row: Row, citizen: str, first_start: str, acting: str | None = None
    ) -> Row | NoSuchReservation | NotConfirmed | TooLate:
        if row.wish.citizen != citizen:
            return NoSuchReservation()
        if row.state is State.CANCELLED:
            return row
        return self._refused_to_touch(row, first_start) or self._cancelled(row, acting or citizen)

    def change(
        self, old: Row, move: Move, first_start: str
    ) -> Row | NoSuchReservation | NotConfirmed | TooLate | KeyReused:
        if old.wish.citizen != move.citizen:
            return NoSuchReservation()
        wish = Wish(
            citizen=move.citizen,
            idempotency_key=move.idempotency_key,
            book=old.wish.book,
            start=move.start,
            acting=move.acting,
        )
        refused = self._known(wish, replaces=old.id) or self._refused_to_touch(old, first_start)
        if refused is not None:
            return refused
        new = self._answered(self._added(Row(wish=wish, state=State.SENT, replaces=old.id)))
        if new.state is State.CONFIRMED:
            self._cancelled(old, move.acting or move.citizen)
        return new

    def waiting(self, now_s: float) -> Row | None:
        return next((row for row in self.rows if row.state is State.SENT and row.due_s <= now_s), None)

    def decide(self, row: Row) -> Decision:
        if row.state is State.SENT:
            self._answered(row)
        return Rejected() if row.place is None else Confirmed(place=row.place)

    def put_off(self, row: Row, due_s: float) -> State:
        if row.state is State.SENT:
            row.failures, row.due_s = row.failures + 1, due_s
            if row.failures == MOST_DELIVERIES:
                row.state = State.DEAD_LETTER
        return row.state

    def join_waitlist(self, citizen: str, now_s: float, terms: Terms, acting: str | None) -> InLine | LimitReached:
        if not self.in_line(citizen):
            if not self._may_have_another(citizen, now_s, terms):
                return LimitReached()
            number = len(self.line) + 1
            self.line.append(Wait(number=number, citizen=citizen, actor=acting or citizen, since_s=now_s))
        return self.in_line(citizen)[0]

    def leave_waitlist(self, citizen: str) -> bool:
        for wait in self._waiting():
            if wait.citizen == citizen:
                wait.lasts = False
                return True
        return False

    def in_line(self, citizen: str) -> list[InLine]:
        return [
            InLine(self._book, wait.since_s, ahead)
            for ahead, wait in enumerate(self._waiting())
            if wait.citizen == citizen
        ]

    def give_waitlisted(self, first_start: str, now_s: float, terms: Terms) -> Row | None:
        first = next((wait for wait in self._waiting() if self._may_have_another(wait.citizen, now_s, terms)), None)
        start = next((start for start in self._starts if start >= first_start and self._is_free(start)), None)
        if first is None or start is None:
            return None
        wish = Wish(
            citizen=first.citizen,
            idempotency_key=f"waitlist {first.number}",
            book=self._book,
            start=start,
            acting=None if first.actor == first.citizen else first.actor,
        )
        return self._answered(self._added(Row(wish=wish, state=State.SENT, waited=first.number)))

    def is_held(self, row: Row, citizen: str, now_s: float) -> bool:
        return row.wish.citizen == citizen and row.state is State.HELD and (row.held_until_s or 0) > now_s

    def _waiting(self) -> list[Wait]:
        return [wait for wait in self.line if wait.lasts]

    def _is_free(self, start: str) -> bool:
        time = self._starts.index(start)
        return any(self.ledger.holder(time, place) is None for place in range(1, self._places + 1))

    def _known_or_refused(
        self, wish: Wish, now_s: float, terms: Terms, *, any_start: bool = False
    ) -> Row | KeyReused | LimitReached | None:
        known = self._known(wish, any_start=any_start)
        return known or (None if self._may_have_another(wish.citizen, now_s, terms) else LimitReached())

    def _may_have_another(self, citizen: str, now_s: float, terms: Terms) -> bool:
        own = [row for row in self.rows if row.wish.citizen == citizen and row.state in ACTIVE]
        active = [row for row in own if row.state is not State.HELD or (row.held_until_s or 0) > now_s]
        return terms.allows_another(len(active))

    def _known(self, wish: Wish, *, any_start: bool = False, replaces: str | None = None) -> Row | KeyReused | None:
        for row in self.rows:
            if (row.wish.actor, row.wish.idempotency_key) == (wish.actor, wish.idempotency_key):
                same_start = any_start or row.wish.start == wish.start
                same = same_start and (row.wish.citizen, row.replaces) == (wish.citizen, replaces)
                return row if same else KeyReused()
        return None

    def _refused_to_touch(self, row: Row, first_start: str) -> NotConfirmed | TooLate | None:
        if row.state is not State.CONFIRMED:
            return NotConfirmed()
        return TooLate() if row.wish.start < first_start else None

    def _added(self, row: Row) -> Row:
        self.rows.append(row)
        return row

    def _answered(self, row: Row) -> Row:
        row.place = self._taken(row.wish.start)
        if row.place is not None:
            return self._confirmed(row)
        row.state = State.REJECTED
        return row

    def _confirmed(self, row: Row) -> Row:
        row.state = State.CONFIRMED
        if row.replaces is None:
            self.leave_waitlist(row.wish.citizen)
        return row

    def _taken(self, start: str) -> int | None:
        decision = self.ledger.reserve(self._starts.index(start), 0)
        return decision.place if isinstance(decision, Confirmed) else None

    def _cancelled(self, row: Row, by: str) -> Row:
        row.cancelled_by = by
        return self._freed(row, State.CANCELLED)

    def _freed(self, row: Row, state: State) -> Row:
        self.ledger.cancel(self._starts.index(row.wish.start), row.place or 0)
        row.state = state
        return row
