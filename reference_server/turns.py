"""Which starts of a book one citizen may have, where it follows another: what a list shows is what may be chosen."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from reference_server.booking import Terms
from reference_server.doses import DoseTie, newly_alone
from reference_server.storage import Reservation, State, Storage


@dataclass(frozen=True, slots=True)
class Follower:
    """Appointments that follow the one at `old_start`, which is to be moved; `first_starts` are the others it has."""

    tie: DoseTie
    old_start: str
    first_starts: tuple[str, ...]
    second_starts: tuple[str, ...]

    def is_kept(self, start: str) -> bool:
        """Whether they keep their interval if it moves there."""
        return not newly_alone(self.tie, self.first_starts, self.old_start, start, self.second_starts)


@dataclass(frozen=True, slots=True)
class Turn:
    """Any start of a book, or those that keep the interval to a first appointment; none where there is none.

    Where an appointment is to be moved, they leave none of its `followers` alone.
    """

    tie: DoseTie | None
    first_starts: tuple[str, ...] = ()
    followers: tuple[Follower, ...] = ()

    @property
    def is_any(self) -> bool:
        """Whether every start is right."""
        return self.tie is None and not self.followers

    @property
    def lacks_first(self) -> bool:
        """Whether an appointment in another book must come first."""
        return self.tie is not None and not self.first_starts

    def times(self, starts: Iterable[str]) -> list[str]:
        """The starts among these that are right."""
        return [
            start
            for start in starts
            if (self.tie is None or self.tie.fits_one_of(self.first_starts, start))
            and all(one.is_kept(start) for one in self.followers)
        ]

    def day(self, date: str) -> bool | None:
        """Whether every time of a date is right, or none; None for some of them."""
        if self.followers:
            return None
        if self.tie is None:
            return True
        edges = [self.tie.fits_one_of(self.first_starts, f"{date}T{clock}") for clock in ("00:00", "23:59")]
        inside = any(date in (first[:10], last[:10]) for first, last in map(self.tie.window, self.first_starts))
        return None if inside else all(edges)


ANY: Final = Turn(None)
"""Every start is right."""


def turn_of(storage: Storage, citizen: str, terms: Terms, now_s: float, moving: str | None = None) -> Turn:
    """What the citizen may choose in a book with these terms, by the answers that show at that Unix time.

    `moving` is the start of the appointment that is to be moved, where there is one.
    """
    if terms.follows is None and (moving is None or not terms.followed_by):
        return ANY
    standing = [one for one in storage.answers(citizen, now_s) if one.state is State.CONFIRMED]
    tie = terms.follows
    firsts = () if tie is None else _starts(standing, tie.first)
    if moving is None:
        return Turn(tie, firsts)
    active = [*standing, *storage.unanswered(citizen, now_s), *storage.held(citizen, now_s)]
    followers = [
        Follower(one, moving, _without(_starts(standing, one.first), moving), _starts(active, one.second))
        for one in terms.followed_by
    ]
    return Turn(tie, firsts, tuple(one for one in followers if one.second_starts))


def _starts(reservations: Iterable[Reservation], book: str) -> tuple[str, ...]:
    return tuple(one.wish.start for one in reservations if one.wish.book == book)


def _without(starts: tuple[str, ...], one: str) -> tuple[str, ...]:
    at = starts.index(one) if one in starts else len(starts)
    return starts[:at] + starts[at + 1 :]
