"""One citizen's journey over HTTP, step for step the one that the simulation lives; no socket and no Locust here.

All times are seconds from the first SMS, in the plan's own time. A request is planned for a moment that follows from
the plan and from what the citizen saw; being late in sending it is the generator's fault and shows as
`started_s - planned_s`.
"""

from collections.abc import Iterator, Sequence
from typing import assert_never

from loadtests.asking import Asking, Session, read
from loadtests.conversation import Client, Clock, Message, Reply, Stopped
from loadtests.timetable import Timetable
from scenarios.attempts import Attempt, Operation, Outcome
from scenarios.choice import choose_day, choose_time
from scenarios.rows import Citizen, Try
from scenarios.strategy import Strategy


def live(
    citizen: Citizen,
    timetable: Timetable,
    client: Client,
    clock: Clock,
    strategy: Strategy = Strategy.QUEUED,
    session: Session | None = None,
) -> Iterator[Attempt]:
    """Live a citizen's journey on a server that gives places by this strategy; every attempt is handed out as it ends.

    Who goes on when it is over gives the `session` that is used.

    When the run is stopped in the middle, an attempt whose reservation was sent ends as UNKNOWN (it may have
    happened) and one that had sent none leaves no trace.
    """
    session = Session() if session is None else session
    visit = _Visit(citizen, timetable, 1, citizen.planned_s, client, clock, session)
    try:
        token = visit.enter()
        for one in citizen.tries:
            if token is not None:
                visit.try_to_book(token, one, strategy)
            yield visit.attempt()
            if not (one.retries and visit.may_come_back):
                return
            back_s = visit.asking.ended_s + one.wait_s
            visit = _Visit(citizen, timetable, visit.number + 1, back_s, client, clock, session)
    except Stopped:
        if visit.asking.reserved_s is not None:
            visit.asking.end(Outcome.UNKNOWN, clock.now())
            yield visit.attempt()


class _Visit:
    """One attempt while it lasts, step by step."""

    def __init__(
        self,
        citizen: Citizen,
        timetable: Timetable,
        number: int,
        planned_s: float,
        client: Client,
        clock: Clock,
        session: Session,
    ) -> None:
        self.number = number
        self.asking = Asking(citizen, planned_s, client, clock, session)
        self._citizen, self._timetable = citizen, timetable
        self._client, self._session = client, session
        self._planned_s = planned_s
        self._asked: str | None = None
        self._slot: str | None = None
        self._appointment: str | None = None

    def enter(self) -> str | None:
        """Log in and open the list of books; a token, or None if that was the end."""
        citizen, owner = self._citizen, self._timetable.book
        login_s = self._planned_s + citizen.login_s
        token = self.asking.ask(Operation.LOGIN, login_s, lambda until_s: self._client.login(citizen.number, until_s))
        if token is None:
            return None
        self._session.token = token

        def books(until_s: float) -> Reply[int]:
            return read(self._client.books(token, owner.municipality_number, until_s), lambda ids: ids.index(owner.id))

        return None if self.asking.ask(Operation.BOOKS, self.asking.ended_s, books) is None else token

    def try_to_book(self, token: str, one: Try, strategy: Strategy) -> None:
        """Find a time, where there is a choice, and get it the way the server gives places."""
        if strategy is Strategy.ASSIGN:
            self._be_assigned(token, self.asking.ended_s + one.form_s)
            return
        time = self._find(token, one)
        if time is None:
            return
        self._asked = self._timetable.book.time_text(time)
        chosen_s = self.asking.ended_s + one.choose_s
        match strategy:
            case Strategy.QUEUED:
                self._reserve(token, chosen_s + one.form_s)
            case Strategy.IMMEDIATE:
                self._reserve_at_once(token, chosen_s + one.form_s)
            case Strategy.HOLD:
                self._hold(token, chosen_s, one.form_s)
            case _:
                assert_never(strategy)

    def attempt(self) -> Attempt:
        """The attempt as recorded."""
        assert self.asking.outcome is not None  # noqa: S101  (every way through a visit ends with an outcome)
        return Attempt(
            citizen=self._citizen.number,
            number=self.number,
            planned_s=self._planned_s,
            ended_s=self.asking.ended_s,
            outcome=self.asking.outcome,
            book=self._timetable.book.id,
            asked=self._asked,
            slot=self._slot,
            reserved_s=self.asking.reserved_s,
            requests=tuple(self.asking.requests),
            appointment=self._appointment,
        )

    @property
    def may_come_back(self) -> bool:
        """Whether the ending leaves something to try for; a book without a free day does not."""
        saw_a_day = self.asking.last.operation is Operation.SLOTS
        return self.asking.outcome is Outcome.REJECTED or (self.asking.outcome is Outcome.NO_SLOT and saw_a_day)

    def _find(self, token: str, one: Try) -> int | None:
        table = self._timetable
        book = table.book

        def days_shown(until_s: float) -> Reply[list[int]]:
            return read(self._client.days(token, book.id, until_s), lambda dates: _indices(table.day_at, dates))

        days = self.asking.ask(Operation.DAYS, self.asking.ended_s, days_shown)
        if not days:
            return self._nothing_free(days)
        day = choose_day(one.pick, one.where, book.day_of[one.preferred], days)
        date = book.days[day].isoformat()

        def times_shown(until_s: float) -> Reply[list[int]]:
            reply = self._client.slots(token, book.id, date, until_s)
            return read(reply, lambda starts: _indices(table.time_at, starts))

        times = self.asking.ask(Operation.SLOTS, self.asking.ended_s, times_shown)
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
        reservation = self.asking.ask(
            Operation.RESERVE, planned_s, lambda until_s: self._client.reserve(token, self._key, self._wish, until_s)
        )
        if reservation is not None:
            self._await_answer(token, reservation, self.asking.asked_s + self._citizen.answer_patience_s)

    def _reserve_at_once(self, token: str, planned_s: float) -> None:
        reserve = self._client.reserve_at_once
        self._answered(
            self.asking.ask(
                Operation.RESERVE, planned_s, lambda until_s: reserve(token, self._key, self._wish, until_s)
            )
        )

    def _be_assigned(self, token: str, planned_s: float) -> None:
        assign, book = self._client.assign, self._timetable.book.id
        self._answered(
            self.asking.ask(Operation.RESERVE, planned_s, lambda until_s: assign(token, self._key, book, until_s))
        )

    def _hold(self, token: str, planned_s: float, form_s: float) -> None:
        hold, confirm = self._client.hold, self._client.confirm
        held = self.asking.ask(Operation.HOLD, planned_s, lambda until_s: hold(token, self._key, self._wish, until_s))
        if held is None:
            return
        (reservation,) = held
        if reservation is None:
            self.asking.outcome, self.asking.reserved_s = Outcome.REJECTED, self.asking.sent_s
            return
        self._answered(
            self.asking.ask(
                Operation.RESERVE, self.asking.ended_s + form_s, lambda until_s: confirm(token, reservation, until_s)
            )
        )

    def _answered(self, message: Message | None) -> None:
        if message is not None:
            self.asking.outcome, self._slot = message.outcome, message.slot
            self._appointment = message.appointment
            self._asked = message.start or self._asked
            if message.outcome is Outcome.NO_SLOT:
                self.asking.reserved_s = None  # as for an empty list: there was nothing to reserve

    def _nothing_free(self, shown: list[int] | None) -> None:
        if shown is not None:
            self.asking.outcome = Outcome.NO_SLOT

    def _await_answer(self, token: str, reservation: str, until_s: float) -> None:
        while (planned_s := self.asking.ended_s + self._citizen.poll_s) <= until_s:
            # A list of what was found, so that an empty inbox is an answer too.
            found = self.asking.ask(
                Operation.INBOX,
                planned_s,
                lambda patience_s: read(self._client.inbox(token, reservation, patience_s), lambda message: [message]),
            )
            if found is None:
                return
            if found[0] is not None:
                self._answered(found[0])
                return
        self.asking.end(Outcome.ABANDONED, max(until_s, self.asking.ended_s))


def _indices(index_of: dict[str, int], texts: Sequence[str]) -> list[int]:
    return [index_of[text] for text in texts]
