"""A wish as a row of the table: known by its key or new, within the terms or not, whose it is."""

import uuid
from typing import Any, Final

from reference_server.booking import Terms
from reference_server.reservation import ACTIVE, KeyReused, LimitReached, Refused, Reservation, Wish
from reference_server.sql_doses import refused_turn
from reference_server.sql_record import RESERVATIONS, Connection, reservation_of

ACTIVE_STATES: Final = ", ".join(f"'{state}'" for state in sorted(ACTIVE))
"""For `state IN (...)`."""


def known_or_refused(
    connection: Connection, wish: Wish, terms: Terms, now_s: float, *, any_start: bool = False
) -> Reservation | Refused | None:
    """The reservation that the key stands for already, or why there can be no new one; None lets it in."""
    known = known_by_key(connection, wish, any_start=any_start)
    if known is not None:
        return known
    if is_full(connection, wish.citizen, wish.book, terms, now_s):
        return LimitReached()
    return None if any_start else refused_turn(connection, wish, terms)


def is_full(connection: Connection, citizen: str, book: str, terms: Terms, now_s: float) -> bool:
    """Whether the citizen has as many active reservations in the book as the terms allow."""
    if terms.most_active is None:
        return False
    (active,) = connection.execute(
        f"SELECT count(*) FROM reservation WHERE citizen = ? AND book = ? AND state IN ({ACTIVE_STATES})"  # noqa: S608
        " AND (state <> 'HELD' OR held_until_s > ?)",  # an ended hold bars nobody before it is swept away
        (citizen, book, now_s),
    ).fetchone()
    return not terms.allows_another(active)


def known_by_key(
    connection: Connection, wish: Wish, *, any_start: bool = False, replaces: str | None = None
) -> Reservation | KeyReused | None:
    """The reservation that the key stands for, if it was used before."""
    row = connection.execute(
        RESERVATIONS + "WHERE acting = ? AND idempotency_key = ?", (wish.actor, wish.idempotency_key)
    ).fetchone()
    if row is None:
        return None
    known = reservation_of(row)
    start = known.wish.start if any_start else wish.start
    wanted = (wish.citizen, wish.book, start, wish.meeting, replaces)
    there = known.wish
    same = (there.citizen, there.book, there.start, there.meeting, known.replaces) == wanted
    return known if same else KeyReused()


def own(found: Reservation | None, citizen: str) -> Reservation | None:
    """The reservation, where it is this citizen's."""
    return found if found is not None and found.wish.citizen == citizen else None


def inserted(connection: Connection, wish: Wish, now_s: float, **more: Any) -> str:
    """Keep a wish as a row, with these further columns; returns its id."""
    values: dict[str, Any] = {
        "id": new_id(),
        "citizen": wish.citizen,
        "acting": wish.actor,
        "idempotency_key": wish.idempotency_key,
        "book": wish.book,
        "start": wish.start,
        "sent_s": now_s,
        "meeting": wish.meeting.value,
        **more,
    }
    marks = ", ".join("?" * len(values))
    connection.execute(f"INSERT INTO reservation ({', '.join(values)}) VALUES ({marks})", tuple(values.values()))  # noqa: S608
    return values["id"]


def read(connection: Connection, reservation: str) -> Reservation:
    """A reservation that is there."""
    return reservation_of(connection.execute(RESERVATIONS + "WHERE id = ?", (reservation,)).fetchone())


def new_id() -> str:
    """A name that nothing else has."""
    return str(uuid.uuid4())
