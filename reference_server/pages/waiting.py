"""Waiting for a place in a book: get in line, see where one stands, leave."""

from http import HTTPStatus
from typing import assert_never

from flask import Blueprint, Response, request

from reference_server.pages.card import BookCard
from reference_server.pages.desk import Desk, see_other
from reference_server.reservation import InLine, LimitReached


class Waiting:
    """The pages below /venteliste, one for each book."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def mount(self, routes: Blueprint) -> None:
        """Add the routes."""
        routes.get("/venteliste/<book_id>")(self.waitlist)
        routes.post("/venteliste/<book_id>")(self.join_waitlist)
        routes.post("/venteliste/<book_id>/forlat")(self.leave_waitlist)

    def waitlist(self, book_id: str) -> Response:
        """«Venteliste»: what waiting means, and where the citizen stands."""
        citizen, card = self._desk.citizen(), self._card(book_id)
        standing = next((one for one in self._desk.storage.in_line(citizen) if one.book == book_id), None)
        left = standing is None and "forlatt" in request.args
        return self._desk.show("waitlist.html", card=card, changing=None, standing=standing, left=left)

    def join_waitlist(self, book_id: str) -> Response:
        """In line, now or since before."""
        citizen, card = self._desk.citizen_of_form(), self._card(book_id)
        came = self._desk.storage.join_waitlist(citizen, book_id, self._desk.clock_s(), card.terms, self._desk.acting())
        match came:
            case InLine():
                return see_other(f"/venteliste/{book_id}")
            case LimitReached():
                return self._desk.stopped("limit", HTTPStatus.CONFLICT)
            case _:
                assert_never(came)

    def leave_waitlist(self, book_id: str) -> Response:
        """Out of the line."""
        citizen, card = self._desk.citizen_of_form(), self._card(book_id)
        self._desk.storage.leave_waitlist(citizen, card.book.id, self._desk.clock_s())
        return see_other(f"/venteliste/{book_id}?forlatt=1")

    def _card(self, book_id: str) -> BookCard:
        """The book, where it has a waiting list; the request ends where it has none."""
        card = self._desk.card(book_id)
        return card if card.terms.has_waitlist else self._desk.stop("not_found", HTTPStatus.NOT_FOUND)
