# pyright: basic
"""Before the first SMS: connections are opened and pages looked at, so that the wave does not meet a cold server.

Those who look are nobody of the plan. They log in and read what is free, and never reserve, so nothing is taken and no
place in a waiting room is. Neither the record nor Locust's figures know of them.
"""

import time
from typing import Final

import gevent
from gevent.pool import Group

from loadtests.api import BookingApi
from loadtests.conversation import Got
from scenarios.identity import CITIZENS

VISITORS: Final = 4
"""At the same time. ASSUMPTION: few enough not to make a queue that the first citizens would still stand in."""

ACTIVE: Final = 0.5
"""Share of the time after which nothing new is asked for. ASSUMPTION: the rest lets the server come to rest."""

PAUSE_S: Final = 0.1


def warm_up(job, timetables, clock, exchange):
    """Look around for as long as the job says; when that is over, nothing is under way any more."""
    begun_s, length_s = time.monotonic(), job.warm_up_s
    has_room = bool(job.scenario["platform"].get("waiting_room"))
    clock.start(begun_s)
    api = BookingApi(job.base_url, job.login_url, f"{job.run}-warm-up", exchange, job.speedup)
    book = timetables[0][0].book
    date = book.days[0].isoformat()

    def look_around(citizen):
        while time.monotonic() - begun_s < ACTIVE * length_s:
            until_s = length_s * job.speedup
            token = api.login(citizen, until_s)
            if isinstance(token, Got) and not has_room:
                api.books(token.value, book.municipality_number, until_s)
                api.days(token.value, book.id, until_s)
                api.slots(token.value, book.id, date, until_s)
            gevent.sleep(PAUSE_S)

    visitors = Group()
    for number in range(1, VISITORS + 1):
        visitors.spawn(look_around, CITIZENS - number)
    visitors.join()
    gevent.sleep(max(0.0, length_s - (time.monotonic() - begun_s)))
