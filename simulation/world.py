"""What the citizens meet: log-in, a waiting room if there is one, page workers, and a record system (EPJ)."""

import itertools
import math
from collections import defaultdict, deque
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, TypeVar

import simpy

from reference_server.booking import Confirmed, Decision, Ledger, Rejected
from reference_server.waiting_room import Admitted, Queued, WaitingRoom
from scenarios.after_booking import Afterwards
from scenarios.attempts import Operation, Request
from scenarios.booking_platform import WaitingRoomRules
from scenarios.inventory import AppointmentBook, inventory_of
from scenarios.plan import Plan
from scenarios.scenario import Scenario
from scenarios.strategy import HOLD_S, Listing, Strategy
from scenarios.streams import on_grid
from simulation.deliveries import Deliveries, Fate, stops_s
from simulation.free_lists import FreeLists
from simulation.lots import lots

Content = TypeVar("Content")
Steps = Generator[simpy.Event, Any, Any]
GetPlace = Callable[[int], None]
"""Take a place at a time that is free, for somebody who waited for one."""


@dataclass(slots=True)
class Reservation:
    """A reservation of a citizen's try on its way; `decision` is there once the answer lies in the inbox."""

    citizen: int
    time: int
    number: int
    decision: "Decision | SetAside | None" = None


@dataclass(frozen=True, slots=True)
class SetAside:
    """The reservation did not get through to the record system, however often it was delivered."""


@dataclass(slots=True)
class Hold:
    """A place that is held; `live` until it is confirmed, or has been given back after its time."""

    place: int
    live: bool = True
    confirmed: bool = False

    def confirm(self) -> Decision:
        """Turn the hold into an appointment, if it still stands."""
        if not self.live:
            return Rejected()
        self.confirmed = True
        return Confirmed(self.place)


@dataclass(slots=True)
class Wave:
    """Those of the send-out whose journey is not over, and whether more will be sent to than are known."""

    on_the_way: int = 0
    more_come: bool = False

    @property
    def is_over(self) -> bool:
        """Whether nobody is on the way and nobody will be."""
        return self.on_the_way == 0 and not self.more_come


@dataclass(frozen=True, slots=True)
class OpenBook:
    """A book with its texts, made once, its ledger, and what it shows of it."""

    book: AppointmentBook
    ledger: Ledger
    lists: FreeLists
    time_texts: tuple[str, ...]


class World:
    """The platform of a scenario at the moment of the first SMS: every queue empty, every place free.

    There is no warm-up: a send-out starts from rest, and the start is what is studied (a terminating simulation). What
    it wants of the plan is the chance at the door, where there is a waiting room.
    """

    def __init__(self, scenario: Scenario, plan: Plan | None = None) -> None:
        platform = scenario.platform
        self.env = simpy.Environment()
        self.strategy: Strategy = platform.strategy
        self.listing: Listing = platform.listing
        self.login = simpy.Resource(self.env, platform.login.workers)
        self.pages = simpy.Resource(self.env, platform.workers)
        self.ehr = simpy.Resource(self.env, platform.ehr.workers)
        self.books: tuple[tuple[OpenBook, ...], ...] = tuple(
            tuple(_opened(book, platform.list_age) for book in municipality.books)
            for municipality in inventory_of(scenario)
        )
        self.wave = Wave()
        self._afterwards = plan and Afterwards.of(scenario, plan)
        self.lines: defaultdict[Ledger, deque[GetPlace]] = defaultdict(deque)
        """The waiting list of each book."""
        self._deliveries = plan and Deliveries.of(scenario, plan)
        self._stops_s = stops_s(platform.ehr)
        self._redelivered_after_s = on_grid(platform.ehr.redelivered_after_s)
        self.room = platform.waiting_room and _room(platform.waiting_room, plan)
        self.notice: Callable[[Request], None] = _unnoticed
        """Called with each request that is over: what somebody who watches the platform sees."""

    def station(self, operation: Operation) -> simpy.Resource:
        """Who serves an operation."""
        return self.login if operation is Operation.LOGIN else self.pages

    def serve(self, station: simpy.Resource, service_s: float, work: Callable[[], Content]) -> Steps:
        """Wait for a free worker, do the work at once, and keep the worker busy for the service time."""
        with station.request() as turn:  # pyright: ignore[reportUnknownVariableType]  (simpy leaves it generic)
            yield turn
            if station is self.ehr:
                yield from self._while_stopped()
            content = work()
            yield self.env.timeout(service_s)
        return content

    def visit(self, citizen: int) -> Admitted | Queued:
        """A citizen asks to come in, and is answered at once: a waiting room stands before the platform, not on it."""
        assert self.room is not None  # noqa: S101  (only asked where a room is)
        return self.room.visit(str(citizen), self.env.now)

    def decide(self, reservation: Reservation, ledger: Ledger, service_s: float) -> Steps:
        """The record system takes the reservation in turn, commits, and answers when its work is done.

        A delivery that fails decides nothing: the message comes again after a pause, or is set aside in the end.
        """
        fate = self._fate(reservation, service_s)
        for delivery in range(fate.failures):
            if delivery:
                yield self.env.timeout(self._redelivered_after_s)
            yield from self.serve(self.ehr, fate.busy_s[delivery], lambda: None)
        if fate.failures == len(fate.busy_s):
            reservation.decision = SetAside()
            return
        if fate.failures:
            yield self.env.timeout(self._redelivered_after_s)
        reservation.decision = yield from self.serve(
            self.ehr, fate.busy_s[fate.failures], lambda: ledger.reserve(reservation.time, reservation.citizen)
        )

    def _fate(self, reservation: Reservation, service_s: float) -> Fate:
        drawn = self._deliveries and self._deliveries.of_try(reservation.citizen, reservation.number)
        return drawn or Fate((service_s,), 0)

    def _while_stopped(self) -> Steps:
        """A worker of the record system stands still while it is stopped, with what it has in hand."""
        for from_s, to_s in self._stops_s:
            if from_s <= self.env.now < to_s:
                yield self.env.timeout(to_s - self.env.now)

    def hold(self, ledger: Ledger, time: int, citizen: int) -> Hold | Rejected:
        """Hold the next place of a time for a while, or none is left."""
        decision = ledger.reserve(time, citizen)
        if isinstance(decision, Rejected):
            return decision
        held = Hold(decision.place)
        self.env.process(self._give_back(held, ledger, time))
        return held

    def _give_back(self, held: Hold, ledger: Ledger, time: int) -> Steps:
        yield self.env.timeout(HOLD_S)
        held.live = held.confirmed
        if not held.confirmed:
            ledger.cancel(time, held.place)
            self._fill(ledger)

    def cancelled_s(self, citizen: int, confirmed_s: float) -> float | None:
        """When a citizen who is confirmed then cancels; None for who keeps the appointment."""
        after_s = math.inf if self._afterwards is None else float(self._afterwards.cancel_after_s[citizen])
        return confirmed_s + after_s if math.isfinite(after_s) else None

    def keep(self, ledger: Ledger, citizen: int, time: int, place: int) -> None:
        """A citizen has an appointment, and cancels it after a while, or does not."""
        cancelled_s = self.cancelled_s(citizen, self.env.now)
        if cancelled_s is not None:
            self.env.process(self._cancel(ledger, time, place, cancelled_s - self.env.now))

    def wait_in_line(self, ledger: Ledger, citizen: int, get: GetPlace) -> bool:
        """Wait on the waiting list of a book, if the citizen does: `get` is called when a time is free."""
        if self._afterwards is None or not self._afterwards.joins[citizen]:
            return False
        self.lines[ledger].append(get)
        self._fill(ledger)
        return True

    def _cancel(self, ledger: Ledger, time: int, place: int, after_s: float) -> Steps:
        yield self.env.timeout(after_s)
        ledger.cancel(time, place)
        self._fill(ledger)

    def _fill(self, ledger: Ledger) -> None:
        """Give what is free to those who wait for it, at once: the first place to the first in line."""
        line = self.lines[ledger]
        while line and (days := ledger.free_days()):
            line.popleft()(ledger.free_times(days[0])[0])

    def assign(self, ledger: Ledger, citizen: int) -> tuple[int, Decision] | None:
        """Give the first free place there is; None where there is none."""
        days = ledger.free_days()
        if not days:
            return None
        time = ledger.free_times(days[0])[0]
        return time, ledger.reserve(time, citizen)


def _unnoticed(_: Request) -> None:
    """Nobody watches."""


def _room(rules: WaitingRoomRules, plan: Plan | None) -> WaitingRoom:
    if plan is None:
        raise ValueError("a waiting room draws lots, and the plan says which")
    order = itertools.chain.from_iterable(drawn.tolist() for drawn in lots(plan))
    return WaitingRoom(rules, lambda count: int(next(order) * count))


def _opened(book: AppointmentBook, list_age_s: float | None) -> OpenBook:
    ledger = Ledger(book.places, book.day_of)
    return OpenBook(
        book=book,
        ledger=ledger,
        lists=FreeLists(ledger, list_age_s),
        time_texts=tuple(book.time_text(time) for time in range(len(book.starts))),
    )


def slot_of(opened: OpenBook, time: int, decision: Decision) -> str | None:
    """The place that was confirmed, by name; None for a rejection."""
    return opened.book.slot_id(time, decision.place) if isinstance(decision, Confirmed) else None
