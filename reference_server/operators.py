"""The part of the API for operators: is it alive, is it ready, and the whole record for the history check."""

import hmac
import time
from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, jsonify, request

from reference_server.storage import Reservation, Storage
from reference_server.web import problem, refuse

HEARTBEAT_RECENT_S: Final = 5.0
"""The record system counts as alive this long after its last beat; it beats every second."""


def operators_part(storage: Storage, admin_token: str) -> Blueprint:
    """The routes /health/live, /health/ready and /admin/export."""
    routes = Blueprint("operators", __name__)

    def ready() -> Response:
        silent_s = time.time() - storage.last_beat_s()
        if silent_s > HEARTBEAT_RECENT_S:
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, "the record system (EHR) gives no sign of life")
        return jsonify(status="ready")

    def export() -> Response:
        shown = request.authorization
        token = shown.token if shown is not None and shown.type == "bearer" else None
        if not hmac.compare_digest((token or "").encode(), admin_token.encode()):
            refuse(HTTPStatus.UNAUTHORIZED, "the admin token is needed", {"WWW-Authenticate": "Bearer"})
        record = storage.everything()
        return jsonify(
            reservations=[_reservation(one) for one in record.reservations],
            appointments=[_appointment(one) for one in record.reservations if one.appointment is not None],
            free=record.free,
            capacity=record.capacity,
        )

    routes.add_url_rule("/health/live", "live", lambda: jsonify(status="live"))
    routes.get("/health/ready")(ready)
    routes.get("/admin/export")(export)
    return routes


def _reservation(one: Reservation) -> dict[str, object]:
    return {
        "reservation": one.id,
        "citizen": one.wish.citizen,
        "idempotency_key": one.wish.idempotency_key,
        "book": one.wish.book,
        "start": one.wish.start,
        "state": one.state,
    }


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
