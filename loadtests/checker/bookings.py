"""Reservations as single operations: sent again under one key they are one, with the stretches they hold a place."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Final

from loadtests.checker.anomalies import Anomaly, Kind
from loadtests.checker.occupancy import Stretch
from loadtests.checker.operations import Cancelling, History, Sending, Told

_MAY_HAVE: Final = frozenset({Told.CONFIRMED, Told.UNKNOWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """A reservation, however often it was sent.

    `may_end_s` is when somebody first tried to give its appointment back, `has_ended_s` when that surely had worked.
    An appointment whose answer was lost has a name that only others learned: what gives back an appointment that
    nobody was told of may give back this one.
    """

    sendings: tuple[Sending, ...]
    told: Told
    invoked_s: float
    returned_s: float
    place: str | None
    appointment: str | None
    may_end_s: float = inf
    has_ended_s: float = inf
    ended_by: tuple[Cancelling | Sending, ...] = ()

    @property
    def first(self) -> Sending:
        """The sending that began it."""
        return self.sendings[0]

    @property
    def must_hold(self) -> Stretch:
        """When it holds its place, whatever happened on the way; empty if it was given back at once."""
        return (self.returned_s, self.may_end_s) if self.told is Told.CONFIRMED else (inf, inf)

    @property
    def can_hold(self) -> Stretch | None:
        """When it can have held a place; None if it did not happen."""
        return (self.invoked_s, self.has_ended_s) if self.told in _MAY_HAVE else None

    @property
    def words(self) -> str:
        """Who it is, for a sentence."""
        return f"citizen {self.first.citizen}"


def bookings_of(history: History) -> tuple[Booking, ...]:
    """All reservations of a history, each with the end of what it holds."""
    by_key: defaultdict[str, list[Sending]] = defaultdict(list)
    for sending in history.sendings:
        by_key[sending.key].append(sending)
    merged = [_merged(same) for same in by_key.values()]
    ends = _ends(history.cancellings, merged)
    strange = ends.keys() - {one.appointment for one in merged}
    strange_s = min((end.invoked_s for appointment in strange for end in ends[appointment]), default=inf)
    return tuple(
        _ended(one, ends.get(one.appointment, ())) if one.appointment else replace(one, may_end_s=strange_s)
        for one in merged
    )


def broken_promises(bookings: Iterable[Booking]) -> Iterator[Anomaly]:
    """One key, one answer: the same place and appointment however often it is asked; one appointment, one key."""
    owners: dict[str, Booking] = {}
    for booking in bookings:
        answers = _different(booking.sendings) if len(booking.sendings) > 1 else ()
        if answers:
            told = " and then ".join(_answer(one) for one in answers)
            says = f"reservation {booking.first.key} of {booking.words} was answered {told}"
            yield Anomaly(Kind.IDEMPOTENCY, booking.first.key, says, answers)
        if booking.told is Told.CONFIRMED and booking.appointment is not None:
            other = owners.setdefault(booking.appointment, booking)
            if other is not booking:
                says = f"{other.words} and {booking.words} were both given appointment {booking.appointment}"
                yield Anomaly(Kind.WRONG_OWNER, booking.appointment, says, (answered(other), answered(booking)))


def answered(booking: Booking) -> Sending:
    """The sending whose answer counts."""
    return next((one for one in booking.sendings if one.told is booking.told), booking.first)


def _merged(sendings: Sequence[Sending]) -> Booking:
    if len(sendings) == 1:  # nearly all
        (one,) = sendings
        returned_s = inf if one.told is Told.UNKNOWN else one.returned_s
        return Booking(
            sendings=(one,),
            told=one.told,
            invoked_s=one.invoked_s,
            returned_s=returned_s,
            place=one.place,
            appointment=one.appointment,
        )
    told = next(
        said for said in (Told.CONFIRMED, Told.TAKEN, Told.UNKNOWN, Told.REFUSED)
        if any(one.told is said for one in sendings)
    )  # fmt: skip
    same = [one for one in sendings if one.told is told]
    answer = min(same, key=lambda one: one.returned_s)
    in_order = sorted(sendings, key=lambda one: one.invoked_s)
    return Booking(
        sendings=tuple(in_order),
        told=told,
        invoked_s=in_order[0].invoked_s,
        returned_s=inf if told is Told.UNKNOWN else answer.returned_s,
        place=answer.place,
        appointment=answer.appointment,
    )


def _ends(cancellings: Iterable[Cancelling], bookings: Iterable[Booking]) -> dict[str, list[Cancelling | Booking]]:
    """What gave, or may have given, each appointment back."""
    ends: defaultdict[str, list[Cancelling | Booking]] = defaultdict(list)
    for cancelling in cancellings:
        if cancelling.told in _MAY_HAVE:
            ends[cancelling.appointment].append(cancelling)
    for booking in bookings:
        if booking.first.replaces is not None and booking.told in _MAY_HAVE:
            ends[booking.first.replaces].append(booking)
    return ends


def _ended(booking: Booking, ends: Sequence[Cancelling | Booking]) -> Booking:
    if not ends:
        return booking
    return replace(
        booking,
        may_end_s=min(end.invoked_s for end in ends),
        has_ended_s=min((end.returned_s for end in ends if end.told is Told.CONFIRMED), default=inf),
        ended_by=tuple(answered(end) if isinstance(end, Booking) else end for end in ends),
    )


def _different(sendings: Iterable[Sending]) -> tuple[Sending, ...]:
    """One sending for each definite answer, if there are several."""
    kinds: dict[tuple[Told, str | None, str | None], Sending] = {}
    for one in sendings:
        if one.told in {Told.CONFIRMED, Told.TAKEN}:
            kinds.setdefault((one.told, one.place, one.appointment), one)
    return tuple(kinds.values()) if len(kinds) > 1 else ()


def _answer(sending: Sending) -> str:
    return f"{sending.told} {sending.place}" if sending.place else sending.told.value
