"""What citizens do once the booking is over: some cancel, and some who found nothing wait for what comes free.

Who cancels, when, and who waits is drawn as the simulation draws it. What is asked for then is in no figure, since it
takes no worker in the simulation; the record has what came of it.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final, Protocol

from loadtests.asking import Session
from loadtests.conversation import Afterwards, Clock, Got, Message, Refusal, Stopped
from scenarios.attempts import Attempt, Outcome, Status
from scenarios.rows import Citizen
from scenarios.streams import FloatArray

LOOK_S: Final = 60.0
"""Who waits in line looks in the inbox this often, in seconds of the plan. ASSUMPTION: an SMS says that there is
something, and people look within a minute; in the simulation they know at once."""


@dataclass(frozen=True, slots=True)
class Intent:
    """What one citizen will do: cancel so long after the confirmation, infinity for never, and wait in line or not."""

    cancel_after_s: float
    joins: bool


class Line(Protocol):
    """Those who wait, all of them together."""

    def enter(self) -> None:
        """One more waits."""
        ...

    def leave(self) -> None:
        """One fewer does."""
        ...

    @property
    def moves(self) -> bool:
        """Whether anything can still come free."""
        ...


def cancellations_left_out(attempts: Iterable[Attempt], cancel_after_s: FloatArray, ends_s: float) -> int:
    """How many of those with an appointment would have cancelled at `ends_s` or later, each after their own seconds."""
    due_s = [one.ended_s + float(cancel_after_s[one.citizen]) for one in attempts if one.appointment is not None]
    return sum(ends_s <= moment_s < math.inf for moment_s in due_s)


class GoingOn:
    """One citizen after the last try.

    What would be done at `ends_s` or later is left out: the load test is over then.
    """

    def __init__(
        self, citizen: Citizen, intent: Intent, book: str, client: Afterwards, clock: Clock, line: Line, ends_s: float
    ) -> None:
        self._citizen, self._intent, self._book = citizen, intent, book
        self._client, self._clock, self._line, self._ends_s = client, clock, line, ends_s

    def after(self, attempts: Iterable[Attempt], session: Session) -> Iterator[Attempt]:
        """The attempts of a journey, with what became of them, and one more for who was given a place in line."""
        last = None
        for last in attempts:
            yield self._kept_or_cancelled(last, session)
        if last is None or last.outcome is not Outcome.NO_SLOT or not self._intent.joins or session.token is None:
            return
        try:
            given = self._waited(session.token)
        except Stopped:
            return
        if given is not None:
            yield self._kept_or_cancelled(self._from_the_line(last, given), session)

    def _kept_or_cancelled(self, attempt: Attempt, session: Session) -> Attempt:
        moment_s = attempt.ended_s + self._intent.cancel_after_s
        if attempt.appointment is None or session.token is None or moment_s >= self._ends_s:
            return attempt
        sent_s = None
        try:
            self._clock.wait_until(moment_s)
            sent_s = self._clock.now()
            reply = self._client.cancel(session.token, attempt.appointment, sent_s + self._citizen.page_patience_s)
        except Stopped:
            return replace(attempt, cancel_sent_s=sent_s)
        match reply:
            case Got():
                return replace(attempt, cancel_sent_s=sent_s, cancelled_s=self._clock.now())
            case Refusal(Status.SHED):
                return attempt
            case _:
                return replace(attempt, cancel_sent_s=sent_s)

    def _waited(self, token: str) -> Message | None:
        """Get in line, and look until something was given or nothing can come any more."""
        patience_s = self._citizen.page_patience_s
        if not isinstance(self._client.join(token, self._book, self._clock.now() + patience_s), Got):
            return None
        self._line.enter()
        try:
            moves = True
            while moves:
                moves = self._line.moves and self._clock.now() + 2 * LOOK_S < self._ends_s
                self._clock.wait_until(self._clock.now() + LOOK_S)
                reply = self._client.given(token, self._book, self._clock.now() + patience_s)
                if isinstance(reply, Got) and reply.value is not None:
                    return reply.value
        finally:
            self._line.leave()
        return None

    def _from_the_line(self, last: Attempt, given: Message) -> Attempt:
        now_s = self._clock.now()
        return Attempt(
            citizen=last.citizen,
            number=last.number + 1,
            planned_s=now_s,
            ended_s=now_s,
            outcome=given.outcome,
            book=self._book,
            asked=given.start,
            slot=given.slot,
            reserved_s=None,
            requests=(),
            appointment=given.appointment,
        )
