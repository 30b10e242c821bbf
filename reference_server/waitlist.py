"""The part of the API for waiting lists: get in line for a place in a book, see where one stands, leave."""

import time
from collections.abc import Sequence
from http import HTTPStatus
from typing import Final, assert_never

from flask import Response, jsonify, make_response

from reference_server.api_schemas import EXAMPLES
from reference_server.asking import acting, citizen
from reference_server.books import Books
from reference_server.openapi import Answer, Parameter, Route, Who, named
from reference_server.reservation import InLine, LimitReached
from reference_server.storage import Storage
from reference_server.web import problem


class Waitlist:
    """A citizen's own places in line."""

    def __init__(self, books: Books, storage: Storage) -> None:
        self._books = books
        self._storage = storage

    def waitlist(self) -> Response:
        """GET /waitlist."""
        return jsonify(waitlist=[_shown(one) for one in self._storage.in_line(citizen())])

    def join_waitlist(self, book_id: str) -> Response:
        """POST /waitlist/{book_id}."""
        whose, terms = citizen(), self._books.terms(book_id)
        if not terms.has_waitlist:
            return problem(HTTPStatus.CONFLICT, "nobody waits in this book: it follows another, so many days later")
        came = self._storage.join_waitlist(whose, book_id, time.time(), terms, acting())
        match came:
            case InLine():
                return jsonify(_shown(came))
            case LimitReached():
                return problem(HTTPStatus.CONFLICT, "you have as many appointments here as one may have")
            case _:
                assert_never(came)

    def leave_waitlist(self, book_id: str) -> Response:
        """POST /waitlist/{book_id}/leave."""
        self._storage.leave_waitlist(citizen(), self._books[book_id].id, time.time())
        return make_response("", HTTPStatus.NO_CONTENT)

    def routes(self) -> Sequence[Route]:
        """Everything above, as it is mounted and described."""
        return (
            Route(
                method="GET",
                path="/waitlist",
                does=self.waitlist,
                says="The books that you wait for a place in, and how many are ahead of you there.",
                who=Who.CITIZEN,
                answers={
                    HTTPStatus.OK: Answer(
                        says="Where you stand.", schema=named("Waitlist"), example=EXAMPLES["Waitlist"]
                    )
                },
            ),
            Route(
                method="POST",
                path="/waitlist/{book_id}",
                does=self.join_waitlist,
                says="Get in line for whatever place comes free. Asking again keeps your place. What you are given "
                "comes to the inbox, confirmed, and may be cancelled as any other.",
                who=Who.CITIZEN,
                parameters=[_BOOK],
                answers={HTTPStatus.OK: Answer(says="You wait.", schema=named("InLine"), example=EXAMPLES["InLine"])},
                refuses={
                    HTTPStatus.NOT_FOUND: _NO_BOOK,
                    HTTPStatus.CONFLICT: "You have as many appointments here as one may have, or the book has no list.",
                },
            ),
            Route(
                method="POST",
                path="/waitlist/{book_id}/leave",
                does=self.leave_waitlist,
                says="Give up your place in line. Doing it again changes nothing.",
                who=Who.CITIZEN,
                parameters=[_BOOK],
                answers={HTTPStatus.NO_CONTENT: Answer(says="You do not wait.")},
                refuses={HTTPStatus.NOT_FOUND: _NO_BOOK},
            ),
        )


def _shown(one: InLine) -> dict[str, object]:
    return {"book": one.book, "since_s": one.since_s, "ahead": one.ahead}


_NO_BOOK: Final = "No such book."
_BOOK: Final = Parameter(name="book_id", place="path", says="The book.", schema={"type": "string"}, example="9999-1")
