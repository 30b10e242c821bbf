"""The storage in SQL, but for what SQLite and PostgreSQL do differently: connect, wait for each other, claim a place.

The database itself makes a double booking impossible (the schemas say how), so that is not left to the code here.
"""

import math
import uuid
from abc import abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, Final, overload

from reference_server.booking import UNLIMITED, Confirmed, Decision, Rejected, Terms
from reference_server.sql_record import RESERVATIONS, Connection, SqlRecord, reservation_of
from reference_server.storage import (
    ACTIVE,
    MOST_DELIVERIES,
    KeyReused,
    LimitReached,
    Move,
    NoneFree,
    NoSuchReservation,
    NotConfirmed,
    NotHeld,
    Reservation,
    Sent,
    State,
    TooLate,
    TooOften,
    Waiting,
    Wish,
)

_ACTIVE: Final = ", ".join(f"'{state}'" for state in sorted(ACTIVE))


class SqlStorage(SqlRecord):
    """The `Storage` over a database; see there for what each method promises."""

    @abstractmethod
    def writing(self, *citizens: str) -> AbstractContextManager[Connection]:
        """One transaction, alone among those that write for any of these citizens."""

    @abstractmethod
    def locked(self, connection: Connection, reservation: str) -> Reservation | None:
        """A reservation that nobody else can write until the transaction ends."""

    @abstractmethod
    def line_up(self, connection: Connection, book: str, starts: Sequence[str]) -> None:
        """Wait for whoever writes at these starts: two who change places with each other must not block each other."""

    @abstractmethod
    def claimed(self, connection: Connection, book: str, start: str) -> int | None:
        """The lowest free place at a time, for a row that is written in the same transaction; None if all are taken."""

    @abstractmethod
    def first_claimed(self, connection: Connection, book: str, start: str) -> tuple[str, int] | None:
        """The first free place from a start on, with its start."""

    def offer(self, times: Sequence[tuple[str, str, int]]) -> int:
        """See `Storage`."""
        with self.writing() as connection:
            return sum(
                connection.execute(
                    "INSERT INTO offered (book, start, places) VALUES (?, ?, ?) ON CONFLICT (book, start) DO NOTHING",
                    time,
                ).rowcount
                for time in sorted(times)  # in one order, so that two who offer do not wait for each other
            )

    @overload
    def send(self, wish: Wish, now_s: float) -> Sent | KeyReused: ...
    @overload
    def send(self, wish: Wish, now_s: float, terms: Terms) -> Sent | KeyReused | LimitReached: ...
    def send(self, wish: Wish, now_s: float, terms: Terms = UNLIMITED) -> Sent | KeyReused | LimitReached:
        """See `Storage`."""
        with self.writing(wish.citizen, wish.actor) as connection:
            known = _known_or_refused(connection, wish, terms)
            if known is None:
                return Sent(_inserted(connection, wish, now_s))
            return Sent(known.id) if isinstance(known, Reservation) else known

    def reserve(self, wish: Wish, now_s: float, terms: Terms = UNLIMITED) -> Reservation | KeyReused | LimitReached:
        """See `Storage`."""
        with self.writing(wish.citizen, wish.actor) as connection:
            known = _known_or_refused(connection, wish, terms)
            if known is not None:
                return known
            reservation = _inserted(connection, wish, now_s)
            self._decided(connection, reservation, (wish.book, wish.start), now_s)
            return _read(connection, reservation)

    def assign(
        self, wish: Wish, now_s: float, terms: Terms = UNLIMITED
    ) -> Reservation | NoneFree | KeyReused | LimitReached:
        """See `Storage`."""
        with self.writing(wish.citizen, wish.actor) as connection:
            known = _known_or_refused(connection, wish, terms, any_start=True)
            if known is not None:
                return known
            found = self.first_claimed(connection, wish.book, wish.start)
            if found is None:
                return NoneFree()
            start, place = found
            reservation = _inserted(
                connection,
                wish,
                now_s,
                start=start,
                place=place,
                state=State.CONFIRMED,
                visible_s=now_s,
                appointment=new_id(),
            )
            return _read(connection, reservation)

    def hold(
        self, wish: Wish, now_s: float, until_s: float, terms: Terms = UNLIMITED
    ) -> Reservation | NoneFree | KeyReused | LimitReached:
        """See `Storage`."""
        with self.writing(wish.citizen, wish.actor) as connection:
            known = _known_or_refused(connection, wish, terms)
            if known is not None:
                return known
            place = self.claimed(connection, wish.book, wish.start)
            if place is None:
                return NoneFree()
            return _read(
                connection, _inserted(connection, wish, now_s, place=place, state=State.HELD, held_until_s=until_s)
            )

    def extend(
        self, citizen: str, reservation: str, now_s: float, until_s: float, most: int
    ) -> Reservation | NotHeld | TooOften:
        """See `Storage`."""
        with self.writing() as connection:
            if not _is_held(_own(self.locked(connection, reservation), citizen), now_s):
                return NotHeld()
            extended = connection.execute(
                "UPDATE reservation SET held_until_s = ?, extensions = extensions + 1 WHERE id = ? AND extensions < ?",
                (until_s, reservation, most),
            )
            return _read(connection, reservation) if extended.rowcount else TooOften()

    def confirm(self, citizen: str, reservation: str, now_s: float) -> Reservation | NotHeld:
        """See `Storage`."""
        with self.writing() as connection:
            held = _own(self.locked(connection, reservation), citizen)
            if held is not None and held.held_until_s is not None and held.state is State.CONFIRMED:
                return held
            if not _is_held(held, now_s):
                return NotHeld()
            connection.execute(
                "UPDATE reservation SET state = 'CONFIRMED', appointment = ?, visible_s = ? WHERE id = ?",
                (new_id(), now_s, reservation),
            )
            return _read(connection, reservation)

    def release(self, citizen: str, reservation: str) -> Reservation | NotHeld:
        """See `Storage`."""
        with self.writing() as connection:
            held = _own(self.locked(connection, reservation), citizen)
            if held is None or held.state is not State.HELD:
                return NotHeld()
            connection.execute("UPDATE reservation SET state = 'EXPIRED' WHERE id = ?", (reservation,))
            return _read(connection, reservation)

    def expire(self, now_s: float) -> int:
        """See `Storage`."""
        ended = "state = 'HELD' AND held_until_s <= ?"
        with self.reading() as connection:
            found = connection.execute(f"SELECT id FROM reservation WHERE {ended}", (now_s,)).fetchall()  # noqa: S608
        count = 0
        for (reservation,) in found:  # one by one, so that none waits for two
            with self.writing() as connection:
                count += connection.execute(
                    f"UPDATE reservation SET state = 'EXPIRED' WHERE id = ? AND {ended}",  # noqa: S608
                    (reservation, now_s),
                ).rowcount
        return count

    def cancel(
        self, citizen: str, reservation: str, first_start: str
    ) -> Reservation | NoSuchReservation | NotConfirmed | TooLate:
        """See `Storage`."""
        with self.writing() as connection:
            found = _own(self.locked(connection, reservation), citizen)
            if found is not None and found.state is State.CANCELLED:
                return found
            standing = _standing(found, first_start)
            if not isinstance(standing, Reservation):
                return standing
            connection.execute("UPDATE reservation SET state = 'CANCELLED' WHERE id = ?", (reservation,))
            return _read(connection, reservation)

    def change(
        self, move: Move, now_s: float, first_start: str
    ) -> Reservation | NoSuchReservation | NotConfirmed | TooLate | KeyReused:
        """See `Storage`."""
        with self.writing(move.citizen, move.acting or move.citizen) as connection:
            old = _own(self.locked(connection, move.reservation), move.citizen)
            if old is None:
                return NoSuchReservation()
            wish = Wish(
                citizen=move.citizen,
                idempotency_key=move.idempotency_key,
                book=old.wish.book,
                start=move.start,
                acting=move.acting,
            )
            known = _known(connection, wish, replaces=old.id)
            if known is not None:
                return known
            standing = _standing(old, first_start)
            if not isinstance(standing, Reservation):
                return standing
            self.line_up(connection, wish.book, (old.wish.start, wish.start))
            new = _inserted(connection, wish, now_s, replaces=old.id)
            if self._decided(connection, new, (wish.book, wish.start), now_s) is not None:
                connection.execute("UPDATE reservation SET state = 'CANCELLED' WHERE id = ?", (old.id,))
            return _read(connection, new)

    def oldest_waiting(self, now_s: float = math.inf) -> Waiting | None:
        """See `Storage`."""
        with self.reading() as connection:
            row = connection.execute(
                "SELECT id, CASE WHEN due_s > sent_s THEN due_s ELSE sent_s END FROM reservation"
                " WHERE state = 'SENT' AND due_s <= ? ORDER BY number LIMIT 1",
                (now_s,),
            ).fetchone()
        return None if row is None else Waiting(*row)

    def decide(self, reservation: str, visible_s: float) -> Decision:
        """See `Storage`."""
        with self.writing() as connection:
            found = self.locked(connection, reservation)
            if found is None or found.state is not State.SENT:
                place = None if found is None else found.place
            else:
                place = self._decided(connection, reservation, (found.wish.book, found.wish.start), visible_s)
        return Rejected() if place is None else Confirmed(place)

    def put_off(self, reservation: str, now_s: float, due_s: float) -> State:
        """See `Storage`."""
        with self.writing() as connection:
            connection.execute(
                "UPDATE reservation SET failures = failures + 1, due_s = ? WHERE id = ? AND state = 'SENT'",
                (due_s, reservation),
            )
            connection.execute(
                "UPDATE reservation SET state = 'DEAD_LETTER', visible_s = ?"
                " WHERE id = ? AND state = 'SENT' AND failures >= ?",
                (now_s, reservation, MOST_DELIVERIES),
            )
            return _read(connection, reservation).state

    def beat(self, now_s: float, *, stopped: bool = False) -> None:
        """See `Storage`."""
        with self.writing() as connection:
            _note(connection, "last_beat_s", repr(now_s))
            _note(connection, "ehr_stopped", str(int(stopped)))

    def ask_ehr(self, *, stop: bool) -> None:
        """See `Storage`."""
        with self.writing() as connection:
            _note(connection, "ehr_asked_to_stop", str(int(stop)))

    def _decided(self, connection: Connection, reservation: str, time: tuple[str, str], visible_s: float) -> int | None:
        place = self.claimed(connection, *time)
        state, appointment = (State.REJECTED, None) if place is None else (State.CONFIRMED, new_id())
        connection.execute(
            "UPDATE reservation SET state = ?, visible_s = ?, appointment = ?, place = ? WHERE id = ?",
            (state.value, visible_s, appointment, place, reservation),
        )
        return place


def _known_or_refused(
    connection: Connection, wish: Wish, terms: Terms, *, any_start: bool = False
) -> Reservation | KeyReused | LimitReached | None:
    known = _known(connection, wish, any_start=any_start)
    if known is not None or terms.most_active is None:
        return known
    (active,) = connection.execute(
        f"SELECT count(*) FROM reservation WHERE citizen = ? AND book = ? AND state IN ({_ACTIVE})",  # noqa: S608
        (wish.citizen, wish.book),
    ).fetchone()
    return None if terms.allows_another(active) else LimitReached()


def _known(
    connection: Connection, wish: Wish, *, any_start: bool = False, replaces: str | None = None
) -> Reservation | KeyReused | None:
    row = connection.execute(
        RESERVATIONS + "WHERE acting = ? AND idempotency_key = ?", (wish.actor, wish.idempotency_key)
    ).fetchone()
    if row is None:
        return None
    known = reservation_of(row)
    start = known.wish.start if any_start else wish.start
    wanted = (wish.citizen, wish.book, start, replaces)
    return known if (known.wish.citizen, known.wish.book, known.wish.start, known.replaces) == wanted else KeyReused()


def _own(found: Reservation | None, citizen: str) -> Reservation | None:
    return found if found is not None and found.wish.citizen == citizen else None


def _standing(found: Reservation | None, first_start: str) -> Reservation | NoSuchReservation | NotConfirmed | TooLate:
    if found is None:
        return NoSuchReservation()
    if found.state is not State.CONFIRMED:
        return NotConfirmed()
    return found if found.wish.start >= first_start else TooLate()


def _is_held(found: Reservation | None, now_s: float) -> bool:
    return found is not None and found.state is State.HELD and (found.held_until_s or 0.0) > now_s


def _inserted(connection: Connection, wish: Wish, now_s: float, **more: Any) -> str:
    values: dict[str, Any] = {
        "id": new_id(),
        "citizen": wish.citizen,
        "acting": wish.actor,
        "idempotency_key": wish.idempotency_key,
        "book": wish.book,
        "start": wish.start,
        "sent_s": now_s,
        **more,
    }
    marks = ", ".join("?" * len(values))
    connection.execute(f"INSERT INTO reservation ({', '.join(values)}) VALUES ({marks})", tuple(values.values()))  # noqa: S608
    return values["id"]


def _read(connection: Connection, reservation: str) -> Reservation:
    return reservation_of(connection.execute(RESERVATIONS + "WHERE id = ?", (reservation,)).fetchone())


def _note(connection: Connection, name: str, value: str) -> None:
    connection.execute("UPDATE about SET value = ? WHERE name = ?", (value, name))


def new_id() -> str:
    """A name that nothing else has."""
    return str(uuid.uuid4())
