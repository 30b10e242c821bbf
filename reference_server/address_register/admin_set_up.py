"""The admin page of the set-up: findings with the guide's words, and what citizens see."""

from collections.abc import Mapping
from http import HTTPStatus

from flask import Response, request

from reference_server.address_register.admin_desk import AdminDesk
from reference_server.address_register.citizen_view import (
    ServiceView,
    name_of,
    other_municipality_view,
    title_of,
    view_of,
)
from reference_server.address_register.finding import Severity
from reference_server.address_register.lint import findings_of
from reference_server.address_register.reading import FileProblem, set_up_of
from reference_server.address_register.set_up import SetUp


class SetUpPages:
    """The server's own set-up, and a check of another one that is uploaded and not kept."""

    def __init__(self, desk: AdminDesk, set_ups: Mapping[str, SetUp]) -> None:
        self._desk = desk
        self._set_ups = set_ups

    def show_set_up(self) -> Response:
        """GET /admin/set-up."""
        return self._shown(self._set_ups[self._desk.municipality], None)

    def check_set_up(self) -> Response:
        """POST /admin/set-up."""
        file = request.files.get("file")
        if file is None or not file.filename:
            return self._refused("none_chosen", ())
        outcome = set_up_of(file.stream.read(), file.filename)
        return self._shown(outcome, file.filename) if isinstance(outcome, SetUp) else self._refused(None, outcome)

    def _shown(self, set_up: SetUp, file: str | None) -> Response:
        findings, language = findings_of(set_up), self._desk.language
        grouped = [
            (severity, [(one, one.said(language)) for one in findings if one.severity is severity])
            for severity in Severity
        ]
        views: list[tuple[str, ServiceView | None]] = [
            (name_of(service), view_of(set_up, service)) for service in set_up.services
        ]
        name = set_up.municipality.name
        return self._desk.page(
            "admin_set_up.html",
            "show_set_up",
            {
                "set_up": set_up,
                "file": file,
                "findings": [(severity, ours) for severity, ours in grouped if ours],
                "views": views,
                "elsewhere": [choice for view in other_municipality_view(set_up) for choice in view.choices],
                "titles": sorted({title for book in set_up.books if (title := title_of(book, name))}),
            },
        )

    def _refused(self, word: str | None, problems: tuple[FileProblem, ...]) -> Response:
        language = self._desk.language
        said = [(one.where, one.line, one.said(language)) for one in problems]
        values = {"word": word, "problems": said}
        return self._desk.page("admin_set_up_refused.html", "show_set_up", values, HTTPStatus.UNPROCESSABLE_ENTITY)
