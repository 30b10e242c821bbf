"""Times: nobody is told *taken* while a place is free, and no time is offered when all its places are given."""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import inf
from typing import TypeAlias

import numpy as np

from loadtests.checker.anomalies import Anomaly, Kind
from loadtests.checker.bookings import Booking, answered
from loadtests.checker.occupancy import Level, Stretch, merged
from loadtests.checker.operations import History, Hold, Listing, Operation, Sending, Told

Sight: TypeAlias = tuple[float, float, Operation]
"""Somebody saw the time free, or taken, at a moment of this window."""


@dataclass(slots=True)
class OfOneTime:
    """What is known of one time."""

    name: str
    places: tuple[str, ...]
    bookings: list[Booking] = field(default_factory=list[Booking])
    holds: list[Hold] = field(default_factory=list[Hold])
    free: list[Sight] = field(default_factory=list[Sight])
    taken: list[Sight] = field(default_factory=list[Sight])


def wrong_answers(history: History, bookings: Iterable[Booking]) -> Iterator[Anomaly]:
    """Unjustified rejections, stale offers, and places that are hidden though nobody can have them."""
    for time in _by_time(history, bookings):
        if not history.whole:
            time.taken.clear()  # those who are missing from the history may have had it
        if not time.free and not time.taken:
            continue
        once = not time.holds and all(one.may_end_s == inf for one in time.bookings)
        if not once:
            yield from in_general(time, history.skew_s)
        elif len(time.places) == 1:
            yield from one_shot(time, history.skew_s)
        else:
            yield from never_freed(time, history.skew_s)


def one_shot(time: OfOneTime, skew_s: float) -> Iterator[Anomaly]:
    """The exact test, for one place that is given once and for all; see the package for why it misses nothing.

    The place is free up to one moment and taken from it on. It must lie after every free sight can begin, before
    every taken one must end, and within the booking that took the place.
    """
    winners = [one for one in time.bookings if one.told is Told.CONFIRMED]
    if len(winners) > 1:
        return  # a double booking: told elsewhere, and nothing more can be concluded
    last_free = max(time.free, key=lambda sight: sight[0], default=None)
    first_taken = min(time.taken, key=lambda sight: sight[1], default=None)
    if last_free and first_taken and last_free[0] > first_taken[1] + skew_s:
        yield _stale(time, last_free, [first_taken[2]])
        return
    if winners:
        (winner,) = winners
        if first_taken and winner.invoked_s > first_taken[1] + skew_s:
            yield _unjustified(time, first_taken, [winner])
        if last_free and last_free[0] > winner.returned_s + skew_s:
            yield _stale(time, last_free, [answered(winner)])
    elif first_taken:
        able = [one for one in time.bookings if one.can_hold is not None]
        first = min(able, key=lambda one: one.invoked_s, default=None)
        if first is None or first.invoked_s > first_taken[1] + skew_s:
            yield _unjustified(time, first_taken, [] if first is None else [first])


def never_freed(time: OfOneTime, skew_s: float) -> Iterator[Anomaly]:
    """Several places that are given once and for all: what `in_general` finds, by two numbers instead of counts.

    All places can be taken from when the last of as many bookings as there are places was sent, and must be when the
    last of as many was answered.
    """
    count = len(time.places)
    can_all_s = _of_rank(count, (start for start, _ in _can_hold(time)))
    must_all_s = _of_rank(count, (start for start, _ in _must_hold(time)))
    for sight in time.taken:
        if can_all_s > sight[1] + skew_s:
            yield _unjustified(time, sight, _able(time, sight))
    for sight in time.free:
        if must_all_s < sight[0] - skew_s:
            yield _stale(time, sight, _sure(time, sight))


def in_general(time: OfOneTime, skew_s: float) -> Iterator[Anomaly]:
    """Sound for several places, cancellations and holds: counts of those that can, and that must, hold a place."""
    count = len(time.places)
    can = Level(_can_hold(time), closed=True).most(_windows(time.taken, skew_s))
    for k in np.flatnonzero(can < count).tolist():
        yield _unjustified(time, time.taken[k], _able(time, time.taken[k]))
    must = Level(_must_hold(time), closed=False).least(_windows(time.free, skew_s))
    for k in np.flatnonzero(must >= count).tolist():
        yield _stale(time, time.free[k], _sure(time, time.free[k]))


def _of_rank(rank: int, moments: Iterable[float]) -> float:
    """The moment of that rank from the first, infinity where there are fewer."""
    return next(itertools.islice(sorted(moments), rank - 1, None), inf)


def _windows(sights: Iterable[Sight], skew_s: float) -> list[Stretch]:
    return [(start - skew_s, end + skew_s) for start, end, _ in sights]


def _able(time: OfOneTime, sight: Sight) -> list[Booking]:
    """Bookings that can have had a place then: fewer than there are places."""
    able = [one for one in time.bookings if one.can_hold is not None and _meets(one.can_hold, sight[0], sight[1])]
    return able[: len(time.places)]


def _sure(time: OfOneTime, sight: Sight) -> list[Operation]:
    """Bookings that must have had a place all the time."""
    sure = [one for one in time.bookings if one.must_hold[0] < sight[0] and sight[1] < one.must_hold[1]]
    return [answered(one) for one in sure[: len(time.places)]]


def _can_hold(time: OfOneTime) -> Iterator[Stretch]:
    """When places can be held: each place at most once, and one more for each operation that named none."""
    by_place: defaultdict[str, list[Stretch]] = defaultdict(list)
    for booking in time.bookings:
        if booking.can_hold is None:
            continue
        if booking.place is None:
            yield booking.can_hold
        else:
            by_place[booking.place].append(booking.can_hold)
    for stretches in by_place.values():
        yield from merged(stretches, closed=True)
    for hold in time.holds:
        if hold.told in {Told.CONFIRMED, Told.UNKNOWN}:
            yield hold.invoked_s, hold.returned_s + hold.lasts_s


def _must_hold(time: OfOneTime) -> Iterator[Stretch]:
    by_place: defaultdict[str, list[Stretch]] = defaultdict(list)
    for booking in time.bookings:
        start, end = booking.must_hold
        if booking.place is not None and start < end:
            by_place[booking.place].append((start, end))
    for stretches in by_place.values():
        yield from merged(stretches, closed=False)


def _by_time(history: History, bookings: Iterable[Booking]) -> Iterable[OfOneTime]:
    times = {name: OfOneTime(name, places) for name, places in history.places.items()}
    _sort_bookings(times, bookings)
    for hold in history.holds:
        if hold.time in times:
            times[hold.time].holds.append(hold)
            if hold.told is Told.TAKEN:
                times[hold.time].taken.append((hold.invoked_s, hold.returned_s, hold))
    for listing in history.listings:
        seen = (listing.invoked_s - history.list_age_s, listing.returned_s, listing)
        for name in listing.times & times.keys():
            (times[name].free if name in listing.offered else times[name].taken).append(seen)
    return times.values()


def _sort_bookings(times: Mapping[str, OfOneTime], bookings: Iterable[Booking]) -> None:
    """Give every time the bookings that have, or may have, a place of it."""
    of_place = {place: time for time in times.values() for place in time.places}
    anywhere: list[Booking] = []
    for booking in bookings:
        time = of_place.get(booking.place or "") or times.get(booking.first.time or "")
        if time is not None:
            time.bookings.append(booking)
            if booking.told is Told.TAKEN:
                time.taken.append((booking.invoked_s, booking.returned_s, answered(booking)))
        elif booking.told is Told.UNKNOWN:
            anywhere.append(booking)
    for time in times.values():
        time.bookings += anywhere


def _meets(stretch: Stretch, start_s: float, end_s: float) -> bool:
    return stretch[0] <= end_s and start_s <= stretch[1]


def _unjustified(time: OfOneTime, sight: Sight, able: list[Booking]) -> Anomaly:
    start, end, seen = sight
    room = (
        f"of {len(time.places)} places at most {len(able)} can have been held then"
        if able
        else "nobody can have had it"
    )
    witness = (seen, *(answered(one) for one in able))
    if isinstance(seen, Listing):
        says = f"{time.name} was missing from a list made between {start:.3f} and {end:.3f} s, and {room}"
        return Anomaly(Kind.LEAKED, time.name, says, witness)
    who = seen.citizen if isinstance(seen, Sending | Hold) else "somebody"
    says = f"citizen {who} was told at {end:.3f} s that {time.name} is taken, and {room}"
    return Anomaly(Kind.UNJUSTIFIED_REJECTION, time.name, says, witness)


def _stale(time: OfOneTime, sight: Sight, sure: list[Operation]) -> Anomaly:
    start, _, seen = sight
    says = f"{time.name} was offered in a list asked for at {start:.3f} s, after all its places had been given"
    return Anomaly(Kind.STALE_OFFER, time.name, says, (seen, *sure))
