"""One citizen's journey over HTTP, step for step the one that the simulation lives; no socket and no Locust here.

All times are seconds from the first SMS, in the plan's own time. A request is planned for a moment that follows from
the plan and from what the citizen saw; being late in sending it is the generator's fault and shows as
`started_s - planned_s`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Generic, Protocol, TypeAlias, TypeVar

from loadtests.timetable import Timetable
from scenarios.attempts import Attempt, Operation, Outcome, Request, Status
from scenarios.choice import choose_day, choose_time
from scenarios.rows import Citizen, Try

Value = TypeVar("Value")
Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class Got(Generic[Value]):
    """The server gave a definite answer."""

    value: Value


@dataclass(frozen=True, slots=True)
class Refusal:
    """The server refused, failed, or broke the connection; the status is never OK."""

    status: Status


@dataclass(frozen=True, slots=True)
class Silence:
    """No answer came before patience ran out."""


Reply: TypeAlias = Got[Value] | Refusal | Silence


@dataclass(frozen=True, slots=True)
class Message:
    """What lies in the inbox: CONFIRMED with the place, or REJECTED."""

    outcome: Outcome
    slot: str | None


class Clock(Protocol):
    """The plan's time as it passes."""

    def now(self) -> float:
        """Seconds from the first SMS."""
        ...

    def wait_until(self, moment_s: float) -> None:
        """Return when `moment_s` has come, at once if it has passed."""
        ...


class Client(Protocol):
    """The calls of the booking API; each gives up at `until_s` and then replies with Silence."""

    def login(self, citizen: int, until_s: float) -> Reply[str]:
        """A token for everything that follows."""
        ...

    def books(self, token: str, municipality: str, until_s: float) -> Reply[list[str]]:
        """Ids of the books of a municipality."""
        ...

    def days(self, token: str, book: str, until_s: float) -> Reply[list[str]]:
        """Days with a free time, as dates."""
        ...

    def slots(self, token: str, book: str, date: str, until_s: float) -> Reply[list[str]]:
        """Free times of a day, as local starts."""
        ...

    def reserve(self, token: str, attempt: tuple[int, int], wish: tuple[str, str], until_s: float) -> Reply[str]:
        """Send a reservation: (citizen, number of the try) asks for (book, start). Its id."""
        ...

    def inbox(self, token: str, reservation: str, until_s: float) -> Reply[Message | None]:
        """The answer to a reservation; None while there is none."""
        ...


class Stopped(BaseException):
    """The run is over before the journey is; raised inside a wait or a call."""


def live(citizen: Citizen, timetable: Timetable, client: Client, clock: Clock) -> Iterator[Attempt]:
    """Live a citizen's journey; every attempt is handed out as it ends.

    When the run is stopped in the middle, an attempt whose reservation was sent ends as UNKNOWN (it may have
    happened) and one that had sent none leaves no trace.
    """
    visit = _Visit(citizen, timetable, 1, citizen.planned_s, client, clock)
    try:
        token = visit.enter()
        for one in citizen.tries:
            if token is not None:
                visit.find_and_reserve(token, one)
            yield visit.attempt()
            if not (one.retries and visit.may_come_back):
                return
            visit = _Visit(citizen, timetable, visit.number + 1, visit.ended_s + one.wait_s, client, clock)
    except Stopped:
        if visit.reserved_s is not None:
            visit.end(Outcome.UNKNOWN, clock.now())
            yield visit.attempt()


class _Visit:
    """One attempt while it lasts; `ended_s` is the end of the latest step."""

    def __init__(
        self, citizen: Citizen, timetable: Timetable, number: int, planned_s: float, client: Client, clock: Clock
    ) -> None:
        self.number = number
        self.ended_s = planned_s
        self.reserved_s: float | None = None
        self._citizen, self._timetable = citizen, timetable
        self._client, self._clock = client, clock
        self._planned_s = planned_s
        self._requests: list[Request] = []
        self._outcome: Outcome | None = None
        self._asked: str | None = None
        self._slot: str | None = None

    def enter(self) -> str | None:
        """Log in and open the list of books; a token, or None if that was the end."""
        citizen, owner = self._citizen, self._timetable.book
        login_s = self._planned_s + citizen.login_s
        token = self._ask(Operation.LOGIN, login_s, lambda until_s: self._client.login(citizen.number, until_s))
        if token is None:
            return None

        def books(until_s: float) -> Reply[int]:
            return _read(self._client.books(token, owner.municipality_number, until_s), lambda ids: ids.index(owner.id))

        return None if self._ask(Operation.BOOKS, self.ended_s, books) is None else token

    def find_and_reserve(self, token: str, one: Try) -> None:
        """Choose a time among those shown, ask for it and wait for the answer."""
        time = self._find(token, one)
        if time is None:
            return
        self._asked = self._timetable.book.time_text(time)
        planned_s = self.ended_s + one.choose_s + one.form_s
        attempt, wish = (self._citizen.number, self.number), (self._timetable.book.id, self._asked)
        reservation = self._ask(
            Operation.RESERVE, planned_s, lambda until_s: self._client.reserve(token, attempt, wish, until_s)
        )
        if reservation is not None:
            self._await_answer(token, reservation, planned_s + self._citizen.answer_patience_s)

    def end(self, outcome: Outcome, ended_s: float) -> None:
        """The citizen saw the outcome, or left."""
        self._outcome, self.ended_s = outcome, ended_s

    def attempt(self) -> Attempt:
        """The attempt as recorded."""
        assert self._outcome is not None  # noqa: S101  (every way through a visit ends with an outcome)
        return Attempt(
            citizen=self._citizen.number,
            number=self.number,
            planned_s=self._planned_s,
            ended_s=self.ended_s,
            outcome=self._outcome,
            book=self._timetable.book.id,
            asked=self._asked,
            slot=self._slot,
            reserved_s=self.reserved_s,
            requests=tuple(self._requests),
        )

    @property
    def may_come_back(self) -> bool:
        """Whether the ending leaves something to try for; an empty list of days does not."""
        saw_a_day = self._requests[-1].operation is not Operation.DAYS
        return self._outcome is Outcome.REJECTED or (self._outcome is Outcome.NO_SLOT and saw_a_day)

    def _find(self, token: str, one: Try) -> int | None:
        table = self._timetable
        book = table.book

        def days_shown(until_s: float) -> Reply[list[int]]:
            return _read(self._client.days(token, book.id, until_s), lambda dates: _indices(table.day_at, dates))

        days = self._ask(Operation.DAYS, self.ended_s, days_shown)
        if not days:
            return self._nothing_free(days)
        day = choose_day(one.pick, one.where, book.day_of[one.preferred], days)
        date = book.days[day].isoformat()

        def times_shown(until_s: float) -> Reply[list[int]]:
            reply = self._client.slots(token, book.id, date, until_s)
            return _read(reply, lambda starts: _indices(table.time_at, starts))

        times = self._ask(Operation.SLOTS, self.ended_s, times_shown)
        if not times:
            return self._nothing_free(times)
        return choose_time(one.pick, one.where, one.preferred, times, len(days))

    def _nothing_free(self, shown: list[int] | None) -> None:
        if shown is not None:
            self._outcome = Outcome.NO_SLOT

    def _await_answer(self, token: str, reservation: str, until_s: float) -> None:
        while (planned_s := self.ended_s + self._citizen.poll_s) <= until_s:
            # A list of what was found, so that an empty inbox is an answer too.
            found = self._ask(
                Operation.INBOX,
                planned_s,
                lambda patience_s: _read(self._client.inbox(token, reservation, patience_s), lambda message: [message]),
            )
            if found is None:
                return
            if (message := found[0]) is not None:
                self._outcome, self._slot = message.outcome, message.slot
                return
        self.end(Outcome.ABANDONED, max(until_s, self.ended_s))

    def _ask(self, operation: Operation, planned_s: float, call: Callable[[float], Reply[Value]]) -> Value | None:
        """Make a request at its moment; what was answered, or None when that ended the attempt."""
        self._clock.wait_until(planned_s)
        until_s = planned_s + self._citizen.page_patience_s
        started_s = self._clock.now()
        silence = Status.ABANDONED
        if operation is Operation.RESERVE and started_s < until_s:
            self.reserved_s, silence = started_s, Status.UNKNOWN
        try:
            # With patience used up by a late generator the citizen has left, and the request is never sent.
            reply = call(until_s) if started_s < until_s else Silence()
        except Stopped:
            self._requests.append(Request(operation, planned_s, started_s, self._clock.now(), silence))
            raise
        ended_s = self._clock.now()
        if ended_s > until_s:
            reply = Silence()
        match reply:
            case Got(value):
                status, answer = Status.OK, value
            case Refusal(status):
                answer = None
            case Silence():
                status, answer, ended_s = silence, None, max(until_s, started_s)
        self._requests.append(Request(operation, planned_s, started_s, ended_s, status))
        self.ended_s = ended_s
        if answer is None:
            self._outcome = _OUTCOME[status]
        return answer


_OUTCOME: Final = {
    Status.SHED: Outcome.SHED,
    Status.FAILED: Outcome.FAILED,
    Status.UNKNOWN: Outcome.UNKNOWN,
    Status.ABANDONED: Outcome.ABANDONED,
}


def _read(reply: Reply[Value], reader: Callable[[Value], Read]) -> Reply[Read]:
    """Make sense of an answer; one that names what the plan does not know is an error of the server."""
    if not isinstance(reply, Got):
        return reply
    try:
        return Got(reader(reply.value))
    except (KeyError, ValueError):
        return Refusal(Status.FAILED)


def _indices(index_of: dict[str, int], texts: Sequence[str]) -> list[int]:
    return sorted(index_of[text] for text in texts)
