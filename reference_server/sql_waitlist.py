"""The waiting lists of the books, in SQL."""

import contextlib
import sys
from typing import Final

from reference_server.booking import UNLIMITED, Terms
from reference_server.reservation import InLine, LimitReached, Reservation, State, Wish
from reference_server.sql_claims import SqlClaims
from reference_server.sql_record import Connection
from reference_server.sql_wishes import IS_ACTIVE, inserted, is_full, new_id, read

_IN_LINE: Final = (
    "SELECT book, since_s, (SELECT count(*) FROM waitlist AS other"
    " WHERE other.book = waitlist.book AND other.ended_s IS NULL AND other.number < waitlist.number)"
    " FROM waitlist WHERE citizen = ? AND ended_s IS NULL "
)
_MAY_BE_GIVEN: Final = f"""
    SELECT number, citizen, acting FROM waitlist
     WHERE ended_s IS NULL
       AND (SELECT count(*) FROM reservation
             WHERE reservation.citizen = waitlist.citizen AND reservation.book = waitlist.book
               AND {IS_ACTIVE} AND (state <> 'HELD' OR held_until_s > ?)) < ?
"""  # noqa: S608
_FIRST_IN_LINE: Final = f"""
    {_MAY_BE_GIVEN}
       AND book = ? AND EXISTS (SELECT 1 FROM offered
                                 WHERE offered.book = waitlist.book AND start >= ? AND taken < places)
     ORDER BY number LIMIT 1
"""  # noqa: S608


class SqlWaitlist(SqlClaims):
    """The part of `Storage` about waiting lists; see there for what each method promises."""

    def join_waitlist(
        self, citizen: str, book: str, now_s: float, terms: Terms = UNLIMITED, acting: str | None = None
    ) -> InLine | LimitReached:
        """See `Storage`."""
        actor = acting or citizen
        with self.writing(citizen, actor) as connection:
            standing = _in_line(connection, citizen, book)
            if standing is None:
                if is_full(connection, citizen, book, terms, now_s):
                    return LimitReached()
                connection.execute(
                    "INSERT INTO waitlist (citizen, acting, book, since_s) VALUES (?, ?, ?, ?)",
                    (citizen, actor, book, now_s),
                )
                standing = _in_line(connection, citizen, book)
            assert standing is not None  # noqa: S101 (it was there, or was written just now)
            return standing

    def leave_waitlist(self, citizen: str, book: str, now_s: float) -> bool:
        """See `Storage`."""
        with self.writing(citizen) as connection:
            left = connection.execute(
                "UPDATE waitlist SET ended_s = ? WHERE citizen = ? AND book = ? AND ended_s IS NULL",
                (now_s, citizen, book),
            )
            return left.rowcount > 0

    def in_line(self, citizen: str) -> list[InLine]:
        """See `Storage`."""
        with self.reading() as connection:
            return [InLine(*row) for row in connection.execute(_IN_LINE + "ORDER BY number", (citizen,)).fetchall()]

    def waited_books(self) -> list[str]:
        """See `Storage`."""
        with self.reading() as connection:
            rows = connection.execute(
                "SELECT book FROM waitlist WHERE ended_s IS NULL GROUP BY book ORDER BY min(number)"
            ).fetchall()
        return [book for (book,) in rows]

    def give_waitlisted(
        self, book: str, first_start: str, now_s: float, visible_s: float, terms: Terms = UNLIMITED
    ) -> Reservation | None:
        """See `Storage`."""
        most = sys.maxsize if terms.most_active is None else terms.most_active
        with self.reading() as connection:
            first = connection.execute(_FIRST_IN_LINE, (now_s, most, book, first_start)).fetchone()
        if first is None:
            return None
        number, citizen, acting = first
        with contextlib.suppress(_PassedBy), self.writing(citizen, acting) as connection:
            found = self.first_claimed(connection, book, first_start)
            # The place before the line, as everybody who confirms does: two who wait for each other's row would stop.
            if found is None or not self._still_waits(connection, number, (now_s, most)):
                raise _PassedBy
            start, place = found
            reservation = inserted(
                connection,
                Wish(
                    citizen=citizen,
                    idempotency_key=f"waitlist {number}",
                    book=book,
                    start=start,
                    acting=acting,
                    meeting=terms.unasked,
                ),
                now_s,
                place=place,
                state=State.CONFIRMED,
                visible_s=visible_s,
                appointment=new_id(),
                waited=number,
            )
            return read(connection, reservation)
        return None

    def _still_waits(self, connection: Connection, number: int, most: tuple[float, int]) -> bool:
        row = connection.execute(_MAY_BE_GIVEN + f"AND number = ? {self.row_lock}", (*most, number)).fetchone()
        return row is not None


class _PassedBy(Exception):
    """Somebody else took the place, or it is waited for no more; what was claimed is given back."""


def _in_line(connection: Connection, citizen: str, book: str) -> InLine | None:
    row = connection.execute(_IN_LINE + "AND book = ?", (citizen, book)).fetchone()
    return None if row is None else InLine(*row)
