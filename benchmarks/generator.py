# pyright: basic
"""What the load generator makes of a core, as a share of a bare Locust loop on the same server, printed for a person.

    .venv/bin/python -m benchmarks.generator [--rounds 3] [--seconds 3]

The server answers a constant at once (`benchmarks.constant_server`, in processes of its own). Bare is what Locust makes
possible at best: ten FastHttpUsers that ask for the same pages without a pause and look at nothing. Ours lives whole
journeys with everything a load test has: each at its planned moment, patience, choices, the record. Rates are requests
in a second of the generator's own processor time, and the two take turns, so that a busy machine meets both.

Then how late journeys start when so many are planned in a second. A journey is a citizen who starts at a planned
moment, on connections that are used again: one who is turned away at the log-in (a single request), one who is assigned
a place (log-in, books, place), and one who chooses (log-in, books, days, times, reservation). Bare is there a greenlet
for each planned moment that takes one of Locust's own sessions out of a pool and makes one request. A generator keeps
up while 99 of 100 start within 50 ms. Other programs make any generator late, so a rate is held if one of three goes
holds it; the aim is 2,500 journeys of a single request a second.
"""

import gevent.monkey

gevent.monkey.patch_all()

import argparse  # noqa: E402
import contextlib  # noqa: E402
import dataclasses  # noqa: E402
import os  # noqa: E402
import signal  # noqa: E402
import socket  # noqa: E402
import statistics  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
from functools import partial  # noqa: E402

import click  # noqa: E402
import gevent  # noqa: E402
import numpy as np  # noqa: E402
from gevent.pool import Group  # noqa: E402
from locust import FastHttpUser, task  # noqa: E402
from locust.contrib.fasthttp import FastHttpSession  # noqa: E402
from locust.env import Environment  # noqa: E402

from loadtests.driving.load import Load  # noqa: E402
from loadtests.generator import LAG_P99_S, start_lags  # noqa: E402
from loadtests.job import Job  # noqa: E402
from scenarios.attempts import attempt_of  # noqa: E402
from scenarios.plan import Plan, plan_of  # noqa: E402
from scenarios.rows import citizens_of  # noqa: E402
from tests import a  # noqa: E402

RATES = (250, 500, 1000, 1500, 2000, 2500, 3000, 4000)
GOES = 3
LEAD_S = 0.2
AIM = 2500  # planned journeys a second of one worker
STEADY = 100  # journeys a second where rates are compared: no queue anywhere
USERS = 10
CHOOSING, ASSIGNED, TURNED_AWAY = "immediate", "assign", "turned away"


class Bare(FastHttpUser):
    """The same pages in the same order, and nothing else."""

    @task
    def ask(self):
        """One journey's requests."""
        who = {"Authorization": "Bearer t"}
        self.client.post("/login", json={"citizen": "1"}, name="login")
        self.client.get("/api/v1/books?municipality=9999", headers=who, name="books")
        self.client.get("/api/v1/books/9999-1/days", headers=who, name="days")
        self.client.get("/api/v1/books/9999-1/slots?date=2021-05-10", headers=who, name="slots")
        self.client.post("/api/v1/reservations", json={"book": "9999-1"}, headers=who, name="reserve")


def bare_rate(base_url, seconds):
    """Requests in a second of processor time, of Locust's own users."""
    Bare.host = base_url
    environment = Environment(user_classes=[Bare])
    runner = environment.create_local_runner()
    runner.start(USERS, spawn_rate=USERS)
    time.sleep(1.0)
    counted, used_s = environment.stats.total.num_requests, time.process_time()
    time.sleep(seconds)
    rate = (environment.stats.total.num_requests - counted) / (time.process_time() - used_s)
    runner.quit()
    if environment.stats.total.num_failures:
        sys.exit(f"{environment.stats.total.num_failures} bare requests failed")
    return rate


def bare_starts(base_url, a_second, seconds):
    """How late single requests start from a pool of Locust's sessions, and how much of a core that took."""
    environment = Environment()
    environment.create_local_runner()
    lags_s, idle, under_way = [], [], Group()

    def one(due_s):
        lags_s.append(time.monotonic() - due_s)
        session = idle.pop() if idle else FastHttpSession(base_url, environment.events.request, None)
        session.post("/login", json={"citizen": "1"}, name="login")
        idle.append(session)

    used_s, zero_s = time.process_time(), time.monotonic() + LEAD_S
    for number in range(int(a_second * seconds)):
        due_s = zero_s + number / a_second
        while (left_s := due_s - time.monotonic()) > 0:
            gevent.sleep(left_s)
        under_way.spawn(one, due_s)
    under_way.join()
    return lags_s, 1, (time.process_time() - used_s) / (time.monotonic() - zero_s)


def our_starts(strategy, base_url, a_second, seconds):
    """The same of whole journeys."""
    begun_s = time.monotonic() + LEAD_S
    attempts, used_s = lived(base_url, strategy, a_second, seconds)
    return list(start_lags(attempts, 1.0).values()), len(attempts[0].requests), used_s / (time.monotonic() - begun_s)


def lived(base_url, strategy, a_second, seconds):
    """Attempts of a plan with so many journeys a second, and the processor time that they took."""
    away = strategy == TURNED_AWAY
    scenario = a.scenario({"platform.strategy": CHOOSING if away else strategy})
    environment = Environment()
    environment.create_local_runner()  # counts every request, as in a load test
    job = Job(
        plan="", record="", scenario=scenario.model_dump(mode="json", by_alias=True), base_url=base_url,
        login_url=f"{base_url}/{'full' if away else 'login'}", run="benchmark", speedup=1.0, deadline_s=seconds + 60.0,
    )  # fmt: skip
    plan = dense(plan_of(scenario, scenario.policy, 0), int(a_second * seconds), a_second)
    load = Load(job, citizens_of(plan), environment.events.request)
    used_s = time.process_time()
    load.run(time.monotonic() + LEAD_S)
    load.close()
    used_s = time.process_time() - used_s
    return [attempt_of(line) for line in load.taken()], used_s


def dense(plan: Plan, citizens: int, a_second: float) -> Plan:
    """The plan's citizens over and over, each a while after the one before, without time to think."""
    again = np.arange(citizens) % plan.citizens
    rows = {name: getattr(plan, name)[again] for name in plan.columns}
    still = {name: np.zeros_like(rows[name]) for name in ("login_s", "choose_s", "form_s", "wait_s", "retries")}
    moments = {"planned_s": np.arange(citizens) / a_second, "acts": np.ones(citizens, dtype=np.int64)}
    return dataclasses.replace(plan, **(rows | still | moments))


@contextlib.contextmanager
def constant_server():
    """The server in processes of its own, for the length of a `with` block."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
        "--no-access-log", "--log-level", "error", "--blocking-threads", "1", "--backlog", "4096",
        "benchmarks.constant_server:application",
    ]  # fmt: skip
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)  # noqa: S603
    try:
        for _ in range(200):
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port)).close()
                break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def compare(base_url, rounds, seconds):
    """Print what both make of a second of processor time."""
    bare, requests, journeys = [], [], []
    for _ in range(rounds):
        bare.append(bare_rate(base_url, seconds))
        attempts, used_s = lived(base_url, CHOOSING, STEADY, seconds)
        requests.append(sum(len(one.requests) for one in attempts) / used_s)
        journeys.append(len(attempts) / used_s)
    bare_s, ours_s, whole_s = map(statistics.median, (bare, requests, journeys))
    each = ours_s / whole_s
    click.echo(f"a bare Locust loop      {bare_s:8,.0f} requests in a core's second")
    click.echo(f"ours                    {ours_s:8,.0f}")
    click.echo(f"ours / bare             {ours_s / bare_s:8.2f}")
    click.echo(f"journeys of {each:.0f} requests  {whole_s:8,.0f}, ours / bare {whole_s / (bare_s / each):.2f}")


def keep_up(name, starts, base_url, seconds):
    """Print how late journeys start at growing rates, until they are too late; the last rate that was held."""
    held = 0
    for rate in RATES:
        goes = [_go(starts, base_url, rate, seconds)]
        while goes[-1][0] > LAG_P99_S and len(goes) < GOES:
            goes.append(_go(starts, base_url, rate, seconds))
        lag_s, requests, share = min(goes)
        kept = lag_s <= LAG_P99_S
        click.echo(
            f"{name:11} {rate:5,} journeys of {requests} a second  p99 start lag {1000 * lag_s:8.1f} ms  "
            f"core {share:4.0%}  {'held' if kept else 'too late'}"
        )
        if not kept:
            break
        held = rate
    return held


def _go(starts, base_url, rate, seconds):
    lags_s, requests, share = starts(base_url, rate, seconds)
    return float(np.quantile(lags_s, 0.99)), requests, share


def main():
    """Run both parts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3.0)
    asked = parser.parse_args()
    with constant_server() as base_url:
        compare(base_url, asked.rounds, asked.seconds)
        bare = keep_up("bare", bare_starts, base_url, asked.seconds)
        ours = keep_up(TURNED_AWAY, partial(our_starts, TURNED_AWAY), base_url, asked.seconds)
        click.echo(f"journeys of a single request, on time: ours {ours:,} a second, bare {bare:,}, aim {AIM:,}")
        for strategy in (ASSIGNED, CHOOSING):
            keep_up(strategy, partial(our_starts, strategy), base_url, asked.seconds)


if __name__ == "__main__":
    main()
