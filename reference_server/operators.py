"""The part of the API for operators: is it alive, is it ready, how is it doing, and the whole record for the check."""

import hmac
import time
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from types import MappingProxyType
from typing import Final

from flask import Response, jsonify, request

from reference_server.api_schemas import EXAMPLES
from reference_server.door import Entrance
from reference_server.metrics import CONTENT_TYPE, Family, RequestMetrics, gauge, text_of
from reference_server.openapi import Answer, Route, Who, named
from reference_server.record import Record
from reference_server.storage import Reservation, State, Storage
from reference_server.web import bearer_token, problem, refuse, texts_in_body

_SWITCH: Final = MappingProxyType({"stopped": True, "running": False})

HEARTBEAT_RECENT_S: Final = 5.0
"""The record system counts as alive this long after its last beat; it beats every second."""


class Operators:
    """What those who run the server ask for.

    Figures and record need the admin token wherever the question comes from: behind a proxy everything comes from
    this machine.
    """

    def __init__(self, storage: Storage, admin_token: str, metrics: RequestMetrics, entrance: Entrance | None) -> None:
        self._storage = storage
        self._admin_token = admin_token.encode()
        self._requests = metrics
        self._entrance = entrance

    def live(self) -> Response:
        """GET /health/live."""
        return jsonify(status="live")

    def ready(self) -> Response:
        """GET /health/ready."""
        silent_s = time.time() - self._storage.last_beat_s()
        if silent_s > HEARTBEAT_RECENT_S:
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, "the record system (EHR) gives no sign of life")
        return jsonify(status="ready")

    def metrics(self) -> Response:
        """GET /metrics."""
        self._check_admin()
        return Response(text_of([*self._requests.families(), *self._levels()]), content_type=CONTENT_TYPE)

    def export(self) -> Response:
        """GET /admin/export."""
        self._check_admin()
        record = self._storage.everything()
        return jsonify(
            reservations=[_reservation(one) for one in record.reservations],
            appointments=[_appointment(one) for one in record.reservations if one.state is State.CONFIRMED],
            waitlist=_waitlist(record),
            free=record.free,
            capacity=record.capacity,
        )

    def switch(self) -> Response:
        """PUT /admin/record-system."""
        self._check_admin()
        (status,) = texts_in_body("status")
        if status not in _SWITCH:
            refuse(HTTPStatus.UNPROCESSABLE_ENTITY, 'expected {"status": "stopped"} or {"status": "running"}')
        self._storage.ask_ehr(stop=_SWITCH[status])
        return jsonify(status=status)

    def routes(self) -> Sequence[Route]:
        """Everything above, as it is mounted and described."""
        return (
            Route(
                method="GET",
                path="/health/live",
                does=self.live,
                says="Whether the process answers.",
                who=Who.EVERYBODY,
                answers={HTTPStatus.OK: _status("It does.", "live")},
            ),
            Route(
                method="GET",
                path="/health/ready",
                does=self.ready,
                says="Whether database and record system are there.",
                who=Who.EVERYBODY,
                answers={HTTPStatus.OK: _status("They are.", "ready")},
                refuses={HTTPStatus.SERVICE_UNAVAILABLE: "The database or the record system is not there."},
            ),
            Route(
                method="GET",
                path="/metrics",
                does=self.metrics,
                says="Figures for Prometheus.",
                who=Who.ADMIN,
                answers={
                    HTTPStatus.OK: Answer(
                        says="Requests of this process; reservations and places of the whole server.",
                        schema={"type": "string"},
                        example="bolk_free_places 144\n",
                        media="text/plain",
                    )
                },
            ),
            Route(
                method="GET",
                path="/admin/export",
                does=self.export,
                says="The whole record.",
                who=Who.ADMIN,
                answers={
                    HTTPStatus.OK: Answer(
                        says="Every reservation, the appointments that stand, and who waits or waited for one.",
                        schema=named("Record"),
                        example=EXAMPLES["Record"],
                    )
                },
            ),
            Route(
                method="PUT",
                path="/admin/record-system",
                does=self.switch,
                says="Let the record system stand still, or go on.",
                who=Who.ADMIN,
                body=(named("Switch"), EXAMPLES["Switch"]),
                answers={
                    HTTPStatus.OK: Answer(
                        says="It is asked to, and does within a tenth of a second.",
                        schema=named("Switch"),
                        example=EXAMPLES["Switch"],
                    )
                },
            ),
        )

    def _check_admin(self) -> None:
        if not hmac.compare_digest(bearer_token(request.environ).encode(), self._admin_token):
            refuse(HTTPStatus.UNAUTHORIZED, "the admin token is needed", {"WWW-Authenticate": "Bearer"})

    def _levels(self) -> Iterator[Family]:
        levels = self._storage.levels()
        states = [("", {"state": state.value}, float(levels.reservations.get(state, 0))) for state in State]
        yield Family("bolk_reservations", "gauge", "Reservations on record by what became of them.", states)
        undecided = levels.reservations.get(State.SENT, 0)
        yield gauge("bolk_reservations_undecided", "Reservations that wait for the record system.", undecided)
        waiting = [("", {"book": book}, float(count)) for book, count in levels.waiting.items()]
        yield Family("bolk_waitlist", "gauge", "Citizens who wait for a place in a book, where any do.", waiting)
        yield gauge("bolk_free_places", "Places nobody has.", levels.free)
        yield gauge("bolk_places", "Places in all books.", levels.capacity)
        yield gauge("bolk_ehr_last_beat_seconds", "Last sign of life, Unix time.", self._storage.last_beat_s())
        if self._entrance is not None:
            yield gauge("bolk_waiting_room_active", "Citizens inside.", self._entrance.active)
            yield gauge("bolk_waiting_room_queued", "Citizens in the queue.", self._entrance.queued)


def _status(says: str, status: str) -> Answer:
    return Answer(says=says, schema=named("Status"), example={"status": status})


def _reservation(one: Reservation) -> dict[str, object]:
    return {
        "reservation": one.id,
        "citizen": one.wish.citizen,
        "acting": one.wish.acting,
        "idempotency_key": one.wish.idempotency_key,
        "book": one.wish.book,
        "start": one.wish.start,
        "state": one.state,
        "cancelled_by": one.cancelled_by,
    }


def _waitlist(record: Record) -> list[dict[str, object]]:
    given = {one.waited: one.id for one in record.reservations if one.waited is not None}
    return [
        {
            "citizen": one.citizen,
            "book": one.book,
            "since_s": one.since_s,
            "ended_s": one.ended_s,
            "given": given.get(one.number),
        }
        for one in record.waitlist
    ]


def _appointment(one: Reservation) -> dict[str, object]:
    return {
        "slot": one.slot,
        "book": one.wish.book,
        "start": one.wish.start,
        "place": one.place,
        "citizen": one.wish.citizen,
        "reservation": one.id,
        "appointment": one.appointment,
    }
