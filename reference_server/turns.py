"""Which starts of a book one citizen may have, where it follows another: what a list shows is what may be chosen."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from reference_server.doses import DoseTie
from reference_server.storage import State, Storage


@dataclass(frozen=True, slots=True)
class Turn:
    """Any start of a book, or those that keep the interval to a first appointment; none where there is none."""

    tie: DoseTie | None
    first_starts: tuple[str, ...] = ()

    @property
    def lacks_first(self) -> bool:
        """Whether an appointment in another book must come first."""
        return self.tie is not None and not self.first_starts

    def times(self, starts: Iterable[str]) -> list[str]:
        """The starts among these that are right."""
        return [start for start in starts if self.tie is None or self.tie.fits_one_of(self.first_starts, start)]

    def day(self, date: str) -> bool | None:
        """Whether every time of a date is right, or none; None for some of them."""
        if self.tie is None:
            return True
        edges = [self.tie.fits_one_of(self.first_starts, f"{date}T{clock}") for clock in ("00:00", "23:59")]
        inside = any(date in (first[:10], last[:10]) for first, last in map(self.tie.window, self.first_starts))
        return None if inside else all(edges)


ANY: Final = Turn(None)
"""Every start is right."""


def turn_of(storage: Storage, citizen: str, tie: DoseTie | None, now_s: float) -> Turn:
    """What the citizen may choose in a book with this tie to another, by the answers that show at that Unix time."""
    if tie is None:
        return ANY
    answers = storage.answers(citizen, now_s)
    standing = (one.wish.start for one in answers if one.wish.book == tie.first and one.state is State.CONFIRMED)
    return Turn(tie, tuple(standing))
