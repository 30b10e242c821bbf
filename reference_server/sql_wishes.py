"""A wish as a row of the table: known by its key or new, within the terms or not, whose it is."""

import functools
import itertools
import os
import re
import sys
import time
from typing import Any, Final, NamedTuple

from reference_server.booking import Terms
from reference_server.reservation import ACTIVE, KeyReused, LimitReached, Refused, Reservation, Wish
from reference_server.sql_doses import refused_turn
from reference_server.sql_record import RESERVATIONS, Connection, reservation_of

IS_ACTIVE: Final = "(" + " OR ".join(f"state = '{state}'" for state in sorted(ACTIVE)) + ")"
"""A condition; SQLite builds a table for `IN` with more than two values, every time."""

_ACTIVE: Final = (
    f"(SELECT count(*) FROM reservation WHERE citizen = ? AND book = ? AND {IS_ACTIVE}"  # noqa: S608
    " AND (state <> 'HELD' OR held_until_s > ?))"  # an ended hold bars nobody before it is swept away
)
IS_OLD: Final = f"(EXISTS (SELECT 1 FROM reservation WHERE acting = ? AND idempotency_key = ?) OR {_ACTIVE} >= ?)"  # noqa: S608
"""A condition: the key was used before, or the citizen has as many as the terms allow; see `asked_if_old`."""


class Asked(NamedTuple):
    """A wish, what its book asks of it, and when it came, in seconds of Unix time."""

    wish: Wish
    terms: Terms
    now_s: float


def inserted_if_new(connection: Connection, wish: Wish, terms: Terms, now_s: float, **more: Any) -> str | None:
    """As `inserted`, for a wish that is new and within the terms, in one statement; None for any other."""
    if terms.follows is not None:
        return None
    values = _values(wish, now_s, more)
    asked = (*values.values(), wish.citizen, wish.book, now_s, most_active(terms))
    kept = connection.execute(_insert_if_new(tuple(values)), asked)
    return values["id"] if kept.rowcount else None


def known_or_refused(
    connection: Connection, wish: Wish, terms: Terms, now_s: float, *, any_start: bool = False
) -> Reservation | Refused | None:
    """The reservation that the key stands for already, or why there can be no new one; None lets it in."""
    if is_new(connection, wish, terms, now_s):
        return None
    known = known_by_key(connection, wish, any_start=any_start)
    if known is not None:
        return known
    if is_full(connection, wish.citizen, wish.book, terms, now_s):
        return LimitReached()
    return None if any_start else refused_turn(connection, wish, terms)


def is_new(connection: Connection, wish: Wish, terms: Terms, now_s: float) -> bool:
    """Whether nothing at all stands against the wish, found in one look."""
    if terms.follows is not None:
        return False
    (old,) = connection.execute(f"SELECT {IS_OLD}", asked_if_old(wish, terms, now_s)).fetchone()
    return not old


def asked_if_old(wish: Wish, terms: Terms, now_s: float) -> tuple[str | float, ...]:
    """The parameters of `IS_OLD`."""
    return wish.actor, wish.idempotency_key, wish.citizen, wish.book, now_s, most_active(terms)


def numbered(condition: str, first: int) -> str:
    """A condition whose parameters stand from this number on."""
    number = itertools.count(first)
    return re.sub(r"\?", lambda _: f"?{next(number)}", condition)


def most_active(terms: Terms) -> int:
    """The most active reservations of one citizen in the book; a number that nobody reaches where any is allowed."""
    return sys.maxsize if terms.most_active is None else terms.most_active


def is_full(connection: Connection, citizen: str, book: str, terms: Terms, now_s: float) -> bool:
    """Whether the citizen has as many active reservations in the book as the terms allow."""
    if terms.most_active is None:
        return False
    (active,) = connection.execute(f"SELECT {_ACTIVE}", (citizen, book, now_s)).fetchone()
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
    values = _values(wish, now_s, more)
    connection.execute(_insert(tuple(values)), tuple(values.values()))
    return values["id"]


def _values(wish: Wish, now_s: float, more: dict[str, Any]) -> dict[str, Any]:
    return {
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


@functools.cache
def _insert(names: tuple[str, ...]) -> str:
    return f"INSERT INTO reservation ({', '.join(names)}) VALUES ({_marks(names)})"  # noqa: S608


@functools.cache
def _insert_if_new(names: tuple[str, ...]) -> str:
    return (
        f"INSERT INTO reservation ({', '.join(names)}) SELECT {_marks(names)} WHERE {_ACTIVE} < ?"
        " ON CONFLICT (acting, idempotency_key) DO NOTHING"
    )


def _marks(names: tuple[str, ...]) -> str:
    return ", ".join("?" * len(names))


def read(connection: Connection, reservation: str) -> Reservation:
    """A reservation that is there."""
    return reservation_of(connection.execute(RESERVATIONS + "WHERE id = ?", (reservation,)).fetchone())


def new_id() -> str:
    """A name that nothing else has, and nobody guesses (UUID version 7, RFC 9562).

    It begins with the time, so that new names stand together in an index: a random place for each costs the database
    a page.
    """
    return new_ids(1)[0]


def new_ids(count: int) -> list[str]:
    """Several names, as `new_id` makes them, with one call for chance."""
    time_ms, chance = f"{time.time_ns() // 1_000_000:012x}", os.urandom(10 * count).hex()
    return [_id(time_ms, chance[at : at + 20]) for at in range(0, 20 * count, 20)]


def _id(time_ms: str, chance: str) -> str:
    variant = "89ab"[int(chance[3], 16) & 3]
    return f"{time_ms[:8]}-{time_ms[8:]}-7{chance[:3]}-{variant}{chance[4:7]}-{chance[8:]}"
