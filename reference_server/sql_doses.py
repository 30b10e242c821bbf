"""What ties an appointment to another one on record: the rule of `doses`, kept within the transaction of a write."""

from typing import Final

from reference_server.booking import Terms
from reference_server.doses import (
    BreaksInterval,
    DoseTie,
    NoFirst,
    OutsideInterval,
    left_alone,
    newly_alone,
    out_of_turn,
)
from reference_server.reservation import ACTIVE, Reservation, State, Wish
from reference_server.sql_record import Connection

_ACTIVE: Final = ", ".join(f"'{state}'" for state in sorted(ACTIVE))
_FREED_AS: Final = {
    State.SENT: "state = 'DEAD_LETTER', visible_s = sent_s",
    State.HELD: "state = 'EXPIRED'",
    State.CONFIRMED: "state = 'CANCELLED', cancelled_by = ?",
}
"""What becomes of a second reservation whose first is gone; a sent one is not decided any more, and shows that."""


def refused_turn(connection: Connection, wish: Wish, terms: Terms) -> NoFirst | OutsideInterval | None:
    """Why the citizen cannot have that start in a book that follows another."""
    tie = terms.follows
    return None if tie is None else out_of_turn(tie, _standing(connection, wish.citizen, tie.first), wish.start)


def windows(connection: Connection, wish: Wish, tie: DoseTie) -> list[tuple[str, str]] | NoFirst:
    """From when to when the citizen may be given a start, for each first appointment that stands."""
    first_starts = _standing(connection, wish.citizen, tie.first)
    found = [(max(wish.start, earliest), latest) for earliest, latest in map(tie.window, first_starts)]
    return found or NoFirst(tie.first)


def refused_move(
    connection: Connection, old: Reservation, new: Wish, terms: Terms
) -> NoFirst | OutsideInterval | BreaksInterval | None:
    """Why an appointment cannot be moved to that start: for the one before it or for the one after it."""
    refused = refused_turn(connection, new, terms)
    if refused is not None:
        return refused
    for tie in terms.followed_by:
        others = _without(_standing(connection, new.citizen, tie.first), old.wish.start)
        seconds = [start for _, start in _active(connection, new.citizen, tie.second)]
        alone = newly_alone(tie, others, old.wish.start, new.start, seconds)
        if alone:
            return BreaksInterval(tie.second, alone[0])
    return None


def dependents(connection: Connection, first: Reservation, terms: Terms) -> list[str]:
    """The citizen's reservations that are nothing without this appointment, in order of their starts."""
    found: list[str] = []
    for tie in terms.followed_by:
        seconds = _active(connection, first.wish.citizen, tie.second)
        kept = _without(_standing(connection, first.wish.citizen, tie.first), first.wish.start)
        alone = set(left_alone(tie, kept, [start for _, start in seconds if tie.fits(first.wish.start, start)]))
        found += [reservation for reservation, start in seconds if start in alone]
    return found


def give_up(connection: Connection, dependent: Reservation, by: str) -> None:
    """Let go of a second reservation, however far it has come; one that has ended is left as it is."""
    if dependent.state in _FREED_AS:
        told = (by,) if dependent.state is State.CONFIRMED else ()
        change = f"UPDATE reservation SET {_FREED_AS[dependent.state]} WHERE id = ?"  # noqa: S608
        connection.execute(change, (*told, dependent.id))


def _standing(connection: Connection, citizen: str, book: str) -> list[str]:
    rows = connection.execute(
        "SELECT start FROM reservation WHERE citizen = ? AND book = ? AND state = 'CONFIRMED' ORDER BY start",
        (citizen, book),
    )
    return [start for (start,) in rows.fetchall()]


def _active(connection: Connection, citizen: str, book: str) -> list[tuple[str, str]]:
    rows = connection.execute(
        f"SELECT id, start FROM reservation WHERE citizen = ? AND book = ? AND state IN ({_ACTIVE})"  # noqa: S608
        " ORDER BY start, id",
        (citizen, book),
    )
    return [(one, start) for one, start in rows.fetchall()]


def _without(starts: list[str], one: str) -> list[str]:
    at = starts.index(one)
    return starts[:at] + starts[at + 1 :]
