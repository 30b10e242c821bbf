"""A server that stalls for a second: what is reported is what people lived, or the run is refused."""

import dataclasses
import json
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from loadtests.journey import live
from loadtests.run import run
from loadtests.timetable import timetable_of
from scenarios.attempts import Operation
from scenarios.identity import national_number
from tests.test_loadtest_journey import BOOK, FakeClient, FakeClock, citizen
from tests.test_loadtest_run import SCENARIO, SPEEDUP, plan_within
from tests.test_loadtest_stub import Said, Stub

STALL_S = 1.0
QUANTILES = (0.5, 0.9, 0.95, 0.99, 1.0)


def quantiles(values: list[float]) -> list[float]:
    return np.quantile(values, QUANTILES, method="inverted_cdf").tolist()


@pytest.mark.parametrize("late_s", [0.0, 0.3])
def test_response_times_of_a_stall_are_those_that_arithmetic_gives_however_late_the_generator(late_s: float):
    # 100 requests a second for ten seconds; from the fifth second on nobody is answered for one.
    responses, truth = list[float](), list[float]()
    for moment_s in (k / 100.0 for k in range(1000)):
        client = FakeClient(FakeClock())
        client.clock.late_s = [late_s]
        sent_s = moment_s + late_s
        answered_s = 5.0 + STALL_S if 5.0 <= sent_s < 5.0 + STALL_S else sent_s
        client.takes_s[Operation.LOGIN] = answered_s - sent_s
        one = citizen(planned_s=moment_s, login_s=0.0)
        login = next(live(one, timetable_of(BOOK), client, client.clock)).requests[0]
        responses.append(login.ended_s - login.planned_s)
        truth.append(answered_s - moment_s)
    assert quantiles(responses) == pytest.approx(quantiles(truth), abs=1e-9)
    assert quantiles(truth)[1:4] == pytest.approx([late_s, 0.5 + late_s, 0.9 + late_s], abs=0.011)


class Stalling(Stub):
    """Answers no log-in for one second, from a moment in the middle of the wave; remembers what it did when."""

    def __init__(self, *what: Any) -> None:
        super().__init__(*what)
        self.arrived_s: dict[str, float] = {}
        self.answered_s: dict[str, float] = {}
        self._begins_s: float | None = None
        self._beginning = threading.Lock()

    def said(self, method: str, url: str, headers: Any, body: dict[str, str]) -> Said | None:
        now_s = time.monotonic()
        answer = super().said(method, url, headers, body)
        if url == "/login":
            with self._beginning:
                self._begins_s = self._begins_s or now_s + 0.5
            if self._begins_s <= now_s < self._begins_s + STALL_S:
                time.sleep(self._begins_s + STALL_S - now_s)  # the fault itself, not a synchronisation
            self.arrived_s[body["citizen"]], self.answered_s[body["citizen"]] = now_s, time.monotonic()
        return answer


@pytest.mark.slow
def test_a_stall_of_a_real_server_is_reported_as_it_was_lived(tmp_path: Path):
    plan = plan_within(2.0 * SPEEDUP)
    plan = dataclasses.replace(
        plan, login_s=np.zeros(plan.citizens), page_patience_s=np.full(plan.citizens, 60.0 * SPEEDUP)
    )
    stub = Stalling(SCENARIO, SPEEDUP)
    with stub:
        result = run(SCENARIO, plan, base_url=stub.base_url, speedup=SPEEDUP, out=tmp_path / "out")
    logins = {one.citizen: one.requests[0] for one in result.attempts if one.number == 1}
    numbers = {who: national_number(who) for who in logins}
    # Nothing arrives before it is sent, so the nearest pair tells when the plan's zero was by the server's clock.
    zero_s = min(stub.arrived_s[numbers[who]] - login.started_s / SPEEDUP for who, login in logins.items())
    truth = [stub.answered_s[numbers[who]] - zero_s - plan.planned_s[who] / SPEEDUP for who in logins]
    reported = [(login.ended_s - login.planned_s) / SPEEDUP for login in logins.values()]
    assert max(truth) > 0.9 * STALL_S
    # What the generator itself was late by it says, and judges itself by: so much more may lie between the two.
    health = json.loads((tmp_path / "out" / "generator.json").read_text(encoding="utf-8"))["healths"][0]
    own_s = health["loop"]["max_s"] + 0.02
    for said_s, lived_s in zip(quantiles(reported), quantiles(truth), strict=True):
        assert said_s >= 0.98 * lived_s - 0.002
        assert said_s <= 1.02 * lived_s + own_s
