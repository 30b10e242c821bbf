"""What time it is where the appointments are, so that deadlines can be kept."""

import datetime as dt
from collections.abc import Callable

from scenarios.inventory import books_of
from scenarios.scenario import Scenario


def local_clock(
    scenario: Scenario, now: Callable[[dt.tzinfo], dt.datetime] = dt.datetime.now
) -> Callable[[], dt.datetime]:
    """The time of day in the scenario's zone, without zone, as the starts of appointments are written.

    A scenario whose last appointment has passed is lived again: there it is always the midnight before its SMS.
    """
    last = max(book.starts[-1] for book in books_of(scenario))
    again = dt.datetime.combine(scenario.invitation.send_date, dt.time())

    def clock() -> dt.datetime:
        today = now(scenario.zone).replace(tzinfo=None)
        return today if today <= last else again

    return clock
