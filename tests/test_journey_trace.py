"""One journey, watched and told: what is told is what happened, and watching changes nothing."""

import json
import re
from typing import Any

import pytest
from click.testing import CliRunner

from bolk import cli
from reports.journey_words import events_of, journey_json, journey_screen
from reports.language import LANGUAGES, language_of
from reports.notation import LanguageCode
from scenarios.attempts import Operation, Outcome
from scenarios.one_journey import OneJourney
from scenarios.plan import plan_of
from scenarios.scenario import Scenario
from scenarios.strategy import Strategy
from simulation.replication import simulate
from simulation.tracing import Fate, NoSuchCitizen, traced
from tests import a

CODES = pytest.mark.parametrize("code", LANGUAGES)
RUSH: dict[str, Any] = {"policy.batch_size": "all", "behaviour.response.median": "30 s"}


def followed(scenario: Scenario, whom: str) -> OneJourney:
    journey = traced(scenario, whom)
    assert isinstance(journey, OneJourney)
    return journey


def texts(journey: OneJourney, code: LanguageCode = "en") -> list[str]:
    return [event.text for event in events_of(journey, language_of(code))]


@pytest.mark.parametrize("strategy", Strategy)
def test_a_watched_journey_is_the_one_that_the_run_had(strategy: Strategy) -> None:
    scenario = a.scenario({**RUSH, "platform.strategy": strategy.value})
    attempts = simulate(scenario, plan_of(scenario, scenario.policy, 0))
    busiest = max(attempts, key=lambda one: one.number).citizen
    for citizen in (attempts[0].citizen, attempts[-1].citizen, busiest):
        own = tuple(one for one in attempts if one.citizen == citizen)
        assert followed(scenario, str(citizen)).attempts == own


def test_the_first_to_look_sees_every_day_and_every_time_and_takes_the_first() -> None:
    first_picks = {"behaviour.slot_choice": {"first": 1.0, "preferred": 0.0, "uniform": 0.0}}
    scenario = a.scenario({**RUSH, **first_picks})
    told = texts(followed(scenario, "confirmed"))
    assert told[0] == "SMS sent"
    assert "saw 2 days with free times" in told
    assert "saw 24 free times on that day" in told
    assert "chose 10 May 2021, 08:30, the first free one" in told
    assert told[-1] == "confirmed: 10 May 2021, 08:30, place 1"


def test_a_rejected_citizen_is_told_of_every_try() -> None:
    scenario = a.scenario({**RUSH, "behaviour.after_rejection": {"retry": 1.0, "wait": "5 s", "give_up_after": 5}})
    journey = followed(scenario, "rejected")
    told = texts(journey)
    rejections = sum(one.outcome is Outcome.REJECTED for one in journey.attempts)
    assert rejections >= 1
    assert told.count("rejected: somebody else got the time") == rejections
    assert [line for line in told if line.startswith("tries again")] == [
        f"tries again, try {one.number}" for one in journey.attempts[1:]
    ]
    assert told.count("the record system (EPJ) decided the reservation") == len(journey.attempts)


def test_who_does_not_act_gets_an_sms_and_no_more() -> None:
    scenario = a.scenario({"behaviour.uptake": "0 %"})
    assert len(texts(followed(scenario, "3"))) == 2


@CODES
@pytest.mark.parametrize("strategy", Strategy)
def test_the_screen_is_plain_lines_in_the_order_of_the_clock(code: LanguageCode, strategy: Strategy) -> None:
    scenario = a.scenario({**RUSH, "platform.strategy": strategy.value})
    for citizen in range(0, 120, 17):
        screen = journey_screen(scenario, followed(scenario, str(citizen)), code)
        clocks = re.findall(r"^  (\d\d:\d\d:\d\d)  \S", screen, re.M)
        assert clocks == sorted(clocks)
        assert clocks[0].startswith("09:07")
        assert len(clocks) == len(screen.splitlines()) - 2
        assert not re.search(r"[ \t]\n|\{\w+\}|None|\u00a0|\x1b", screen)


def test_a_journey_on_another_day_says_which() -> None:
    scenario = a.scenario({"behaviour.response": {"median": "20 h", "sigma": 0.0}})
    screen = journey_screen(scenario, followed(scenario, "confirmed"), "nb")
    assert re.search(r"^  04\.05\.2021 05:\d\d:\d\d  åpnet siden$", screen, re.M)


@CODES
def test_every_outcome_has_an_ending_in_words(code: LanguageCode) -> None:
    assert {f"journey.end_{one}" for one in Outcome} <= set(language_of(code).messages)


def test_as_json_each_line_is_an_entry_with_its_moment() -> None:
    scenario = a.scenario(RUSH)
    journey = followed(scenario, "confirmed")
    data = json.loads(journey_json(scenario, journey))
    assert data["schema"] == "bolk.journey/1"
    assert [one["text"] for one in data["events"]] == texts(journey)
    assert data["events"][0]["at"].startswith("2021-05-03T09:07:0")
    assert data["events"][0]["at"].endswith("+02:00")


@pytest.mark.parametrize("fate", Fate)
def test_nobody_to_follow_is_said_with_a_way_out(fate: Fate) -> None:
    nobody = a.scenario({"behaviour.uptake": "0 %"})
    missing = traced(nobody, fate)
    assert isinstance(missing, NoSuchCitizen)
    assert "--seed" in missing.message


@pytest.mark.parametrize(
    ("whom", "said"),
    [
        ("120", "numbered from 0 to 119"),
        ("bob", "confirmed, rejected or gave-up"),
        ("-1", "give a number"),
        ("", "give"),
    ],
)
def test_an_unknown_citizen_is_one_clear_message_and_exit_2(whom: str, said: str) -> None:
    answer = CliRunner().invoke(cli, ["simulate", "ci-smoke", "--trace", whom])
    assert answer.exit_code == 2
    assert said in answer.stderr


def test_a_trace_leaves_no_files_behind(tmp_path: Any) -> None:
    words = ["simulate", "ci-smoke", "--trace", "rejected", "--lang", "nb", "--out", str(tmp_path / "out")]
    answer = CliRunner().invoke(cli, words)
    assert answer.exit_code == 0
    assert "avslag: noen andre fikk timen" in answer.stdout
    assert not (tmp_path / "out").exists()


def test_the_queue_at_the_waiting_room_is_told_once() -> None:
    room = {"total_active_users": 15, "new_users_per_minute": 5}
    scenario = a.scenario({**RUSH, "platform.waiting_room": room})
    attempts = simulate(scenario, plan_of(scenario, scenario.policy, 0))
    enters = {one.citizen: [r.operation for r in one.requests].count(Operation.ENTER) for one in attempts}
    confirmed = {one.citizen for one in attempts if one.outcome is Outcome.CONFIRMED and one.number == 1}
    straight, waited = (next(c for c in confirmed if (enters[c] > 1) is queued) for queued in (False, True))
    for citizen, told in ((straight, ["came in"]), (waited, ["joined the queue", "came in"])):
        lines = texts(followed(scenario, str(citizen)))
        assert [word for line in lines for word in ("joined the queue", "came in") if word in line] == told


def test_deliveries_that_fail_are_told_one_by_one() -> None:
    ehr = {"workers": 9, "service_time": "1 s", "failing": 1.0, "redeliver_after": "2 s", "deliveries": 3}
    scenario = a.scenario({**RUSH, "platform.ehr": ehr, "behaviour.patience": {"page": "1 h", "answer": "1 h"}})
    attempts = simulate(scenario, plan_of(scenario, scenario.policy, 0))
    lost = next(one.citizen for one in attempts if one.outcome is Outcome.FAILED)
    told = texts(followed(scenario, str(lost)))
    again = "the record system (EPJ) did not get the reservation done; it is delivered again"
    assert told.count(again) == 2
    assert told[-2:] == ["the record system (EPJ) did not get the reservation done; it is set aside", "got an error"]


def test_a_reload_is_told_with_how_long_it_took_and_what_is_sent_again_is_told_once() -> None:
    slow = {"list": "10 s", "confirm": "10 s"}
    scenario = a.scenario(
        {
            "behaviour.reload": {"share": "100 %", "after": "4 s", "sigma": 0.0, "most": 1},
            "behaviour.patience": {"page": "10 h", "answer": "10 h"},
            "platform.service_time": slow,
            "platform.workers": 200,
        }
    )
    lines = texts(followed(scenario, "confirmed"))
    assert "no answer after 4.0 s: asked for the page again" in [line.replace("\u00a0", " ") for line in lines]
    assert sum("sent" in line for line in lines) == 2  # the SMS, and the reservation


def test_the_waiting_list_and_the_cancelling_are_told() -> None:
    scarce = {"parallel": 1, "length": "30 min"}
    scenario = a.scenario({
        **RUSH,
        "slots": [{"book": "Hall", "dates": ["2021-05-10"], "open": {"from": "08:00", "to": "09:00"}, **scarce}],
        "behaviour.cancel": {"share": 1.0, "median": "10 min"}, "behaviour.waitlist": 1.0,
    })  # fmt: skip
    attempts = simulate(scenario, plan_of(scenario, scenario.policy, 0))
    given = next(one.citizen for one in attempts if one.outcome is Outcome.CONFIRMED and not one.requests)
    told = texts(followed(scenario, str(given)))
    assert told[-4] == "waits on the waiting list"
    assert told[-3] == "got a time from the waiting list"
    assert told[-2].startswith("confirmed: 10 May 2021")
    assert told[-1] == "cancelled the appointment"
