"""A plan lived by the compiled kernel: arrays in, columns out, and the very attempts that the SimPy model makes.

`simulation.kernel` is what Numba compiles; this file is the typed way to it, and needs Numba only to run something.
"""

import math
import threading
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from scenarios.columns import ATTEMPT_ROW, REQUEST_ROW, Columns, Rows
from scenarios.inventory import AppointmentBook, inventory_of
from scenarios.plan import IntArray, Plan
from scenarios.scenario import Scenario
from scenarios.strategy import HOLD_S, Listing, Strategy
from scenarios.streams import FloatArray, on_grid
from simulation.deliveries import Deliveries, stops_s
from simulation.kernel import codes, layout
from simulation.room_rows import RoomRows
from simulation.service_times import service_times

SLICE: Final = 2_000_000
"""Events between two looks at whether to stop: about a tenth of a second."""


class Stopped(Exception):
    """The run was ended before it was over, by the event given to `live`."""


class TooManyEvents(RuntimeError):
    """More timeouts than the kernel can number (17 thousand million): the SimPy model has no such bound."""


@dataclass(frozen=True, slots=True)
class InventoryNames:
    """Books and places counted through the inventory; a time is counted within all books, a place too."""

    books: tuple[AppointmentBook, ...]
    first_time: tuple[int, ...]
    first_slot: tuple[int, ...]

    def book(self, code: int) -> str:
        """The book's id."""
        return self.books[code].id

    def asked(self, code: int) -> str:
        """The time asked for, local and to the minute."""
        of = _holding(self.first_time, code)
        return self.books[of].time_text(code - self.first_time[of])

    def slot(self, code: int) -> str:
        """The place that was confirmed."""
        of = _holding(self.first_slot, code)
        time, place = divmod(code - self.first_slot[of], self.books[of].places)
        return self.books[of].slot_id(time, place + 1)


def live(scenario: Scenario, plan: Plan, stop: threading.Event | None = None) -> Columns:
    """Let every citizen of the plan live the journey on the scenario's platform.

    Parameters
    ----------
    scenario, plan
        As for `simulation.replication.simulate`.
    stop : threading.Event, optional
        Ends the run soon after it is set.

    Returns
    -------
    Columns
        The attempts in the order in which they were settled, equal to those of the SimPy model bit for bit.

    Raises
    ------
    Stopped
        `stop` was set.
    TooManyEvents
        See there; nothing is ever silently different.
    """
    return Prepared.of(scenario, plan).run(stop)


def _names(scenario: Scenario) -> InventoryNames:
    books = tuple(book for municipality in inventory_of(scenario) for book in municipality.books)
    return InventoryNames(
        books=books,
        first_time=_starts([len(book.starts) for book in books]),
        first_slot=_starts([book.capacity for book in books]),
    )


@dataclass(slots=True)
class Prepared:
    """A run before its first event: the kernel's world, and the arrays that it has by address, which live as long."""

    world: Rows
    arrays: dict[str, NDArray[Any]]
    names: InventoryNames
    room: RoomRows | None = None

    @classmethod
    def of(cls, scenario: Scenario, plan: Plan) -> Self:
        """Draw the service times and lay everything out."""
        names = _names(scenario)
        arrivals, arrive_s = _arrivals(plan)
        platform, acting, rows = scenario.platform, len(arrivals), _rows(plan)
        if rows >= codes.MOST_CITIZENS:
            raise TooManyEvents(f"more than {codes.MOST_CITIZENS} citizens act, or reload")
        workers = (platform.login.workers, platform.workers, platform.ehr.workers)
        books, days, times = _book_rows(names.books)
        holds = platform.strategy is Strategy.HOLD
        run = cls(np.zeros(1, layout.WORLD), {}, names)
        run._put(**{name: getattr(plan, name) for name in _OF_THE_PLAN})
        run._put(
            book=_counted_through(scenario, plan),
            work_s=service_times(scenario, plan),
            arrivals=arrivals,
            arrive_s=arrive_s,
            arrive_after=np.zeros(acting, np.int64),
            # A citizen has at most one wait of their own, one reservation with the record system and one hold; moments
            # of reloads that were not needed make the heap grow. Memory that is not used is never touched, so the
            # bounds cost none.
            heap=np.empty(3 * acting + 8, layout.WAITING),
            present=np.empty(5 * rows + 8, np.int64),
            stations=np.array([(count, 0, codes.NOBODY, codes.NOBODY) for count in workers], layout.STATION),
            journeys=np.empty(rows, layout.JOURNEY),
            books=books,
            days=days,
            times=times,
            taken=np.zeros(sum(book.capacity for book in names.books) if holds else 1, np.uint8),
            kept_days=np.zeros(len(books), layout.KEPT_LIST),
            kept_times=np.zeros(len(days), layout.KEPT_LIST),
            days_shown=np.zeros(len(days), np.uint8),
            times_shown=np.zeros(len(times), np.uint8),
            attempts=np.empty(acting + acting // 4 + 16, ATTEMPT_ROW),
            requests=np.empty(8 * acting + 16, REQUEST_ROW),
        )
        run._set(
            strategy=tuple(Strategy).index(platform.strategy),
            spread=platform.listing is Listing.SPREAD,
            holds=holds,
            keeps_lists=platform.list_age is not None,
            list_age_s=platform.list_age or 0.0,
            tries=plan.tries,
            citizens=acting,
            present_room=5 * rows + 8,
            spare_row=int(codes.NOBODY),
            own_rows=acting,
            rows_made=acting,
            poll_s=plan.poll_s,
            hold_s=HOLD_S,
            until_s=math.inf,
        )
        run._put_record_system(scenario, plan)
        if plan.reload_after_s is not None and plan.reloads is not None:
            run._put(reload_after_s=plan.reload_after_s, reloads=plan.reloads)
        if platform.waiting_room is not None and plan.queue_patience_s is not None:
            run.room = room = RoomRows.of(platform.waiting_room, plan, acting)
            run._put(queue_patience_s=plan.queue_patience_s, room=room.room, visitors=room.visitors)
        return run

    def _put_record_system(self, scenario: Scenario, plan: Plan) -> None:
        """What becomes of deliveries, where some fail, and when nothing is taken up."""
        system = scenario.platform.ehr
        stops = np.array(stops_s(system), np.float64)
        self._put(stops_s=stops)
        self._set(stops=len(stops), redelivered_after_s=on_grid(system.redelivered_after_s))
        deliveries = Deliveries.of(scenario, plan)
        if deliveries is not None:
            self._put(delivery_row=deliveries.row, delivery_failures=deliveries.failures, delivery_s=deliveries.busy_s)
            self._set(deliveries=system.most_deliveries)

    def run(self, stop: threading.Event | None = None) -> Columns:
        """Let everything happen, once; as `live`."""
        self.live_until(math.inf, stop)
        return self.record()

    def live_until(self, at_s: float, stop: threading.Event | None = None) -> None:
        """Let everything happen that happens before a moment, and nothing of the moment itself."""
        from simulation.kernel.loop import compiled  # noqa: PLC0415  (Numba takes a third of a second, and may be absent)

        advance = compiled()
        self._set(until_s=at_s)
        while (why := advance(self.world, SLICE)) != codes.DONE:
            if why == codes.TOO_MANY_EVENTS:
                raise TooManyEvents("the run makes more events than can be numbered")
            if why == codes.NEEDS_ROOM:
                self._make_room()
            if why == codes.NEEDS_LOTS and self.room is not None:
                self.room.draw_lots()
            if stop is not None and stop.is_set():
                raise Stopped

    def _make_room(self) -> None:
        """Make the record, and what waits, half as long again."""
        self._put(**{name: _with_room(self.arrays[name]) for name in ("attempts", "requests", "heap")})

    def record(self) -> Columns:
        """The rows that were written."""
        attempts, requests = int(self.world["attempts_made"][0]), int(self.world["requests_made"][0])
        return Columns(self.arrays["attempts"][:attempts], self.arrays["requests"][:requests], self.names)

    def _put(self, **arrays: NDArray[Any]) -> None:
        for name, array in arrays.items():
            whole = np.ascontiguousarray(array)
            self.arrays[name] = whole
            self.world[name] = whole.ctypes.data
        self._set(**{f"{name}_room": len(self.arrays.get(name, ())) for name in ("attempts", "requests", "heap")})

    def _set(self, **values: float) -> None:
        for name, value in values.items():
            self.world[name] = value


_OF_THE_PLAN: Final = (
    "planned_s", "page_patience_s", "answer_patience_s", "choose_s", "form_s", "wait_s", "where", "pick", "preferred",
    "retries",
)  # fmt: skip


def _rows(plan: Plan) -> int:
    """One for everybody who acts, and one for each reload of theirs that can be under way."""
    acts = plan.acts == 1
    return int(acts.sum()) + (0 if plan.reloads is None else int(plan.reloads[acts].sum()))


def _arrivals(plan: Plan) -> tuple[IntArray, FloatArray]:
    """Who comes to the log-in when; those who come at the same moment in the order of `citizens_of`."""
    acting = np.flatnonzero(plan.acts == 1)
    opened = acting[np.argsort(plan.planned_s[acting], kind="stable")]
    arrive_s = plan.planned_s[opened] + plan.login_s[opened]
    order = np.argsort(arrive_s, kind="stable")
    return opened[order], arrive_s[order]


def _counted_through(scenario: Scenario, plan: Plan) -> IntArray:
    """Each citizen's book, counted over all municipalities."""
    first = np.array(_starts([len(municipality.books) for municipality in inventory_of(scenario)]), np.int64)
    return first[plan.municipality] + plan.book


def _book_rows(books: tuple[AppointmentBook, ...]) -> tuple[Rows, Rows, Rows]:
    """Books, days and times, all places free."""
    book_rows: list[tuple[int, ...]] = []
    days: list[tuple[int, ...]] = []
    times: list[tuple[int, ...]] = []
    first_slot = 0
    for number, book in enumerate(books):
        first_day, first_time = len(days), len(times)
        counts = np.bincount(book.day_of, minlength=len(book.days)).tolist()
        for count, start in zip(counts, _starts(counts), strict=True):
            days.append((first_time + start, first_time + start + count, count, first_time + start, number))
        times += [(first_day + day, book.places, 0, 0) for day in book.day_of]
        book_rows.append((first_slot, first_day, len(days), first_time, book.places, len(book.days), first_day))
        first_slot += book.capacity
    return np.array(book_rows, layout.BOOK), np.array(days, layout.DAY), np.array(times, layout.TIME)


def _with_room(rows: NDArray[Any]) -> NDArray[Any]:
    larger = np.empty(len(rows) + len(rows) // 2 + 1024, rows.dtype)
    larger[: len(rows)] = rows
    return larger


def _starts(lengths: list[int]) -> tuple[int, ...]:
    """Where each of several ranges begins that lie one behind the other."""
    return tuple(int(end) - length for end, length in zip(np.cumsum(lengths), lengths, strict=True))


def _holding(starts: tuple[int, ...], code: int) -> int:
    return int(np.searchsorted(starts, code, side="right")) - 1
