"""Wishes that stand in line together, and are written in one statement, become what they become one after the other."""

from collections.abc import Sequence

from hypothesis import example, given, settings
from hypothesis import strategies as st

from reference_server.booking import UNLIMITED, Terms
from reference_server.reservation import Refused, Reservation, Sent, State, Wish
from reference_server.sql_claims import SqlClaims
from reference_server.sql_storage import SqlStorage
from reference_server.sql_wishes import Asked
from tests.databases import BOOK, STARTS, Database, Emptied

WISHES = st.builds(
    Wish,
    citizen=st.sampled_from("abcdefghijk"),
    idempotency_key=st.sampled_from(["k", "l", "m"]),
    book=st.just(BOOK.id),
    start=st.sampled_from(STARTS[:2]),
    acting=st.sampled_from([None, None, None, "parent"]),
)
ASKED = st.builds(Asked, WISHES, st.sampled_from([Terms(), UNLIMITED]), st.just(1.0))
TOGETHER = st.lists(ASKED, min_size=1, max_size=6)


def one(citizen: str, key: str = "k", time: int = 0, terms: Terms = UNLIMITED) -> Asked:
    return Asked(Wish(citizen=citizen, idempotency_key=key, book=BOOK.id, start=STARTS[time]), terms, 1.0)


FULL = [one("a"), one("b"), one("c")]
"""Two get the places of a time, and the third finds it full."""


def who(row: Reservation) -> tuple[str, str]:
    """What a reservation is known by in any storage: names and numbers no two storages have in common."""
    return row.wish.acting or row.wish.citizen, row.wish.idempotency_key


def seen(storage: SqlStorage, came: Sequence[Reservation | Sent | Refused]) -> list[object]:
    """The answers, with each reservation's own name left out of them."""
    known = {row.id: who(row) for row in storage.everything().reservations}
    return [
        (known[answer.id], answer.state, answer.place, answer.wish)
        if isinstance(answer, Reservation)
        else known[answer.reservation]
        if isinstance(answer, Sent)
        else answer
        for answer in came
    ]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(TOGETHER, st.booleans(), st.booleans()), min_size=1, max_size=5))
@example([(FULL, True, False), ([one("d"), one("e")], True, False), ([one("e"), one("d")], True, False)])
@example([(FULL, True, True), ([one("d")], True, False), ([one("e")], True, False)])
@example([(FULL, True, False), ([one("a", "l", 0, Terms()), one("d")], True, False)])
@example([(FULL, True, False), ([one("d", "l", 0, Terms()), one("d", "m", 1, Terms())], True, False)])
@example([([one("a", "k", 0, Terms()), one("a", "l", 1, Terms())], False, False)])
def test_wishes_that_are_written_together_become_what_they_become_alone(
    batches: list[tuple[list[Asked], bool, bool]],
) -> None:
    """Each batch is decided at once or sent, and then perhaps the first appointment is cancelled."""
    emptied = [Emptied(Database.SQLITE) for _ in range(2)]
    together, alone = (one.storage for one in emptied)
    try:
        for asked, at_once, cancels in batches:
            with together.writing() as connection:
                came = together.given(connection, asked) if at_once else together.sent(connection, asked)
            with alone.writing() as connection:
                does = SqlClaims.given if at_once else SqlClaims.sent
                expected = [answer for one in asked for answer in does(alone, connection, [one])]
            assert seen(together, came) == seen(alone, expected)
            for storage in (together, alone):
                rows = sorted(storage.everything().reservations, key=who)  # those rejected together may come first
                first = next((row for row in rows if row.state is State.CONFIRMED), None)
                if cancels and first is not None:
                    storage.cancel(first.wish.citizen, first.id, "")
        everything = [storage.everything().reservations for storage in (together, alone)]
        ordered, sent = zip(*((sorted(rows, key=who), _in_line(rows)) for rows in everything), strict=True)
        assert seen(together, ordered[0]) == seen(alone, ordered[1])
        assert sent[0] == sent[1]
    finally:
        for each in emptied:
            each.close()


def _in_line(rows: Sequence[Reservation]) -> list[tuple[str, str]]:
    """Those who wait to be decided, in the order in which they will be."""
    return [who(row) for row in rows if row.state is State.SENT]
