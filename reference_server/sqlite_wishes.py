"""Many wishes in one statement of SQLite.

The driver lets go of the interpreter's lock in every call of SQLite, several times, and each time a thread that waits
is woken, most often for nothing. So what stands in line together is written together: for wishes of a full time, that
halves what a refusal costs.
"""

import functools
from collections.abc import Sequence
from typing import Final

from reference_server.sql_record import Connection
from reference_server.sql_wishes import IS_ACTIVE, Asked, most_active, new_ids

_COLUMNS: Final = "id, citizen, acting, idempotency_key, book, start, sent_s, meeting"
_NEW: Final = f"""
    (SELECT count(*) FROM reservation AS other
      WHERE other.citizen = wish.citizen AND other.book = wish.book AND {IS_ACTIVE}
        AND (state <> 'HELD' OR held_until_s > wish.sent_s)) < most
"""  # noqa: S608
_FULL: Final = """
    NOT EXISTS (SELECT 1 FROM offered
                 WHERE offered.book = wish.book AND offered.start = wish.start AND taken < places)
"""
_KEEP: Final = f"SELECT {_COLUMNS} FROM wish WHERE {_NEW}"  # noqa: S608
_KEEP_AS_REJECTED: Final = f"SELECT {_COLUMNS}, 'REJECTED', sent_s FROM wish WHERE {_FULL} AND {_NEW}"  # noqa: S608


def are_apart(asked: Sequence[Asked]) -> bool:
    """Whether what becomes of one of these wishes has nothing to do with the others, nor with another book."""
    whose = {(one.wish.citizen, one.wish.book) for one in asked}
    keys = {(one.wish.actor, one.wish.idempotency_key) for one in asked}
    return len(whose) == len(keys) == len(asked) and all(one.terms.follows is None for one in asked)


def kept(connection: Connection, asked: Sequence[Asked]) -> list[str] | None:
    """The names of wishes that are new and within the terms, kept as sent; they must be apart (`are_apart`)."""
    return _written(connection, asked, _COLUMNS, _KEEP)


def kept_as_rejected(connection: Connection, asked: Sequence[Asked]) -> list[str] | None:
    """The names of wishes that are new, within the terms and for a time that is full, kept as rejected."""
    return _written(connection, asked, f"{_COLUMNS}, state, visible_s", _KEEP_AS_REJECTED)


def _written(connection: Connection, asked: Sequence[Asked], columns: str, select: str) -> list[str] | None:
    """The names, in order, if all of them are written; None if some are not, and what is written has its key."""
    names, values = new_ids(len(asked)), list[str | float]()
    for name, (wish, terms, now_s) in zip(names, asked, strict=True):
        values += (name, wish.citizen, wish.actor, wish.idempotency_key)
        values += (wish.book, wish.start, now_s, wish.meeting.value, most_active(terms))
    count = connection.execute(_statement(len(names), columns, select), values).rowcount
    return names if count == len(names) else None


@functools.cache  # of two kinds, for as many as share a transaction
def _statement(count: int, columns: str, select: str) -> str:
    rows = ", ".join(["(?, ?, ?, ?, ?, ?, ?, ?, ?)"] * count)
    return (
        f"INSERT INTO reservation ({columns}) WITH wish ({_COLUMNS}, most) AS (VALUES {rows}) {select}"
        " ON CONFLICT (acting, idempotency_key) DO NOTHING"
    )
