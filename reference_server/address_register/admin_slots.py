"""The admin page that puts in times from files: first a trial, then a yes; all of them fit, or none is put in."""

from collections.abc import Sequence
from http import HTTPStatus

from flask import Response, request
from werkzeug.datastructures import FileStorage

from reference_server.address_register.admin_desk import AdminDesk
from reference_server.address_register.offered_times import OfferedTime, SlotFile, SlotProblem, taken_in
from reference_server.address_register.server_set_up import known_book
from reference_server.address_register.slot_csv import read_csv, written_csv
from reference_server.address_register.slot_links import read_publication


class SlotPages:
    """Trial and entry of offered times."""

    def __init__(self, desk: AdminDesk) -> None:
        self._desk = desk
        self._known = [known_book(book) for book in desk.books]

    def show_slots(self) -> Response:
        """GET /admin/slots."""
        return self._form()

    def try_csv(self) -> Response:
        """POST /admin/slots/csv."""
        files = self._files("file")
        return self._tried(read_csv(files[0].stream.read(), files[0].filename or "")) if files else self._none_chosen()

    def try_links(self) -> Response:
        """POST /admin/slots/links."""
        files = self._files("files")
        read = {(one.filename or "").rsplit("/", 1)[-1]: one.stream.read() for one in files}
        return self._tried(read_publication(read)) if files else self._none_chosen()

    def apply(self) -> Response:
        """POST /admin/slots/apply."""
        plan = self._desk.sessions.opened(self._desk.session, request.form.get("plan", ""))
        times = () if plan is None else taken_in(read_csv(plan.encode(), ""), self._known)
        offered = [one for one in times if isinstance(one, OfferedTime)]
        if not offered or len(offered) < len(times):
            return self._form("plan_old", status=HTTPStatus.UNPROCESSABLE_ENTITY)
        new = self._desk.storage.offer([(one.book, one.start_text, one.places) for one in offered])
        values = {"new": new, "known": len(offered) - new}
        return self._desk.page("admin_slots_applied.html", "show_slots", values)

    def _tried(self, read: SlotFile) -> Response:
        outcome = taken_in(read, self._known)
        problems = [one.said(self._desk.language) for one in outcome if isinstance(one, SlotProblem)]
        if problems:
            return self._form(problems=problems, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        times = [one for one in outcome if isinstance(one, OfferedTime)]
        names = {book.id: book.name for book in self._known}
        rows = [
            (names[book], len(ours), sum(one.places for one in ours), ours[0].start, ours[-1].start)
            for book in names
            if (ours := [one for one in times if one.book == book])
        ]
        plan = self._desk.sessions.sealed(self._desk.session, written_csv(times))
        return self._desk.page("admin_slots_tried.html", "show_slots", {"rows": rows, "plan": plan})

    def _form(
        self, word: str | None = None, problems: Sequence[str] = (), status: HTTPStatus = HTTPStatus.OK
    ) -> Response:
        values = {"word": word, "problems": problems, "books": self._known}
        return self._desk.page("admin_slots.html", "show_slots", values, status)

    def _none_chosen(self) -> Response:
        return self._form("none_chosen", status=HTTPStatus.UNPROCESSABLE_ENTITY)

    def _files(self, name: str) -> list[FileStorage]:
        return [one for one in request.files.getlist(name) if one.filename]
