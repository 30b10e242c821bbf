"""The part of the API for citizens, who all need a token: books, free times, reservations, inbox, appointments."""

import datetime as dt
import re
import time
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, jsonify, request

from reference_server.messages import appointment_of, message_of
from reference_server.storage import KeyReused, Sent, Storage, Wish
from reference_server.tokens import Tokens
from reference_server.web import problem, refuse, texts_in_body
from scenarios.inventory import AppointmentBook

MAX_KEY_LENGTH: Final = 64
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def citizens_part(books: Sequence[AppointmentBook], storage: Storage, tokens: Tokens) -> Blueprint:
    """The routes below /api/v1, named `citizens.books`, `citizens.days` and so on."""
    part = _Citizens(books, storage, tokens)
    routes = Blueprint("citizens", __name__, url_prefix="/api/v1")
    pages: dict[str, Callable[..., Response]] = {
        "/books": part.books,
        "/books/<book_id>/days": part.days,
        "/books/<book_id>/slots": part.slots,
        "/inbox": part.inbox,
        "/appointments": part.appointments,
    }
    for rule, page in pages.items():
        routes.get(rule)(page)
    routes.post("/reservations")(part.reserve)
    return routes


class _Citizens:
    def __init__(self, books: Sequence[AppointmentBook], storage: Storage, tokens: Tokens) -> None:
        self._storage = storage
        self._tokens = tokens
        self._books = {book.id: book for book in books}
        self._starts = {book.id: frozenset(map(book.time_text, range(len(book.starts)))) for book in books}

    def books(self) -> Response:
        self._citizen()
        municipality = request.args.get("municipality")
        offered = [one for one in self._books.values() if municipality in (None, one.municipality_number)]
        if not offered:
            refuse(HTTPStatus.NOT_FOUND, "no such municipality here")
        return jsonify(
            books=[{"id": one.id, "name": one.name, "municipality": one.municipality_number} for one in offered]
        )

    def days(self, book_id: str) -> Response:
        self._citizen()
        days = self._storage.free_days(self._book(book_id).id)
        return jsonify(days=[{"date": date, "free": free} for date, free in days])

    def slots(self, book_id: str) -> Response:
        self._citizen()
        book, date = self._book(book_id), request.args.get("date", "")
        if not _is_date(date):
            refuse(HTTPStatus.UNPROCESSABLE_ENTITY, "expected a date, for example ?date=2021-05-10")
        times = self._storage.free_times(book.id, date)
        return jsonify(slots=[{"start": start, "free": free} for start, free in times])

    def reserve(self) -> Response:
        citizen, key = self._citizen(), request.headers.get("Idempotency-Key", "")
        if not 0 < len(key) <= MAX_KEY_LENGTH:
            refuse(HTTPStatus.BAD_REQUEST, f"expected a header Idempotency-Key of 1 to {MAX_KEY_LENGTH} characters")
        book_id, start = texts_in_body("book", "start")
        if start not in self._starts[self._book(book_id).id]:
            refuse(HTTPStatus.NOT_FOUND, "the book has no such time")
        wish = Wish(citizen=citizen, idempotency_key=key, book=book_id, start=start)
        match self._storage.send(wish, time.time()):
            case KeyReused():
                return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "this Idempotency-Key was used for something else")
            case Sent(reservation):
                response = jsonify(reservation=reservation, status="SENT")
                response.status_code = HTTPStatus.ACCEPTED
                return response

    def inbox(self) -> Response:
        citizen, wanted = self._citizen(), request.args.get("reservation")
        if wanted is not None and not self._storage.is_own(citizen, wanted):
            refuse(HTTPStatus.NOT_FOUND, "you have no such reservation")
        answers = self._storage.answers(citizen, time.time())
        return jsonify(
            messages=[message_of(one, self._books[one.wish.book]) for one in answers if wanted in (None, one.id)]
        )

    def appointments(self) -> Response:
        answers = self._storage.answers(self._citizen(), time.time())
        confirmed = [one for one in answers if one.appointment is not None]
        return jsonify(appointments=[appointment_of(one, self._books[one.wish.book]) for one in confirmed])

    def _citizen(self) -> str:
        shown = request.authorization
        token = shown.token if shown is not None and shown.type == "bearer" else None
        citizen = self._tokens.citizen_of(token or "")
        if citizen is None:
            refuse(HTTPStatus.UNAUTHORIZED, "log in first and send the token", {"WWW-Authenticate": "Bearer"})
        return citizen

    def _book(self, book_id: str) -> AppointmentBook:
        if book_id not in self._books:
            refuse(HTTPStatus.NOT_FOUND, "no such book")
        return self._books[book_id]


def _is_date(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return _DATE.fullmatch(text) is not None
