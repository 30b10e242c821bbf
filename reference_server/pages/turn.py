"""What a citizen may choose in a book that follows another, and what goes along when an appointment is cancelled."""

import datetime as dt
from http import HTTPStatus

from flask import Response

from reference_server.doses import BreaksInterval, NoFirst, OutsideInterval, left_alone
from reference_server.pages.card import BookCard
from reference_server.pages.desk import Desk
from reference_server.storage import Reservation, State
from reference_server.turns import Turn, turn_of


def turn_on_page(desk: Desk, citizen: str, card: BookCard, moving: Reservation | None) -> Turn:
    """What the citizen may choose in a book, for an appointment that is to be moved or a new one.

    The request ends where an appointment in another book must come first.
    """
    tie, start = card.terms.follows, None if moving is None else moving.wish.start
    turn = turn_of(desk.storage, citizen, card.terms, desk.clock_s(), start)
    if tie is not None and turn.lacks_first:
        desk.stop("no_first", HTTPStatus.CONFLICT, book=desk.cards[tie.first].book.name)
    return turn


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
