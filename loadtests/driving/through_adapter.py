# pyright: basic
"""Other people's adapter in the generator: asked within a citizen's patience, and counted on Locust's page."""

import time
from dataclasses import replace
from pathlib import Path

import gevent

from loadtests.adapters.checked import Checked
from loadtests.adapters.finding import adapter_named
from loadtests.adapters.people import People
from loadtests.adapters.web import Web
from loadtests.conversation import Silence
from scenarios.attempts import Operation


class Asked:
    """Asks adapters; what they do over Python's sockets waits as gevent does, since Locust has patched those."""

    def __init__(self, clock, request_event):
        self._clock, self._request_event = clock, request_event

    def __call__(self, operation, adapter, call, until_s):
        """See `loadtests.adapters.people.Within`."""
        started, begun_s = time.time(), time.perf_counter()
        patience = gevent.Timeout.start_new(self._clock.left(until_s))
        answer, problem = Silence(), None
        try:
            answer = call()
        except gevent.Timeout as timeout:
            adapter.web.close()  # what still comes over that connection is nobody's answer
            if timeout is not patience:
                raise
            problem = timeout
        finally:
            patience.close()
        self._request_event.fire(
            request_type="ADAPTER", name=operation, response_time=1000 * (time.perf_counter() - begun_s),
            response_length=0, response=None, context={}, exception=problem, start_time=started, url="",
        )  # fmt: skip
        return answer


def people_of(job, books, guard, clock, request_event):
    """Whom the job's adapter speaks for."""
    adapt = adapter_named(job.adapter, Path(job.adapter_folder))

    def meet():
        return Checked(adapt, Web(job.base_url, guard), guard)

    return People(meet, books, job.names, job.run, Asked(clock, request_event))


def asked_of_adapter(attempt):
    """An attempt without the list of books, which an adapter is not asked for."""
    return replace(attempt, requests=tuple(one for one in attempt.requests if one.operation is not Operation.BOOKS))
