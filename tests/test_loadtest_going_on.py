"""A load test lives what comes after the booking, and what others do meanwhile, as the simulation has them."""

import http.client
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from loadtests.capacity.people import Stretch, wave_of
from loadtests.going_on import cancellations_left_out
from loadtests.history import check, history_of, places_of
from loadtests.run import run
from loadtests.target import fetch_settled_export
from loadtests.unlived import unlived
from reference_server.pace import Pace
from reference_server.serving import running
from reports.agreement import remarks
from reports.language import language_of
from reports.notation import LanguageCode
from scenarios.after_booking import Afterwards
from scenarios.attempts import Attempt, Outcome
from scenarios.plan import plan_of
from tests import a, a_result

SPEEDUP = 100.0
SCENARIO = a.scenario(
    {
        "slots": [{"book": "Hall", "dates": ["2021-05-10"], "open": {"from": "08:00", "to": "09:00"},
                   "length": "10 min", "parallel": 2}],
        "behaviour.cancel": {"share": 0.4, "median": "30 s", "sigma": 0.5},
        "behaviour.waitlist": 1.0,
        "platform.strategy": "assign",
        "platform.background": {"login": "1/s", "pages": "2/s"},
    }
)  # fmt: skip
"""Twelve places, of which half are given back half a minute later to those who found none."""
PEOPLE, PLACES = 20, 12


def requests_counted(base_url: str, admin_token: str) -> float:
    connection = http.client.HTTPConnection(base_url.removeprefix("http://"))
    connection.request("GET", "/metrics", headers={"Authorization": f"Bearer {admin_token}"})
    lines = connection.getresponse().read().decode().splitlines()
    connection.close()
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith("bolk_requests_total{"))


@pytest.mark.slow
def test_places_are_given_back_and_go_to_those_who_wait_while_others_ask_for_pages(tmp_path: Path) -> None:
    wave = wave_of(plan_of(SCENARIO, SCENARIO.policy, 0), [Stretch(PEOPLE, 5.0)])
    plan = replace(wave, retries=np.zeros_like(wave.retries), page_patience_s=np.full(wave.citizens, 600.0))
    drawn = Afterwards.of(SCENARIO, plan)
    assert drawn is not None
    with running(SCENARIO, pace=Pace.SCENARIO, speedup=SPEEDUP) as server:
        lived = run(SCENARIO, plan, base_url=server.base_url, speedup=SPEEDUP, out=tmp_path / "out",
                    deadline_s=1800.0)  # fmt: skip
        export = fetch_settled_export(server.base_url, server.admin_token)
        asked = requests_counted(server.base_url, server.admin_token)
    first = [one for one in lived.attempts if one.requests]
    given = [one for one in lived.attempts if not one.requests]
    assert (lived.partial, len(first)) == (False, PEOPLE)
    booked = [one for one in first if one.outcome is Outcome.CONFIRMED]
    assert {one.outcome for one in first} == {Outcome.CONFIRMED, Outcome.NO_SLOT}
    assert len(booked) >= PLACES
    # Who cancels, and how long after, is what the simulation has drawn.
    for one in (*booked, *given):
        after_s = drawn.cancel_after_s[one.citizen]
        assert (one.cancelled_s is not None) == np.isfinite(after_s)
        assert one.cancel_sent_s is None or one.cancel_sent_s >= one.ended_s + after_s
    # Whatever came free went to somebody, while there was somebody.
    cancelled = [one for one in (*booked, *given) if one.cancelled_s is not None]
    still_waiting = len(first) - len(booked) - len(given)
    standing = len(booked) + len(given) - len(cancelled)
    assert given
    assert standing == len(export["appointments"])
    assert standing == PLACES or not still_waiting
    history = check(lived.attempts, export, places_of(SCENARIO), run=lived.run)
    assert history.verdict == "correct", "\n".join(history.anomalies)
    judged = history_of(lived.attempts, export, places_of(SCENARIO), run=lived.run)
    assert (len(judged.cancellings), len(judged.sendings)) == (len(cancelled), len(booked) + len(given))
    # A place that was given back and is still there is found, and one that is gone and was never given back.
    kept = next(one for one in booked if one.cancelled_s is None)
    resurrected = [replace(one, cancel_sent_s=one.ended_s, cancelled_s=one.ended_s + 1) if one is kept else one
                   for one in lived.attempts]  # fmt: skip
    assert check(resurrected, export, places_of(SCENARIO), run=lived.run).verdict == "anomaly"
    lost = [replace(one, cancel_sent_s=None, cancelled_s=None) for one in lived.attempts]
    assert check(lost, export, places_of(SCENARIO), run=lived.run).verdict == "anomaly"
    # Others asked too, and nothing of it is in the record.
    assert asked > sum(len(one.requests) for one in lived.attempts) + len(cancelled)


def test_a_cancellation_due_when_the_test_must_be_over_is_counted_and_no_other() -> None:
    def booked(citizen: int, appointment: str | None) -> Attempt:
        return Attempt(
            citizen=citizen, number=1, planned_s=0.0, ended_s=60.0, outcome=Outcome.CONFIRMED, book="Hall",
            asked=None, slot=None, reserved_s=None, requests=(), appointment=appointment,
        )  # fmt: skip

    before, at_the_end, later, never, has_none = 39.0, 40.0, 900.0, np.inf, 900.0
    attempts = [booked(citizen, f"id{citizen}") for citizen in range(4)] + [booked(4, None)]
    after_s = np.array([before, at_the_end, later, never, has_none])
    assert cancellations_left_out(attempts, after_s, ends_s=100.0) == 2


@pytest.mark.parametrize(("lang", "says"), [("en", "cancellation"), ("nb", "avbestilling")])
def test_the_result_says_which_cancellations_the_test_was_over_too_soon_for(lang: LanguageCode, says: str) -> None:
    result = a_result.load_tested()
    assert result.measurement is not None
    said = {
        count: " ".join(
            remarks(
                result.model_copy(
                    update={"measurement": result.measurement.model_copy(update={"cancellations_left_out": count})}
                ),
                language_of(lang),
            )
        )
        for count in (None, 0, 1, 7)
    }
    assert [says in said[count] for count in (None, 0, 1, 7)] == [False, False, True, True]
    assert "7 " in said[7]


def test_what_one_process_alone_can_live_is_refused_to_several() -> None:
    assert unlived(SCENARIO) is None
    said = unlived(SCENARIO, alone=False) or ""
    assert "behaviour.waitlist" in said
    assert "platform.background (" in said
    assert "behaviour.cancel" not in said
