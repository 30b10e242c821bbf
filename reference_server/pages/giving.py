"""How a citizen gets a time, as the strategy has it: sent, at once, held for a while, or the first there is."""

import datetime as dt
import secrets
import zoneinfo
from http import HTTPStatus
from typing import Final, assert_never

from flask import Blueprint, Response, request

from reference_server.doses import NoFirst, OutsideInterval
from reference_server.meeting import Meeting
from reference_server.pages.card import BookCard
from reference_server.pages.declaration import Declaration, declaration_of
from reference_server.pages.desk import Desk, see_other
from reference_server.pages.turn import out_of_turn_page
from reference_server.reservation import (
    KeyReused,
    LimitReached,
    NoneFree,
    NoSuchReservation,
    NotHeld,
    Refused,
    Reservation,
    Sent,
    State,
    TooOften,
    Wish,
)
from reference_server.strategy import MOST_EXTENSIONS
from scenarios.strategy import HOLD_S, Strategy

_ZONE: Final = zoneinfo.ZoneInfo("Europe/Oslo")
_KEY_LENGTH: Final = 22


class Giving:
    """What becomes of a time that was chosen, and the pages that differ from strategy to strategy.

    Parameters
    ----------
    hold_s : float
        How long a hold lasts; each extension begins anew.
    """

    def __init__(self, desk: Desk, strategy: Strategy = Strategy.QUEUED, hold_s: float = HOLD_S) -> None:
        self._desk = desk
        self._strategy = strategy
        self._hold_s = hold_s

    @property
    def leaves_no_choice(self) -> bool:
        """Whether citizens get the first free time instead of choosing one."""
        return self._strategy is Strategy.ASSIGN

    @property
    def holds(self) -> bool:
        """Whether a time is held from the moment it is chosen, and the form comes after that."""
        return self._strategy is Strategy.HOLD

    def mount(self, routes: Blueprint) -> None:
        """Add the routes."""
        routes.get("/bestilt/<reservation>")(self.sent)
        if self.leaves_no_choice:
            routes.post("/bestill/<book_id>/forste")(self.assign)
        if self.holds:
            routes.get("/holdt/<reservation>")(self.held)
            routes.post("/holdt/<reservation>")(self.confirm_held)
            routes.post("/holdt/<reservation>/mer-tid")(self.extend_held)
            routes.post("/holdt/<reservation>/gi-fra-deg")(self.release_held)

    def says(self, card: BookCard) -> str:
        """The message that tells what choosing a time does."""
        if self.holds:
            return "times.hold"
        if card.form:
            return "times.form"
        return "times.immediate" if self._strategy is Strategy.IMMEDIATE else "times.send"

    def chosen(self, wish: Wish, card: BookCard) -> Response:
        """A time was chosen, and what the book asks of the citizen first is done."""
        now_s = self._desk.clock_s()
        match self._strategy:
            case Strategy.QUEUED:
                return self._came(self._desk.storage.send(wish, now_s, card.terms), wish)
            case Strategy.IMMEDIATE:
                return self._came(self._desk.storage.reserve(wish, now_s, card.terms), wish)
            case Strategy.HOLD:
                return self._came(self._desk.storage.hold(wish, now_s, now_s + self._hold_s, card.terms), wish)
            case Strategy.ASSIGN:
                return see_other(f"/bestill/{wish.book}")
            case _:
                assert_never(self._strategy)

    def sent(self, reservation: str) -> Response:
        """«Timebestillingen er sendt»; where it was decided at once, what became of it."""
        found = self._own(reservation)
        if self._strategy is Strategy.QUEUED:
            return self._desk.show("sent.html", card=self._desk.card(found.wish.book), start=_start(found))
        if found.appointment is not None:
            return see_other(f"/timeavtaler/{found.appointment}?bestilt=1")
        return self._missed("taken", found.wish)

    def first_free(self, card: BookCard, declaration: Declaration, key: str, status: int = 200) -> Response:
        """«Få første ledige time»: no list, and the form on the same page."""
        return self._desk.show(
            "first_free.html",
            status=status,
            card=card,
            changing=None,
            free=bool(self._desk.lists.days(card.book.id).rows),
            key=key,
            declaration=declaration,
            meeting=meeting_asked(card, card.meetings[0]),
        )

    def assign(self, book_id: str) -> Response:
        """The first free time of the book."""
        citizen, card = self._desk.citizen_of_form(), self._desk.card(book_id)
        declaration, key = declaration_of(request.form, asked=card.form), form_key()
        if declaration.missing:
            return self.first_free(card, declaration, key, HTTPStatus.UNPROCESSABLE_ENTITY)
        meeting = meeting_asked(card, card.meetings[0])
        wish = Wish(
            citizen=citizen,
            idempotency_key=f"{key} first {meeting}",
            book=book_id,
            start="",
            acting=self._desk.acting(),
            meeting=meeting,
        )
        came = self._desk.storage.assign(wish, self._desk.clock_s(), card.terms)
        if isinstance(came, NoneFree):
            return see_other(f"/bestill/{book_id}")
        return self._came(came, wish)

    def held(self, reservation: str) -> Response:
        """The time that is held, until when, and the form."""
        found = self._own(reservation)
        if found.state is State.CONFIRMED:
            return see_other(f"/timeavtaler/{found.appointment}?bestilt=1")
        news = "held.other" if "annen" in request.args else None
        return self._held(found, self._declaration(found).unjudged(), news)

    def confirm_held(self, reservation: str) -> Response:
        """The form is filled in: the held time becomes an appointment."""
        citizen, found = self._desk.citizen_of_form(), self._own(reservation)
        declaration = self._declaration(found)
        if declaration.missing:
            return self._held(found, declaration, None)
        confirmed = self._desk.storage.confirm(citizen, reservation, self._desk.clock_s())
        match confirmed:
            case Reservation(appointment=appointment):
                return see_other(f"/timeavtaler/{appointment}?bestilt=1")
            case NotHeld():
                return self._missed("ended", found.wish)
            case _:
                assert_never(confirmed)

    def extend_held(self, reservation: str) -> Response:
        """«Jeg trenger mer tid»: held for longer, and what was filled in is kept."""
        citizen, found, now_s = self._desk.citizen_of_form(), self._own(reservation), self._desk.clock_s()
        declaration, until_s = self._declaration(found).unjudged(), now_s + self._hold_s
        extended = self._desk.storage.extend(citizen, reservation, now_s, until_s, MOST_EXTENSIONS)
        match extended:
            case Reservation():
                return self._held(extended, declaration, "held.extended")
            case TooOften():
                return self._held(found, declaration, "held.too_often")
            case NotHeld():
                return self._missed("ended", found.wish)
            case _:
                assert_never(extended)

    def release_held(self, reservation: str) -> Response:
        """The time is given up, and one chooses again."""
        citizen, found = self._desk.citizen_of_form(), self._own(reservation)
        self._desk.storage.release(citizen, reservation)
        return see_other(_list_of(found.wish))

    def _came(self, came: Reservation | Sent | NoneFree | Refused, wish: Wish) -> Response:
        match came:
            case Reservation(state=State.HELD | State.EXPIRED):
                return see_other(f"/holdt/{came.id}")
            case Reservation(id=reservation) | Sent(reservation):
                return see_other(f"/bestilt/{reservation}")
            case NoneFree():
                return self._missed("taken", wish)
            case LimitReached():
                return self._full(wish)
            case (NoFirst() | OutsideInterval()) as why:
                return out_of_turn_page(self._desk, why)
            case KeyReused():
                return self._desk.stopped("form", HTTPStatus.CONFLICT)
            case _:
                assert_never(came)

    def _full(self, wish: Wish) -> Response:
        """As many as one may have; a hold is one that the citizen can still decide about."""
        held = self._desk.storage.held(wish.citizen, self._desk.clock_s())
        own = next((one for one in held if one.wish.book == wish.book), None)
        return (
            self._desk.stopped("limit", HTTPStatus.CONFLICT) if own is None else see_other(f"/holdt/{own.id}?annen=1")
        )

    def _held(self, found: Reservation, declaration: Declaration, news: str | None) -> Response:
        until_s = found.held_until_s or 0.0
        if found.state is not State.HELD or until_s <= self._desk.clock_s():
            return self._missed("ended", found.wish)
        return self._desk.show(
            "held.html",
            status=HTTPStatus.UNPROCESSABLE_ENTITY if declaration.missing else HTTPStatus.OK,
            card=self._desk.card(found.wish.book),
            changing=None,
            reservation=found.id,
            start=_start(found),
            until=dt.datetime.fromtimestamp(until_s, _ZONE),
            declaration=declaration,
            news=news,
        )

    def _declaration(self, found: Reservation) -> Declaration:
        return declaration_of(request.form, asked=self._desk.card(found.wish.book).form)

    def _own(self, reservation: str) -> Reservation:
        found = self._desk.storage.reservation(self._desk.citizen(), reservation)
        if isinstance(found, NoSuchReservation):
            self._desk.stop("not_found", HTTPStatus.NOT_FOUND)
        return found

    def _missed(self, why: str, wish: Wish) -> Response:
        """The citizen has not got the time: why, and the way back to the list."""
        return self._desk.show(
            "missed.html",
            status=HTTPStatus.CONFLICT,
            why=why,
            start=dt.datetime.fromisoformat(wish.start),
            onwards=_list_of(wish),
        )


def meeting_asked(card: BookCard, otherwise: Meeting) -> Meeting:
    """How one meets: as the form says, where the book offers it."""
    return next((one for one in card.meetings if one == request.form.get("meeting")), otherwise)


def new_key() -> str:
    """What tells two forms apart."""
    return secrets.token_urlsafe(16)


def form_key() -> str:
    """The key of the form that was sent, no longer than those we make."""
    return request.form.get("key", "")[:_KEY_LENGTH]


def _list_of(wish: Wish) -> str:
    return f"/bestill/{wish.book}/{wish.start[:10]}"


def _start(found: Reservation) -> dt.datetime:
    return dt.datetime.fromisoformat(found.wish.start)
