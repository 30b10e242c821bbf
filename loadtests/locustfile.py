# pyright: basic
"""The load generator: one Locust process that starts every citizen of a plan at the planned moment (an open model).

Locust spawns a single user, the driver. It walks the plan in order of time and gives each citizen a greenlet of their
own. Citizens share connections: a request takes one that is idle, or opens one, so that nobody waits for anybody.

Started by `loadtests.run` as a process of its own, never imported.
"""

import errno
import gc
import time
from pathlib import Path
from typing import Final

import gevent
import numpy as np
from gevent.pool import Group
from locust import User, events, task
from locust.contrib.fasthttp import FastHttpSession
from locust.exception import StopUser

from loadtests.api import BookingApi, Call, Lost, Response
from loadtests.conversation import Silence, Stopped
from loadtests.generator import Health, Lag
from loadtests.job import News, news_line, read_job
from loadtests.journey import live
from loadtests.target import require_loopback
from loadtests.timetable import timetables_of
from scenarios.attempts import attempt_line
from scenarios.plan_file import read_plan
from scenarios.rows import Citizen, citizens_of
from scenarios.scenario import Scenario

LEAD_S: Final = 0.3  # ASSUMPTION: enough to get every greenlet going before the first moment of the plan
PROBE_S: Final = 0.02  # ASSUMPTION: finer than the 50 ms that condemn a generator, and cheap
NEWS_S: Final = 0.25  # ASSUMPTION: often enough for a progress line
OWN_SHORTAGE: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.EADDRNOTAVAIL, errno.ENOBUFS})


@events.init_command_line_parser.add_listener
def _add_job(parser):
    parser.add_argument("--job", type=Path, help="file that says what to do")


class Driver(User):
    """The one user Locust knows of."""

    @task
    def drive(self):
        """Live the plan, then let Locust shut down."""
        try:
            job = read_job(self.environment.parsed_options.job)
            load = Load(job, self.environment.events.request)
            self.environment.events.quitting.add_listener(load.close)
            load.run()
        except BrokenPipeError:
            pass  # the parent is gone, and nobody is left to tell
        except Exception as problem:  # whatever it is, the parent must hear of it
            tell(News(done=0, problem=f"{type(problem).__name__}: {problem}", errno=getattr(problem, "errno", None)))
        finally:
            self.environment.runner.quit()  # or Locust would begin again
        raise StopUser


class Load:
    """The plan under way."""

    def __init__(self, job, request_event):
        plan = read_plan(Path(job.plan))
        self._citizens = citizens_of(plan)
        scenario = Scenario.model_validate(job.scenario)
        self._timetables = timetables_of(scenario)
        self._strategy = scenario.platform.strategy
        self._deadline_s = job.deadline_s
        self._record = Path(job.record).open("a", encoding="utf-8", newline="\n")  # noqa: SIM115  (closed by close)
        self._clock = WallClock(job.speedup)
        self._exchange = Exchange(self._clock, request_event)
        self._api = BookingApi(job.base_url, job.login_url, job.run, self._exchange, job.speedup)
        self._journeys = Group()
        self._loop_lags = [0.0]
        self._done = 0
        self._all_started = False
        self._closed = False

    def run(self):
        """Start every citizen at their moment and return when all have ended, or at the deadline."""
        self._driver = gevent.getcurrent()
        gc.collect()
        gc.freeze()  # the plan is never garbage; walking it would stop the loop
        self._clock.start(LEAD_S)
        self._observers = [gevent.spawn(self._probe), gevent.spawn(self._tell)]
        for observer in self._observers:
            observer.link_exception(self._broke)
        for citizen in self._citizens:
            if citizen.planned_s >= self._deadline_s:
                break
            self._clock.wait_until(citizen.planned_s)
            self._journeys.spawn(self._live, citizen).link_exception(self._broke)
        else:
            self._all_started = True
        self._journeys.join(timeout=max(0.0, self._clock.left(self._deadline_s)))

    def close(self, **_):
        """Stop what is still under way, keep what it has to say, and tell how it went."""
        if self._closed:
            return
        self._closed = True
        complete = self._all_started and not self._journeys
        self._journeys.kill(Stopped)
        gevent.killall(self._observers)
        self._record.close()
        loop = Lag(p99_s=float(np.quantile(self._loop_lags, 0.99)), max_s=max(self._loop_lags))
        health = Health(loop=loop, shortages=self._exchange.shortages)
        tell(News(done=self._done, complete=complete, health=health))

    def _live(self, citizen: Citizen):
        timetable = self._timetables[citizen.municipality][citizen.book]
        for attempt in live(citizen, timetable, self._api, self._clock, self._strategy):
            self._record.write(attempt_line(attempt) + "\n")
            self._record.flush()
        self._done += 1

    def _broke(self, greenlet):
        # Links run in the event loop itself, which must not block: the driver gets the exception as its own.
        if not isinstance(greenlet.exception, Stopped):
            self._driver.kill(greenlet.exception, block=False)  # pyright: ignore[reportAttributeAccessIssue]

    def _probe(self):
        while True:
            due = time.monotonic() + PROBE_S
            gevent.sleep(PROBE_S)
            self._loop_lags.append(max(0.0, time.monotonic() - due))

    def _tell(self):
        # Each line is proof of life too: if the parent is gone, the pipe is broken and the run ends.
        while True:
            tell(News(done=self._done))
            gevent.sleep(NEWS_S)


class WallClock:
    """The plan's time, `speedup` times as fast as the wall's; reckoned from the start, so that errors never add up."""

    def __init__(self, speedup):
        self._speedup = speedup
        self._zero = 0.0

    def start(self, lead_s):
        """Let the first SMS be `lead_s` seconds of the wall from now."""
        self._zero = time.monotonic() + lead_s

    def now(self):
        """Seconds of the plan's time."""
        return (time.monotonic() - self._zero) * self._speedup

    def left(self, moment_s):
        """Seconds on the wall until a moment of the plan."""
        return moment_s / self._speedup - (time.monotonic() - self._zero)

    def wait_until(self, moment_s):
        """Let others run until a moment of the plan has come."""
        while self.now() < moment_s:  # a timer can ring early
            gevent.sleep(max(0.0, self.left(moment_s)))


class Exchange:
    """Takes calls to the server over connections that are used again; a broken or late one never is."""

    def __init__(self, clock, request_event):
        self.shortages = 0
        self._clock = clock
        self._request_event = request_event
        self._idle = []

    def __call__(self, call: Call, until_s: float):
        """Make a call; see `loadtests.api.Exchange`."""
        session = self._idle.pop() if self._idle else LoopbackSession(self._request_event)
        patience = gevent.Timeout.start_new(self._clock.left(until_s))
        answer = Lost(sent=True)
        try:
            answer = self._made(session, call, patience)
        except gevent.Timeout as timeout:
            if timeout is not patience:
                raise
            answer = Silence()
        finally:
            patience.close()
            if isinstance(answer, Response):
                self._idle.append(session)
            else:
                session.client.close()
        return answer

    def _made(self, session, call, patience):
        headers = call.headers | {"Accept-Encoding": "identity"}
        with session.request(
            call.method, call.url, name=call.operation, headers=headers, json=call.body, catch_response=True
        ) as response:
            problem = response.request_meta["exception"]
            if problem is None:
                response.success()  # any definite answer, a rejection among them
                return Response(response.status_code, response.content or b"")
        if not patience.pending:  # Locust takes the timeout for an error of the connection
            return Silence()
        number = getattr(problem, "errno", None)
        self.shortages += number in OWN_SHORTAGE
        return Lost(sent=number not in OWN_SHORTAGE | {errno.ECONNREFUSED})


class LoopbackSession(FastHttpSession):
    """One connection, to this machine only: no redirects, no cookies, and every request is sent exactly once."""

    def __init__(self, request_event):
        super().__init__(
            base_url=None,
            request_event=request_event,
            user=None,
            max_redirects=0,
            max_retries=0,
            concurrency=1,
            connection_timeout=None,
            network_timeout=None,  # patience is a timer around the whole exchange
        )
        self.client.cookiejar = None
        # What a code means is read in loadtests.api.
        self.client.valid_response_codes = frozenset(range(100, 600))  # pyright: ignore[reportAttributeAccessIssue]

    def _build_url(self, path):
        require_loopback(path)
        # geventhttpclient sends a GET again when the connection breaks, as often as its pool is large: here never.
        self.client.clientpool.get_client(path)._connection_pool.size = -1
        return path


def tell(news):
    """Send news to the parent."""
    print(news_line(news), flush=True)  # noqa: T201
