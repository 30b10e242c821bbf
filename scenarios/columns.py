"""The record as columns: the same attempts as rows of two numpy arrays, so that a million of them need no objects.

Texts (book, time asked for, place) are numbers here, and `Names` says what they stand for.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from scenarios.attempts import Attempt, Operation, Outcome, Request, Status

Rows: TypeAlias = NDArray[np.void]
Codes: TypeAlias = NDArray[np.int64]

OUTCOMES: Final[tuple[Outcome, ...]] = tuple(Outcome)
OPERATIONS: Final[tuple[Operation, ...]] = tuple(Operation)
STATUSES: Final[tuple[Status, ...]] = tuple(Status)
NONE: Final = -1
"""The code of a text that is not there."""

ATTEMPT_ROW: Final = np.dtype(
    [("planned_s", "<f8"), ("ended_s", "<f8"), ("reserved_s", "<f8"), ("slot", "<i8"), ("asked", "<i4"),
     ("book", "<i4"), ("citizen", "<i4"), ("number", "<i2"), ("outcome", "u1"), ("spare", "u1"), ("cancelled_s", "<f8")]
)  # fmt: skip
"""One attempt: `reserved_s` is NaN where no reservation was sent, `outcome` an index into `OUTCOMES`, `cancelled_s` NaN
where nothing was cancelled."""

_ALWAYS: Final = np.dtype([(name, ATTEMPT_ROW[name]) for name in ATTEMPT_ROW.names or () if name != "cancelled_s"])
"""What every record is digested by; cancellations are where there are any, so that digests of before stay."""

REQUEST_ROW: Final = np.dtype(
    [("planned_s", "<f8"), ("started_s", "<f8"), ("ended_s", "<f8"), ("attempt", "<i4"), ("operation", "u1"),
     ("status", "u1"), ("spare", "<u2")]
)  # fmt: skip
"""One request: `attempt` is the row of its attempt, and the requests of an attempt stand in the order made."""


class Names(Protocol):
    """What the codes of a record stand for."""

    def book(self, code: int) -> str:
        """The book's id."""
        ...

    def asked(self, code: int) -> str:
        """The time asked for, local and to the minute."""
        ...

    def slot(self, code: int) -> str:
        """The place that was confirmed."""
        ...


@dataclass(frozen=True, slots=True)
class ListedNames:
    """Names by their position in a list."""

    books: tuple[str, ...]
    times: tuple[str, ...]
    places: tuple[str, ...]

    def book(self, code: int) -> str:
        """The book's id."""
        return self.books[code]

    def asked(self, code: int) -> str:
        """The time asked for."""
        return self.times[code]

    def slot(self, code: int) -> str:
        """The place that was confirmed."""
        return self.places[code]


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """A record: `attempts` of `ATTEMPT_ROW` in the order in which they were settled, `requests` of `REQUEST_ROW`."""

    attempts: Rows
    requests: Rows
    names: Names

    def digest(self) -> str:
        """A sha256 over every value and text: records share it when they hold the same attempts in the same order.

        How the texts are numbered does not count.
        """
        digest = hashlib.sha256()
        attempts, requests = np.empty(len(self.attempts), _ALWAYS), self.ordered_requests()
        for name in _ALWAYS.names or ():
            attempts[name] = self.attempts[name]
        attempts["spare"] = requests["spare"] = 0
        attempts["reserved_s"][np.isnan(attempts["reserved_s"])] = np.nan  # one NaN of the many
        for name, text in (("book", self.names.book), ("asked", self.names.asked), ("slot", self.names.slot)):
            texts, attempts[name] = _by_text(attempts[name], text)
            digest.update("\n".join(texts).encode() + b"\0")
        digest.update(attempts.tobytes())
        digest.update(requests.tobytes())
        cancelled_s = self.attempts["cancelled_s"]
        if not np.isnan(cancelled_s).all():
            digest.update(np.where(np.isnan(cancelled_s), np.nan, cancelled_s).tobytes())
        return digest.hexdigest()

    def ordered_requests(self) -> Rows:
        """The requests, attempt by attempt."""
        return self.requests[np.argsort(self.requests["attempt"], kind="stable")]


def columns_of(attempts: Iterable[Attempt]) -> Columns:
    """Turn attempts into columns."""
    books, times, slots = _Numbering(), _Numbering(), _Numbering()
    rows: list[tuple[Any, ...]] = []
    requests: list[tuple[Any, ...]] = []
    for index, one in enumerate(attempts):
        reserved_s = np.nan if one.reserved_s is None else one.reserved_s
        named = slots.code(one.slot), times.code(one.asked), books.code(one.book)
        outcome = _OUTCOME_CODE[one.outcome]
        cancelled_s = np.nan if one.cancelled_s is None else one.cancelled_s
        rows.append((one.planned_s, one.ended_s, reserved_s, *named, one.citizen, one.number, outcome, 0, cancelled_s))
        requests += (
            (r.planned_s, r.started_s, r.ended_s, index, _OPERATION_CODE[r.operation], _STATUS_CODE[r.status], 0)
            for r in one.requests
        )
    names = ListedNames(books.texts, times.texts, slots.texts)
    return Columns(np.array(rows, ATTEMPT_ROW), np.array(requests, REQUEST_ROW), names)


def attempts_of(columns: Columns) -> list[Attempt]:
    """Turn columns back into attempts: the very ones they were made from."""
    made: list[list[Request]] = [[] for _ in range(len(columns.attempts))]
    attempts, requests = _plain(columns.attempts), _plain(columns.requests)
    for planned_s, started_s, ended_s, index, operation, status, _ in requests:
        made[int(index)].append(Request(_OPERATION[operation], planned_s, started_s, ended_s, _STATUS[status]))
    names = columns.names
    return [
        Attempt(
            citizen=citizen,
            number=number,
            planned_s=planned_s,
            ended_s=ended_s,
            outcome=_OUTCOME[outcome],
            book=None if book == NONE else names.book(book),
            asked=None if asked == NONE else names.asked(asked),
            slot=None if slot == NONE else names.slot(slot),
            reserved_s=None if reserved_s != reserved_s else reserved_s,
            requests=tuple(mine),
            cancelled_s=None if cancelled_s != cancelled_s else cancelled_s,
        )
        for (planned_s, ended_s, reserved_s, slot, asked, book, citizen, number, outcome, _, cancelled_s), mine in zip(
            attempts, made, strict=True
        )
    ]


def _plain(rows: Rows) -> list[tuple[Any, ...]]:
    """Rows as tuples of Python's own numbers."""
    return rows.tolist()


@dataclass(slots=True)
class _Numbering:
    """Texts numbered as they come."""

    _codes: dict[str, int] = field(default_factory=dict[str, int])

    def code(self, text: str | None) -> int:
        return NONE if text is None else self._codes.setdefault(text, len(self._codes))

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(self._codes)


def _by_text(codes: Codes, text: Callable[[int], str]) -> tuple[tuple[str, ...], Codes]:
    """The texts that are used in the order in which they come, and every code as the position of its text there."""
    used, first, inverse = np.unique(codes, return_index=True, return_inverse=True)
    texts, position = _Numbering(), np.full(len(used), NONE, np.int64)
    for k in np.argsort(first).tolist():
        position[k] = NONE if used[k] == NONE else texts.code(text(int(used[k])))
    return texts.texts, position[inverse]


_OUTCOME_CODE: Final = {outcome: code for code, outcome in enumerate(OUTCOMES)}
_OPERATION_CODE: Final = {operation: code for code, operation in enumerate(OPERATIONS)}
_STATUS_CODE: Final = {status: code for code, status in enumerate(STATUSES)}
_OUTCOME: Final = dict(enumerate(OUTCOMES))
_OPERATION: Final = dict(enumerate(OPERATIONS))
_STATUS: Final = dict(enumerate(STATUSES))
