"""A citizen's own: appointments, inbox, the file for the calendar, and cancelling."""

import datetime as dt
import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, request

from reference_server.meeting import Meeting
from reference_server.pages.card import BookCard
from reference_server.pages.desk import Desk, see_other
from reference_server.pages.turn import along_with
from reference_server.reminders import reminders_of
from reference_server.storage import NoSuchReservation, NotConfirmed, Reservation, State, TooLate
from scenarios.icalendar import Event, Status, icalendar

_ZONE: Final = zoneinfo.ZoneInfo("Europe/Oslo")
_SHOWN_AS: Final = {
    State.CONFIRMED: "confirmed",
    State.REJECTED: "rejected",
    State.CANCELLED: "cancelled",
    State.DEAD_LETTER: "dead_letter",
}

_NEWS: Final = {"endret": "changed_now", "bestilt": "booked_now"}
"""What the address of an appointment says has just been done to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A line of the inbox; `replaces` is the appointment it was meant to replace.

    `given` is one that came from the waiting list, `by_other` one that somebody else than the reader gave back.
    """

    state: str
    card: BookCard
    start: dt.datetime
    title: str
    appointment: str | None
    replaces: str | None
    given: bool
    by_other: bool


class Own:
    """The pages /timeavtaler and /innboks."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def mount(self, routes: Blueprint) -> None:
        """Add the routes."""
        routes.get("/timeavtaler")(self.appointments)
        routes.get("/timeavtaler/<appointment>")(self.appointment)
        routes.get("/timeavtaler/<appointment>/kalender.ics")(self.calendar_file)
        routes.get("/timeavtaler/<appointment>/avbestill")(self.ask_cancel)
        routes.post("/timeavtaler/<appointment>/avbestill")(self.cancel)
        routes.get("/innboks")(self.inbox)

    def appointments(self) -> Response:
        """«Timeavtaler»: what stands, in order of time."""
        citizen, now_s = self._desk.citizen(), self._desk.clock_s()
        standing = [one for one in self._desk.storage.answers(citizen, now_s) if one.state is State.CONFIRMED]
        standing.sort(key=lambda one: one.wish.start)
        return self._desk.show(
            "appointments.html",
            titles=[(one.appointment, self._title(one)) for one in standing],
            lines=[(self._desk.card(one.book), one.ahead) for one in self._desk.storage.in_line(citizen)],
            waiting=len(self._desk.storage.unanswered(citizen, now_s)),
        )

    def inbox(self) -> Response:
        """«Innboks»: reminders, what waits for an answer, then the answers, the newest first."""
        citizen, now_s = self._desk.citizen(), self._desk.clock_s()
        answers = self._desk.storage.answers(citizen, now_s)
        waiting = [self._message(one, "waiting", answers) for one in self._desk.storage.unanswered(citizen, now_s)]
        decided = [self._message(one, _SHOWN_AS[one.state], answers) for one in reversed(answers)]
        rejected_last = bool(decided) and not waiting and decided[0].state == "rejected"
        told = reminders_of(answers, self._desk.clock(), lambda book: self._desk.card(book).terms)
        near = [self._message(one.about, "reminder", answers) for one in told]
        return self._desk.show("inbox.html", reminders=near, messages=waiting + decided, rejected_last=rejected_last)

    def appointment(self, appointment: str) -> Response:
        """One appointment, with what can be done about it."""
        one = self._desk.appointment(self._desk.citizen(), appointment)
        card, start = self._card(one), _start(one)
        stands, now = one.state is State.CONFIRMED, self._desk.clock()
        news = next((news for asked, news in _NEWS.items() if asked in request.args), None)
        return self._desk.show(
            "appointment.html",
            id=appointment,
            title=self._title(one),
            card=card,
            start=start,
            where=self._where(one, "appointment"),
            concerns=self._desk.language.text(f"types.{card.book.type}").capitalize(),
            cancelled=not stands,
            news=news if stands else "cancelled_now",
            may_change=stands and one.wish.start >= card.terms.first_changeable(now),
            may_cancel=stands and one.wish.start >= card.terms.first_cancellable(now),
        )

    def calendar_file(self, appointment: str) -> Response:
        """The appointment for one's own calendar; after cancelling, what takes it out again."""
        one = self._desk.appointment(self._desk.citizen(), appointment)
        card, start = self._card(one), _start(one).replace(tzinfo=_ZONE)
        stands = one.state is State.CONFIRMED
        event = Event(
            uid=f"{appointment}@bolk.invalid",
            sequence=0 if stands else 1,
            status=Status.CONFIRMED if stands else Status.CANCELLED,
            start=start,
            end=card.end(start),
            summary=self._title(one),
            location=self._where(one, "calendar"),
            description=request.host_url + f"timeavtaler/{appointment}",
        )
        response = Response(icalendar([event], dt.datetime.now(dt.UTC), "reference server"), mimetype="text/calendar")
        response.headers["Content-Disposition"] = 'attachment; filename="timeavtale.ics"'
        return response

    def ask_cancel(self, appointment: str) -> Response:
        """Whether the citizen is sure."""
        one = self._desk.appointment(self._desk.citizen(), appointment)
        if one.state is not State.CONFIRMED:
            return see_other(f"/timeavtaler/{appointment}")
        along = [self._title(other) for other in along_with(self._desk, one, self._card(one))]
        return self._desk.show("cancel.html", id=appointment, title=self._title(one), along=along)

    def cancel(self, appointment: str) -> Response:
        """The appointment is cancelled and its place free."""
        citizen = self._desk.citizen_of_form()
        one = self._desk.appointment(citizen, appointment)
        terms = self._card(one).terms
        first = terms.first_cancellable(self._desk.clock())
        match self._desk.storage.cancel(citizen, one.id, first, terms, self._desk.acting()):
            case Reservation():
                return see_other(f"/timeavtaler/{appointment}")
            case TooLate():
                return self._desk.stopped("too_late", HTTPStatus.CONFLICT)
            case NotConfirmed() | NoSuchReservation():
                return self._desk.stopped("not_found", HTTPStatus.NOT_FOUND)

    def _message(self, one: Reservation, state: str, answers: Sequence[Reservation]) -> Message:
        moved = any(other.replaces == one.id and other.appointment is not None for other in answers)
        replaced = next((other.appointment for other in answers if other.id == one.replaces), None)
        return Message(
            state="moved" if state == "cancelled" and moved else state,
            card=self._card(one),
            start=_start(one),
            title=self._title(one),
            appointment=one.appointment,
            replaces=replaced,
            given=one.waited is not None,
            by_other=one.cancelled_by not in (None, self._desk.logged_in().citizen),
        )

    def _card(self, one: Reservation) -> BookCard:
        return self._desk.card(one.wish.book)

    def _where(self, one: Reservation, shown_in: str) -> str:
        if one.wish.meeting is Meeting.PLACE:
            return self._card(one).location
        return self._desk.language.text(f"{shown_in}.{one.wish.meeting}")

    def _title(self, one: Reservation) -> str:
        return self._desk.language.title(_start(one), self._card(one))


def _start(one: Reservation) -> dt.datetime:
    return dt.datetime.fromisoformat(one.wish.start)
