"""A plan lived by the compiled kernel: arrays in, columns out, and the very attempts that the SimPy model makes.

`simulation.kernel` is what Numba compiles; this file is the typed way to it, and needs Numba only to run something.
"""

import math
import threading
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from scenarios.after_booking import Afterwards, happens
from scenarios.columns import ATTEMPT_ROW, REQUEST_ROW, Columns, Rows
from scenarios.plan import Plan
from scenarios.plan_source import PlanSource
from scenarios.record_system import RecordSystem
from scenarios.reload import Reload
from scenarios.scenario import Scenario
from scenarios.strategy import HOLD_S, Listing, Strategy
from scenarios.streams import on_grid
from simulation import arrivals, draw_rows
from simulation.book_rows import InventoryNames, book_rows, list_rows
from simulation.deliveries import stops_s
from simulation.draw_rows import DrawRows
from simulation.kernel import codes, layout
from simulation.other_rows import OtherRows
from simulation.room_rows import RoomRows
from simulation.tallying import KEPT, Counts

SLICE: Final = 2_000_000
"""Events between two looks at whether to stop: about a tenth of a second."""

_EVERY_ROW: Final = 1 << 62
"""More than there are rows: each is a citizen's own."""

FEW: Final = 1024
"""Requests of others that there is room for at first, likewise."""

ON_THE_WAY: Final = 4096
"""Journeys that there is room for at first; there is twice as much whenever it is full."""


EVENTS_PER_CITIZEN: Final = 8
EVENTS_IN_A_SLOT: Final = 4
SLOTS_PER_S: Final = 64.0
"""About how many timeouts a citizen makes, how many are to lie in a slot of time, and slots where nothing is known of
when people come. ASSUMPTION throughout: they change nothing but how long a run takes, and that little."""


class Stopped(Exception):
    """The run was ended before it was over, by the event given to `live`."""


class TooManyEvents(RuntimeError):
    """More timeouts than the kernel can number (17 thousand million): the SimPy model has no such bound."""


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


def live_drawing(source: PlanSource, stop: threading.Event | None = None) -> Columns:
    """As `live`, of the plan that a source has, which is drawn citizen by citizen and never held."""
    return Prepared.drawing(source).run(stop)


@dataclass(slots=True)
class Prepared:
    """A run before its first event: the kernel's world, and the arrays that it has by address, which live as long."""

    world: Rows
    arrays: dict[str, NDArray[Any]]
    names: InventoryNames
    draws: DrawRows
    room: RoomRows | None = None
    others: OtherRows | None = None
    counts: Counts | None = None

    @classmethod
    def of(cls, scenario: Scenario, plan: Plan) -> Self:
        """Lay out a plan in arrays."""
        run = cls._on_platform(scenario, draw_rows.of_the_plan(scenario, plan))
        run._expect(scenario, arrivals.of_the_plan(plan))
        run._put(arrive_after=np.zeros(len(run.arrays["arrivals"]), np.int64))
        run._open_room(scenario, plan)
        run._put_others(scenario, plan)
        run._put_afterwards(Afterwards.of(scenario, plan))
        return run

    @classmethod
    def drawing(cls, source: PlanSource, counts: Counts | None = None) -> Self:
        """Lay out what a plan is drawn from, and draw who acts and when; with `counts`, no record is kept.

        Where links are passed on it is the whole plan that is laid out: the kernel does not draw who comes with them.
        """
        if source.scenario.behaviour.forwarded is not None and counts is None:
            return cls.of(source.scenario, source.plan())
        run = cls._on_platform(source.scenario, draw_rows.on_demand(source))
        run.counts = counts
        openings = arrivals.Openings() if counts is None else counts.openings
        if counts is not None:
            run._put(**counts.arrays)
            run._set(kept_room=KEPT, step_count=counts.steps.shape[1])
        run._expect(source.scenario, arrivals.Answering(run.world, source, openings).all())
        run._open_room(source.scenario, source)
        run._put_others(source.scenario, source)
        run._put_afterwards(Afterwards.of(source.scenario, source))
        return run

    @classmethod
    def _on_platform(cls, scenario: Scenario, draws: DrawRows) -> Self:
        names, platform = InventoryNames.of(scenario), scenario.platform
        run = cls(np.zeros(1, layout.WORLD), {}, names, draws)
        holds = platform.strategy is Strategy.HOLD or happens(scenario)
        workers = (platform.login.workers, platform.workers, platform.ehr.workers)
        books = book_rows(names.books)
        run._put(
            **draws.arrays,
            **books,
            stations=np.array([(count, 0, codes.NOBODY, codes.NOBODY) for count in workers], layout.STATION),
            taken=np.zeros(sum(book.capacity for book in names.books) if holds else 1, np.uint8),
            **list_rows(books),
            boxes=np.full(codes.RINGS * codes.BOXES, codes.NOBODY, np.int32),
            filled=np.zeros(codes.RINGS * codes.BOXES >> codes.WORD_BITS, np.int64),
        )
        run._set(
            **draws.values,
            strategy=tuple(Strategy).index(platform.strategy),
            spread=platform.listing is Listing.SPREAD,
            holds=holds,
            keeps_lists=platform.list_age is not None,
            list_age_s=platform.list_age or 0.0,
            own_rows=_EVERY_ROW,
            spare_row=int(codes.NOBODY),
            hold_s=HOLD_S,
            until_s=math.inf,
            free=int(codes.NOBODY),
            later_free=int(codes.NOBODY),
        )
        run._put_record_system(scenario.platform.ehr)
        return run

    def _put_record_system(self, system: RecordSystem) -> None:
        """When nothing is taken up, and when a delivery that failed comes again."""
        stops = np.array(stops_s(system), np.float64)
        self._put(stops_s=stops)
        self._set(
            stops=len(stops),
            redelivered_after_s=on_grid(system.redelivered_after_s),
            deliveries=system.most_deliveries if system.can_fail else 0,
        )

    def _expect(self, scenario: Scenario, coming: arrivals.Arrivals) -> None:
        """Make room for those who come, so many at a time; memory that is not used is never touched."""
        acting = len(coming.citizens)
        if acting >= codes.MOST_CITIZENS:
            raise TooManyEvents(f"more than {codes.MOST_CITIZENS} citizens act")
        rows = acting if self.counts is None else 0
        self._put(
            arrivals=coming.citizens,
            arrive_s=coming.arrive_s,
            attempts=np.empty(rows + rows // 4 + 16, ATTEMPT_ROW),
            requests=np.empty(8 * rows + 16, REQUEST_ROW),
        )
        self._set(citizens=acting, slots_per_s=_slots_per_s(coming.arrive_s))
        named = scenario.platform.waiting_room is not None or happens(scenario)
        if scenario.behaviour.reload is None and not named:
            self._make_room_on_the_way(min(acting, ON_THE_WAY))
        else:
            self._make_room_for_all(acting, scenario.behaviour.reload)

    def _put_afterwards(self, afterwards: Afterwards | None) -> None:
        """Who cancels and when, and who waits on the waiting list."""
        if afterwards is not None:
            self._put(cancel_after_s=afterwards.cancel_after_s, joins=afterwards.joins)
            self._set(afterwards=1)

    def _open_room(self, scenario: Scenario, plan: Plan | PlanSource) -> None:
        rules = scenario.platform.waiting_room
        if rules is not None:
            acting = len(self.arrays["arrivals"])
            self.room = room = RoomRows.of(rules, plan, acting)
            self._put(room=room.room, visitors=room.visitors)

    def _put_others(self, scenario: Scenario, plan: Plan | PlanSource) -> None:
        """The background load: what comes to each station, and the first request of each among the timeouts."""
        others = OtherRows.of(scenario, plan)
        if others is None:
            return
        self.others = others
        first = others.first_events
        self._put(traffic=others.traffic, hours=others.hours)
        self._set(**others.values, background=1, others_free=int(codes.NOBODY), made=len(first), waiting=len(first))
        self._set(soon=len(first), slot=int(first["at_s"].max() * self.world["slots_per_s"][0]))
        self._put_timeouts(len(first) + len(self.arrays["heap"]), first)
        self._make_room_for_others(FEW)

    def run(self, stop: threading.Event | None = None) -> Columns:
        """Let everything happen, once; as `live`."""
        self.live_until(math.inf, stop)
        return self.record()

    def live_until(self, at_s: float, stop: threading.Event | None = None) -> None:
        """Let everything happen that happens before a moment, and nothing of the moment itself."""
        from simulation.kernel.compiling import compiled  # noqa: PLC0415  (Numba takes a third of a second to import)
        from simulation.kernel.loop import advance  # noqa: PLC0415

        go_on = compiled(advance)
        self._set(until_s=at_s)
        while (why := go_on(self.world, SLICE)) != codes.DONE:
            if why == codes.TOO_MANY_EVENTS:
                raise TooManyEvents("the run makes more events than can be numbered")
            if why == codes.NEEDS_ROOM:
                self.make_room()
            if why == codes.NEEDS_LOTS and self.room is not None:
                self.room.draw_lots()
            if stop is not None and stop.is_set():
                raise Stopped

    def make_room(self) -> None:
        """Make what is full larger: the record, or the room for those on the way. What was counted is taken out."""
        if self.counts is not None and self.world["kept"][0] + codes.MOST_KEPT > KEPT:
            self.counts.take()
            self._set(kept=0)
        journeys_room = int(self.world["journeys_room"][0])
        if self.world["keeps_journeys"][0] == 0 and self.world["journeys_made"][0] == journeys_room:
            self._make_room_on_the_way(2 * journeys_room)
        if self.others is not None and self.world["others_made"][0] == self.world["others_room"][0]:
            self._make_room_for_others(2 * int(self.world["others_room"][0]))
        for name, used in (("attempts", "attempts_made"), ("requests", "requests_made")):
            if self.world[used][0] + codes.MOST_TIMEOUTS > self.world[f"{name}_room"][0]:
                rows = self.arrays[name]
                self._put(**{name: _with_room(rows, len(rows) + len(rows) // 2 + 1024)})
        if self.world["waiting"][0] + codes.MOST_TIMEOUTS > self.world["heap_room"][0]:
            heap = self.arrays["heap"]
            self._put_timeouts(len(heap) + len(heap) // 2 + 1024, heap)

    def record(self) -> Columns:
        """The rows that were written."""
        attempts, requests = int(self.world["attempts_made"][0]), int(self.world["requests_made"][0])
        return Columns(self.arrays["attempts"][:attempts], self.arrays["requests"][:requests], self.names)

    def _make_room_on_the_way(self, journeys: int) -> None:
        """Each has at most one wait of their own, one reservation with the record system and one hold."""
        self._put_timeouts(3 * journeys + 8, self.arrays.get("heap", np.empty(0, layout.WAITING)))
        self._put(journeys=_with_room(self.arrays.get("journeys", np.empty(0, layout.JOURNEY)), journeys))
        self._set(journeys_room=journeys)
        self._make_room_at_present()

    def _put_timeouts(self, room: int, soon: Rows) -> None:
        """Room for so many timeouts, all of which may be soon, or later."""
        later = self.arrays.get("later", np.empty(0, layout.LATER))
        self._put(heap=_with_room(soon, room), later=_with_room(later, room))

    def _make_room_for_others(self, requests: int) -> None:
        """Each is at most once in the queue of the present moment, and once among the timeouts."""
        if requests >= codes.MOST_CITIZENS:
            raise TooManyEvents(f"more than {codes.MOST_CITIZENS} requests of others are under way")
        self._put(others=_with_room(self.arrays.get("others", np.empty(0, layout.OTHER)), requests))
        self._set(others_room=requests)
        self._make_room_at_present()

    def _make_room_at_present(self) -> None:
        """Let the queue of the present moment hold all that those who are there can put into it."""
        present = self._present_events()
        room = 5 * len(self.arrays["journeys"]) + 3 * len(self.arrays.get("others", ())) + 8
        self._put(present=_with_room(present, room))
        self._set(present_room=room, head=0, tail=len(present))

    def _make_room_for_all(self, acting: int, reload: Reload | None) -> None:
        """A row for everybody that is never used again, as waiting room, waiting list and moments of reloads name it.

        Behind them is one for each reload that can be under way. The heap grows where holds, the record system and
        moments of reloads that were not needed fill it.
        """
        rows = acting * (1 if reload is None else 1 + reload.most)
        if rows >= codes.MOST_CITIZENS:
            raise TooManyEvents(f"more than {codes.MOST_CITIZENS} citizens act, or reload")
        self._put_timeouts(acting + 8, np.empty(0, layout.WAITING))
        self._put(journeys=np.empty(rows, layout.JOURNEY))
        self._set(journeys_room=acting, keeps_journeys=1)
        self._make_room_at_present()
        if reload is not None:
            self._set(own_rows=acting, rows_made=acting)

    def _present_events(self) -> NDArray[Any]:
        """The queue of the present moment, from its head to its tail."""
        ring, head, tail = (self.arrays.get("present", np.empty(0, np.int64)), *self._head_and_tail())
        return ring[head:tail] if head <= tail else np.concatenate([ring[head:], ring[:tail]])

    def _head_and_tail(self) -> tuple[int, int]:
        return int(self.world["head"][0]), int(self.world["tail"][0])

    def _put(self, **arrays: NDArray[Any]) -> None:
        for name, array in arrays.items():
            whole = np.ascontiguousarray(array)
            self.arrays[name] = whole
            self.world[name] = whole.ctypes.data
            if name in ("attempts", "requests", "heap"):
                self.world[f"{name}_room"] = len(whole)

    def _set(self, **values: float) -> None:
        for name, value in values.items():
            self.world[name] = value


def _slots_per_s(arrive_s: NDArray[np.float64]) -> float:
    """Slots of time in a second, as a power of 2, so that a few events fall in one while half of the citizens come."""
    count = len(arrive_s)
    if count <= FEW or not math.isfinite(arrive_s[3 * count // 4]):  # few, or not yet known when they come
        return SLOTS_PER_S
    busy_s = float(arrive_s[3 * count // 4] - arrive_s[count // 4])
    if busy_s <= 0:
        return SLOTS_PER_S
    return 2.0 ** min(max(round(math.log2(EVENTS_PER_CITIZEN * count / 2 / busy_s / EVENTS_IN_A_SLOT)), -4), 20)


def _with_room(rows: NDArray[Any], room: int) -> NDArray[Any]:
    larger = np.empty(room, rows.dtype)
    larger[: len(rows)] = rows
    return larger
