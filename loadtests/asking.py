"""One request after another, each at its moment: what patience, a waiting room and a server's silence come to."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from loadtests.conversation import Client, Clock, Got, InQueue, Inside, Refusal, Reply, Silence, Stopped
from scenarios.attempts import Operation, Outcome, Request, Status
from scenarios.rows import Citizen

Value = TypeVar("Value")
Read = TypeVar("Read")


@dataclass(slots=True)
class Session:
    """What a citizen carries from try to try: the token of the log-in, and how long the waiting room lets stay."""

    token: str | None = None
    until_s: float = -math.inf


class Asking:
    """The requests of one attempt while it lasts.

    `ended_s` is the end of the latest step, `reserved_s` when a reservation was sent, `outcome` what ended it, if
    anything did. The page that is or was under way was to be asked for first at `asked_s`, and was at `sent_s`.
    """

    def __init__(self, citizen: Citizen, planned_s: float, client: Client, clock: Clock, session: Session) -> None:
        self.requests: list[Request] = []
        self.ended_s = self.asked_s = self.sent_s = planned_s
        self.reserved_s: float | None = None
        self.outcome: Outcome | None = None
        self._citizen, self._client, self._clock, self._session = citizen, client, clock, session

    @property
    def last(self) -> Request:
        """The latest request."""
        return self.requests[-1]

    def end(self, outcome: Outcome, ended_s: float) -> None:
        """The citizen saw the outcome, or left."""
        self.outcome, self.ended_s = outcome, ended_s

    def ask(self, operation: Operation, planned_s: float, call: Callable[[float], Reply[Value]]) -> Value | None:
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
        waits = self._citizen.queue_patience_s is not None
        return (
            waits
            and self.last.status is Status.SHED
            and self.last.started_s < self._session.until_s <= self.last.ended_s
        )

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
                    session.until_s = self.last.started_s + stay_s
                    return self.ended_s
                case InQueue(ask_again_s):
                    planned_s = self.ended_s + ask_again_s
        self.end(Outcome.ABANDONED, max(tired_s, self.ended_s))
        return None

    def _request(self, operation: Operation, planned_s: float, call: Callable[[float], Reply[Value]]) -> Value | None:
        """Ask for a page, and again where it does not come and the citizen reloads; the newest request counts.

        The one before is hung up on, which the server does not know; what was sent with it carries the same key.
        """
        first, self.asked_s = len(self.requests), planned_s
        patient_s = planned_s + self._citizen.page_patience_s
        inside_s = patient_s if operation in _BEFORE_THE_DOOR else min(patient_s, self._reloads_until_s)
        for until_s in (*self._citizen.reloads_at(planned_s, inside_s), patient_s):
            replaces, is_last = len(self.requests) > first, until_s == patient_s
            answer = self._sent(operation, (planned_s, until_s), call, replaces=replaces, is_last=is_last)
            if not replaces:
                self.sent_s = self.last.started_s
            if answer is not None or self.ended_s < until_s:
                return answer
            planned_s = until_s
        return None

    @property
    def _reloads_until_s(self) -> float:
        """No page is reloaded when the session of the waiting room is over."""
        return math.inf if self._citizen.queue_patience_s is None else self._session.until_s

    def _sent(
        self,
        operation: Operation,
        planned: tuple[float, float],
        call: Callable[[float], Reply[Value]],
        *,
        replaces: bool,
        is_last: bool,
    ) -> Value | None:
        planned_s, until_s = planned
        self._clock.wait_until(planned_s)
        started_s = self._clock.now()
        silence = Status.ABANDONED
        if operation is Operation.RESERVE and started_s < until_s:
            self.reserved_s = self.reserved_s if replaces and self.reserved_s is not None else started_s
            silence = Status.UNKNOWN if is_last else Status.ABANDONED
        try:
            # With patience used up by a late generator the citizen has left, and the request is never sent.
            reply = call(until_s) if started_s < until_s else Silence()
        except Stopped:
            self.requests.append(Request(operation, planned_s, started_s, self._clock.now(), silence))
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
        self.requests.append(Request(operation, planned_s, started_s, ended_s, status))
        self.ended_s = ended_s
        if answer is None:
            self.outcome = _OUTCOME[status]
        return answer


_BEFORE_THE_DOOR: Final = frozenset({Operation.LOGIN, Operation.ENTER})
_OUTCOME: Final = {
    Status.SHED: Outcome.SHED,
    Status.FAILED: Outcome.FAILED,
    Status.UNKNOWN: Outcome.UNKNOWN,
    Status.ABANDONED: Outcome.ABANDONED,
}


def read(reply: Reply[Value], reader: Callable[[Value], Read]) -> Reply[Read]:
    """Make sense of an answer; one that names what the plan does not know is an error of the server."""
    if not isinstance(reply, Got):
        return reply
    try:
        return Got(reader(reply.value))
    except (KeyError, ValueError):
        return Refusal(Status.FAILED)
