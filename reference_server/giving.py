"""The part of the API that gives places, as the server's strategy has it: at once, after a hold, or any there is.

A queued reservation, Helsenorge's way, is with the other calls of citizens.
"""

import functools
import time
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Final, TypeAlias, assert_never

from flask import Response, make_response

from reference_server.answers import in_json
from reference_server.api_schemas import EXAMPLES
from reference_server.asking import KEY, acting, citizen, idempotency_key
from reference_server.booking import Terms
from reference_server.books import Books
from reference_server.doses import NoFirst, OutsideInterval
from reference_server.messages import message_of
from reference_server.openapi import Answer, Parameter, Route, Who, named
from reference_server.refused_wishes import refused
from reference_server.storage import (
    KeyReused,
    LimitReached,
    NoneFree,
    NotHeld,
    Refused,
    Reservation,
    State,
    Storage,
    TooOften,
    Wish,
)
from reference_server.strategy import MOST_EXTENSIONS
from reference_server.web import problem, texts_and_more_in_body
from reference_server.wished import asked_wish
from scenarios.strategy import HOLD_S, Strategy

_Does: TypeAlias = Callable[..., Response]


class Giving:
    """Reservations that are decided in the request; those of others do not exist for a citizen.

    Parameters
    ----------
    hold_s : float
        How long a hold lasts.
    """

    def __init__(self, books: Books, storage: Storage, strategy: Strategy, hold_s: float = HOLD_S) -> None:
        self._books = books
        self._storage = storage
        self._strategy = strategy
        self._hold_s = hold_s

    def reserve_at_once(self) -> Response:
        """POST /reservations."""
        return self.decide(asked_wish(self._books))

    def decide(self, wish: Wish) -> Response:
        """What becomes of a wish that is decided here and now."""
        return self._answer(self._storage.reserve(wish, time.time(), self._terms(wish)), HTTPStatus.CREATED)

    def assign(self) -> Response:
        """POST /reservations, without a start."""
        whose, key = citizen(), idempotency_key()
        (book_id,), asked = texts_and_more_in_body("book", may_have="meeting")
        meeting = self._books.meeting(book_id, asked)
        wish = Wish(citizen=whose, idempotency_key=key, book=book_id, start="", acting=acting(), meeting=meeting)
        return self._answer(self._storage.assign(wish, time.time(), self._terms(wish)), HTTPStatus.CREATED)

    def hold(self) -> Response:
        """POST /holds."""
        wish, now_s = asked_wish(self._books), time.time()
        held = self._storage.hold(wish, now_s, now_s + self._hold_s, self._terms(wish))
        return self._answer(held, HTTPStatus.CREATED)

    def confirm(self, reservation: str) -> Response:
        """POST /holds/{reservation}/confirm."""
        return self._answer(self._storage.confirm(citizen(), reservation, time.time()), HTTPStatus.OK)

    def extend(self, reservation: str) -> Response:
        """POST /holds/{reservation}/extend."""
        now_s, most = time.time(), MOST_EXTENSIONS
        return self._answer(
            self._storage.extend(citizen(), reservation, now_s, now_s + self._hold_s, most), HTTPStatus.OK
        )

    def release(self, reservation: str) -> Response:
        """POST /holds/{reservation}/release."""
        match self._storage.release(citizen(), reservation):
            case Reservation():
                return make_response("", HTTPStatus.NO_CONTENT)
            case NotHeld():
                return _ended()

    def routes(self) -> Sequence[Route]:
        """What the strategy offers, as it is mounted and described."""
        match self._strategy:
            case Strategy.QUEUED:
                return ()
            case Strategy.IMMEDIATE:
                says = "Ask for a time, and get the answer at once."
                return (_asking("/reservations", self.reserve_at_once, says, "Wish", "Confirmation"),)
            case Strategy.ASSIGN:
                says = "Ask for any time of a book, and get the first free one."
                return (_asking("/reservations", self.assign, says, "AnyTime", "Confirmation"),)
            case Strategy.HOLD:
                return self._hold_routes()
            case _:
                assert_never(self._strategy)

    def _hold_routes(self) -> Sequence[Route]:
        says = "Keep a place while you fill in the form. It is given to nobody else until the hold ends."
        confirmed = Answer(says="It is yours.", schema=named("Confirmation"), example=EXAMPLES["Confirmation"])
        held = Answer(says="Held for longer.", schema=named("Held"), example=EXAMPLES["Held"])
        released = Answer(says="Free again.")
        return (
            _asking("/holds", self.hold, says, "Wish", "Held"),
            _about("confirm", self.confirm, "Turn a hold into an appointment.", confirmed),
            _about("extend", self.extend, f"Hold on for longer, at most {MOST_EXTENSIONS} times.", held),
            _about("release", self.release, "Give up a hold.", released, HTTPStatus.NO_CONTENT),
        )

    def _terms(self, wish: Wish) -> Terms:
        return self._books.terms(wish.book)

    def _answer(self, came: Reservation | NoneFree | Refused | NotHeld | TooOften, well: HTTPStatus) -> Response:
        match came:
            case Reservation(state=State.CONFIRMED):
                return in_json(message_of(came, self._books[came.wish.book]), well)
            case Reservation(state=State.HELD):
                body = {"reservation": came.id, "status": "HELD", "held_until_s": came.held_until_s}
                return in_json(body, well)
            case Reservation(state=State.EXPIRED) | NotHeld():
                return _ended()
            case Reservation(state=State.REJECTED) | NoneFree():
                return _taken()
            case Reservation():
                return problem(HTTPStatus.CONFLICT, "this was yours, and is not any longer")
            case KeyReused() | LimitReached() | NoFirst() | OutsideInterval():
                return refused(came)
            case TooOften():
                return problem(HTTPStatus.CONFLICT, "the hold was extended as often as it may be")
            case _:
                assert_never(came)


@functools.cache
def _taken() -> Response:
    """One answer for all, which nobody adds to: where many want one time it is most of what the server says."""
    return problem(HTTPStatus.CONFLICT, "somebody else got it first; nothing is free there", taken=True)


def _ended() -> Response:
    return problem(HTTPStatus.CONFLICT, "you hold nothing of this name, or no longer")


def _asking(path: str, does: _Does, says: str, body: str, answer: str) -> Route:
    return Route(
        method="POST",
        path=path,
        does=does,
        says=says,
        who=Who.CITIZEN,
        parameters=[KEY],
        body=(named(body), EXAMPLES[body]),
        answers={HTTPStatus.CREATED: Answer(says="It is yours.", schema=named(answer), example=EXAMPLES[answer])},
        refuses={
            HTTPStatus.BAD_REQUEST: "No good Idempotency-Key, or the body is not JSON.",
            HTTPStatus.NOT_FOUND: "No such book, or the book has no such time.",
            HTTPStatus.CONFLICT: "Somebody else got it, you have as many as the book allows, or it is not its turn.",
            HTTPStatus.UNPROCESSABLE_ENTITY: "Not a wish, or the key was used for something else.",
        },
    )


def _about(verb: str, does: _Does, says: str, answer: Answer, status: HTTPStatus = HTTPStatus.OK) -> Route:
    return Route(
        method="POST",
        path=f"/holds/{{reservation}}/{verb}",
        does=does,
        says=says,
        who=Who.CITIZEN,
        parameters=[_RESERVATION],
        answers={status: answer},
        refuses={HTTPStatus.CONFLICT: "You hold nothing of this name, or no longer."},
    )


_RESERVATION: Final = Parameter(
    name="reservation",
    place="path",
    says="The hold.",
    schema={"type": "string"},
    example="a58bf8d8-4949-4a1e-95f8-7d17b88898b0",
)
