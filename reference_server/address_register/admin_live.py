"""The admin page of how it stands right now, and the free times as a publication for others to read."""

import datetime as dt
import time
from http import HTTPStatus
from typing import Final

from flask import Response, abort

from reference_server.address_register.admin_desk import AdminDesk
from reference_server.address_register.offered_times import OSLO
from reference_server.address_register.server_set_up import free_times, known_book
from reference_server.address_register.slot_links import MANIFEST, published
from reference_server.storage import State

HEARTBEAT_RECENT_S: Final = 5.0
"""The record system counts as alive this long after its last beat; it beats every second."""


class LivePages:
    """Free places by book and day, answers by state, and the publication of a municipality's free times."""

    def __init__(self, desk: AdminDesk) -> None:
        self._desk = desk

    def show_live(self) -> Response:
        """GET /admin/live."""
        storage, number = self._desk.storage, self._desk.municipality
        levels, ehr = storage.levels(), storage.ehr_status()
        silent = time.time() - ehr.last_beat_s > HEARTBEAT_RECENT_S
        values = {
            "now": dt.datetime.now(OSLO),
            "levels": levels,
            "states": [(state, levels.reservations.get(state, 0)) for state in State],
            "free": [
                (book, [(dt.date.fromisoformat(date), free) for date, free in storage.free_days(book.id)])
                for book in self._desk.books_of(number)
            ],
            "ehr": "ehr_silent" if silent else "ehr_stopped" if ehr.stopped else "ehr_alive",
            "files": (MANIFEST, "locations.ndjson", "schedules.ndjson", "slots.ndjson"),
        }
        return self._desk.page("admin_live.html", "show_live", values)

    def publication(self, number: str, name: str) -> Response:
        """GET /admin/publication/<number>/<name>: a file of the publication of that municipality."""
        books = self._desk.books_of(number)
        if not books:
            abort(HTTPStatus.NOT_FOUND)
        files = published(
            [known_book(book) for book in books],
            [one for book in books for one in free_times(self._desk.storage, book)],
            municipality=books[0].municipality_name,
            address=f"/admin/publication/{number}",
            now=dt.datetime.now(OSLO),
        )
        if name not in files:
            abort(HTTPStatus.NOT_FOUND)
        media = "application/json" if name == MANIFEST else "application/fhir+ndjson"
        response = Response(files[name], mimetype=media)
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return response
