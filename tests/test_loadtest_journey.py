"""The load test's journey, without a socket: every outcome, every moment, with a clock and a client made up here."""

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from loadtests.conversation import Got, InQueue, Inside, Message, Refusal, Reply, Silence, Stopped
from loadtests.journey import live
from loadtests.timetable import timetable_of
from scenarios.attempts import Attempt, Operation, Outcome, Status
from scenarios.choice import Pick
from scenarios.inventory import inventory_of
from scenarios.plan import plan_of
from scenarios.rows import Citizen, Try, citizens_of, longest_s
from tests import a

BOOK = inventory_of(a.scenario())[0].books[0]
DAYS = [day.isoformat() for day in BOOK.days]
CONFIRMED = Got(Message(Outcome.CONFIRMED, BOOK.slot_id(0, 1)))
REJECTED = Got(Message(Outcome.REJECTED, None))
GIVEN = Got(Message(Outcome.CONFIRMED, BOOK.slot_id(3, 1), BOOK.time_text(3)))
SERVICE_S = 0.5

# Those of a queued reservation without a waiting room, in order.
STEPS = [operation for operation in Operation if operation not in {Operation.HOLD, Operation.ENTER}]


class FakeClock:
    def __init__(self) -> None:
        self.moment_s = 0.0
        self.late_s: list[float] = []

    def now(self) -> float:
        return self.moment_s

    def wait_until(self, moment_s: float) -> None:
        self.moment_s = max(self.moment_s, moment_s) + (self.late_s.pop(0) if self.late_s else 0.0)


class FakeClient:
    """Answers every call after `SERVICE_S`; `script` replaces the answers of an operation, in order."""

    def __init__(self, clock: FakeClock, script: dict[Operation, list[Any]] | None = None) -> None:
        self.clock, self.script = clock, script or {}
        self.calls: list[tuple[Operation, Any]] = []
        self.takes_s: dict[Operation, float] = {}

    def login(self, citizen: int, until_s: float) -> Reply[str]:
        return self._reply(Operation.LOGIN, citizen, until_s, Got("token"))

    def enter(self, token: str, until_s: float) -> Reply[Inside | InQueue]:
        return self._reply(Operation.ENTER, token, until_s, Got(Inside(900.0)))

    def books(self, token: str, municipality: str, until_s: float) -> Reply[list[str]]:
        return self._reply(Operation.BOOKS, (token, municipality), until_s, Got([BOOK.id]))

    def days(self, token: str, book: str, until_s: float) -> Reply[list[str]]:
        return self._reply(Operation.DAYS, (token, book), until_s, Got(DAYS))

    def slots(self, token: str, book: str, date: str, until_s: float) -> Reply[list[str]]:
        times = [time for time in range(len(BOOK.starts)) if BOOK.days[BOOK.day_of[time]].isoformat() == date]
        return self._reply(Operation.SLOTS, (token, book, date), until_s, Got([BOOK.time_text(time) for time in times]))

    def reserve(self, token: str, attempt: tuple[int, int], wish: tuple[str, str], until_s: float) -> Reply[str]:
        return self._reply(Operation.RESERVE, (token, attempt, wish), until_s, Got("R1"))

    def inbox(self, token: str, reservation: str, until_s: float) -> Reply[Message | None]:
        return self._reply(Operation.INBOX, (token, reservation), until_s, CONFIRMED)

    def reserve_at_once(
        self, token: str, attempt: tuple[int, int], wish: tuple[str, str], until_s: float
    ) -> Reply[Message]:
        return self._reply(Operation.RESERVE, (token, attempt, wish), until_s, GIVEN)

    def assign(self, token: str, attempt: tuple[int, int], book: str, until_s: float) -> Reply[Message]:
        return self._reply(Operation.RESERVE, (token, attempt, book), until_s, GIVEN)

    def hold(
        self, token: str, attempt: tuple[int, int], wish: tuple[str, str], until_s: float
    ) -> Reply[tuple[str | None]]:
        return self._reply(Operation.HOLD, (token, attempt, wish), until_s, Got(("R1",)))

    def confirm(self, token: str, reservation: str, until_s: float) -> Reply[Message]:
        return self._reply(Operation.RESERVE, (token, reservation), until_s, GIVEN)

    def _reply(self, operation: Operation, asked: Any, until_s: float, usual: Any) -> Any:
        self.calls.append((operation, asked))
        ends_s = self.clock.moment_s + self.takes_s.get(operation, SERVICE_S)
        self.clock.moment_s = min(ends_s, until_s)
        if ends_s > until_s:
            return Silence()
        said = self.script.get(operation)
        answer = said.pop(0) if said else usual
        if answer is Stopped:
            raise Stopped
        return answer


def citizen(*tries: Try, **changes: Any) -> Citizen:
    row = Citizen(
        number=7,
        municipality=0,
        book=0,
        planned_s=100.0,
        login_s=20.0,
        page_patience_s=30.0,
        answer_patience_s=60.0,
        poll_s=2.0,
        tries=tries or (one_try(),),
    )
    return dataclasses.replace(row, **changes)


def one_try(**changes: Any) -> Try:
    row = Try(choose_s=10.0, form_s=5.0, pick=Pick.FIRST, where=0.5, preferred=0, retries=False, wait_s=8.0)
    return dataclasses.replace(row, **changes)


def lived(
    one: Citizen, script: dict[Operation, list[Any]] | None = None, prepare: Callable[[FakeClient], None] | None = None
) -> tuple[list[Attempt], FakeClient]:
    client = FakeClient(FakeClock(), script)
    if prepare:
        prepare(client)
    return list(live(one, timetable_of(BOOK), client, client.clock)), client


def test_a_journey_plans_each_request_from_the_end_of_the_one_before():
    (attempt,), client = lived(citizen())
    assert [request.operation for request in attempt.requests] == STEPS
    assert [request.planned_s for request in attempt.requests] == [120.0, 120.5, 121.0, 121.5, 137.0, 139.5]
    assert all(request.started_s == request.planned_s for request in attempt.requests)
    assert all(request.ended_s - request.started_s == SERVICE_S for request in attempt.requests)
    assert all(request.status is Status.OK for request in attempt.requests)
    assert (attempt.planned_s, attempt.reserved_s, attempt.ended_s) == (100.0, 137.0, 140.0)
    assert attempt.outcome is Outcome.CONFIRMED
    assert (attempt.book, attempt.asked, attempt.slot) == (BOOK.id, BOOK.time_text(0), BOOK.slot_id(0, 1))
    assert client.calls[1] == (Operation.BOOKS, ("token", "9999"))
    assert client.calls[4] == (Operation.RESERVE, ("token", (7, 1), (BOOK.id, BOOK.time_text(0))))


def test_a_rejected_citizen_who_is_willing_comes_back_to_the_days_after_the_wait():
    attempts, _ = lived(citizen(one_try(retries=True), one_try()), {Operation.INBOX: [REJECTED]})
    first, second = attempts
    assert (first.outcome, second.outcome) == (Outcome.REJECTED, Outcome.CONFIRMED)
    assert (first.number, second.number) == (1, 2)
    assert second.planned_s == first.ended_s + 8.0
    assert second.requests[0].operation is Operation.DAYS
    assert second.requests[0].planned_s == second.planned_s


def test_a_rejected_citizen_without_the_will_leaves():
    attempts, _ = lived(citizen(one_try(retries=False), one_try()), {Operation.INBOX: [REJECTED]})
    assert [attempt.outcome for attempt in attempts] == [Outcome.REJECTED]


def test_an_empty_list_of_days_ends_the_journey_however_willing_the_citizen():
    (attempt,), _ = lived(citizen(one_try(retries=True), one_try()), {Operation.DAYS: [Got([])]})
    assert (attempt.outcome, attempt.ended_s) == (Outcome.NO_SLOT, 121.5)
    assert attempt.asked is None


def test_a_day_that_filled_up_meanwhile_is_tried_again():
    attempts, _ = lived(citizen(one_try(retries=True), one_try()), {Operation.SLOTS: [Got([])]})
    assert [attempt.outcome for attempt in attempts] == [Outcome.NO_SLOT, Outcome.CONFIRMED]
    assert attempts[1].planned_s == attempts[0].ended_s + 8.0


def test_the_inbox_is_looked_into_again_until_the_answer_is_there():
    (attempt,), _ = lived(citizen(), {Operation.INBOX: [Got(None), Got(None)]})
    looks = [request.planned_s for request in attempt.requests if request.operation is Operation.INBOX]
    assert looks == [139.5, 142.0, 144.5]
    assert attempt.outcome is Outcome.CONFIRMED


def test_a_citizen_without_an_answer_leaves_when_patience_since_the_reservation_is_used_up():
    (attempt,), _ = lived(citizen(answer_patience_s=61.0), {Operation.INBOX: [Got(None)] * 99})
    assert (attempt.outcome, attempt.ended_s) == (Outcome.ABANDONED, 137.0 + 61.0)
    assert attempt.requests[-1].planned_s <= attempt.ended_s
    assert attempt.requests[-1].planned_s + SERVICE_S + 2.0 > attempt.ended_s


def test_a_last_look_that_outlasts_patience_with_the_answer_ends_the_attempt_when_it_ends():
    def slowly(client: FakeClient) -> None:
        client.takes_s[Operation.INBOX] = 25.0

    (attempt,), _ = lived(citizen(), {Operation.INBOX: [Got(None)] * 9}, slowly)
    assert (attempt.outcome, attempt.ended_s) == (Outcome.ABANDONED, 139.5 + 3 * 25.0 + 2 * 2.0)


@pytest.mark.parametrize("operation", STEPS)
def test_a_request_without_a_response_is_given_up_when_page_patience_is_used_up(operation: Operation):
    def silent(client: FakeClient) -> None:
        client.takes_s[operation] = 1000.0

    (attempt,), _ = lived(citizen(one_try(retries=True), one_try()), prepare=silent)
    last = attempt.requests[-1]
    given_up = Outcome.UNKNOWN if operation is Operation.RESERVE else Outcome.ABANDONED
    assert (last.operation, last.status, attempt.outcome) == (operation, Status(given_up), given_up)
    assert last.ended_s == attempt.ended_s == last.planned_s + 30.0


@pytest.mark.parametrize("operation", STEPS)
@pytest.mark.parametrize("status", [Status.SHED, Status.FAILED, Status.UNKNOWN])
def test_a_refusal_ends_the_journey_with_its_own_outcome(operation: Operation, status: Status):
    (attempt,), _ = lived(citizen(one_try(retries=True), one_try()), {operation: [Refusal(status)]})
    assert (attempt.requests[-1].operation, attempt.requests[-1].status) == (operation, status)
    assert attempt.outcome == Outcome(status)
    assert (attempt.reserved_s is not None) == (operation in {Operation.RESERVE, Operation.INBOX})


@pytest.mark.parametrize(
    ("operation", "nonsense"),
    [
        (Operation.BOOKS, Got(["0000-1"])),
        (Operation.DAYS, Got(["1999-01-01"])),
        (Operation.SLOTS, Got(["2021-05-10T03:00"])),
    ],
)
def test_an_answer_that_names_what_the_plan_does_not_know_is_an_error_of_the_server(
    operation: Operation, nonsense: Any
):
    (attempt,), _ = lived(citizen(), {operation: [nonsense]})
    assert (attempt.outcome, attempt.requests[-1].status) == (Outcome.FAILED, Status.FAILED)


def test_a_late_start_is_kept_apart_from_the_planned_moment():
    def late(client: FakeClient) -> None:
        client.clock.late_s = [3.0]

    (attempt,), _ = lived(citizen(), prepare=late)
    login, books = attempt.requests[:2]
    assert (login.planned_s, login.started_s, login.ended_s) == (120.0, 123.0, 123.5)
    assert (books.planned_s, books.started_s) == (123.5, 123.5)


def test_a_generator_later_than_patience_sends_nothing():
    def very_late(client: FakeClient) -> None:
        client.clock.late_s = [0.0] * 4 + [31.0]

    (attempt,), client = lived(citizen(), prepare=very_late)
    last = attempt.requests[-1]
    assert last.operation is Operation.RESERVE
    assert Operation.RESERVE not in [operation for operation, _ in client.calls]
    assert (attempt.outcome, attempt.reserved_s) == (Outcome.ABANDONED, None)
    assert last.planned_s <= last.started_s <= last.ended_s


@pytest.mark.parametrize("operation", [Operation.RESERVE, Operation.INBOX])
def test_a_run_stopped_after_the_reservation_was_sent_leaves_an_attempt_that_may_have_happened(operation: Operation):
    (attempt,), _ = lived(citizen(), {operation: [Stopped]})
    assert (attempt.outcome, attempt.reserved_s) == (Outcome.UNKNOWN, 137.0)
    assert attempt.requests[-1].operation is operation


def test_a_run_stopped_before_the_reservation_was_sent_leaves_no_attempt():
    attempts, _ = lived(citizen(), {Operation.SLOTS: [Stopped]})
    assert attempts == []


def test_a_run_stopped_in_the_second_try_keeps_the_first():
    again = citizen(one_try(retries=True), one_try())
    attempts, _ = lived(again, {Operation.INBOX: [REJECTED], Operation.DAYS: [Got(DAYS), Stopped]})
    assert [attempt.outcome for attempt in attempts] == [Outcome.REJECTED]


def test_a_citizen_with_a_wish_asks_for_the_first_time_from_it_on():
    (attempt,), client = lived(citizen(one_try(pick=Pick.PREFERRED, preferred=30)))
    assert attempt.asked == BOOK.time_text(30)
    assert (Operation.SLOTS, ("token", BOOK.id, DAYS[1])) in client.calls


def test_a_citizen_who_takes_any_time_asks_for_the_one_that_the_draw_names():
    # 0.75 of two days is the second; half of what is left, of its 24 times, is the 13th.
    (attempt,), _ = lived(citizen(one_try(pick=Pick.UNIFORM, where=0.75)))
    assert attempt.asked == BOOK.time_text(24 + 12)


def test_citizens_come_in_the_order_of_their_moments_and_only_those_who_act():
    scenario = a.scenario()
    plan = plan_of(scenario, scenario.policy, 0)
    citizens = list(citizens_of(plan))
    assert len(citizens) == int(plan.acts.sum())
    assert [one.planned_s for one in citizens] == sorted(one.planned_s for one in citizens)
    some = citizens[3]
    assert some.tries[0].choose_s == plan.choose_s[some.number, 0]
    assert some.page_patience_s == plan.page_patience_s[some.number]
    for one in citizens:  # who does not come back after a try has none after it
        assert [row.retries for row in one.tries[:-1]] == [True] * (len(one.tries) - 1)
        assert len(one.tries) == plan.tries or not one.tries[-1].retries


def test_no_journey_outlasts_the_longest_that_its_plan_allows():
    scenario = a.scenario()
    plan = plan_of(scenario, scenario.policy, 0)
    bound_s = longest_s(plan)
    for one in citizens_of(plan):
        script = {Operation.INBOX: [Got(None)] * 5000}
        attempts, _ = lived(one, script)
        assert attempts[-1].ended_s <= bound_s


def test_without_a_waiting_room_nobody_asks_to_be_let_in():
    _, client = lived(citizen())
    assert Operation.ENTER not in [operation for operation, _ in client.calls]


def test_who_waits_asks_again_when_told_to_and_goes_on_once_inside():
    waits = [Got(InQueue(15.0)), Got(InQueue(4.0)), Got(Inside(900.0))]
    (attempt,), _ = lived(citizen(queue_patience_s=60.0), {Operation.ENTER: waits})
    planned = [(one.operation, one.planned_s) for one in attempt.requests[:5]]
    assert planned == [
        (Operation.LOGIN, 120.0),
        (Operation.ENTER, 120.5),
        (Operation.ENTER, 136.0),
        (Operation.ENTER, 140.5),
        (Operation.BOOKS, 141.0),
    ]
    assert attempt.outcome is Outcome.CONFIRMED


def test_who_is_tired_of_the_queue_leaves_without_asking_once_more():
    (attempt,), client = lived(citizen(queue_patience_s=20.0), {Operation.ENTER: [Got(InQueue(15.0))] * 9})
    assert (attempt.outcome, attempt.ended_s, attempt.reserved_s) == (Outcome.ABANDONED, 140.5, None)
    assert [operation for operation, _ in client.calls] == [Operation.LOGIN, Operation.ENTER, Operation.ENTER]


def test_a_session_that_has_ended_is_renewed_before_the_next_request_and_the_wait_is_not_the_servers_answer():
    (attempt,), _ = lived(citizen(queue_patience_s=60.0), {Operation.ENTER: [Got(Inside(10.0)), Got(InQueue(15.0))]})
    operations = [one.operation for one in attempt.requests]
    assert operations.count(Operation.ENTER) == 3
    reserve = operations.index(Operation.RESERVE)
    assert operations[reserve - 2 : reserve] == [Operation.ENTER] * 2
    assert attempt.reserved_s == attempt.requests[reserve].planned_s == attempt.requests[reserve - 1].ended_s


@pytest.mark.parametrize(
    ("reply", "outcome"), [(Refusal(Status.SHED), Outcome.SHED), (Refusal(Status.FAILED), Outcome.FAILED)]
)
def test_a_waiting_room_that_fails_ends_the_attempt(reply: Reply[Any], outcome: Outcome):
    (attempt,), _ = lived(citizen(queue_patience_s=60.0), {Operation.ENTER: [reply]})
    assert (attempt.outcome, attempt.requests[-1].operation) == (outcome, Operation.ENTER)


def test_a_request_that_the_end_of_the_session_overtook_is_made_again_from_inside():
    def slow(client: FakeClient) -> None:
        client.takes_s[Operation.BOOKS] = 12.0

    script: dict[Operation, list[Any]] = {
        Operation.ENTER: [Got(Inside(10.0)), Got(Inside(900.0))],
        Operation.BOOKS: [Refusal(Status.SHED)],
    }
    (attempt,), _ = lived(citizen(queue_patience_s=60.0), script, slow)
    begun = [(one.operation, one.status) for one in attempt.requests[1:5]]
    assert begun == [
        (Operation.ENTER, Status.OK),
        (Operation.BOOKS, Status.SHED),
        (Operation.ENTER, Status.OK),
        (Operation.BOOKS, Status.OK),
    ]
    assert attempt.outcome is Outcome.CONFIRMED


def test_a_request_that_is_shed_during_a_session_is_not_made_again():
    (attempt,), _ = lived(citizen(queue_patience_s=60.0), {Operation.BOOKS: [Refusal(Status.SHED)]})
    assert (attempt.outcome, len(attempt.requests)) == (Outcome.SHED, 3)
