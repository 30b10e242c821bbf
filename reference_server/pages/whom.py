"""The page where one chooses for whom to book."""

import datetime as dt
from http import HTTPStatus

from flask import Blueprint, Response, request

from reference_server.pages.behalf import CHOICE_COOKIE, Chosen
from reference_server.pages.desk import Desk, keep, see_other
from reference_server.relations import Kind, Relation


class Whom:
    """The page /hvem; it can be reached whatever was chosen before."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def mount(self, routes: Blueprint) -> None:
        """Add the routes."""
        routes.get("/hvem")(self.whom)
        routes.post("/hvem")(self.choose_whom)

    def whom(self) -> Response:
        """«Velg hvem du bestiller for»."""
        session = self._desk.logged_in()
        now = self._desk.behalf.of(session)
        return self._desk.show(
            "whom.html",
            relations=[(one, self._last_day(one)) for one in self._desk.behalf.standing(session)],
            chosen=now.relation.whom if isinstance(now, Chosen) else "",
        )

    def choose_whom(self) -> Response:
        """Somebody was chosen, or oneself again; whoever may not be chosen is refused."""
        session, wanted = self._desk.logged_in_by_form(), request.form.get("whom", "")
        response = see_other("/timeavtaler")
        if not wanted:
            response.delete_cookie(CHOICE_COOKIE)
        elif wanted in {one.whom for one in self._desk.behalf.standing(session)}:
            keep(response, CHOICE_COOKIE, self._desk.sessions.new_choice(session, wanted))
        else:
            return self._desk.show("not_represented.html", status=HTTPStatus.FORBIDDEN)
        return response

    def _last_day(self, one: Relation) -> str:
        # A child's limit is read as its birthday, a mandate's as the last day it holds.
        return self._desk.language.day(one.until if one.kind is Kind.CHILD else one.until - dt.timedelta(days=1))
