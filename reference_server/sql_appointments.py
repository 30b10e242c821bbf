"""Appointments that are cancelled and changed, in SQL."""

from typing import Final

from reference_server.booking import UNLIMITED, Terms
from reference_server.reservation import (
    Move,
    NoSuchReservation,
    NotConfirmed,
    NotMoved,
    Reservation,
    State,
    TooLate,
    Wish,
)
from reference_server.sql_claims import SqlClaims
from reference_server.sql_doses import dependents, give_up, refused_move
from reference_server.sql_wishes import inserted, known_by_key, own, read

_CANCEL: Final = "UPDATE reservation SET state = 'CANCELLED', cancelled_by = ? WHERE id = ?"


class SqlAppointments(SqlClaims):
    """The part of `Storage` about appointments that stand; see there for what each method promises."""

    def cancel(
        self, citizen: str, reservation: str, first_start: str, terms: Terms = UNLIMITED, acting: str | None = None
    ) -> Reservation | NoSuchReservation | NotConfirmed | TooLate:
        """See `Storage`."""
        with self.writing(*([citizen] if terms.followed_by else [])) as connection:
            found = own(self.locked(connection, reservation), citizen)
            if found is not None and found.state is State.CANCELLED:
                return found
            standing = _standing(found, first_start)
            if not isinstance(standing, Reservation):
                return standing
            # All are locked before a place is freed, so that none waits for the record system while it has one.
            along = [self.locked(connection, one) for one in dependents(connection, standing, terms)]
            by = acting or citizen
            connection.execute(_CANCEL, (by, reservation))
            for one in along:
                if one is not None:
                    give_up(connection, one, by)
            return read(connection, reservation)

    def change(self, move: Move, now_s: float, first_start: str, terms: Terms = UNLIMITED) -> Reservation | NotMoved:
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
                meeting=move.meeting or old.wish.meeting,
            )
            known = known_by_key(connection, wish, replaces=old.id)
            if known is not None:
                return known
            standing = _standing(old, first_start)
            if not isinstance(standing, Reservation):
                return standing
            refused = refused_move(connection, old, wish, terms)
            if refused is not None:
                return refused
            self.line_up(connection, wish.book, (old.wish.start, wish.start))
            new = inserted(connection, wish, now_s, replaces=old.id)
            if self.decided(connection, new, (wish.book, wish.start), now_s) is not None:
                connection.execute(_CANCEL, (wish.actor, old.id))
            return read(connection, new)


def _standing(found: Reservation | None, first_start: str) -> Reservation | NoSuchReservation | NotConfirmed | TooLate:
    if found is None:
        return NoSuchReservation()
    if found.state is not State.CONFIRMED:
        return NotConfirmed()
    return found if found.wish.start >= first_start else TooLate()
