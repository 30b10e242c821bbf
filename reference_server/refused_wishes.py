"""What the API says of a wish that the storage refused before it came to a place."""

from http import HTTPStatus
from typing import assert_never

from flask import Response

from reference_server.doses import NoFirst, OutsideInterval
from reference_server.storage import KeyReused, LimitReached, Refused
from reference_server.web import problem


def refused(why: Refused) -> Response:
    """Problem details that say what to do instead."""
    match why:
        case KeyReused():
            return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "this Idempotency-Key was used for something else")
        case LimitReached():
            return problem(
                HTTPStatus.CONFLICT,
                "you have as many appointments or unanswered reservations in this book as it allows; "
                "change or cancel the one you have, or wait for the answer",
            )
        case NoFirst(first):
            return problem(HTTPStatus.CONFLICT, f"this book follows {first}: get an appointment there first")
        case OutsideInterval(first, earliest, latest):
            return problem(
                HTTPStatus.CONFLICT,
                f"too near your appointment in {first}, or too long after; choose a start from {earliest} to {latest}",
            )
        case _:
            assert_never(why)
