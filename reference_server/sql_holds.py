"""Places that are held for a while, in SQL."""

from reference_server.booking import UNLIMITED, Terms
from reference_server.reservation import (
    NoneFree,
    NotHeld,
    Refused,
    Reservation,
    State,
    TooOften,
    Wish,
)
from reference_server.sql_claims import SqlClaims
from reference_server.sql_wishes import inserted, known_or_refused, new_id, own, read


class SqlHolds(SqlClaims):
    """The part of `Storage` about holds; see there for what each method promises."""

    def hold(
        self, wish: Wish, now_s: float, until_s: float, terms: Terms = UNLIMITED
    ) -> Reservation | NoneFree | Refused:
        """See `Storage`."""
        with self.writing(wish.citizen, wish.actor) as connection:
            known = known_or_refused(connection, wish, terms, now_s)
            if known is not None:
                return known
            place = self.claimed(connection, wish.book, wish.start)
            if place is None:
                return NoneFree()
            return read(
                connection, inserted(connection, wish, now_s, place=place, state=State.HELD, held_until_s=until_s)
            )

    def extend(
        self, citizen: str, reservation: str, now_s: float, until_s: float, most: int
    ) -> Reservation | NotHeld | TooOften:
        """See `Storage`."""
        with self.writing() as connection:
            if not _is_held(own(self.locked(connection, reservation), citizen), now_s):
                return NotHeld()
            extended = connection.execute(
                "UPDATE reservation SET held_until_s = ?, extensions = extensions + 1 WHERE id = ? AND extensions < ?",
                (until_s, reservation, most),
            )
            return read(connection, reservation) if extended.rowcount else TooOften()

    def confirm(self, citizen: str, reservation: str, now_s: float) -> Reservation | NotHeld:
        """See `Storage`."""
        with self.writing() as connection:
            held = own(self.locked(connection, reservation), citizen)
            if held is not None and held.held_until_s is not None and held.state is State.CONFIRMED:
                return held
            if not _is_held(held, now_s):
                return NotHeld()
            connection.execute(
                "UPDATE reservation SET state = 'CONFIRMED', appointment = ?, visible_s = ? WHERE id = ?",
                (new_id(), now_s, reservation),
            )
            return read(connection, reservation)

    def release(self, citizen: str, reservation: str) -> Reservation | NotHeld:
        """See `Storage`."""
        with self.writing() as connection:
            held = own(self.locked(connection, reservation), citizen)
            if held is None or held.state is not State.HELD:
                return NotHeld()
            connection.execute("UPDATE reservation SET state = 'EXPIRED' WHERE id = ?", (reservation,))
            return read(connection, reservation)

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


def _is_held(found: Reservation | None, now_s: float) -> bool:
    return found is not None and found.state is State.HELD and (found.held_until_s or 0.0) > now_s
