"""One citizen's journey over HTTP, step for step the one that the simulation lives; no socket and no Locust here.

All times are seconds from the first SMS, in the plan's own time. A request is planned for a moment that follows from
the plan and from what the citizen saw; being late in sending it is the generator's fault and shows as
`started_s - planned_s`.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar, assert_never

from loadtests.conversation import Client, Clock, Got, InQueue, Inside, Message, Refusal, Reply, Silence, Stopped
from loadtests.timetable import Timetable
from scenarios.attempts import Attempt, Operation, Outcome, Request, Status
from scenarios.choice import choose_day, choose_time
from scenarios.rows import Citizen, Try
from scenarios.strategy import Strategy

Value = TypeVar("Value")
Read = TypeVar("Read")


def live(
    citizen: Citizen, timetable: Timetable, client: Client, clock: Clock, strategy: Strategy = Strategy.QUEUED
) -> Iterator[Attempt]:
    """Live a citizen's journey on a server that gives places by this strategy; every attempt is handed out as it ends.

    When the run is stopped in the middle, an attempt whose reservation was sent ends as UNKNOWN (it may have
    happened) and one that had sent none leaves no trace.
    """
    session = _Session()
    visit = _Visit(citizen, timetable, 1, citizen.planned_s, client, clock, session)
    try:
        token = visit.enter()
        for one in citizen.tries:
            if token is not None:
                visit.try_to_book(token, one, strategy)
            yield visit.attempt()
            if not (one.retries and visit.may_come_back):
                return
            back_s = visit.ended_s + one.wait_s
            visit = _Visit(citizen, timetable, visit.number + 1, back_s, client, clock, session)
    except Stopped:
        if visit.reserved_s is not None:
            visit.end(Outcome.UNKNOWN, clock.now())
            yield visit.attempt()


@dataclass(slots=True)
class _Session:
    """What a citizen carries from try to try: the token of the log-in, and how long the waiting room lets stay."""

    token: str | None = None
    until_s: float = -math.inf


class _Visit:
    """One attempt while it lasts; `ended_s` is the end of the latest step."""

    def __init__(
        self,
        citizen: Citizen,
        timetable: Timetable,
        number: int,
        planned_s: float,
        client: Client,
        clock: Clock,
        session: _Session,
    ) -> None:
        self.number = number
        self.ended_s = planned_s
        self.reserved_s: float | None = None
        self._citizen, self._timetable = citizen, timetable
        self._client, self._clock, self._session = client, clock, session
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
        self._session.token = token

        def books(until_s: float) -> Reply[int]:
            return _read(self._client.books(token, owner.municipality_number, until_s), lambda ids: ids.index(owner.id))

        return None if self._ask(Operation.BOOKS, self.ended_s, books) is None else token

    def try_to_book(self, token: str, one: Try, strategy: Strategy) -> None:
        """Find a time, where there is a choice, and get it the way the server gives places."""
        if strategy is Strategy.ASSIGN:
            self._be_assigned(token, self.ended_s + one.form_s)
            return
        time = self._find(token, one)
        if time is None:
            return
        self._asked = self._timetable.book.time_text(time)
        chosen_s = self.ended_s + one.choose_s
        match strategy:
            case Strategy.QUEUED:
                self._reserve(token, chosen_s + one.form_s)
            case Strategy.IMMEDIATE:
                self._reserve_at_once(token, chosen_s + one.form_s)
            case Strategy.HOLD:
                self._hold(token, chosen_s, one.form_s)
            case _:
                assert_never(strategy)

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
        """Whether the ending leaves something to try for; a book without a free day does not."""
        saw_a_day = self._requests[-1].operation is Operation.SLOTS
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

    @property
    def _key(self) -> tuple[int, int]:
        return self._citizen.number, self.number

    @property
    def _wish(self) -> tuple[str, str]:
        return self._timetable.book.id, self._asked or ""

    def _reserve(self, token: str, planned_s: float) -> None:
        reservation = self._ask(
            Operation.RESERVE, planned_s, lambda until_s: self._client.reserve(token, self._key, self._wish, until_s)
        )
        if reservation is not None:
            self._await_answer(token, reservation, self._requests[-1].planned_s + self._citizen.answer_patience_s)

    def _reserve_at_once(self, token: str, planned_s: float) -> None:
        reserve = self._client.reserve_at_once
        self._answered(
            self._ask(Operation.RESERVE, planned_s, lambda until_s: reserve(token, self._key, self._wish, until_s))
        )

    def _be_assigned(self, token: str, planned_s: float) -> None:
        assign, book = self._client.assign, self._timetable.book.id
        self._answered(self._ask(Operation.RESERVE, planned_s, lambda until_s: assign(token, self._key, book, until_s)))

    def _hold(self, token: str, planned_s: float, form_s: float) -> None:
        hold, confirm = self._client.hold, self._client.confirm
        held = self._ask(Operation.HOLD, planned_s, lambda until_s: hold(token, self._key, self._wish, until_s))
        if held is None:
            return
        (reservation,) = held
        if reservation is None:
            self._outcome, self.reserved_s = Outcome.REJECTED, self._requests[-1].started_s
            return
        self._answered(
            self._ask(Operation.RESERVE, self.ended_s + form_s, lambda until_s: confirm(token, reservation, until_s))
        )

    def _answered(self, message: Message | None) -> None:
        if message is not None:
            self._outcome, self._slot = message.outcome, message.slot
            self._asked = message.start or self._asked

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
            if found[0] is not None:
                self._answered(found[0])
                return
        self.end(Outcome.ABANDONED, max(until_s, self.ended_s))

    def _ask(self, operation: Operation, planned_s: float, call: Callable[[float], Reply[Value]]) -> Value | None:
        """Make a request at its moment, or once inside; what was answered, or None when that ended the attempt."""
        inside_s = self._come_in(planned_s)
        if inside_s is None:
            return None
        answer = self._request(operation, inside_s, call)
        if answer is not None or not self._ended_on_the_way:
            return answer
        inside_s = self._come_in(self.ended_s)
        return None if inside_s is None else self._request(operation, inside_s, call)

    @property
    def _ended_on_the_way(self) -> bool:
        """Whether the latest request was turned away because the session ended while it was under way."""
        waits, last = self._citizen.queue_patience_s is not None, self._requests[-1]
        return waits and last.status is Status.SHED and last.started_s < self._session.until_s <= last.ended_s

    def _come_in(self, planned_s: float) -> float | None:
        """Wait at the waiting room, if there is one and no session lasts; when inside, or None if that was the end."""
        session, patience_s = self._session, self._citizen.queue_patience_s
        token = session.token
        if patience_s is None or token is None or planned_s < session.until_s:
            return planned_s
        tired_s = planned_s + patience_s
        while planned_s <= tired_s:
            place = self._request(Operation.ENTER, planned_s, lambda until_s: self._client.enter(token, until_s))
            match place:
                case None:
                    return None
                case Inside(stay_s):
                    # Reckoned from the question, since the answer was on its way for a while: on the safe side.
                    session.until_s = self._requests[-1].started_s + stay_s
                    return self.ended_s
                case InQueue(ask_again_s):
                    planned_s = self.ended_s + ask_again_s
        self.end(Outcome.ABANDONED, max(tired_s, self.ended_s))
        return None

    def _request(self, operation: Operation, planned_s: float, call: Callable[[float], Reply[Value]]) -> Value | None:
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
    return [index_of[text] for text in texts]
