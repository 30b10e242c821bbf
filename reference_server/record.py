"""What can be read off a `Storage` as a whole: the record, how full it is, and how the record system is doing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reference_server.reservation import Reservation, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Everything on record at one moment, in order of arrival; `free` and `capacity` count places."""

    reservations: Sequence[Reservation]
    free: int
    capacity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EhrStatus:
    """The record system: its last sign of life (Unix time, 0 for never), what was asked of it and what it does."""

    last_beat_s: float
    asked_to_stop: bool
    stopped: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """How full it is: reservations by state, and places; a state that is missing has none."""

    reservations: Mapping[State, int]
    free: int
    capacity: int
