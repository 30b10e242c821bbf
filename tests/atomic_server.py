"""A booking server that does one thing at a time, and clients whose clocks see each thing somewhere around it."""

import random
from dataclasses import dataclass, field
from math import inf

from loadtests.checker.operations import Cancelling, Held, History, Hold, Listing, Sending, Snapshot, Told

HOLD_S = 3.0


@dataclass(slots=True)
class AtomicServer:
    """Lives so many operations in turn, each at a moment of its own, and writes the history that clients would have.

    `lost` is the share of answers that never arrive, `wide` how long at most an operation is under way.
    """

    chance: random.Random
    places: dict[str, tuple[str, ...]]
    lost: float
    wide: float
    now_s: float = 0.0
    held: dict[str, Held] = field(default_factory=dict[str, Held])
    kept: dict[str, tuple[str, float]] = field(default_factory=dict[str, tuple[str, float]])
    answers: dict[str, tuple[Told, Held | None]] = field(default_factory=dict[str, tuple[Told, Held | None]])
    sendings: list[Sending] = field(default_factory=list[Sending])
    holds: list[Hold] = field(default_factory=list[Hold])
    cancellings: list[Cancelling] = field(default_factory=list[Cancelling])
    listings: list[Listing] = field(default_factory=list[Listing])
    snapshots: list[Snapshot] = field(default_factory=list[Snapshot])

    def live(self, operations: int) -> History:
        """Do so many things, then read the record when all is over."""
        for _ in range(operations):
            self.now_s += self.chance.choice([0.0, 0.5, 1.0])
            self.kept = {place: hold for place, hold in self.kept.items() if hold[1] > self.now_s}
            self.chance.choice(
                [self._send, self._send, self._again, self._hold, self._cancel, self._list, self._read]
            )()
        self.now_s += self.wide + HOLD_S + 1
        self.kept = {}
        self.wide = 0.0
        self._read()
        return History(
            places=self.places,
            sendings=tuple(self.sendings),
            holds=tuple(self.holds),
            cancellings=tuple(self.cancellings),
            listings=tuple(self.listings),
            snapshots=tuple(self.snapshots),
        )

    def _span(self) -> tuple[float, float]:
        around = [self.chance.choice([0.0, 0.5, 1.0]) * self.wide for _ in range(2)]
        return self.now_s - around[0], self.now_s + around[1]

    def _free(self, time: str) -> list[str]:
        return [place for place in self.places[time] if place not in self.held and place not in self.kept]

    def _send(self) -> None:
        time = self.chance.choice(list(self.places))
        replaces = self.chance.choice([None, None, *(one.appointment for one in self.held.values())])
        free = self._free(time)
        key = f"k{len(self.answers)}"
        given: Held | None = None
        if free:
            given = Held(f"A{key}", self.chance.choice(free), f"c{key}", key)
            self.held = {place: one for place, one in self.held.items() if one.appointment != replaces}
            self.held[given.place] = given
        self.answers[key] = (Told.CONFIRMED if given else Told.TAKEN, given)
        self._note(key, time, replaces)

    def _again(self) -> None:
        """A client who heard nothing sends the same again."""
        unheard = [one for one in self.sendings if one.told is Told.UNKNOWN]
        if unheard:
            one = self.chance.choice(unheard)
            self._note(one.key, one.time or "", one.replaces)

    def _note(self, key: str, time: str, replaces: str | None) -> None:
        begun, ended = self._span()
        told, given = self.answers[key]
        if self.chance.random() < self.lost:
            told, given, ended = Told.UNKNOWN, None, inf
        self.sendings.append(
            Sending(
                key=key,
                citizen=f"c{key}",
                book="B",
                time=time,
                invoked_s=begun,
                returned_s=ended,
                told=told,
                place=given and given.place,
                appointment=given and given.appointment,
                replaces=replaces,
            )
        )

    def _hold(self) -> None:
        time = self.chance.choice(list(self.places))
        free = self._free(time)
        if free:
            self.kept[free[0]] = ("somebody", self.now_s + HOLD_S)
        begun, ended = self._span()
        told = Told.CONFIRMED if free else Told.TAKEN
        if self.chance.random() < self.lost:
            told, ended = Told.UNKNOWN, inf
        self.holds.append(Hold(citizen="h", time=time, invoked_s=begun, returned_s=ended, told=told, lasts_s=HOLD_S))

    def _cancel(self) -> None:
        known = sorted({one.appointment for one in self.held.values()})
        if not known:
            return
        appointment = self.chance.choice(known)
        self.held = {place: one for place, one in self.held.items() if one.appointment != appointment}
        begun, ended = self._span()
        told = Told.CONFIRMED
        if self.chance.random() < self.lost:
            told, ended = Told.UNKNOWN, inf
        self.cancellings.append(Cancelling(appointment=appointment, invoked_s=begun, returned_s=ended, told=told))

    def _list(self) -> None:
        begun, ended = self._span()
        offered = frozenset(time for time in self.places if self._free(time))
        times = frozenset(self.places)
        self.listings.append(Listing(times=times, offered=offered, invoked_s=begun, returned_s=ended))

    def _read(self) -> None:
        begun, ended = self._span()
        capacity = sum(map(len, self.places.values()))
        free = None if self.kept else capacity - len(self.held)
        self.snapshots.append(
            Snapshot(held=tuple(self.held.values()), invoked_s=begun, returned_s=ended, free=free, capacity=capacity)
        )
