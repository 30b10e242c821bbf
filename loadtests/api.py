"""The booking API as a client meets it: which request each step makes, and what its response means.

How a request travels is somebody else's business: an `Exchange` takes it there and back.
"""

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, TypeAlias, TypeVar
from urllib.parse import quote, urlencode

from loadtests.conversation import Got, InQueue, Inside, Message, Refusal, Reply, Silence
from scenarios.attempts import Operation, Outcome, Status
from scenarios.identity import national_number

Value = TypeVar("Value")

OK: Final = 200
CREATED: Final = 201
ACCEPTED: Final = 202
CONFLICT: Final = 409
SHED: Final = frozenset({429, 503})
_REMINDER: Final = "REMINDER"  # in the inbox beside the answer, about the same reservation


class Later(StrEnum):
    """What a request asks for once the booking is over; in no record, since the simulation gives it no work."""

    CANCEL = "cancel"
    JOIN = "join"
    LOOK = "look"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """An HTTP request to be made."""

    operation: Operation | Later
    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict[str, str])
    body: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """A whole HTTP response."""

    code: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Lost:
    """The connection was refused (nothing was sent) or broke (something may have been)."""

    sent: bool


ADMISSION: Final = "Waiting-Room-Admission"
"""The header in which an admission is shown."""

Exchange: TypeAlias = Callable[[Call, float], Response | Lost | Silence]
"""Make a call and wait for its response until a moment of the plan's time."""


class BookingApi:
    """The calls of `loadtests.conversation.Client` and `Afterwards` over an exchange.

    Parameters
    ----------
    base_url, login_url : str
        Where the API and its log-in are.
    run : str
        Begins every idempotency key, so that two runs never share one.
    speedup : float
        Seconds of the plan in one of the server's.
    """

    def __init__(self, base_url: str, login_url: str, run: str, exchange: Exchange, speedup: float = 1.0) -> None:
        self._url = f"{base_url.rstrip('/')}/api/v1"
        self._login_url = login_url
        self._run = run
        self._exchange = exchange
        self._speedup = speedup
        self._admissions: dict[str, str] = {}  # by token

    def login(self, citizen: int, until_s: float) -> Reply[str]:
        """POST the citizen's synthetic identity number; a token."""
        body = {"citizen": national_number(citizen)}
        call = Call(operation=Operation.LOGIN, method="POST", url=self._login_url, body=body)
        return self._reply(call, until_s, {OK}, lambda said: _text(said["token"]))

    def enter(self, token: str, until_s: float) -> Reply[Inside | InQueue]:
        """POST to the waiting room; the admission is kept, or when to ask again is told."""
        url = f"{self._url}/waiting-room"
        call = Call(operation=Operation.ENTER, method="POST", url=url, headers=self._who(token), body={})
        return self._reply(call, until_s, {OK, ACCEPTED}, lambda said: self._place(token, said))

    def books(self, token: str, municipality: str, until_s: float) -> Reply[list[str]]:
        """GET the books of a municipality; their ids."""
        call = self._get(Operation.BOOKS, token, "books", municipality=municipality)
        return self._reply(call, until_s, {OK}, lambda said: [_text(book["id"]) for book in said["books"]])

    def days(self, token: str, book: str, until_s: float) -> Reply[list[str]]:
        """GET the days of a book; those with something free."""
        call = self._get(Operation.DAYS, token, f"books/{quote(book, safe='')}/days")
        return self._reply(
            call, until_s, {OK}, lambda said: [_text(day["date"]) for day in said["days"] if day["free"] > 0]
        )

    def slots(self, token: str, book: str, date: str, until_s: float) -> Reply[list[str]]:
        """GET the times of a day; those with something free."""
        call = self._get(Operation.SLOTS, token, f"books/{quote(book, safe='')}/slots", date=date)
        return self._reply(
            call, until_s, {OK}, lambda said: [_text(slot["start"]) for slot in said["slots"] if slot["free"] > 0]
        )

    def reserve(self, token: str, attempt: tuple[int, int], wish: tuple[str, str], until_s: float) -> Reply[str]:
        """POST a reservation, with a key that belongs to this attempt alone; the reservation's id."""
        call = self._wish(Operation.RESERVE, "reservations", token, attempt, {"book": wish[0], "start": wish[1]})
        return self._reply(call, until_s, {ACCEPTED}, lambda said: _text(said["reservation"]))

    def reserve_at_once(
        self, token: str, attempt: tuple[int, int], wish: tuple[str, str], until_s: float
    ) -> Reply[Message]:
        """POST a reservation to a server that decides in the request."""
        call = self._wish(Operation.RESERVE, "reservations", token, attempt, {"book": wish[0], "start": wish[1]})
        return self._reply(call, until_s, {CREATED}, _confirmation, lambda: Message(Outcome.REJECTED, None))

    def assign(self, token: str, attempt: tuple[int, int], book: str, until_s: float) -> Reply[Message]:
        """POST a reservation for any time of a book."""
        call = self._wish(Operation.RESERVE, "reservations", token, attempt, {"book": book})
        return self._reply(call, until_s, {CREATED}, _confirmation, lambda: Message(Outcome.NO_SLOT, None))

    def hold(
        self, token: str, attempt: tuple[int, int], wish: tuple[str, str], until_s: float
    ) -> Reply[tuple[str | None]]:
        """POST a hold; the reservation's id, or None if nothing was free then."""
        call = self._wish(Operation.HOLD, "holds", token, attempt, {"book": wish[0], "start": wish[1]})
        return self._reply(call, until_s, {CREATED}, lambda said: (_text(said["reservation"]),), lambda: (None,))

    def confirm(self, token: str, reservation: str, until_s: float) -> Reply[Message]:
        """POST the confirmation of a hold."""
        url = f"{self._url}/holds/{quote(reservation, safe='')}/confirm"
        call = Call(operation=Operation.RESERVE, method="POST", url=url, headers=self._who(token), body={})
        return self._reply(call, until_s, {OK}, _confirmation, lambda: Message(Outcome.REJECTED, None))

    def inbox(self, token: str, reservation: str, until_s: float) -> Reply[Message | None]:
        """GET the inbox; the message about a reservation, None while there is none."""
        call = self._get(Operation.INBOX, token, "inbox", reservation=reservation)
        return self._reply(call, until_s, {OK}, lambda said: _message(said["messages"], reservation))

    def cancel(self, token: str, appointment: str, until_s: float) -> Reply[bool]:
        """POST the end of an appointment."""
        url = f"{self._url}/appointments/{quote(appointment, safe='')}/cancel"
        call = Call(operation=Later.CANCEL, method="POST", url=url, headers=self._who(token), body={})
        return self._reply(call, until_s, {OK}, lambda _: True)

    def join(self, token: str, book: str, until_s: float) -> Reply[bool]:
        """POST to the waiting list of a book."""
        url = f"{self._url}/waitlist/{quote(book, safe='')}"
        call = Call(operation=Later.JOIN, method="POST", url=url, headers=self._who(token), body={})
        return self._reply(call, until_s, {OK}, lambda _: True)

    def given(self, token: str, book: str, until_s: float) -> Reply[Message | None]:
        """GET the whole inbox; the newest message about a place that came from the waiting list of a book."""
        call = self._get(Later.LOOK, token, "inbox")
        return self._reply(call, until_s, {OK}, lambda said: _given(said["messages"], book))

    def _wish(
        self, operation: Operation, path: str, token: str, attempt: tuple[int, int], body: dict[str, str]
    ) -> Call:
        citizen, number = attempt
        key = {"Idempotency-Key": f"{self._run}-{citizen}-{number}"}
        return Call(
            operation=operation, method="POST", url=f"{self._url}/{path}", headers=self._who(token) | key, body=body
        )

    def _get(self, operation: Operation | Later, token: str, path: str, **query: str) -> Call:
        tail = f"?{urlencode(query)}" if query else ""
        return Call(operation=operation, method="GET", url=f"{self._url}/{path}{tail}", headers=self._who(token))

    def _who(self, token: str) -> dict[str, str]:
        admission = self._admissions.get(token)
        return {"Authorization": f"Bearer {token}"} | ({} if admission is None else {ADMISSION: admission})

    def _place(self, token: str, said: Any) -> Inside | InQueue:
        if said["status"] == "queued":
            return InQueue(said["ask_again_s"] * self._speedup)
        self._admissions[token] = _text(said["admission"])
        return Inside(said["stay_s"] * self._speedup)

    def _reply(
        self,
        call: Call,
        until_s: float,
        codes: Collection[int],
        read: Callable[[Any], Value],
        taken: Callable[[], Value] | None = None,
    ) -> Reply[Value]:
        """Make a call; `read` makes sense of the body that comes with `codes`, `taken` says what a conflict means."""
        match self._exchange(call, until_s):
            case Silence():
                return Silence()
            case Lost(sent):
                may_have_happened = sent and call.operation is Operation.RESERVE
                return Refusal(Status.UNKNOWN if may_have_happened else Status.FAILED)
            case Response(got, _) if got in SHED:
                return Refusal(Status.SHED)
            case Response(got, body) if got in codes:
                try:
                    return Got(read(json.loads(body.decode())))  # bytes would have their encoding guessed
                except (KeyError, TypeError, ValueError):
                    return Refusal(Status.FAILED)
            case Response(got, _) if got == CONFLICT and taken is not None:
                return Got(taken())
            case Response():
                return Refusal(Status.FAILED)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected text, got {value!r}")
    return value


def _confirmation(said: dict[str, Any]) -> Message:
    return Message(Outcome.CONFIRMED, _text(said["slot"]), _text(said["start"]), said.get("appointment"))


def _given(messages: list[dict[str, Any]], book: str) -> Message | None:
    about = [one for one in messages if one.get("from_waitlist") and _text(one["slot"]).startswith(f"{book}/")]
    return _confirmation(about[-1]) if about and about[-1]["outcome"] == Outcome.CONFIRMED else None


def _message(messages: list[dict[str, Any]], reservation: str) -> Message | None:
    answers = (message for message in messages if message["outcome"] != _REMINDER)
    about = next((message for message in answers if message["reservation"] == reservation), None)
    if about is None:
        return None
    match about["outcome"]:
        case Outcome.CONFIRMED:
            return Message(Outcome.CONFIRMED, _text(about["slot"]), appointment=about.get("appointment"))
        case Outcome.REJECTED:
            return Message(Outcome.REJECTED, None)
        case other:
            raise ValueError(f"no such outcome: {other!r}")
