"""Appointments that are cancelled and changed, in SQL."""

from reference_server.reservation import (
    KeyReused,
    Move,
    NoSuchReservation,
    NotConfirmed,
    Reservation,
    State,
    TooLate,
    Wish,
)
from reference_server.sql_claims import SqlClaims
from reference_server.sql_wishes import inserted, known_by_key, own, read


class SqlAppointments(SqlClaims):
    """The part of `Storage` about appointments that stand; see there for what each method promises."""

    def cancel(
        self, citizen: str, reservation: str, first_start: str
    ) -> Reservation | NoSuchReservation | NotConfirmed | TooLate:
        """See `Storage`."""
        with self.writing() as connection:
            found = own(self.locked(connection, reservation), citizen)
            if found is not None and found.state is State.CANCELLED:
                return found
            standing = _standing(found, first_start)
            if not isinstance(standing, Reservation):
                return standing
            connection.execute("UPDATE reservation SET state = 'CANCELLED' WHERE id = ?", (reservation,))
            return read(connection, reservation)

    def change(
        self, move: Move, now_s: float, first_start: str
    ) -> Reservation | NoSuchReservation | NotConfirmed | TooLate | KeyReused:
        """See `Storage`."""
        with self.writing(move.citizen, move.acting or move.citizen) as connection:
            old = own(self.locked(connection, move.reservation), move.citizen)
            if old is None:
                return NoSuchReservation()
            wish = Wish(
                citizen=move.citizen,
                idempotency_key=move.idempotency_key,
                book=old.wish.book,
                start=move.start,
                acting=move.acting,
            )
            known = known_by_key(connection, wish, replaces=old.id)
            if known is not None:
                return known
            standing = _standing(old, first_start)
            if not isinstance(standing, Reservation):
                return standing
            self.line_up(connection, wish.book, (old.wish.start, wish.start))
            new = inserted(connection, wish, now_s, replaces=old.id)
            if self.decided(connection, new, (wish.book, wish.start), now_s) is not None:
                connection.execute("UPDATE reservation SET state = 'CANCELLED' WHERE id = ?", (old.id,))
            return read(connection, new)


def _standing(found: Reservation | None, first_start: str) -> Reservation | NoSuchReservation | NotConfirmed | TooLate:
    if found is None:
        return NoSuchReservation()
    if found.state is not State.CONFIRMED:
        return NotConfirmed()
    return found if found.wish.start >= first_start else TooLate()
