# pyright: basic
"""The background load: requests of people who have nothing to do with the plan, at the moments the simulation has.

They log in, or open a list; nobody of them reserves. Neither the record nor Locust's figures know of them.
"""

import math
from typing import Final

import gevent
from gevent.pool import Group

from loadtests.api import BookingApi
from loadtests.conversation import Got
from scenarios.identity import CITIZENS
from scenarios.others import LOGIN, traffic_of

EACH_PER_S: Final = 5.0
"""Pages that one of them opens in a second of the plan. ASSUMPTION: half of what the reference server lets one have."""

PATIENCE_S: Final = 60.0
_FIRST: Final = CITIZENS - 100  # nobody of a plan, and nobody of the warm-up


class Others:
    """Everybody else on the platform."""

    def __init__(self, job, scenario, book, clock, exchange):
        self._api = BookingApi(job.base_url, job.login_url, f"{job.run}-others", exchange, job.speedup)
        self._traffic = traffic_of(scenario, job)
        self._book, self._clock, self._begin_s, self._speedup = book, clock, job.begin_s, job.speedup
        self._tokens, self._asked = [], Group()

    def come_in(self):
        """Log in those who open pages, before the plan begins.

        Raises
        ------
        RuntimeError
            The server let nobody in.
        """
        pages = [one for one in self._traffic if one.station != LOGIN]
        count = math.ceil(sum(one.most_per_s for one in pages) / EACH_PER_S)
        until_s = self._clock.now() + PATIENCE_S * self._speedup
        replies = [self._api.login(_FIRST - number, until_s) for number in range(count)]
        self._tokens = [reply.value for reply in replies if isinstance(reply, Got)]
        if count and not self._tokens:
            raise RuntimeError("nobody of the background load could log in")

    def run(self):
        """Ask until killed."""
        streams = [gevent.spawn(self._come, traffic) for traffic in self._traffic]
        try:
            gevent.joinall(streams, raise_error=True)
        finally:
            gevent.killall(streams)
            self._asked.kill()

    def _come(self, traffic):
        for number, at_s, _ in traffic.requests():
            if at_s >= self._begin_s:
                self._clock.wait_until(at_s)
                self._asked.spawn(self._ask, traffic.station, number)

    def _ask(self, station, number):
        until_s = self._clock.now() + PATIENCE_S
        if station == LOGIN:
            self._api.login(_FIRST - number % 1000, until_s)
        else:
            token = self._tokens[number % len(self._tokens)]
            self._api.books(token, self._book.municipality_number, until_s)
