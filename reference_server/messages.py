"""What a citizen reads about a reservation: the answer in the inbox and the appointment."""

import datetime as dt
from typing import Final

from reference_server.storage import Reservation, State
from reference_server.titles import moment, time_at
from scenarios.inventory import AppointmentBook

_TAKEN: Final = {
    "nb": "En annen fikk denne timen. Velg en annen tid.",
    "en": "Somebody else got this time. Please choose another one.",
}
_LOST: Final = {
    "nb": "Bestillingen kom ikke fram. Prøv en gang til.",
    "en": "Your request did not get through. Please try again.",
}


def message_of(reservation: Reservation, book: AppointmentBook) -> dict[str, object]:
    """The answer to a decided reservation, as it stands in the inbox."""
    if reservation.appointment is None:
        words = _LOST if reservation.state is State.DEAD_LETTER else _TAKEN
        return {"reservation": reservation.id, "outcome": reservation.state, "message": words}
    said = {
        "reservation": reservation.id,
        "outcome": reservation.state,
        "from_waitlist": reservation.waited is not None,
    }
    return said | appointment_of(reservation, book)


def appointment_of(reservation: Reservation, book: AppointmentBook) -> dict[str, object]:
    """The appointment of a confirmed reservation."""
    start = reservation.wish.start
    return {
        "appointment": reservation.appointment,
        "slot": reservation.slot,
        "start": start,
        "meeting": reservation.wish.meeting,
        "title": title(dt.datetime.fromisoformat(start), book),
    }


def title(start: dt.datetime, book: AppointmentBook) -> str:
    """The line of a confirmed appointment, "1. mai 2021, kl. 08:00: Time til koronavaksine hos ..."."""
    return f"{moment(start)}: {time_at(book.type, book.name, book.municipality_name)}"
