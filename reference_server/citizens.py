"""The part of the API for citizens, who all need a token: books, free times, reservations and the inbox."""

import datetime as dt
import re
import time
from collections.abc import Callable, Sequence, Set
from http import HTTPStatus
from typing import Final

from flask import Response, jsonify, request
from werkzeug.http import parse_etags

from reference_server.answers import WholeResponse, in_json
from reference_server.api_schemas import EXAMPLES
from reference_server.asking import KEY, PAGE, citizen, page_of, with_headers
from reference_server.books import Books
from reference_server.free_lists import FreeList, FreeLists
from reference_server.messages import message_of
from reference_server.openapi import Answer, Parameter, Route, Who, named
from reference_server.refused_wishes import refused
from reference_server.reminders import Reminder, reminders_of
from reference_server.storage import Reservation, Sent, Storage, Wish
from reference_server.turns import Turn, turn_of
from reference_server.web import JSON, refuse
from reference_server.wished import asked_wish
from scenarios.strategy import Listing

_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class Citizens:
    """What citizens ask for on the way to an appointment.

    Parameters
    ----------
    elsewhere : set of str
        Ids of the books that people of other municipalities see.
    now : callable
        Local time in Norway, without zone, for reminders.
    lists : FreeLists
        Of free days and times; the pages show the same ones.
    """

    def __init__(
        self,
        books: Books,
        storage: Storage,
        listing: Listing,
        elsewhere: Set[str],
        now: Callable[[], dt.datetime],
        lists: FreeLists,
    ) -> None:
        self._books = books
        self._storage = storage
        self._listing = listing
        self._elsewhere = elsewhere
        self._now = now
        self._free = lists

    def books(self) -> Response:
        """GET /books."""
        citizen()
        municipality = request.args.get("municipality")
        offered = [one for one in self._books if municipality in (None, one.municipality_number)]
        if not offered:
            refuse(HTTPStatus.NOT_FOUND, "no such municipality here")
        shown = [one for one in offered if one.id in self._elsewhere] if _asks_elsewhere() else offered
        return jsonify(
            books=[
                {"id": one.id, "name": one.name, "municipality": one.municipality_number}
                | {"meetings": self._books.card(one.id).meetings}
                for one in shown
            ]
        )

    def days(self, book_id: str) -> Response:
        """GET /books/{book_id}/days."""
        whose = citizen()
        turn = self._turn(whose, book_id)
        return _list(self._free.days(book_id, turn).listed(self._listing, whose))

    def slots(self, book_id: str) -> Response:
        """GET /books/{book_id}/slots."""
        whose = citizen()
        turn, date = self._turn(whose, book_id), request.args.get("date", "")
        if not _is_date(date):
            refuse(HTTPStatus.UNPROCESSABLE_ENTITY, "expected a date, for example ?date=2021-05-10")
        return _list(self._free.times(book_id, date, turn).listed(self._listing, whose))

    def reserve(self) -> Response:
        """POST /reservations."""
        return self.send(asked_wish(self._books))

    def send(self, wish: Wish) -> Response:
        """What becomes of a wish that is for the record system to decide."""
        came = self._storage.send(wish, time.time(), self._books.terms(wish.book))
        if not isinstance(came, Sent):
            return refused(came)
        return in_json({"reservation": came.reservation, "status": "SENT"}, HTTPStatus.ACCEPTED)

    def inbox(self) -> Response:
        """GET /inbox."""
        whose, wanted = citizen(), request.args.get("reservation")
        if wanted is not None and not self._storage.is_own(whose, wanted):
            refuse(HTTPStatus.NOT_FOUND, "you have no such reservation")
        answers = [one for one in self._storage.answers(whose, time.time()) if wanted in (None, one.id)]
        shown, onwards = page_of([*answers, *reminders_of(answers, self._now(), self._books.terms)])
        return with_headers(jsonify(messages=[self._message(one) for one in shown]), onwards)

    def _turn(self, whose: str, book_id: str) -> Turn:
        return turn_of(self._storage, whose, self._books.terms(book_id), time.time())

    def _message(self, one: Reservation | Reminder) -> dict[str, object]:
        if isinstance(one, Reminder):
            return one.message(self._books[one.about.wish.book])
        return message_of(one, self._books[one.wish.book])

    def routes(self) -> Sequence[Route]:
        """Everything above, as it is mounted and described."""
        return (
            Route(
                method="GET",
                path="/books",
                does=self.books,
                says="The books of a municipality, or of all.",
                who=Who.CITIZEN,
                parameters=[_MUNICIPALITY, _ELSEWHERE],
                answers={HTTPStatus.OK: _answer("Books", "The books.")},
                refuses={
                    HTTPStatus.NOT_FOUND: "No such municipality here.",
                    HTTPStatus.UNPROCESSABLE_ENTITY: "Neither true nor false.",
                },
            ),
            Route(
                method="GET",
                path="/books/{book_id}/days",
                does=self.days,
                says="Dates with a free place that you may have, ascending. No change before the request is missing.",
                who=Who.CITIZEN,
                parameters=[_BOOK, _KNOWN],
                answers={HTTPStatus.OK: _answer("Days", "The dates.", "ETag"), HTTPStatus.NOT_MODIFIED: _UNCHANGED},
                refuses={HTTPStatus.NOT_FOUND: "No such book."},
            ),
            Route(
                method="GET",
                path="/books/{book_id}/slots",
                does=self.slots,
                says="Times of a date with a free place that you may have, ascending. As fresh as the request.",
                who=Who.CITIZEN,
                parameters=[_BOOK, _DAY, _KNOWN],
                answers={HTTPStatus.OK: _answer("Slots", "The times.", "ETag"), HTTPStatus.NOT_MODIFIED: _UNCHANGED},
                refuses={HTTPStatus.NOT_FOUND: "No such book.", HTTPStatus.UNPROCESSABLE_ENTITY: "Not a date."},
            ),
            Route(
                method="POST",
                path="/reservations",
                does=self.reserve,
                says="Ask for a time. The record system decides; its answer comes to the inbox.",
                who=Who.CITIZEN,
                parameters=[KEY],
                body=(named("Wish"), EXAMPLES["Wish"]),
                answers={
                    HTTPStatus.ACCEPTED: Answer(
                        says="Sent to the record system, now or before.",
                        schema=named("Sent"),
                        example=EXAMPLES["Sent"],
                        links={"inbox": {"query.reservation": "$response.body#/reservation"}},
                    )
                },
                refuses={
                    HTTPStatus.BAD_REQUEST: "No good Idempotency-Key, or the body is not JSON.",
                    HTTPStatus.NOT_FOUND: "No such book, or the book has no such time.",
                    HTTPStatus.CONFLICT: "You have as many here as the book allows, or need one in another first.",
                    HTTPStatus.UNPROCESSABLE_ENTITY: "Not a wish, or the key was used for something else.",
                },
            ),
            Route(
                method="GET",
                path="/inbox",
                does=self.inbox,
                says="The answers to your reservations, in the order in which they were sent, and then the reminders.",
                who=Who.CITIZEN,
                parameters=[_ABOUT, *PAGE],
                answers={HTTPStatus.OK: _answer("Inbox", "Answers and reminders.", "Link")},
                refuses={
                    HTTPStatus.NOT_FOUND: "You have no such reservation, or no such cursor.",
                    HTTPStatus.UNPROCESSABLE_ENTITY: "No such limit.",
                },
            ),
        )


def _list(free: FreeList) -> Response:
    headers = [("Cache-Control", "private, no-cache"), ("ETag", free.etag)]  # kept, and asked about every time
    known = request.environ.get("HTTP_IF_NONE_MATCH", "")
    if known and parse_etags(known).contains_raw(free.etag):
        return Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    return WholeResponse(free.body, headers=headers, content_type=JSON)


def _asks_elsewhere() -> bool:
    wanted = request.args.get("elsewhere", "false")
    if wanted not in ("true", "false"):
        refuse(HTTPStatus.UNPROCESSABLE_ENTITY, "expected elsewhere=true or elsewhere=false")
    return wanted == "true"


def _is_date(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return _DATE.fullmatch(text) is not None


def _answer(schema: str, says: str, *headers: str) -> Answer:
    return Answer(says=says, schema=named(schema), example=EXAMPLES[schema], headers=headers)


_UNCHANGED: Final = Answer(says="The list is still the one you have.", headers=["ETag"])
_BOOK: Final = Parameter(name="book_id", place="path", says="The book.", schema={"type": "string"}, example="9999-1")
_DAY: Final = Parameter(
    name="date", place="query", says="The date.", schema={"type": "string", "format": "date"}, example="2021-05-10"
)
_MUNICIPALITY: Final = Parameter(
    name="municipality",
    place="query",
    says="Its number.",
    schema={"type": "string"},
    example="9999",
    required=False,
)
_ELSEWHERE: Final = Parameter(
    name="elsewhere",
    place="query",
    says="Only what people of other municipalities see: «Bestill koronatest i annen kommune».",
    schema={"type": "boolean", "default": False},
    example=True,
    required=False,
)
_KNOWN: Final = Parameter(
    name="If-None-Match",
    place="header",
    says="The ETag of the list you have.",
    schema={"type": "string"},
    example='"5a0c1f6d2b9e4c7d8a3b6e1f0c9d7a52"',
    required=False,
)
_ABOUT: Final = Parameter(
    name="reservation",
    place="query",
    says="Only what is about this one.",
    schema={"type": "string"},
    example="a58bf8d8-4949-4a1e-95f8-7d17b88898b0",
    required=False,
)
