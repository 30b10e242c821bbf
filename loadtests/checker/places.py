"""Places: never two at the same time on one, and always one of the time that was asked for."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from loadtests.checker.anomalies import Anomaly, Kind
from loadtests.checker.bookings import Booking, answered
from loadtests.checker.operations import History, Operation, Told


def double_bookings(history: History, bookings: Iterable[Booking]) -> Iterator[Anomaly]:
    """Two confirmed for one place who must have held it at the same moment."""
    by_place: defaultdict[str, list[Booking]] = defaultdict(list)
    for booking in bookings:
        if booking.told is Told.CONFIRMED and booking.place is not None:
            by_place[booking.place].append(booking)
    for place, confirmed in by_place.items():
        for one, other in _overlapping(confirmed, history.skew_s):
            says = f"{place} was confirmed to {one.words} and to {other.words}"
            yield Anomaly(Kind.DOUBLE_BOOKING, place, says, (*_shown(one), *_shown(other)))


def strange_places(history: History, bookings: Iterable[Booking]) -> Iterator[Anomaly]:
    """A confirmation for a place that is not of the time asked for, or that does not exist."""
    known = {place for places in history.places.values() for place in places}
    for booking in bookings:
        if booking.told is not Told.CONFIRMED or booking.place is None:
            continue
        time = booking.first.time
        of_the_time = known if time is None else history.places.get(time, ())
        if booking.place not in of_the_time:
            asked = "any time" if time is None else time
            says = f"{booking.words} asked for {asked} and was given {booking.place}"
            yield Anomaly(Kind.WRONG_OWNER, booking.place, says, (answered(booking),))


def too_many(history: History, bookings: Iterable[Booking]) -> Iterator[Anomaly]:
    """A citizen who must have had more appointments in a book, at some moment, than are allowed."""
    if history.allowed is None:
        return
    by_citizen: defaultdict[tuple[str, str], list[Booking]] = defaultdict(list)
    for booking in bookings:
        if booking.told is Told.CONFIRMED:
            by_citizen[booking.first.citizen, booking.first.book].append(booking)
    for (citizen, book), confirmed in by_citizen.items():
        together = _together(confirmed, history.allowed + 1, history.skew_s)
        if together:
            says = f"citizen {citizen} has {len(together)} appointments in {book} at the same time"
            yield Anomaly(Kind.TOO_MANY, citizen, says, tuple(answered(one) for one in together))


def _overlapping(confirmed: list[Booking], skew_s: float) -> Iterator[tuple[Booking, Booking]]:
    """Each booking whose stretch must begin before an earlier one can have ended, with that one."""
    if len(confirmed) < 2:
        return
    lasting: Booking | None = None
    for booking in sorted(confirmed, key=lambda one: one.must_hold):
        start, end = booking.must_hold
        if start + skew_s >= end:
            continue
        if lasting is not None and start + skew_s < lasting.may_end_s:
            yield lasting, booking
        if lasting is None or end > lasting.may_end_s:
            lasting = booking


def _together(confirmed: list[Booking], count: int, skew_s: float) -> list[Booking]:
    """The first so many that must hold at the same moment; none where there is no such moment."""
    if len(confirmed) < count:
        return []
    holding: list[Booking] = []
    for booking in sorted(confirmed, key=lambda one: one.must_hold):
        start, end = booking.must_hold
        holding = [one for one in holding if start + skew_s < one.may_end_s]
        if start + skew_s < end:
            holding.append(booking)
        if len(holding) >= count:
            return holding
    return []


def _shown(booking: Booking) -> tuple[Operation, ...]:
    return answered(booking), *booking.ended_by
