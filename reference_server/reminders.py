"""Reminders («påminnelser») of appointments, read off the record and the clock.

No reminder is stored or sent. It is in the inbox whenever an appointment stands and its time is near, so it can be
neither lost nor doubled, and it is gone with the appointment, however that ended.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from reference_server.booking import Terms
from reference_server.messages import appointment_of
from reference_server.storage import Reservation, State
from scenarios.inventory import AppointmentBook


@dataclass(frozen=True, slots=True)
class Reminder:
    """What is said of an appointment that is near."""

    about: Reservation

    @property
    def id(self) -> str:
        """The name of it in a list, where it may stand beside the reservation itself."""
        return f"{self.about.id}/reminder"

    def message(self, book: AppointmentBook) -> dict[str, object]:
        """As it stands in the inbox."""
        return {"reservation": self.about.id, "outcome": "REMINDER"} | appointment_of(self.about, book)


def reminders_of(answers: Iterable[Reservation], now: dt.datetime, terms_of: Callable[[str], Terms]) -> list[Reminder]:
    """The reminders of a citizen's appointments at a moment, the soonest first.

    Parameters
    ----------
    answers : iterable of Reservation
        All that the citizen has been told.
    now : datetime
        Local time without zone, as starts are written.
    terms_of : callable
        From the id of a book to its terms, which say how long before one is reminded.
    """
    standing = (one for one in answers if one.state is State.CONFIRMED)
    near = [one for one in standing if _is_near(one.wish.start, now, terms_of(one.wish.book).remind_ahead)]
    return [Reminder(one) for one in sorted(near, key=lambda one: one.wish.start)]


def _is_near(begins: str, now: dt.datetime, ahead: dt.timedelta) -> bool:
    start = dt.datetime.fromisoformat(begins)
    return start - ahead <= now < start
