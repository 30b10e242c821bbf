"""The part of the API for what citizens have: their appointments, to look at, cancel and change."""

import datetime as dt
import time
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Final, assert_never

from flask import Response, jsonify

from reference_server.api_schemas import EXAMPLES
from reference_server.asking import KEY, PAGE, acting, citizen, idempotency_key, page_of, with_headers
from reference_server.books import Books
from reference_server.doses import BreaksInterval, NoFirst, OutsideInterval
from reference_server.messages import appointment_of
from reference_server.openapi import Answer, Parameter, Route, Who, named
from reference_server.refused_wishes import refused
from reference_server.storage import (
    KeyReused,
    Move,
    NoSuchReservation,
    NotConfirmed,
    NotMoved,
    Reservation,
    State,
    Storage,
    TooLate,
)
from reference_server.web import problem, refuse, texts_and_more_in_body


class Appointments:
    """A citizen's own appointments; those of others do not exist for them.

    Parameters
    ----------
    now : callable
        The local time that deadlines are held against.
    """

    def __init__(
        self,
        books: Books,
        storage: Storage,
        now: Callable[[], dt.datetime],
    ) -> None:
        self._books = books
        self._storage = storage
        self._now = now

    def appointments(self) -> Response:
        """GET /appointments."""
        answers = self._storage.answers(citizen(), time.time())
        shown, onwards = page_of([one for one in answers if one.state is State.CONFIRMED])
        body = jsonify(appointments=[appointment_of(one, self._books[one.wish.book]) for one in shown])
        return with_headers(body, onwards)

    def appointment(self, appointment_id: str) -> Response:
        """GET /appointments/{appointment_id}."""
        return self._shown(self._own(appointment_id))

    def cancel(self, appointment_id: str) -> Response:
        """POST /appointments/{appointment_id}/cancel."""
        own = self._own(appointment_id)
        terms = self._books.terms(own.wish.book)
        first = terms.first_cancellable(self._now())
        return self._answer(self._storage.cancel(own.wish.citizen, own.id, first, terms, acting()))

    def change(self, appointment_id: str) -> Response:
        """POST /appointments/{appointment_id}/change."""
        own, key = self._own(appointment_id), idempotency_key()
        (start,), asked = texts_and_more_in_body("start", may_have="meeting")
        self._books.check_time(own.wish.book, start)
        meeting = None if asked is None else self._books.meeting(own.wish.book, asked)
        move = Move(
            citizen=own.wish.citizen,
            idempotency_key=key,
            reservation=own.id,
            start=start,
            acting=acting(),
            meeting=meeting,
        )
        terms = self._books.terms(own.wish.book)
        return self._answer(self._storage.change(move, time.time(), terms.first_changeable(self._now()), terms))

    def routes(self) -> Sequence[Route]:
        """Everything above, as it is mounted and described."""
        return (
            Route(
                method="GET",
                path="/appointments",
                does=self.appointments,
                says="Your appointments, in the order in which they were asked for.",
                who=Who.CITIZEN,
                parameters=PAGE,
                answers={
                    HTTPStatus.OK: Answer(
                        says="Those that stand.",
                        schema=named("Appointments"),
                        example=EXAMPLES["Appointments"],
                        headers=["Link"],
                        links=dict.fromkeys(("appointment", "cancel", "change"), _FIRST),
                    )
                },
                refuses={
                    HTTPStatus.NOT_FOUND: "No such cursor.",
                    HTTPStatus.UNPROCESSABLE_ENTITY: "No such limit.",
                },
            ),
            Route(
                method="GET",
                path="/appointments/{appointment_id}",
                does=self.appointment,
                says="One of your appointments, cancelled or not.",
                who=Who.CITIZEN,
                parameters=[_ID],
                answers={HTTPStatus.OK: _ONE},
                refuses={HTTPStatus.NOT_FOUND: _NOT_YOURS},
            ),
            Route(
                method="POST",
                path="/appointments/{appointment_id}/cancel",
                does=self.cancel,
                says="Give an appointment back, and with it what depends on it. Doing it again changes nothing.",
                who=Who.CITIZEN,
                parameters=[_ID],
                answers={HTTPStatus.OK: _ONE},
                refuses={HTTPStatus.NOT_FOUND: _NOT_YOURS, HTTPStatus.CONFLICT: "Too late: you have to call."},
            ),
            Route(
                method="POST",
                path="/appointments/{appointment_id}/change",
                does=self.change,
                says="Move an appointment to another time of its book: both happen or neither.",
                who=Who.CITIZEN,
                parameters=[_ID, KEY],
                body=(named("NewStart"), EXAMPLES["NewStart"]),
                answers={HTTPStatus.OK: _ONE},
                refuses={
                    HTTPStatus.BAD_REQUEST: "No good Idempotency-Key, or the body is not JSON.",
                    HTTPStatus.NOT_FOUND: "You have no such appointment, or the book has no such time.",
                    HTTPStatus.CONFLICT: "Nothing is free, it is too late, or one depends on it: nothing changed.",
                    HTTPStatus.UNPROCESSABLE_ENTITY: "Not a start, or the key was used for something else.",
                },
            ),
        )

    def _own(self, appointment_id: str) -> Reservation:
        answers = self._storage.answers(citizen(), time.time())
        own = next((one for one in answers if one.appointment == appointment_id), None)
        if own is None:
            refuse(HTTPStatus.NOT_FOUND, _NO_APPOINTMENT)
        return own

    def _shown(self, one: Reservation) -> Response:
        more = {"reservation": one.id, "book": one.wish.book, "status": one.state}
        return jsonify(more | appointment_of(one, self._books[one.wish.book]))

    def _answer(self, came: Reservation | NotMoved) -> Response:
        match came:
            case Reservation(state=State.REJECTED):
                return problem(HTTPStatus.CONFLICT, "nothing is free at that time; your appointment stands", taken=True)
            case Reservation():
                return self._shown(came)
            case NoSuchReservation():
                return problem(HTTPStatus.NOT_FOUND, _NO_APPOINTMENT)
            case NotConfirmed():
                return problem(HTTPStatus.CONFLICT, "this appointment was cancelled before")
            case TooLate():
                return problem(HTTPStatus.CONFLICT, "it is too late for that here; please call")
            case KeyReused() | NoFirst() | OutsideInterval():
                return refused(came)
            case BreaksInterval(second, second_start):
                return problem(
                    HTTPStatus.CONFLICT,
                    f"your appointment in {second} at {second_start} would not keep its interval to this one; "
                    "change that one first, or cancel it",
                )
            case _:
                assert_never(came)


_FIRST: Final = {"path.appointment_id": "$response.body#/appointments/0/appointment"}
_NO_APPOINTMENT: Final = "you have no such appointment"
_NOT_YOURS: Final = "You have no such appointment."
_ONE: Final = Answer(says="As it is now.", schema=named("Appointment"), example=EXAMPLES["Appointment"])
_ID: Final = Parameter(
    name="appointment_id",
    place="path",
    says="The appointment.",
    schema={"type": "string"},
    example="0b1c4f3a-0c0e-4a5e-9a3f-3f5f0a8d2b11",
)
