"""«Bestill koronatest i annen kommune», and which municipality is one's own."""

from http import HTTPStatus

from flask import Blueprint, Response, request

from reference_server.pages.desk import Desk, keep, see_other
from reference_server.pages.municipalities import HOME_COOKIE


class Elsewhere:
    """The pages /bestill/annen-kommune and /bestill/kommune."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def mount(self, routes: Blueprint) -> None:
        """Add the routes."""
        routes.get("/bestill/annen-kommune")(self.elsewhere)
        routes.get("/bestill/kommune")(self.home)
        routes.post("/bestill/kommune")(self.move)

    def elsewhere(self) -> Response:
        """The other municipalities with such books, then the books of the one that was chosen."""
        self._desk.citizen()
        known, shown = self._desk.municipalities, self._desk.municipalities.elsewhere()
        chosen = request.args.get("kommune")
        if chosen is None:
            missing = "neste" in request.args
            return self._desk.show(
                "elsewhere.html",
                status=HTTPStatus.UNPROCESSABLE_ENTITY if missing else HTTPStatus.OK,
                municipalities=sorted(((number, known.names[number]) for number in shown), key=lambda one: one[1]),
                chosen=None,
                missing=missing,
            )
        if chosen not in shown:
            self._desk.stop("not_found", HTTPStatus.NOT_FOUND)
        return self._desk.show(
            "book.html",
            heading=self._desk.language.text("elsewhere.title_in", municipality=known.names[chosen]),
            cards=shown[chosen],
            home=None,
            missing=False,
        )

    def home(self) -> Response:
        """Where the citizen lives."""
        self._desk.citizen()
        known = self._desk.municipalities
        return self._desk.show("home.html", municipalities=list(known.names.items()), chosen=known.home, missing=False)

    def move(self) -> Response:
        """The citizen lives somewhere else from now on, in this browser."""
        self._desk.citizen_of_form()
        chosen = request.form.get("kommune", "")
        if chosen not in self._desk.municipalities.names:
            self._desk.stop("not_found", HTTPStatus.NOT_FOUND)
        response = see_other("/bestill/timebok")
        keep(response, HOME_COOKIE, chosen)
        return response
