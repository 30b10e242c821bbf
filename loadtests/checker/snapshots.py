"""The server's own record, held against what people were told before and after it was read."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import inf
from typing import Final

from loadtests.checker.anomalies import Anomaly, Kind
from loadtests.checker.bookings import Booking, answered
from loadtests.checker.operations import Held, History, Snapshot, Told

_NOT_DONE: Final = frozenset({Told.TAKEN, Told.REFUSED})


def wrong_records(history: History, bookings: Sequence[Booking]) -> Iterator[Anomaly]:
    """Everything that is wrong in any snapshot."""
    by_key = {booking.first.key: booking for booking in bookings}
    for snapshot in history.snapshots:
        yield from _held_twice(snapshot)
        yield from _leaked(snapshot)
        yield from _unpromised(history, snapshot, by_key)
        yield from _broken(history, snapshot, bookings)


def _held_twice(snapshot: Snapshot) -> Iterator[Anomaly]:
    for place, holders in _grouped(snapshot.held, lambda one: one.place).items():
        if len(holders) > 1:
            names = " and ".join(f"citizen {one.citizen}" for one in holders)
            says = f"the record has {len(holders)} appointments at {place}, of {names}"
            yield Anomaly(Kind.DOUBLE_BOOKING, place, says, (snapshot,))
    for key, made in _grouped(snapshot.held, lambda one: one.key).items():
        if len(made) > 1:
            says = f"reservation {key} became {len(made)} appointments: {', '.join(one.place for one in made)}"
            yield Anomaly(Kind.IDEMPOTENCY, key, says, (snapshot,))


def _leaked(snapshot: Snapshot) -> Iterator[Anomaly]:
    if snapshot.free is None or snapshot.capacity is None:
        return
    booked = len({one.place for one in snapshot.held})
    if snapshot.free + booked != snapshot.capacity:
        says = f"{booked} places booked and {snapshot.free} free make {booked + snapshot.free}, not {snapshot.capacity}"
        yield Anomaly(Kind.LEAKED, "all places", says, (snapshot,))


def _unpromised(history: History, snapshot: Snapshot, by_key: Mapping[str, Booking]) -> Iterator[Anomaly]:
    """Appointments that nobody asked for, or that were definitely not made, or of somebody else than was told."""
    for held in snapshot.held:
        booking = None if held.key is None else by_key.get(held.key)
        where = f"{held.place} of citizen {held.citizen}"
        if booking is None:
            if history.whole:
                says = f"the record has {where}, and no reservation that asked for it"
                yield Anomaly(Kind.PHANTOM, held.place, says, (snapshot,))
        elif booking.told in _NOT_DONE:
            says = f"the record has {where}, and {booking.words} was told {booking.told}"
            yield Anomaly(Kind.PHANTOM, held.place, says, (answered(booking), snapshot))
        elif booking.invoked_s > snapshot.returned_s + history.skew_s:
            says = f"the record had {where} before {booking.words} asked"
            yield Anomaly(Kind.PHANTOM, held.place, says, (answered(booking), snapshot))
        elif held.citizen != booking.first.citizen or _elsewhere(held, booking):
            says = f"the record has {where}, and {booking.words} was given {booking.place or 'another'}"
            yield Anomaly(Kind.WRONG_OWNER, held.place, says, (answered(booking), snapshot))


def _broken(history: History, snapshot: Snapshot, bookings: Iterable[Booking]) -> Iterator[Anomaly]:
    """Appointments that must stand and are not there, and ones that surely ended and are."""
    places = {one.place: one for one in snapshot.held}
    stands = {one.appointment for one in snapshot.held}
    keys = {one.key for one in snapshot.held}
    for booking in bookings:
        if booking.told is not Told.CONFIRMED:
            continue
        there = booking.appointment in stands if booking.appointment else booking.first.key in keys
        if booking.has_ended_s + history.skew_s < snapshot.invoked_s and there:
            says = f"{booking.words} had {booking.place} cancelled, and the record has it"
            yield Anomaly(Kind.RESURRECTED, booking.place or "", says, (answered(booking), *booking.ended_by, snapshot))
        must_stand = booking.returned_s + history.skew_s < snapshot.invoked_s and booking.may_end_s == inf
        if must_stand and not there:
            other = places.get(booking.place or "")
            instead = "nothing" if other is None else f"an appointment of citizen {other.citizen}"
            says = f"{booking.words} was told CONFIRMED for {booking.place}, and the record has {instead} there"
            yield Anomaly(Kind.LOST, booking.place or "", says, (answered(booking), snapshot))


def _elsewhere(held: Held, booking: Booking) -> bool:
    same_appointment = booking.appointment in {None, held.appointment}
    return booking.told is Told.CONFIRMED and (booking.place not in {None, held.place} or not same_appointment)


def _grouped(held: Iterable[Held], by: Callable[[Held], str | None]) -> dict[str, list[Held]]:
    groups: defaultdict[str, list[Held]] = defaultdict(list)
    for one in held:
        name = by(one)
        if name is not None:
            groups[name].append(one)
    return groups
