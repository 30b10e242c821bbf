"""One citizen's journey as a SimPy process, step for step the one that the load test makes over HTTP.

A request is served first come, first served, and reads or commits when its service starts. A citizen who has
waited longer than patience leaves; the request stays behind and is served all the same, as on a real server.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import TypeVar, assert_never

from reference_server.booking import Confirmed, Decision, Rejected
from reference_server.waiting_room import Admitted, Queued
from scenarios.attempts import Attempt, Operation, Outcome, Request, Status
from scenarios.choice import Pick, choose_day, choose_time
from scenarios.rows import Citizen, Try
from scenarios.strategy import Listing, Strategy
from simulation.page import Asked, Page, Reloading
from simulation.service_times import COLUMN, EHR
from simulation.world import Hold, Reservation, SetAside, Steps, World, slot_of

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Ending:
    """How a try ended, and when the citizen saw it or left."""

    outcome: Outcome
    ended_s: float
    asked: int | None = None
    slot: str | None = None
    reserved_s: float | None = None
    place: int | None = None


class Journey:
    """A citizen on the way from the SMS to an appointment; finished attempts go to `record`.

    `work_s` holds the service times the citizen causes: one row for each try, one column for each operation.
    """

    def __init__(
        self, world: World, citizen: Citizen, work_s: list[list[float]], record: Callable[[Attempt], None]
    ) -> None:
        self._world, self._env = world, world.env
        self._citizen, self._all_work_s = citizen, work_s
        self._number, self._work_s = 1, work_s[0]
        world.wave.on_the_way += 1
        self._open = world.books[citizen.municipality][citizen.book]
        self._record = record
        self._requests: list[Request] = []
        self._saw_a_day = True
        self._inside_until_s = self._tired_s = self._asked_s = -math.inf

    def live(self) -> Steps:
        """Open the page, log in, and try until confirmed, out of luck or out of will."""
        planned_s = self._citizen.planned_s
        yield self._env.timeout(planned_s + self._citizen.login_s - self._env.now)  # exact: times lie on a grid
        for number, one in enumerate(self._citizen.tries, start=1):
            self._number, self._work_s = number, self._all_work_s[number - 1]
            ending: Ending = yield from self._first_try(one) if number == 1 else self._try(one)
            self._note(number, planned_s, ending)
            if not (one.retries and self._may_retry(ending.outcome)):
                self._be_done(ending)
                break
            yield self._env.timeout(one.wait_s)
            planned_s = self._env.now
        self._world.wave.on_the_way -= 1

    def _be_done(self, ending: Ending) -> None:
        """What comes after the last try: an appointment that may be cancelled, or a place on the waiting list."""
        world, ledger, citizen = self._world, self._open.ledger, self._citizen.number
        if ending.outcome is Outcome.NO_SLOT:
            world.wait_in_line(ledger, citizen, self._be_given)
        elif ending.asked is not None and ending.place is not None:
            world.keep(ledger, citizen, ending.asked, ending.place)

    def _be_given(self, time: int) -> None:
        """Get a place from the waiting list; there is one."""
        ending = self._answered(time, self._open.ledger.reserve(time, self._citizen.number), None)
        self._note(self._number + 1, self._env.now, ending)
        self._be_done(ending)

    def _may_retry(self, outcome: Outcome) -> bool:
        # An empty day list ends the journey: there is nothing left to try for.
        return outcome is Outcome.REJECTED or (outcome is Outcome.NO_SLOT and self._saw_a_day)

    def _first_try(self, one: Try) -> Steps:
        for operation in (Operation.LOGIN, Operation.BOOKS):
            if not (yield from self._ask(operation, lambda: True)):
                return self._left()
        return (yield from self._try(one))

    def _try(self, one: Try) -> Steps:
        if self._world.strategy is Strategy.ASSIGN:
            yield self._env.timeout(one.form_s)
            return (yield from self._be_assigned())
        found: int | Ending = yield from self._find(one)
        if isinstance(found, Ending):
            return found
        yield self._env.timeout(one.choose_s)
        match self._world.strategy:
            case Strategy.QUEUED:
                yield self._env.timeout(one.form_s)
                return (yield from self._reserve(found))
            case Strategy.IMMEDIATE:
                yield self._env.timeout(one.form_s)
                return (yield from self._reserve_at_once(found))
            case Strategy.HOLD:
                return (yield from self._hold(found, one.form_s))
            case _:
                assert_never(self._world.strategy)

    def _find(self, one: Try) -> Steps:
        """Read the list of days, then the times of one; the time chosen, or how it ended."""
        lists, day_of = self._open.lists, self._open.book.day_of
        days: list[int] | None = yield from self._ask(Operation.DAYS, lambda: lists.days(self._env.now))
        if days is None:
            return self._left()
        self._saw_a_day = bool(days)
        if not days:
            return Ending(Outcome.NO_SLOT, self._env.now)
        # In a list of one's own, the first is any: the same to a citizen as choosing at random.
        pick = Pick.UNIFORM if one.pick is Pick.FIRST and self._world.listing is Listing.SPREAD else one.pick
        day = choose_day(pick, one.where, day_of[one.preferred], days)
        times: list[int] | None = yield from self._ask(Operation.SLOTS, lambda: lists.times(day, self._env.now))
        if times is None:
            return self._left()
        if not times:
            return Ending(Outcome.NO_SLOT, self._env.now)
        return choose_time(pick, one.where, one.preferred, times, len(days))

    def _reserve(self, time: int) -> Steps:
        """Send the reservation, and look in the inbox until the record system has answered."""
        reservation: Reservation | None = yield from self._ask(Operation.RESERVE, lambda: self._send(time))
        if reservation is None:
            return self._left(time, self._sent_s)
        sent_s = self._asked_s
        deadline_s = sent_s + self._citizen.answer_patience_s
        while self._env.now + self._citizen.poll_s <= deadline_s:
            yield self._env.timeout(self._citizen.poll_s)
            # The list wraps the decision, so that an empty inbox is an answer too.
            inbox = yield from self._ask(Operation.INBOX, lambda: [reservation.decision])
            if inbox is None:
                return self._left(time, sent_s)
            if isinstance(inbox[0], SetAside):
                self._requests[-1] = replace(self._requests[-1], status=Status.FAILED)
                return self._left(time, sent_s)
            if inbox[0] is not None:
                return self._answered(time, inbox[0], sent_s)
        return Ending(Outcome.ABANDONED, max(deadline_s, self._env.now), time, None, sent_s)

    def _send(self, time: int) -> Reservation:
        reservation = Reservation(self._citizen.number, time, self._number)
        self._env.process(self._world.decide(reservation, self._open.ledger, self._work_s[EHR]))
        return reservation

    def _reserve_at_once(self, time: int) -> Steps:
        """Send the reservation and get the answer in the response."""
        ledger, citizen = self._open.ledger, self._citizen.number
        decision: Decision | None = yield from self._ask(Operation.RESERVE, lambda: ledger.reserve(time, citizen))
        return self._left(time, self._sent_s) if decision is None else self._answered(time, decision, self._sent_s)

    def _hold(self, time: int, form_s: float) -> Steps:
        """Have the place held, fill in the form, and confirm while the hold lasts."""
        held: Hold | Rejected | None = yield from self._ask(
            Operation.HOLD, lambda: self._world.hold(self._open.ledger, time, self._citizen.number)
        )
        if held is None:
            return self._left(time)
        if isinstance(held, Rejected):
            return self._answered(time, held, self._asked_s)
        yield self._env.timeout(form_s)
        decision: Decision | None = yield from self._ask(Operation.RESERVE, held.confirm)
        return self._left(time, self._sent_s) if decision is None else self._answered(time, decision, self._sent_s)

    def _be_assigned(self) -> Steps:
        """Ask for any time, and get the first free one."""
        given: tuple[int, Decision] | bool | None = yield from self._ask(
            Operation.RESERVE, lambda: self._world.assign(self._open.ledger, self._citizen.number) or False
        )
        if given is None:
            return self._left(None, self._sent_s)
        if isinstance(given, bool):
            self._saw_a_day = False
            return Ending(Outcome.NO_SLOT, self._env.now)
        return self._answered(given[0], given[1], self._sent_s)

    @property
    def _sent_s(self) -> float | None:
        """When the reservation was sent that is the latest request; None if the citizen did not get that far."""
        return self._asked_s if self._requests[-1].operation is Operation.RESERVE else None

    def _answered(self, time: int, decision: Decision, sent_s: float | None) -> Ending:
        match decision:
            case Confirmed():
                slot = slot_of(self._open, time, decision)
                return Ending(Outcome.CONFIRMED, self._env.now, time, slot, sent_s, decision.place)
            case Rejected():
                return Ending(Outcome.REJECTED, self._env.now, time, None, sent_s)
            case _:
                assert_never(decision)

    def _ask(self, operation: Operation, answer: Callable[[], Answer]) -> Steps:
        """Make a request, from inside; the answer, or None if the citizen left before it came."""
        if operation is not Operation.LOGIN and not (yield from self._come_in()):
            return None
        self._asked_s = self._env.now
        limit_s = self._asked_s + self._citizen.page_patience_s
        page = self._page(operation, answer, limit_s)
        content: Answer = yield from page.wait()
        in_time = self._env.now <= limit_s
        status = Status.OK if in_time else _GIVEN_UP.get(operation, Status.ABANDONED)
        self._keep(Request(operation, page.started_s, page.started_s, min(self._env.now, limit_s), status))
        return content if in_time else None

    def _page(self, operation: Operation, answer: Callable[[], Answer], limit_s: float) -> Page[Answer]:
        """A page to wait for; patience runs from the first time it is asked for, however often it is reloaded."""
        behind_the_door = operation is not Operation.LOGIN and self._citizen.queue_patience_s is not None
        until_s = min(limit_s, self._inside_until_s) if behind_the_door else limit_s
        # A form that is sent again carries the same key: it is one wish, taken in once, with one answer.
        work = cache(answer) if operation in _KEYED else answer
        return Page(
            self._world,
            Asked(self._world.station(operation), self._work_s[COLUMN[operation]], work),
            Reloading(self._citizen.reload_after_s, self._citizen.reloads, until_s),
            lambda sent_s: self._keep(Request(operation, sent_s, sent_s, self._env.now, Status.ABANDONED)),
        )

    def _come_in(self) -> Steps:
        """Wait at the waiting room, if there is one and no session lasts; whether the citizen is inside then."""
        patience_s = self._citizen.queue_patience_s
        if patience_s is None or self._env.now < self._inside_until_s:
            return True
        self._tired_s = self._env.now + patience_s
        while isinstance(place := self._visit(), Queued):
            if self._env.now + place.ask_again_s > self._tired_s:
                return False
            yield self._env.timeout(place.ask_again_s)
        self._inside_until_s = place.until_s
        return True

    def _visit(self) -> Admitted | Queued:
        now_s = self._env.now
        self._keep(Request(Operation.ENTER, now_s, now_s, now_s, Status.OK))
        return self._world.visit(self._citizen.number)

    def _keep(self, request: Request) -> None:
        self._requests.append(request)
        self._world.notice(request)

    def _left(self, asked: int | None = None, reserved_s: float | None = None) -> Ending:
        last = self._requests[-1]
        if last.status is Status.OK:  # told to wait for the turn, longer than patience lasts
            return Ending(Outcome.ABANDONED, max(self._tired_s, last.ended_s), asked, None, reserved_s)
        return Ending(Outcome(last.status), last.ended_s, asked, None, reserved_s)

    def _cancelled_s(self, ending: Ending) -> float | None:
        confirmed = ending.outcome is Outcome.CONFIRMED
        return self._world.cancelled_s(self._citizen.number, ending.ended_s) if confirmed else None

    def _note(self, number: int, planned_s: float, ending: Ending) -> None:
        asked = None if ending.asked is None else self._open.time_texts[ending.asked]
        self._record(
            Attempt(
                citizen=self._citizen.number,
                number=number,
                planned_s=planned_s,
                ended_s=ending.ended_s,
                outcome=ending.outcome,
                book=self._open.book.id,
                asked=asked,
                slot=ending.slot,
                reserved_s=ending.reserved_s,
                requests=tuple(self._requests),
                cancelled_s=self._cancelled_s(ending),
            )
        )
        self._requests.clear()


# A reservation whose answer did not come may have been taken in all the same.
_GIVEN_UP = {Operation.RESERVE: Status.UNKNOWN}
_KEYED = {Operation.RESERVE, Operation.HOLD}
