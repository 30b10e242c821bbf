"""What SQLite and PostgreSQL do differently, each in its own way: wait for each other, and claim a place."""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import ClassVar, Final, TypeVar

from reference_server.reservation import Refused, Reservation, Sent, State, Wish
from reference_server.sql_record import Connection, SqlRecord
from reference_server.sql_wishes import Asked, inserted, inserted_if_new, is_new, known_or_refused, new_id

EVER: Final = "~"
"""After every start."""

_Result = TypeVar("_Result")


class SqlClaims(SqlRecord):
    """Transactions that write, and places claimed in them."""

    row_lock: ClassVar[str] = ""
    """What ends a SELECT whose rows nobody else may write until the transaction ends."""

    @abstractmethod
    def writing(self, *citizens: str) -> AbstractContextManager[Connection]:
        """One transaction, alone among those that write for any of these citizens."""

    def written(self, does: Callable[[Connection, Sequence[Asked]], Sequence[_Result]], asked: Asked) -> _Result:
        """What `does` gives for what is asked, in one transaction, alone among those that write for its citizens.

        For what many do at the same time: SQLite has whoever writes do it for those who wait, all at once. So it
        depends on the database alone.
        """
        with self.writing(asked.wish.citizen, asked.wish.actor) as connection:
            (came,) = does(connection, [asked])
            return came

    def sent(self, connection: Connection, asked: Sequence[Asked]) -> Sequence[Sent | Refused]:
        """What becomes of wishes that are to be sent."""
        return [_sent(connection, one) for one in asked]

    def given(self, connection: Connection, asked: Sequence[Asked]) -> Sequence[Reservation | Refused]:
        """What becomes of wishes that are to be decided at once, in this order."""
        return [self.one_given(connection, one) for one in asked]

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
    def first_claimed(
        self, connection: Connection, book: str, start: str, latest: str = EVER
    ) -> tuple[str, int] | None:
        """The first free place from a start on, with its start."""

    def reserved(self, connection: Connection, asked: Asked) -> Reservation | None:
        """A wish that is new and within the terms, kept and answered at once; None for any other."""
        wish, terms, now_s = asked
        if not is_new(connection, wish, terms, now_s):
            return None
        return self.answered(connection, wish, now_s, self.claimed(connection, wish.book, wish.start))

    def answered(self, connection: Connection, wish: Wish, now_s: float, place: int | None) -> Reservation:
        """A wish kept together with its answer; without a place it is a rejection."""
        state, appointment = answered_with(place)
        more = {"state": state.value, "visible_s": now_s, "appointment": appointment, "place": place}
        reservation = inserted(connection, wish, now_s, **more)
        return Reservation(id=reservation, wish=wish, state=state, appointment=appointment, place=place)

    def one_given(self, connection: Connection, asked: Asked) -> Reservation | Refused:
        """What becomes of one of them."""
        new = self.reserved(connection, asked)
        if new is not None:
            return new
        wish, terms, now_s = asked
        known = known_or_refused(connection, wish, terms, now_s)
        if known is not None:
            return known
        place = self.claimed(connection, wish.book, wish.start)
        return self.answered(connection, wish, now_s, place)

    def decided(self, connection: Connection, reservation: str, time: tuple[str, str], visible_s: float) -> int | None:
        """Claim a place for a reservation that is sent, and answer it; None is a rejection."""
        place = self.claimed(connection, *time)
        state, appointment = answered_with(place)
        connection.execute(
            "UPDATE reservation SET state = ?, visible_s = ?, appointment = ?, place = ? WHERE id = ?",
            (state.value, visible_s, appointment, place, reservation),
        )
        return place


def answered_with(place: int | None) -> tuple[State, str | None]:
    """The state that a claim leads to, and the name of the appointment where there is one."""
    return (State.REJECTED, None) if place is None else (State.CONFIRMED, new_id())


def _sent(connection: Connection, asked: Asked) -> Sent | Refused:
    wish, terms, now_s = asked
    reservation = inserted_if_new(connection, wish, terms, now_s)
    if reservation is not None:
        return Sent(reservation)
    known = known_or_refused(connection, wish, terms, now_s)
    if known is None:
        return Sent(inserted(connection, wish, now_s))
    return Sent(known.id) if isinstance(known, Reservation) else known
