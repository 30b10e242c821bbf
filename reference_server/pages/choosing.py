"""The way to an appointment: what for, which book, which day, which time, the form, and sent."""

import datetime as dt
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from reference_server.doses import BreaksInterval, NoFirst, OutsideInterval
from reference_server.pages.card import BookCard
from reference_server.pages.declaration import Declaration, declaration_of
from reference_server.pages.desk import Desk, see_other
from reference_server.pages.giving import Giving, form_key, meeting_asked, new_key
from reference_server.pages.month import month_of
from reference_server.pages.turn import out_of_turn_page, turn_on_page
from reference_server.storage import (
    KeyReused,
    Move,
    NoSuchReservation,
    NotConfirmed,
    Reservation,
    State,
    TooLate,
    Wish,
)
from scenarios.strategy import Listing


class Choosing:
    """The pages below /bestill."""

    def __init__(self, desk: Desk, giving: Giving, listing: Listing) -> None:
        self._desk = desk
        self._giving = giving
        self._listing = listing

    def mount(self, routes: Blueprint) -> None:
        """Add the routes."""
        routes.get("/bestill")(self.need)
        routes.get("/bestill/veiledning")(self.guidance)
        routes.get("/bestill/timebok")(self.choose)
        routes.get("/bestill/<book_id>")(self.days)
        routes.get("/bestill/<book_id>/<date>")(self.times)
        routes.post("/bestill/<book_id>/<date>")(self.send)
        routes.get("/bestill/<book_id>/<date>/<clock>")(self.form)
        routes.post("/bestill/<book_id>/<date>/<clock>")(self.send_form)

    def need(self) -> Response:
        """«Hva slags time trenger du?»."""
        self._desk.citizen()
        return self._desk.show("need.html", several=len(self._desk.municipalities.names) > 1)

    def guidance(self) -> Response:
        """Guidance before booking."""
        self._desk.citizen()
        return self._desk.show("guidance.html")

    def choose(self) -> Response:
        """«Velg behandler»: the books of the home municipality, with the text under each name."""
        self._desk.citizen()
        chosen, known = request.args.get("timebok"), self._desk.municipalities
        if chosen in self._desk.cards:
            return see_other(f"/bestill/{chosen}")
        missing, cards = "neste" in request.args, known.at_home()
        owners = {(card.service, card.book.municipality_name) for card in cards}
        return self._desk.show(
            "book.html",
            status=HTTPStatus.UNPROCESSABLE_ENTITY if missing else HTTPStatus.OK,
            heading=self._heading(next(iter(owners)))
            if len(owners) == 1
            else self._desk.language.text("choose.title_many"),
            cards=cards,
            names={book: card.book.name for book, card in self._desk.cards.items()},
            home=known.names[known.home] if len(known.names) > 1 else None,
            missing=missing,
        )

    def days(self, book_id: str) -> Response:
        """«Velg dato»: a month, with the days that can be booked."""
        citizen, card = self._desk.citizen(), self._desk.card(book_id)
        if self._leaves_no_choice():
            return self._giving.first_free(card, declaration_of({}, asked=card.form).unjudged(), new_key())
        days = self._desk.lists.days(book_id, turn_on_page(self._desk, citizen, card, self._changing(citizen)))
        free = {dt.date.fromisoformat(date): places for date, places in days.rows}
        month = month_of(_month_asked_for() or min(free).replace(day=1), free) if free else None
        return self._show_for("month.html", card, month=month)

    def times(self, book_id: str, date: str) -> Response:
        """«Velg time»: a grid of free times."""
        citizen, card, day = self._desk.citizen(), self._desk.card(book_id), self._date(date)
        if self._leaves_no_choice():
            return see_other(f"/bestill/{book_id}")
        turn = turn_on_page(self._desk, citizen, card, self._changing(citizen))
        free_times = self._desk.lists.times(book_id, date, turn).listed(self._listing, citizen)
        free = [dt.datetime.fromisoformat(start) for start, _ in free_times.rows]
        times = [(start, card.end(start)) for start in free]
        says, holds = self._giving.says(card), self._holds()
        own = self._listing is Listing.SPREAD and len(times) > 1
        return self._show_for("times.html", card, date=day, times=times, key=new_key(), says=says, holds=holds, own=own)

    def send(self, book_id: str, date: str) -> Response:
        """A time was chosen in the grid: given at once, where it is held or the book asks for no form."""
        citizen, card = self._desk.citizen_of_form(), self._desk.card(book_id)
        clock = request.form.get("start", "")
        start = self._desk.offered(card, date, clock)
        if card.form and not self._holds():
            return see_other(f"/bestill/{book_id}/{date}/{clock}{_query()}")
        return self._sent(citizen, card, start)

    def form(self, book_id: str, date: str, clock: str) -> Response:
        """The self-declaration."""
        self._desk.citizen()
        card = self._desk.card(book_id)
        start = self._desk.offered(card, date, clock)
        if self._leaves_no_choice() or self._holds():
            return see_other(f"/bestill/{book_id}/{date}")
        return self._form(card, start, new_key(), declaration_of({}).unjudged())

    def send_form(self, book_id: str, date: str, clock: str) -> Response:
        """The self-declaration is filled in; its answers are checked and not kept."""
        citizen, card = self._desk.citizen_of_form(), self._desk.card(book_id)
        start = self._desk.offered(card, date, clock)
        declaration = declaration_of(request.form)
        if declaration.missing:
            return self._form(card, start, request.form.get("key", ""), declaration)
        return self._sent(citizen, card, start)

    def _form(self, card: BookCard, start: dt.datetime, key: str, declaration: Declaration) -> Response:
        return self._show_for(
            "form.html",
            card,
            status=HTTPStatus.UNPROCESSABLE_ENTITY if declaration.missing else HTTPStatus.OK,
            start=start,
            key=key,
            declaration=declaration,
        )

    def _sent(self, citizen: str, card: BookCard, start: dt.datetime) -> Response:
        # A form that is sent twice is one wish; another time chosen from the same page is another.
        meeting = meeting_asked(card, card.meetings[0])
        key = f"{form_key()} {start:%Y-%m-%dT%H:%M} {meeting}"
        old = self._changing(citizen)
        if old is not None:
            return self._changed(card, old, start, key)
        begins, acting = f"{start:%Y-%m-%dT%H:%M}", self._desk.acting()
        wish = Wish(
            citizen=citizen, idempotency_key=key, book=card.book.id, start=begins, acting=acting, meeting=meeting
        )
        return self._giving.chosen(wish, card)

    def _changed(self, card: BookCard, old: Reservation, start: dt.datetime, key: str) -> Response:
        begins, acting = f"{start:%Y-%m-%dT%H:%M}", self._desk.acting()
        move = Move(
            citizen=old.wish.citizen,
            idempotency_key=key,
            reservation=old.id,
            start=begins,
            acting=acting,
            meeting=meeting_asked(card, old.wish.meeting),
        )
        first = card.terms.first_changeable(self._desk.clock())
        match self._desk.storage.change(move, self._desk.clock_s(), first, card.terms):
            case (NoFirst() | OutsideInterval() | BreaksInterval()) as why:
                return out_of_turn_page(self._desk, why)
            case Reservation(state=State.CONFIRMED, appointment=appointment):
                return see_other(f"/timeavtaler/{appointment}?endret=1")
            case Reservation():
                return see_other("/innboks")
            case TooLate():
                return self._desk.stopped("too_late", HTTPStatus.CONFLICT)
            case NotConfirmed() | NoSuchReservation():
                return self._desk.stopped("gone", HTTPStatus.CONFLICT)
            case KeyReused():
                return self._desk.stopped("form", HTTPStatus.CONFLICT)

    def _show_for(self, template: str, card: BookCard, *, status: int = 200, **values: object) -> Response:
        old = self._changing(self._desk.citizen())
        return self._desk.show(
            template,
            status=status,
            card=card,
            meeting=meeting_asked(card, card.meetings[0] if old is None else old.wish.meeting),
            changing=None if old is None else dt.datetime.fromisoformat(old.wish.start),
            query=_query(),
            month_address=_month_address(card),
            **values,
        )

    def _leaves_no_choice(self) -> bool:
        return self._giving.leaves_no_choice and "endrer" not in request.args  # whoever changes a time chooses one

    def _holds(self) -> bool:
        return self._giving.holds and "endrer" not in request.args  # whoever changes a time keeps the old one meanwhile

    def _changing(self, citizen: str) -> Reservation | None:
        wanted = request.args.get("endrer")
        return None if wanted is None else self._desk.appointment(citizen, wanted)

    def _heading(self, owner: tuple[str, str]) -> str:
        service, municipality = owner
        tr = self._desk.language.text
        return tr("choose.title", service=tr(f"services.{service}"), municipality=municipality)

    def _date(self, date: str) -> dt.date:
        try:
            day = dt.date.fromisoformat(date)
        except ValueError:
            self._desk.stop("not_found", HTTPStatus.NOT_FOUND)
        return day if day.isoformat() == date else self._desk.stop("not_found", HTTPStatus.NOT_FOUND)


def _month_address(card: BookCard) -> Callable[[dt.date], str]:
    kept = {"endrer": request.args["endrer"]} if "endrer" in request.args else {}
    return lambda first: f"/bestill/{card.book.id}?{urlencode({'maned': f'{first:%Y-%m}'} | kept)}"


def _query() -> str:
    return f"?{urlencode({'endrer': request.args['endrer']})}" if "endrer" in request.args else ""


def _month_asked_for() -> dt.date | None:
    try:
        return dt.datetime.strptime(request.args.get("maned", ""), "%Y-%m").date()  # noqa: DTZ007 (a month has no zone)
    except ValueError:
        return None
