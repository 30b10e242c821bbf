"""Which of the scenario's service times each endpoint takes, in the API and on the pages."""

from typing import Final

from reference_server.pace import ServiceTimes
from scenarios.attempts import Operation
from scenarios.booking_platform import Platform
from scenarios.strategy import Strategy

_LISTS: Final = (
    *("citizens.appointments", "citizens.appointment", "citizens.waitlist"),
    *("pages.form", "pages.held", "pages.appointments", "pages.appointment", "pages.waitlist"),
)
_DECISIONS: Final = (
    *("citizens.cancel", "citizens.change", "citizens.join_waitlist", "citizens.leave_waitlist"),
    *("pages.cancel", "pages.join_waitlist", "pages.leave_waitlist", "pages.extend_held", "pages.release_held"),
)
_OPERATIONS: Final = {
    Operation.BOOKS: ("citizens.books", "pages.choose"),
    Operation.DAYS: ("citizens.days", "pages.days"),
    Operation.SLOTS: ("citizens.slots", "pages.times"),
    Operation.INBOX: ("citizens.inbox", "pages.inbox", "pages.sent"),
    Operation.RESERVE: (
        *("citizens.reserve", "citizens.reserve_at_once", "citizens.assign", "citizens.confirm"),
        *("pages.send", "pages.send_form", "pages.assign", "pages.confirm_held"),
    ),
    Operation.HOLD: ("citizens.hold",),
}
"""What the journey of a scenario asks for; everything else takes the time of its kind."""


def service_times_of(platform: Platform, scale: float) -> dict[str, ServiceTimes]:
    """The service time of each endpoint.

    Parameters
    ----------
    platform : Platform
        Says the medians and the spread.
    scale : float
        Seconds of the wall in one of the scenario; 0 for no service times at all.
    """
    pages = platform.service_time
    medians_s = dict.fromkeys(_LISTS, pages.list) | dict.fromkeys(_DECISIONS, pages.confirm)
    for operation, endpoints in _OPERATIONS.items():
        medians_s |= dict.fromkeys(endpoints, pages.of(operation))
    if platform.strategy is Strategy.HOLD:
        medians_s["pages.send"] = pages.of(Operation.HOLD)
    return {endpoint: ServiceTimes(median_s * scale, platform.sigma) for endpoint, median_s in medians_s.items()}
