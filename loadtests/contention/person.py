"""A citizen with a connection of their own, who writes down every operation for the checker."""

import time
from dataclasses import replace
from math import inf
from typing import Final

from loadtests.adapters.answers import (
    Confirmed,
    Done,
    Kept,
    Offered,
    Refused,
    Sent,
    Settled,
    Taken,
    Unknown,
    Wish,
)
from loadtests.adapters.problem import AdapterProblem
from loadtests.adapters.web import PATIENCE_S
from loadtests.checker.operations import Cancelling, Hold, Listing, Sending, Told
from loadtests.contention.notes import Notes
from loadtests.contention.on_trial import OnTrial, place_name
from loadtests.guard import Site
from loadtests.history import time_name
from loadtests.target import TargetUnreachable

_LOOK_AGAIN_S: Final = 0.05
_TOLD: Final = {
    Confirmed: Told.CONFIRMED,
    Done: Told.CONFIRMED,
    Kept: Told.CONFIRMED,
    Taken: Told.TAKEN,
    Refused: Told.REFUSED,
    Unknown: Told.UNKNOWN,
}


class Person:
    """One citizen of the suite.

    Parameters
    ----------
    notes : Notes
        Where operations are written down, with the clock.
    server : OnTrial
        Whom they speak to.
    number : int
        Which citizen this is.
    via : Site, optional
        The line that they speak over, if it is one that can be cut.

    Raises
    ------
    TargetUnreachable
        The server lets them not in.
    """

    def __init__(self, notes: Notes, server: OnTrial, number: int, via: Site | None = None) -> None:
        self.number = number
        self._notes = notes
        self._adapter = server.meet(via)
        self._sent = 0
        said = self._adapter.login(number)
        if not isinstance(said, Done):
            raise TargetUnreachable(
                f"the log-in of {server.base_url} lets citizen {number} not in ({type(said).__name__}). Is it running?"
            )

    def close(self) -> None:
        """Hang up."""
        self._adapter.web.close()

    def reserve(self, book: str, start: str | None, *, patience_s: float = PATIENCE_S) -> Sending:
        """Ask for a time and wait for the answer, as the server's strategy has it."""
        return self.send(self.new_key(), book, start, patience_s=patience_s)

    def send(self, key: str, book: str, start: str | None, *, patience_s: float = PATIENCE_S) -> Sending:
        """The same under a key of one's own choice: one that was used asks for the same answer again."""
        asked = self._asked(key, book, start)
        self._adapter.web.patience_s = patience_s
        said = self._adapter.reserve(key, Wish(book, start))
        self._adapter.web.patience_s = PATIENCE_S
        return self._noted(asked, self._decided(said.reservation) if isinstance(said, Sent) else said)

    def hold(self, book: str, start: str) -> str | None:
        """Have a place kept; the key of what to confirm, None if it was not granted."""
        key = self.new_key()
        begun_s = self._notes.now_s()
        said = self._adapter.hold(key, Wish(book, start))
        told = _TOLD[type(said)]
        self._notes.holds.append(
            Hold(
                citizen=str(self.number),
                time=time_name(book, start),
                invoked_s=begun_s,
                returned_s=inf if told is Told.UNKNOWN else self._notes.now_s(),
                told=told,
                lasts_s=self._notes.about.hold_s,
            )
        )
        if not isinstance(said, Kept):
            return None
        self._notes.kept[key] = (said.reservation, book, start)
        return key

    def confirm(self, held: str) -> Sending:
        """Turn what `hold` gave into an appointment."""
        reservation, book, start = self._notes.kept[held]
        asked = self._asked(held, book, start)
        return self._noted(asked, self._adapter.confirm(reservation))

    def cancel(self, appointment: str) -> Told:
        """Give an appointment back."""
        begun_s = self._notes.now_s()
        told = _TOLD[type(self._adapter.cancel(appointment))]
        self._notes.cancellings.append(
            Cancelling(
                appointment=appointment,
                invoked_s=begun_s,
                returned_s=inf if told is Told.UNKNOWN else self._notes.now_s(),
                told=told,
            )
        )
        return told

    def change(self, have: Sending, start: str) -> Sending:
        """Move an appointment to another time of its book."""
        key = self.new_key()
        asked = replace(self._asked(key, have.book, start), replaces=have.appointment)
        return self._noted(asked, self._adapter.change(have.appointment or "", key, Wish(have.book, start)))

    def read_list(self, book: str, date: str) -> frozenset[str] | None:
        """Look at the free times of a day: their starts, None if they were not shown."""
        begun_s = self._notes.now_s()
        said = self._adapter.list(book, date)
        if not isinstance(said, Offered):
            return None
        self._notes.listings.append(
            Listing(
                times=frozenset(name for name in self._notes.places if name.startswith(f"{book} {date}")),
                offered=frozenset(time_name(book, start) for start in said.starts),
                invoked_s=begun_s,
                returned_s=self._notes.now_s(),
            )
        )
        return said.starts

    def new_key(self) -> str:
        """An idempotency key that nobody has used."""
        self._sent += 1
        return f"{self._notes.run}-{self.number}-{self._sent}"

    def _asked(self, key: str, book: str, start: str | None) -> Sending:
        """A reservation about to be sent, unanswered as yet."""
        return Sending(
            key=key,
            citizen=str(self.number),
            book=book,
            time=None if start is None else time_name(book, start),
            invoked_s=self._notes.now_s(),
            returned_s=inf,
            told=Told.UNKNOWN,
        )

    def _noted(self, asked: Sending, said: Settled) -> Sending:
        """Write a reservation down with its answer."""
        told = _TOLD[type(said)]
        heard = replace(
            asked,
            returned_s=inf if told is Told.UNKNOWN else self._notes.now_s(),
            told=told,
            place=self._place(asked, said) if isinstance(said, Confirmed) else None,
            appointment=said.appointment if isinstance(said, Confirmed) else None,
        )
        self._notes.sendings.append(heard)
        return heard

    def _place(self, asked: Sending, said: Confirmed) -> str:
        start = (
            said.start if said.start is not None or asked.time is None else asked.time.removeprefix(f"{asked.book} ")
        )
        if start is None:
            raise AdapterProblem(f"{said!r} answers who asked for any time, and does not say which it is (start)")
        places = self._notes.places_in(asked.book)
        if said.place is None and places > 1:
            raise AdapterProblem(f"{said!r} does not say which of the {places} places at {start} it is (place, from 1)")
        return place_name(asked.book, start, said.place or 1)

    def _decided(self, reservation: str) -> Settled:
        """Ask until a reservation that was taken in is decided."""
        over_s = time.monotonic() + PATIENCE_S
        while time.monotonic() < over_s:
            said = self._adapter.poll(reservation)
            if not isinstance(said, Sent | Unknown):
                return said
            time.sleep(_LOOK_AGAIN_S)
        return Unknown()
