"""Kinds of policy that are known before the first SMS: who is sent what when, and what a scenario file says of it."""

import datetime as dt
import itertools
import math
import tomllib
import zoneinfo
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from reports.language import language_of
from reports.page import write_report
from reports.schedule_files import write_schedule
from reports.sending import sending_label, sending_text
from reports.terminal import simulate_screen
from scenarios.carrying import carried_sms_per_s
from scenarios.inventory import total_invited
from scenarios.naming import policy_named
from scenarios.plan import plan_of
from scenarios.policies.batches import Batches
from scenarios.policies.capacity_matched import CapacityMatched
from scenarios.policies.cohort_per_day import CohortPerDay
from scenarios.policies.feedback import Feedback
from scenarios.policies.ramp import Ramp
from scenarios.policies.send_out import SendOut
from scenarios.policy import KINDS, OpenLoop, Policy, PolicyField, clock_at, schedule, sent_times
from scenarios.policy_value import PolicyValue, batches_value, policy_of, policy_value
from scenarios.problems import Problem
from scenarios.reading import load, read, sha256_of
from scenarios.result import Result
from scenarios.scenario import Scenario
from scenarios.scenario_verbs import check_text
from scenarios.schema import json_schema
from scenarios.sending import send_outs
from scenarios.sending_hours import SendingDays, SendingHours
from scenarios.sense import warnings_of
from scenarios.streams import TICK_S
from scenarios.writing import scenario_toml, toml_text
from simulation.answer import simulated
from simulation.replication import simulate
from tests import a
from tests.test_scenario_schema import plain

OSLO = zoneinfo.ZoneInfo("Europe/Oslo")
FRIDAY = dt.datetime(2021, 4, 30, 9, 7, tzinfo=OSLO)

FEEDBACK = {"first": 20, "increase": 5, "least": 5, "most": 80, "pause": "1 min"}
EXAMPLES: dict[str, dict[str, Any]] = {
    "batches": {"batch_size": 40, "pause": "5 min"},
    "ramp": {"kind": "ramp", "first": 5, "largest": 40, "step": 5, "pause": "5 min"},
    "cohort_per_day": {"kind": "cohort_per_day", "share": "30 %", "batch_size": 20, "pause": "5 min"},
    "capacity_matched": {"kind": "capacity_matched", "utilisation": "60 %", "pause": "2 min"},
    "feedback_on_rejections": {**FEEDBACK, "kind": "feedback_on_rejections", "target": "5 %"},
    "feedback_on_response_time": {**FEEDBACK, "kind": "feedback_on_response_time", "target": "2 s"},
}
OPEN_LOOP = [kind for kind in EXAMPLES if not kind.startswith("feedback")]


def any_rule(kind: str, **changes: Any) -> Policy:
    return TypeAdapter[Policy](PolicyField).validate_python({"start": "09:07", **EXAMPLES[kind], **changes})


def rule(kind: str, **changes: Any) -> OpenLoop:
    made = any_rule(kind, **changes)
    assert not isinstance(made, Feedback)
    return made


sizes = st.integers(1, 400)
pauses = st.integers(60, 40_000).map(lambda seconds: f"{seconds} s")


@st.composite
def ramps(draw: st.DrawFn) -> Ramp:
    growth = draw(st.fixed_dictionaries({"step": sizes}) | st.fixed_dictionaries({"factor": st.floats(1.01, 5)}))
    first = draw(sizes)
    largest = first + draw(st.integers(0, 2000))
    made = rule("ramp", **{"step": None, **growth}, first=first, largest=largest, pause=draw(pauses))
    assert isinstance(made, Ramp)
    return made


@st.composite
def rules(draw: st.DrawFn) -> OpenLoop:
    kind, pause = draw(st.sampled_from(OPEN_LOOP)), draw(pauses)
    some_or_all = sizes | st.just("all")
    match kind:
        case "batches":
            return rule(kind, batch_size=draw(some_or_all), pause=pause)
        case "cohort_per_day":
            return rule(kind, share=draw(st.floats(0.01, 1)), batch_size=draw(some_or_all), pause=pause)
        case "capacity_matched":
            return rule(kind, utilisation=draw(st.floats(0.05, 1)), pause=pause)
        case _:
            return draw(ramps())


@st.composite
def send_outs_of_a_day(draw: st.DrawFn) -> SendOut:
    return SendOut(
        invited=draw(st.integers(1, 1500)),
        sms_per_s=draw(st.floats(0.5, 200)),
        carried_per_s=draw(st.floats(0.001, 10)),
        hours=SendingHours(first=FRIDAY, closes=dt.time(15), days=draw(st.sampled_from(SendingDays))),
    )


@given(rules(), send_outs_of_a_day())
@settings(max_examples=150, deadline=None)
def test_whatever_the_kind_everybody_is_sent_one_sms_within_the_hours(one: OpenLoop, what: SendOut) -> None:
    batches = schedule(one, what)
    assert what.hours is not None
    assert sum(batch.count for batch in batches) == what.invited
    assert min(batch.count for batch in batches) >= 1
    assert [batch.number for batch in batches] == list(range(1, len(batches) + 1))
    assert batches[0].at_s == 0
    assert all(a_.at_s < b.at_s for a_, b in itertools.pairwise(batches))
    assert all(what.hours.may_send(batch.at_s) for batch in batches)


@given(rules(), send_outs_of_a_day())
@settings(max_examples=60, deadline=None)
def test_whatever_the_kind_the_gateway_keeps_its_rate_and_no_sms_leaves_before_its_batch(
    one: OpenLoop, what: SendOut
) -> None:
    times, batches = sent_times(one, what), schedule(one, what)
    handed_over = np.repeat([batch.at_s for batch in batches], [batch.count for batch in batches])
    assert times.shape == (what.invited,)
    assert np.all(np.diff(times) >= 1 / what.sms_per_s - 2 * TICK_S)
    assert np.all(times >= handed_over - TICK_S)


@given(ramps(), st.integers(1, 5000))
@settings(max_examples=60, deadline=None)
def test_a_ramp_never_shrinks_begins_with_its_first_and_never_passes_its_largest(one: Ramp, invited: int) -> None:
    counts = [batch.count for batch in schedule(one, SendOut(invited=invited))]
    full = counts[:-1]  # the last one has what is left
    assert all(a_ <= b for a_, b in itertools.pairwise(full))
    assert counts[0] == min(one.first, invited)
    assert max(counts) <= one.largest


def test_a_ramp_grows_by_a_step_or_by_a_factor() -> None:
    by_step = schedule(rule("ramp", first=10, largest=35, step=10), SendOut(invited=120))
    assert [one.count for one in by_step] == [10, 20, 30, 35, 25]
    by_factor = schedule(rule("ramp", first=3, largest=20, step=None, factor=1.5), SendOut(invited=70))
    assert [one.count for one in by_factor] == [3, 4, 6, 10, 15, 20, 12]  # 3, 4.5, 6.75, 10.1, 15.2


def test_a_share_a_day_waits_for_the_next_sending_day() -> None:
    hours = SendingHours(first=FRIDAY, closes=dt.time(15), days=SendingDays.NOT_SUNDAYS)
    one = rule("cohort_per_day", share="40 %", batch_size=30, pause="1 h")
    batches = schedule(one, SendOut(invited=100, hours=hours))
    said = [f"{clock_at(one, FRIDAY.date(), batch.at_s, OSLO):%a %d %H:%M} {batch.count}" for batch in batches]
    # The first of May is a public holiday, the second a Sunday.
    assert said == ["Fri 30 09:07 30", "Fri 30 10:07 10", "Mon 03 09:07 30", "Mon 03 10:07 10", "Tue 04 09:07 20"]


def test_a_day_that_does_not_get_through_goes_on_and_the_next_part_waits_a_day_more() -> None:
    hours = SendingHours(first=FRIDAY, closes=dt.time(15), days=SendingDays.EVERY_DAY)
    one = rule("cohort_per_day", share="50 %", batch_size=20, pause="3 h")
    batches = schedule(one, SendOut(invited=100, hours=hours))
    days = [clock_at(one, FRIDAY.date(), batch.at_s, OSLO).day for batch in batches]
    assert list(zip(days, (batch.count for batch in batches), strict=True)) == [
        (30, 20), (30, 20), (1, 10), (2, 20), (2, 20), (3, 10),
    ]  # fmt: skip


def test_without_sending_hours_each_part_has_a_day_all_the_same() -> None:
    batches = schedule(rule("cohort_per_day", share="50 %", batch_size="all"), SendOut(invited=10))
    assert [(batch.at_s, batch.count) for batch in batches] == [(0, 5), (86_400, 5)]


def test_each_age_group_has_its_own_day_and_its_own_number_in_each_municipality() -> None:
    scenario = load(
        "medium", ["invitation.cohort=45+", "policy.kind=cohort_per_day", 'policy.cohorts=["65+", "45-64"]',
                   "policy.batch_size=all"]
    )  # fmt: skip
    (what,) = send_outs(scenario, scenario.policy)
    assert sum(what.cohorts) == what.invited == total_invited(scenario)
    assert isinstance(scenario.policy, CohortPerDay)
    assert [batch.count for batch in schedule(scenario.policy, what)] == list(what.cohorts)
    sent = plan_of(scenario, scenario.policy, 0).sent_s
    assert np.searchsorted(sent, 86_400.0) == what.cohorts[0]


def test_the_pace_that_the_platform_carries_keeps_its_busiest_part_busy() -> None:
    # Log-in 1 worker x 300 ms, pages 2 x (4 x 60 + 120 ms), EPJ 1 x 500 ms: the EPJ is slowest, 2 citizens a second.
    scenario = a.scenario({"platform.sigma": 0.0})
    assert carried_sms_per_s(scenario) == pytest.approx(2 / (0.95 * 0.8))
    assert carried_sms_per_s(a.scenario({"platform.sigma": 0.0, "platform.strategy": "immediate"})) == pytest.approx(
        1 / 0.3 / (0.95 * 0.8)
    )
    room = {"total_active_users": 90, "new_users_per_minute": 60, "session_duration": "15 min"}
    assert carried_sms_per_s(a.scenario({"platform.waiting_room": room})) == pytest.approx(0.1 / (0.95 * 0.8))
    assert math.isinf(carried_sms_per_s(a.scenario({"behaviour.uptake": 0.0})))


def test_a_matched_batch_is_utilisation_times_pace_times_pause() -> None:
    one = rule("capacity_matched", utilisation="50 %", pause="10 s")
    assert isinstance(one, CapacityMatched)
    assert one.batch_size(SendOut(invited=1000, carried_per_s=3.9)) == 19
    assert one.batch_size(SendOut(invited=1000, carried_per_s=0.001)) == 1
    assert one.batch_size(SendOut(invited=1000)) == 1000


def test_those_on_one_platform_share_what_it_carries() -> None:
    scenario = a.scenario_of_three_municipalities({"policy": {**EXAMPLES["capacity_matched"], "start": "09:07"}})
    shares = [one.carried_per_s for one in send_outs(scenario, scenario.policy)]
    assert sum(shares) == pytest.approx(carried_sms_per_s(scenario))
    assert len(set(shares)) == 1  # each invites as many


def test_a_platform_that_is_matched_stays_below_the_utilisation_asked_for() -> None:
    scenario = a.scenario(
        {
            "behaviour.response": {"median": "1 s", "sigma": 0.0, "least": "0 s"},
            "behaviour.after_rejection.retry": 0.0,
            "invitation.invited": 600,
            "invitation.sms_rate": "1000/s",
            "policy": {"kind": "capacity_matched", "utilisation": "50 %", "pause": "20 s", "start": "09:07"},
        }
    )
    plan = plan_of(scenario, scenario.policy, 0)
    attempts = simulate(scenario, plan)
    decided = [one for one in attempts if one.outcome in ("CONFIRMED", "REJECTED")]
    # Each reservation takes the EPJ 500 ms x exp(0.5 ** 2 / 2) on average.
    busy = len(decided) * 0.5 * math.exp(0.125) / float(plan.sent_s.max())
    assert 0.35 < busy < 0.6


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_written_and_read_back_and_agrees_with_the_schema(kind: str) -> None:
    scenario = a.scenario({"policy": {**EXAMPLES[kind], "start": "09:07"}})
    text = scenario_toml(scenario)
    table = tomllib.loads(text)
    assert Scenario.model_validate(table) == scenario
    jsonschema.Draft7Validator(json_schema()).validate(plain(table))  # pyright: ignore[reportUnknownMemberType]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_goes_through_a_result_and_comes_back(kind: str) -> None:
    value = policy_value(any_rule(kind))
    adapter = TypeAdapter[PolicyValue](PolicyValue)
    assert policy_of(adapter.validate_json(adapter.dump_json(value))) == any_rule(kind)


def test_batches_stand_in_a_result_by_their_numbers_alone() -> None:
    assert policy_value(rule("batches")).model_dump() == {"batch_size": 40, "pause_s": 300.0, "start": "09:07"}


@pytest.mark.parametrize(
    ("kind", "nb", "en"),
    [
        ("batches", "bolker på 40 med opphold på 5 minutter", "batches of 40, 5 minutes apart"),
        ("ramp", "bolker som vokser med 5 om gangen, fra 5 til 40", "batches that grow by 5 at a time, from 5 to 40"),
        ("cohort_per_day", "30 % av de inviterte hver sendedag: bolker på 20", "30% of those invited each sending day"),
        ("capacity_matched", "bolker så store at plattformen er 60 % opptatt", "the platform is 60% busy"),
        ("feedback_on_rejections", "kuttes til 50 % når flere enn 5 % får avslag", "when more than 5% are rejected"),
        ("feedback_on_response_time", "når svartiden er over 2 sekunder", "when the response time is above 2 seconds"),
    ],
)
def test_every_kind_is_said_in_both_languages(kind: str, nb: str, en: str) -> None:
    value = policy_value(any_rule(kind))
    assert nb in sending_text(language_of("nb"), value).replace("\u00a0", " ")
    assert en in sending_text(language_of("en"), value).replace("\u00a0", " ")
    assert sending_label(language_of("nb"), value) != sending_label(
        language_of("nb"), batches_value(Batches.of("all", 0.0, dt.time(9)))
    )


def test_the_other_ways_to_say_a_kind() -> None:
    nb = language_of("nb")
    factor = rule("ramp", step=None, factor=1.5)
    assert "vokser 1,5 ganger hver gang" in sending_text(nb, policy_value(factor))
    ages = rule("cohort_per_day", share=None, cohorts=("65+", "45-64"), batch_size="all")
    assert sending_text(nb, policy_value(ages)) == "én aldersgruppe hver sendedag (65+ og 45-64): alle SMS samtidig"


def problems(*overrides: str, source: str = "ci-smoke") -> dict[str, Problem]:
    outcome = read(source, overrides)
    assert not isinstance(outcome, Scenario)
    return {problem.where: problem for problem in outcome}


def test_an_unknown_kind_is_refused_with_the_nearest() -> None:
    (problem,) = problems("policy.kind=rampe").values()
    assert (problem.where, problem.what, problem.hint) == ("policy.kind", "unknown kind", "did you mean ramp?")
    assert "capacity_matched" in (problems("policy.kind=5")["policy.kind"].hint or "")


@pytest.mark.parametrize(
    ("overrides", "where", "told"),
    [
        (["policy.first=4"], "policy.first", "first belongs to the kind ramp or feedback_on_rejections"),
        (["policy.kind=ramp", "policy.batch_size=4"], "policy.batch_size", "belongs to the kind batches or cohort_per"),
        (["policy.kind=ramp", "policy.largst=4"], "policy.largst", "did you mean largest?"),
        (["policy.kind=ramp", "policy.first=9", "policy.largest=8", "policy.step=1"], "policy", "first = 50, largest"),
        (["policy.kind=ramp", "policy.first=9", "policy.largest=9"], "policy", "step = 50, or factor = 1.5"),
        (["policy.kind=cohort_per_day"], "policy", 'share = "20 %"'),
        (["policy.kind=cohort_per_day", 'policy.cohorts=["65+"]'], "policy.cohorts", "invitation.cohort"),
        (["policy.kind=capacity_matched", "policy.pause=0 s"], "policy.pause", "from the start of one batch"),
    ],
)
def test_keys_that_do_not_belong_to_the_kind_are_refused_with_a_way_out(
    overrides: list[str], where: str, told: str
) -> None:
    assert told in (problems(*overrides)[where].hint or "")


@pytest.mark.parametrize(
    ("cohorts", "what"),
    [
        ('["65+", "18-25"]', "the register has no age group '18-25'"),
        ('["65+", "18-54"]', "these age groups are not those who are invited"),
        ('["65+", "18-64", "18-24"]', "these age groups are not those who are invited"),
    ],
)
def test_age_groups_must_be_all_who_are_invited_and_nobody_twice(cohorts: str, what: str) -> None:
    asked = ("invitation.cohort=18+", "policy.kind=cohort_per_day", f"policy.cohorts={cohorts}")
    assert problems(*asked, source="medium")["policy.cohorts"].what == what


def test_another_kind_by_set_takes_what_it_shares_with_the_file_and_leaves_the_rest() -> None:
    scenario = load("ci-smoke", ["policy.kind=capacity_matched"])
    assert scenario.policy == rule("capacity_matched", utilisation=0.7, pause="5 min")


@pytest.mark.parametrize(
    ("overrides", "told"),
    [
        (["policy.kind=ramp", "policy.first=10", "policy.largest=40", "policy.step=10"],
         "5 batches of 10 to 40 SMS, the last one on 2021-05-03 at 09:27"),
        (["policy.kind=cohort_per_day", "policy.share=0.5"], "4 batches of 20 to 40 SMS, the last one on 2021-05-04"),
        ([f"policy={toml_text({**EXAMPLES['feedback_on_rejections'], 'start': '09:07'})}"],
         "20 SMS first, then 5 to 80 every 1 min as figures say"),
    ],
)  # fmt: skip
def test_a_check_says_what_a_policy_makes_of_the_sms(overrides: list[str], told: str) -> None:
    text, fit = check_text("ci-smoke", overrides)
    assert fit
    assert told in text


def test_more_at_once_than_stopped_stavanger_is_doubted_whatever_the_kind() -> None:
    crowd = ["invitation.invited=30000", "policy.kind=cohort_per_day", "policy.share=0.5", "policy.batch_size=all"]
    told = [one.what for one in warnings_of(load("stavanger-2021", crowd)) if one.where == ("policy",)]
    assert any("15,000 SMS at once; 10,000 stopped Stavanger" in one for one in told)


def test_a_policy_can_be_named_as_a_scenario_file_has_it() -> None:
    scenario = a.scenario()
    asked = '{ kind = "ramp", first = 5, largest = 40, step = 5, pause = "5 min" }'
    assert policy_named(scenario, asked) == rule("ramp")
    with pytest.raises(ValueError, match=r"policy\.kind unknown kind \(did you mean ramp\?\)"):
        policy_named(scenario, asked.replace("ramp", "rampe"))
    with pytest.raises(ValueError, match="is no TOML table"):
        policy_named(scenario, "{ kind = ramp }")


@pytest.mark.parametrize("kind", EXAMPLES)
def test_a_simulation_of_any_kind_is_said_on_the_screen_and_kept_as_a_result(kind: str) -> None:
    scenario = a.scenario({"policy": {**EXAMPLES[kind], "start": "09:07"}, "experiment.runs": {"min": 2, "max": 2}})
    result = simulated(scenario, scenario.policy, jobs=1, progress=None, command=["bolk"])
    assert Result.model_validate_json(result.json_text()) == result
    sending = sending_text(language_of("nb"), policy_value(scenario.policy))
    assert sending.replace("\u00a0", " ") in " ".join(simulate_screen(result, "nb").split())
    assert sum(line.count for line in result.schedule) == (120 if kind in OPEN_LOOP else 0)


def test_a_report_of_feedback_is_written_and_a_schedule_only_of_what_is_known_before(tmp_path: Path) -> None:
    for kind, files in (("feedback_on_rejections", 0), ("ramp", 4)):
        scenario = a.scenario({"policy": {**EXAMPLES[kind], "start": "09:07"}, "experiment.runs": {"min": 2, "max": 2}})
        result = simulated(scenario, scenario.policy, jobs=1, progress=None, command=["bolk"])
        pages = write_report(result, [], tmp_path)
        text = pages[0].read_text(encoding="utf-8")
        assert ("kuttes til 50" in text and "Tallene er så gamle" in text) or kind == "ramp"
        assert len(write_schedule(result, tmp_path)) == files


def test_naming_the_kind_that_is_understood_changes_no_digest() -> None:
    assert sha256_of(load("ci-smoke", ["policy.kind=batches"])) == sha256_of(load("ci-smoke"))
