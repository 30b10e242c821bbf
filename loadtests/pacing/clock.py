"""What time it is, and waiting: the wall's in a send-out, a made one in tests and simulations."""

import datetime as dt
import threading
import time
from typing import Final, Protocol

LOOK_S: Final = 1.0
"""A wait lasts no longer, and then the pacer looks up. ASSUMPTION: a person who says stop waits no longer."""

STEP_S: Final = 2.0
"""A wall clock further than this from the monotonic one was set. ASSUMPTION: slewing stays far below it."""


class Clock(Protocol):
    """A clock that a pacer goes by."""

    def now(self) -> dt.datetime:
        """The time, aware, in UTC; it never goes back unless `stepped` says so."""
        ...

    def stepped(self) -> float:
        """By how many seconds the clock was set since this was asked last; 0 as a rule."""
        ...

    def wait_until(self, moment: dt.datetime | None) -> None:
        """Return at that moment, or earlier, so that a person is heard; None is no moment that is known."""
        ...


class WallClock:
    """The machine's clock, held against its monotonic one.

    Time goes by the monotonic clock, from the wall clock's reading when it was made: so a clock that is set cannot make
    a pause shorter. When it was set (or the machine slept), `stepped` says by how much, and time goes on from there.
    """

    def __init__(self) -> None:
        self._wake = threading.Event()
        self._wall_s, self._monotonic_s = time.time(), time.monotonic()

    def now(self) -> dt.datetime:
        """See `Clock`."""
        return dt.datetime.fromtimestamp(self._wall_s + time.monotonic() - self._monotonic_s, dt.UTC)

    def stepped(self) -> float:
        """See `Clock`."""
        wall_s, monotonic_s = time.time(), time.monotonic()
        by_s = wall_s - (self._wall_s + monotonic_s - self._monotonic_s)
        if abs(by_s) < STEP_S:
            return 0.0
        self._wall_s, self._monotonic_s = wall_s, monotonic_s
        return by_s

    def wait_until(self, moment: dt.datetime | None) -> None:
        """See `Clock`; `wake` ends it."""
        left_s = LOOK_S if moment is None else (moment - self.now()).total_seconds()
        self._wake.wait(min(LOOK_S, max(0.0, left_s)))
        self._wake.clear()

    def wake(self) -> None:
        """End a wait that is under way, or the next one; safe in a signal handler."""
        self._wake.set()
