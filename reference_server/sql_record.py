"""What is read off the record, and the little that is kept about the record system, in SQL."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, Final, Protocol

from reference_server.meeting import Meeting
from reference_server.record import EhrStatus, Levels, Record, Waitlisted
from reference_server.reservation import NoSuchReservation, Reservation, State, Wish

RESERVATIONS: Final = (
    "SELECT id, citizen, acting, idempotency_key, book, start, state, appointment, place, replaces, held_until_s,"
    " waited, meeting, cancelled_by"
    " FROM reservation "
)

_WAITS: Final = "SELECT number, citizen, acting, book, since_s, ended_s FROM waitlist ORDER BY number"

_IN_LINE: Final = "SELECT book, count(*) FROM waitlist WHERE ended_s IS NULL GROUP BY book ORDER BY book"


class Rows(Protocol):
    """What a statement gives."""

    @property
    def rowcount(self) -> int:
        """How many rows were written."""
        ...

    def fetchone(self) -> Any:
        """The next row, or None."""
        ...

    def fetchall(self) -> list[Any]:
        """The rows that are left."""
        ...


class Connection(Protocol):
    """As much of a database connection as the storage needs; parameters are question marks."""

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> Rows:
        """Run one statement."""
        ...


class SqlRecord(ABC):
    """The reading part of `Storage` over a database; see there for what each method promises."""

    @abstractmethod
    def reading(self) -> AbstractContextManager[Connection]:
        """A connection for single statements."""

    @abstractmethod
    def snapshot(self) -> AbstractContextManager[Connection]:
        """A connection that sees one moment until the block ends."""

    def free_days(self, book: str) -> list[tuple[str, int]]:
        """See `Storage`."""
        with self.reading() as connection:
            return connection.execute(
                "SELECT substr(start, 1, 10) AS date, sum(places - taken) AS free FROM offered"
                " WHERE book = ? AND taken < places GROUP BY date ORDER BY date",
                (book,),
            ).fetchall()

    def free_times(self, book: str, date: str) -> list[tuple[str, int]]:
        """See `Storage`."""
        with self.reading() as connection:
            return connection.execute(
                "SELECT start, places - taken FROM offered"
                " WHERE book = ? AND start >= ? AND start < ? AND taken < places ORDER BY start",
                (book, date, date + "U"),  # U follows the T of every start on that date
            ).fetchall()

    def version(self, book: str) -> int:
        """See `Storage`."""
        with self.reading() as connection:
            row = connection.execute("SELECT version FROM book_version WHERE book = ?", (book,)).fetchone()
        return 0 if row is None else int(row[0])

    def is_offered(self, book: str, start: str) -> bool:
        """See `Storage`."""
        with self.reading() as connection:
            row = connection.execute("SELECT 1 FROM offered WHERE book = ? AND start = ?", (book, start)).fetchone()
        return row is not None

    def is_own(self, citizen: str, reservation: str) -> bool:
        """See `Storage`."""
        return isinstance(self.reservation(citizen, reservation), Reservation)

    def reservation(self, citizen: str, reservation: str) -> Reservation | NoSuchReservation:
        """See `Storage`."""
        with self.reading() as connection:
            row = connection.execute(RESERVATIONS + "WHERE id = ? AND citizen = ?", (reservation, citizen)).fetchone()
        return NoSuchReservation() if row is None else reservation_of(row)

    def answers(self, citizen: str, now_s: float) -> list[Reservation]:
        """See `Storage`."""
        with self.reading() as connection:
            rows = connection.execute(
                RESERVATIONS + "WHERE citizen = ? AND visible_s <= ? ORDER BY number", (citizen, now_s)
            ).fetchall()
        return [reservation_of(row) for row in rows]

    def unanswered(self, citizen: str, now_s: float) -> list[Reservation]:
        """See `Storage`."""
        with self.reading() as connection:
            rows = connection.execute(
                RESERVATIONS + "WHERE citizen = ? AND (state = 'SENT' OR visible_s > ?) ORDER BY number",
                (citizen, now_s),
            ).fetchall()
        return [reservation_of(row) for row in rows]

    def held(self, citizen: str, now_s: float) -> list[Reservation]:
        """See `Storage`."""
        with self.reading() as connection:
            rows = connection.execute(
                RESERVATIONS + "WHERE citizen = ? AND state = 'HELD' AND held_until_s > ? ORDER BY number",
                (citizen, now_s),
            ).fetchall()
        return [reservation_of(row) for row in rows]

    def everything(self) -> Record:
        """See `Storage`."""
        with self.snapshot() as connection:
            rows = connection.execute(RESERVATIONS + "ORDER BY number").fetchall()
            free, capacity = connection.execute("SELECT sum(places - taken), sum(places) FROM offered").fetchone()
            waits = connection.execute(_WAITS).fetchall()
        return Record(
            reservations=[reservation_of(row) for row in rows],
            free=free,
            capacity=capacity,
            waitlist=[Waitlisted(*row) for row in waits],
        )

    def levels(self) -> Levels:
        """See `Storage`."""
        with self.snapshot() as connection:
            states = connection.execute("SELECT state, count(*) FROM reservation GROUP BY state").fetchall()
            free, capacity = connection.execute("SELECT sum(places - taken), sum(places) FROM offered").fetchone()
            waiting = connection.execute(_IN_LINE).fetchall()
        return Levels(
            reservations={State(state): count for state, count in states},
            waiting=dict(waiting),
            free=free,
            capacity=capacity,
        )

    def last_beat_s(self) -> float:
        """See `Storage`."""
        return self.ehr_status().last_beat_s

    def ehr_status(self) -> EhrStatus:
        """See `Storage`."""
        with self.reading() as connection:
            about = dict(
                connection.execute(
                    "SELECT name, value FROM about WHERE name IN ('last_beat_s', 'ehr_asked_to_stop', 'ehr_stopped')"
                ).fetchall()
            )
        return EhrStatus(
            last_beat_s=float(about["last_beat_s"]),
            asked_to_stop=about["ehr_asked_to_stop"] == "1",
            stopped=about["ehr_stopped"] == "1",
        )


def reservation_of(row: Sequence[Any]) -> Reservation:
    """The reservation in a row of `RESERVATIONS`."""
    reservation, citizen, acting, key, book, start, state, appointment, place, replaces, held_until_s, *rest = row
    waited, meeting, cancelled_by = rest
    wish = Wish(
        citizen=citizen,
        idempotency_key=key,
        book=book,
        start=start,
        acting=None if acting == citizen else acting,
        meeting=Meeting(meeting),
    )
    return Reservation(
        id=reservation,
        wish=wish,
        state=State(state),
        appointment=appointment,
        place=place,
        replaces=replaces,
        held_until_s=held_until_s,
        waited=waited,
        cancelled_by=cancelled_by,
    )
