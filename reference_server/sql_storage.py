"""The storage in SQL, but for what SQLite and PostgreSQL do differently: connect, wait for each other, claim a place.

The database itself makes a double booking impossible (the schemas say how), so that is not left to the code here.
"""

import math
from collections.abc import Sequence
from typing import overload

from reference_server.booking import UNLIMITED, Confirmed, Decision, Rejected, Terms
from reference_server.doses import NoFirst
from reference_server.reservation import (
    KeyReused,
    NoneFree,
    Refused,
    Reservation,
    Sent,
    State,
    Waiting,
    Wish,
)
from reference_server.sql_appointments import SqlAppointments
from reference_server.sql_claims import EVER
from reference_server.sql_doses import windows
from reference_server.sql_holds import SqlHolds
from reference_server.sql_record import Connection
from reference_server.sql_waitlist import SqlWaitlist
from reference_server.sql_wishes import Asked, inserted, known_or_refused, new_id, read
from scenarios.record_system import MOST_DELIVERIES


class SqlStorage(SqlHolds, SqlAppointments, SqlWaitlist):
    """The `Storage` over a database; see there for what each method promises."""

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
    def send(self, wish: Wish, now_s: float, terms: Terms) -> Sent | Refused: ...
    def send(self, wish: Wish, now_s: float, terms: Terms = UNLIMITED) -> Sent | Refused:
        """See `Storage`."""
        return self.written(self.sent, Asked(wish, terms, now_s))

    def reserve(self, wish: Wish, now_s: float, terms: Terms = UNLIMITED) -> Reservation | Refused:
        """See `Storage`."""
        return self.written(self.given, Asked(wish, terms, now_s))

    def assign(self, wish: Wish, now_s: float, terms: Terms = UNLIMITED) -> Reservation | NoneFree | Refused:
        """See `Storage`."""
        with self.writing(wish.citizen, wish.actor) as connection:
            known = known_or_refused(connection, wish, terms, now_s, any_start=True)
            if known is not None:
                return known
            found = self._first_in_turn(connection, wish, terms)
            if not isinstance(found, tuple):
                return found
            start, place = found
            reservation = inserted(
                connection,
                wish,
                now_s,
                start=start,
                place=place,
                state=State.CONFIRMED,
                visible_s=now_s,
                appointment=new_id(),
            )
            return read(connection, reservation)

    def waiting(self, now_s: float, most: int) -> list[Waiting]:
        """See `Storage`."""
        with self.reading() as connection:
            rows = connection.execute(
                "SELECT id, CASE WHEN due_s > sent_s THEN due_s ELSE sent_s END FROM reservation"
                " WHERE state = 'SENT' AND due_s <= ? ORDER BY number LIMIT ?",
                (now_s, most),
            ).fetchall()
        return [Waiting(*row) for row in rows]

    def oldest_waiting(self, now_s: float = math.inf) -> Waiting | None:
        """See `Storage`."""
        return next(iter(self.waiting(now_s, 1)), None)

    def decide(self, reservation: str, visible_s: float) -> Decision:
        """See `Storage`."""
        with self.writing() as connection:
            return self._decision(connection, self.locked(connection, reservation), visible_s)

    def decide_all(self, answers: Sequence[tuple[str, float]]) -> None:
        """See `Storage`."""
        first: dict[str, float] = {}
        for reservation, visible_s in answers:
            first.setdefault(reservation, visible_s)
        with self.writing() as connection:
            found = [(self.locked(connection, reservation), visible_s) for reservation, visible_s in first.items()]
            times: dict[str, set[str]] = {}
            for one in (one for one, _ in found if one is not None):
                times.setdefault(one.wish.book, set()).add(one.wish.start)
            for book in sorted(times):
                self.line_up(connection, book, sorted(times[book]))
            for one, visible_s in found:
                self._decision(connection, one, visible_s)

    def put_off(self, reservation: str, now_s: float, due_s: float, most: int = MOST_DELIVERIES) -> State:
        """See `Storage`."""
        with self.writing() as connection:
            connection.execute(
                "UPDATE reservation SET failures = failures + 1, due_s = ? WHERE id = ? AND state = 'SENT'",
                (due_s, reservation),
            )
            connection.execute(
                "UPDATE reservation SET state = 'DEAD_LETTER', visible_s = ?"
                " WHERE id = ? AND state = 'SENT' AND failures >= ?",
                (now_s, reservation, most),
            )
            return read(connection, reservation).state

    def beat(self, now_s: float, *, stopped: bool = False) -> None:
        """See `Storage`."""
        with self.writing() as connection:
            _note(connection, "last_beat_s", repr(now_s))
            _note(connection, "ehr_stopped", str(int(stopped)))

    def ask_ehr(self, *, stop: bool) -> None:
        """See `Storage`."""
        with self.writing() as connection:
            _note(connection, "ehr_asked_to_stop", str(int(stop)))

    def _first_in_turn(self, connection: Connection, wish: Wish, terms: Terms) -> tuple[str, int] | NoneFree | NoFirst:
        """The first free place that the citizen may have; in a book that follows, one that keeps the interval."""
        found = [(wish.start, EVER)] if terms.follows is None else windows(connection, wish, terms.follows)
        if isinstance(found, NoFirst):
            return found
        claims = (self.first_claimed(connection, wish.book, *window) for window in found)
        return next((claim for claim in claims if claim is not None), NoneFree())

    def _decision(self, connection: Connection, found: Reservation | None, visible_s: float) -> Decision:
        if found is None or found.state is not State.SENT:
            place = None if found is None else found.place
        else:
            place = self.decided(connection, found.id, (found.wish.book, found.wish.start), visible_s)
        return Rejected() if place is None else Confirmed(place)


def _note(connection: Connection, name: str, value: str) -> None:
    connection.execute("UPDATE about SET value = ? WHERE name = ?", (value, name))
