"""What a citizen may choose in a book that follows another, and what goes along when an appointment is cancelled."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus

from flask import Response

from reference_server.doses import BreaksInterval, DoseTie, NoFirst, OutsideInterval, left_alone
from reference_server.pages.card import BookCard
from reference_server.pages.desk import Desk
from reference_server.storage import Reservation, State


@dataclass(frozen=True, slots=True)
class Turn:
    """Which starts of a book one citizen may have: any, or those that keep the interval to a first appointment."""

    tie: DoseTie | None
    first_starts: tuple[str, ...] = ()

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


def turn_of(desk: Desk, citizen: str, card: BookCard) -> Turn:
    """What the citizen may choose in a book; the request ends where an appointment in another one must come first."""
    tie = card.terms.follows
    if tie is None:
        return Turn(None)
    answers = desk.storage.answers(citizen, desk.clock_s())
    standing = [one.wish.start for one in answers if one.wish.book == tie.first and one.state is State.CONFIRMED]
    if not standing:
        desk.stop("no_first", HTTPStatus.CONFLICT, book=desk.cards[tie.first].book.name)
    return Turn(tie, tuple(standing))


def free_days(desk: Desk, book_id: str, turn: Turn) -> dict[dt.date, int]:
    """Days with a free time that is right, and how many places are free then."""
    right: dict[dt.date, int] = {}
    for date, count in desk.storage.free_days(book_id):
        whole = turn.day(date)
        if whole is None:
            free = dict(desk.storage.free_times(book_id, date))
            count = sum(free[start] for start in turn.times(free))
        if whole is not False and count:
            right[dt.date.fromisoformat(date)] = count
    return right


def along_with(desk: Desk, one: Reservation, card: BookCard) -> list[Reservation]:
    """The citizen's reservations that are given up with this appointment, as far as the citizen can see."""
    citizen, now_s = one.wish.citizen, desk.clock_s()
    answers = desk.storage.answers(citizen, now_s)
    standing = [other for other in answers if other.state is State.CONFIRMED]
    seconds = [*standing, *desk.storage.unanswered(citizen, now_s)]
    found: list[Reservation] = []
    for tie in card.terms.followed_by:
        kept = [other.wish.start for other in standing if other.wish.book == tie.first and other.id != one.id]
        depending = [other for other in seconds if other.wish.book == tie.second]
        fitting = [other.wish.start for other in depending if tie.fits(one.wish.start, other.wish.start)]
        alone = left_alone(tie, kept, fitting)
        found += [other for other in depending if other.wish.start in alone]
    return found


def out_of_turn_page(desk: Desk, why: NoFirst | OutsideInterval | BreaksInterval) -> Response:
    """The page that says what stands in the way and what to do."""
    said, name = desk.language, {book: card.book.name for book, card in desk.cards.items()}
    match why:
        case NoFirst(first):
            return desk.stopped("no_first", HTTPStatus.CONFLICT, book=name[first])
        case OutsideInterval(first, earliest, latest):
            ends = (said.moment(dt.datetime.fromisoformat(end)) for end in (earliest, latest))
            values = dict(zip(("earliest", "latest"), ends, strict=True))
            return desk.stopped("interval", HTTPStatus.CONFLICT, book=name[first], **values)
        case BreaksInterval(second, second_start):
            moment = said.moment(dt.datetime.fromisoformat(second_start))
            return desk.stopped("breaks", HTTPStatus.CONFLICT, book=name[second], moment=moment)
