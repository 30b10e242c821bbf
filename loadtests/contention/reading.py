"""The server's record as a snapshot: its rows by the names that the history has for places, keys and citizens."""

from collections.abc import Iterable

from loadtests.adapters.answers import Record, Standing
from loadtests.checker.occupancy import Stretch
from loadtests.checker.operations import Held, Sending, Snapshot, Told
from loadtests.contention.notes import Notes
from loadtests.contention.on_trial import place_name
from loadtests.history import time_name


def snapshot_of(record: Record, notes: Notes, read_s: Stretch) -> Snapshot:
    """What a record says that was read between two moments.

    A record without keys is held against the answers: an appointment belongs to the reservation that was answered with
    it, or else to one of the same citizen at the same time that got no answer.
    """
    by_appointment = {one.appointment: one for one in notes.sendings if one.appointment is not None}
    unheard = _unheard(notes.sendings)
    held = [_held(one, by_appointment.get(one.appointment), unheard) for one in record.standing]
    seen = tuple(one for one, standing in zip(held, record.standing, strict=True) if _in_play(one, standing, notes))
    gone = len(record.standing) - len(seen)
    return Snapshot(
        held=seen,
        invoked_s=read_s[0],
        returned_s=read_s[1],
        free=record.free,
        capacity=None if record.capacity is None else record.capacity - gone,
    )


def _unheard(sendings: Iterable[Sending]) -> dict[str, Sending]:
    """Reservations that may have been made and were never definitely answered, by key."""
    all_of = list(sendings)
    answered = {one.key for one in all_of if one.told in {Told.CONFIRMED, Told.TAKEN}}
    return {one.key: one for one in all_of if one.told is Told.UNKNOWN and one.key not in answered}


def _held(standing: Standing, answer: Sending | None, unheard: dict[str, Sending]) -> Held:
    key, citizen = standing.key, None if standing.citizen is None else str(standing.citizen)
    if key is None:
        asked = answer or next((one for one in unheard.values() if _can_be(one, standing, citizen)), None)
        key = None if asked is None else asked.key
        citizen = citizen or (None if asked is None else asked.citizen)
        unheard.pop(key or "", None)  # one reservation explains one appointment
    place = place_name(standing.book, standing.start, standing.place or 1)
    return Held(standing.appointment, place, citizen or "unknown", key)


def _can_be(sending: Sending, standing: Standing, citizen: str | None) -> bool:
    same_time = sending.time in {None, time_name(standing.book, standing.start)} and sending.book == standing.book
    return same_time and citizen in {None, sending.citizen}


def _in_play(held: Held, standing: Standing, notes: Notes) -> bool:
    ours = held.key is not None and held.key.startswith(f"{notes.run}-")
    return ours or time_name(standing.book, standing.start) not in notes.left_alone
