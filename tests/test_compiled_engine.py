"""The compiled engine makes the very attempts that the SimPy model makes, in the same order, ties and all.

`make nightly` runs the same comparison over thousands of scenarios instead of hundreds.
"""

import os
import shutil
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from scenarios.attempts import Operation, Outcome, Status
from scenarios.background import Background
from scenarios.booking_platform import Platform
from scenarios.choice import Pick
from scenarios.columns import ATTEMPT_ROW, OPERATIONS, OUTCOMES, REQUEST_ROW, STATUSES, attempts_of, columns_of
from scenarios.plan import Plan, plan_of, unsent_of
from scenarios.plan_source import PlanSource
from scenarios.policies.feedback_on_rejections import FeedbackOnRejections
from scenarios.policies.feedback_on_response_time import FeedbackOnResponseTime
from scenarios.policy import WithFeedback
from scenarios.run import run_of
from scenarios.scenario import Scenario
from scenarios.sending import send_outs, their_send_outs
from scenarios.strategy import Listing, QueueOrder, Strategy
from simulation import compiled, tallying
from simulation import kernel as kernel_package
from simulation.compiled import Prepared, live, live_drawing
from simulation.compiled_life import CompiledLife
from simulation.kernel import codes, layout
from simulation.kernel.keeping import is_kept
from simulation.measuring import measure
from simulation.replication import simulate
from simulation.sender import sent_by_feedback
from simulation.service_times import COLUMN, EHR
from simulation.simpy_life import SimpyLife
from tests import a

loop = pytest.importorskip("simulation.kernel.loop", reason="numba is not there", exc_type=ImportError)
compiling = pytest.importorskip("simulation.kernel.compiling", reason="numba is not there", exc_type=ImportError)

EXAMPLES = int(os.environ.get("BOLK_ENGINE_EXAMPLES", "150"))
GRID_S = np.array([0.0, 0.0, 0.5, 1.0, 1.0, 2.0, 5.0])
"""Lengths of time on a coarse grid: with them nearly everything happens at the same moment as something else."""
QUEUE_S = np.array([0.0, 1.0, 14.0, 15.0, 15.5, 60.0, 240.0])
"""Around the longest time between two questions at the waiting room."""
FORMS_S = np.array([0.0, 1.0, 599.0, 599.5, 600.0, 600.5, 601.0])
"""Around the time that a hold lasts."""


SLOW_HERE = {"median": "1 min", "sigma": 0.5,
             "groups": [{"share": "20 %", "median": "1 s", "sigma": 0.0}]}  # fmt: skip
"""How those of one municipality answer, all there are or one of two."""


@dataclass(frozen=True)
class Case:
    """A small scenario with its plan."""

    scenario: Scenario
    plan: Plan
    source: PlanSource | None
    """What the plan was drawn from, if it is as drawn."""


@st.composite
def afterwards(draw: st.DrawFn) -> dict[str, Any]:
    """Some who cancel, at moments when others look or wait, and some who wait for what comes free."""
    if draw(st.booleans()):
        return {}
    cancel = {
        "share": draw(st.sampled_from(["30 %", "100 %"])),
        "median": draw(st.sampled_from(["1 s", "30 s", "10 min"])),
        "sigma": draw(st.sampled_from([0.0, 1.0])),
    }
    waitlist = draw(st.sampled_from([{}, {"behaviour.waitlist": "50 %"}, {"behaviour.waitlist": "100 %"}]))
    return draw(st.sampled_from([{"behaviour.cancel": cancel}, {}])) | waitlist


@st.composite
def doors(draw: st.DrawFn) -> dict[str, Any]:
    """A waiting room, or none: full or not, with sessions that end on the way, and with some who are forgotten."""
    if draw(st.booleans()):
        return {}
    room = {
        "total_active_users": draw(st.sampled_from([1, 3, 1000])),
        "new_users_per_minute": draw(st.sampled_from([1, 5, 20, 1000])),
        "session_duration": draw(st.sampled_from(["3 s", "10 s", "60 s", "100 ms", "15 min"])),
        "order": draw(st.sampled_from([order.value for order in QueueOrder])),
    }
    return {
        "platform.waiting_room": room,
        "behaviour.patience.queue": draw(st.sampled_from(["5 s", "1 min", "5 min", "10 h"])),
    }


@st.composite
def record_systems(draw: st.DrawFn) -> dict[str, Any]:
    """A record system that may stand still, and to which deliveries may fail, or be just in time."""

    def one_of(*options: Any) -> Any:
        return draw(st.sampled_from(options))

    station = {"workers": one_of(1, 2), "service_time": one_of("1 s", "4 s", "10 ms")}
    stops = [{"from": "2 s", "to": "5 s"}, {"from": "30 s", "to": "1 min"}]
    stopped = {"stopped": stops[: one_of(1, 2)]} if draw(st.booleans()) else {}
    if draw(st.booleans()):
        return station | stopped
    failing = one_of({"timeout": "1 s"}, {"timeout": "3 s"}, {"failing": "50 %"}, {"timeout": "5 s", "failing": "10 %"})
    again = one_of({}, {"redeliver_after": "1 s", "deliveries": 1}, {"redeliver_after": "500 ms", "deliveries": 3})
    return station | stopped | failing | again


@st.composite
def backgrounds(draw: st.DrawFn, platform: Platform) -> Platform:
    """Others on the same platform, or none: at every station or some, now and then or nearly too many, by the hour."""
    if draw(st.sampled_from([True, True, False])):
        return platform
    stations = draw(st.lists(st.sampled_from(["login", "pages", "ehr"]), min_size=1, max_size=3, unique=True))
    use = draw(st.sampled_from([0.3, 0.9]))
    load: dict[str, Any] = {}
    for one in stations:
        load[one] = f"{min(0.2, use * platform.most_per_s[one]):.6f}/s"  # so slow that days of it are soon lived
    if draw(st.booleans()):
        load["hours"] = [
            {"from": "09:07", "to": "09:07:20", "times": draw(st.sampled_from([0.1, 40.0]))},
            {"from": "09:08", "to": "10:00", "times": 0.5},
        ]
    return platform.model_copy(update={"background": Background.model_validate(load)})


@st.composite
def cases(draw: st.DrawFn) -> Case:
    def one_of(*options: Any) -> Any:
        return draw(st.sampled_from(options))

    sigma = one_of(0.0, 0.0, 0.5, 2.0)
    service = one_of("1 s", "500 ms", "60 ms", "20 s")
    dates = ["2021-05-10", "2021-05-12"]
    book = {"book": "Hall", "open": {"from": "08:00", "to": "09:00"}}
    places = [{"parallel": one_of(1, 2, 5), "length": one_of("5 min", "30 min")} for _ in range(one_of(1, 1, 2))]
    own = {"names": ["Oslo"], "policy": {"start": one_of("09:07", "09:08"), "batch_size": one_of("all", 9)}}
    towns: dict[str, Any] = one_of(
        {"names": ["Bergen", "Oslo"]}, {"names": ["Bergen", "Oslo"], "rules": [own]},
        {"name": "X", "number": "9999", "population": 800},
    )  # fmt: skip
    here = towns.get("name", "Bergen")
    scenario = a.scenario(
        {
            "municipality": towns,
            "invitation.invited": draw(st.integers(1, 60)),
            "slots": [{**book, "dates": dates[: one_of(1, 2)], **place} for place in places],
            "policy": {"start": "09:07", "pause": one_of("1 s", "60 s"), **one_of(
                {"batch_size": "all"}, {"batch_size": 7, "pause": "0 s"}, {"batch_size": 7},
                {"kind": "ramp", "first": 1, "largest": 20, "step": 3}, {"kind": "capacity_matched"},
                {"kind": "cohort_per_day", "share": 0.5})},
            "behaviour.response": {"median": one_of("1 s", "30 s"), "sigma": sigma, "least": "0 s",
                                   "groups": one_of([], [{"share": "60 %", "median": "2 s", "sigma": 1.0}]),
                                   "crowds": one_of([], [SLOW_HERE | {"municipalities": [here]}])},
            "behaviour.awake": one_of(None, {"from": "07:00", "to": "22:00"}),
            "behaviour.session": {"login": "1 s", "choose": one_of("1 s", "20 s"), "sigma": sigma,
                                  "form": one_of("0 s", "1 s", "10 min"), "poll": one_of("500 ms", "3 s")},
            "behaviour.slot_choice": one_of(
                {"first": 1.0, "preferred": 0.0, "uniform": 0.0}, {"first": 0.4, "preferred": 0.3, "uniform": 0.3}
            ),
            "behaviour.after_rejection": {"retry": one_of(1.0, 0.5), "decay": one_of(1.0, 0.7), "wait": "5 s",
                                          "give_up_after": one_of(1, 2, 6)},
            "behaviour.patience": {"page": one_of("1 s", "3 s", "30 s", "10 h"), "answer": one_of("2 s", "60 s"),
                                   "sigma": sigma},
            "platform.workers": one_of(1, 2, 50),
            "platform.service_time": {"list": service, "confirm": one_of("1 s", "120 ms"),
                                      **one_of({}, {"days": "2 s", "inbox": "500 ms", "hold": "250 ms"})},
            "platform.login": {"workers": one_of(1, 3), "service_time": one_of("1 s", "10 ms")},
            "platform.ehr": draw(record_systems()),
            "platform.sigma": sigma,
            "platform.strategy": draw(st.sampled_from(Strategy)).value,
            "platform.listing": draw(st.sampled_from(Listing)).value,
            "behaviour.forwarded": one_of(None, None, {"share": one_of("100 %", "30 %"), "to": one_of(1, 2),
                                                       "after": one_of("1 s", "1 min"), "sigma": sigma}),
            "behaviour.reload": one_of(None, {"share": one_of("100 %", "50 %"), "after": one_of("500 ms", "1 s", "5 s"),
                                              "sigma": sigma, "most": one_of(1, 2, 5)}),
            "platform.list_age": one_of(None, None, "0 s", "1 s", "7 s", "3 min"),
            "experiment.seed": draw(st.integers(0, 2**32)),
        }
        | draw(doors())
        | draw(afterwards())
    )  # fmt: skip
    scenario = scenario.model_copy(update={"platform": draw(backgrounds(scenario.platform))})
    source = PlanSource(scenario=scenario, policy=scenario.policy, replication=draw(st.integers(0, 3)))
    plan = source.plan()
    if draw(st.booleans()):
        return Case(scenario, _on_a_grid(plan, draw(st.integers(0, 2**32))), None)
    return Case(scenario, plan, source)


def _on_a_grid(plan: Plan, seed: int) -> Plan:
    """The same people with every length of time taken from a few whole ones."""
    rng = np.random.default_rng(seed)
    each, each_try = plan.planned_s.shape, plan.choose_s.shape
    return replace(
        plan,
        planned_s=rng.choice(GRID_S, each),
        login_s=rng.choice(GRID_S, each),
        page_patience_s=rng.choice(GRID_S * 4, each),
        answer_patience_s=rng.choice(GRID_S * 4, each),
        choose_s=rng.choice(GRID_S, each_try),
        form_s=rng.choice(FORMS_S if rng.random() < 0.5 else GRID_S, each_try),
        wait_s=rng.choice(GRID_S, each_try),
        reload_after_s=None if plan.reloads is None else rng.choice([0.5, 1.0, 1.0, 2.0], each),
        queue_patience_s=None if plan.queue_patience_s is None else rng.choice(QUEUE_S, each),
    )


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cases())
def test_both_engines_make_the_same_attempts_bit_for_bit(case: Case) -> None:
    attempts = simulate(case.scenario, case.plan)
    for outcome in {attempt.outcome for attempt in attempts}:
        event(outcome.value)
    event(case.scenario.platform.strategy.value)
    columns = live(case.scenario, case.plan)
    assert attempts_of(columns) == attempts
    assert columns.digest() == columns_of(attempts).digest()
    if case.source is not None:
        assert live_drawing(case.source).digest() == columns.digest()
        expected = run_of(case.scenario, case.plan, columns, with_timeline=True)
        assert measure(case.source, with_timeline=True) == replace(expected, plan_sha256=case.source.sha256)


@st.composite
def feedback(draw: st.DrawFn) -> WithFeedback:
    def one_of(*options: Any) -> Any:
        return draw(st.sampled_from(options))

    least = one_of(1, 5)
    rule = {
        "first": least + one_of(0, 3), "increase": one_of(1, 4), "decrease": one_of(0.3, 0.5), "least": least,
        "most": 30, "window": one_of("1 s", "10 s", "5 min"), "delay": one_of("0 s", "1 s", "2500 ms"),
        "pause": one_of("1 s", "5 s", "100 ms", "2 min"), "start": "09:07",
    }  # fmt: skip
    if draw(st.booleans()):
        return FeedbackOnRejections.model_validate(
            {**rule, "kind": "feedback_on_rejections", "target": one_of(0.0, 0.2)}
        )
    return FeedbackOnResponseTime.model_validate(
        {**rule, "kind": "feedback_on_response_time", "target": one_of("100 ms", "1 s", "3 s")}
    )


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cases(), feedback(), st.integers(0, 2**32), st.booleans())
def test_both_engines_decide_alike_under_feedback_bit_for_bit(
    case: Case, policy: WithFeedback, seed: int, coarse: bool
) -> None:
    scenario, outs = case.scenario, send_outs(case.scenario, policy)
    unsent = unsent_of(scenario, policy, 0)
    known = {index: one.sent_s() for index, one in their_send_outs(scenario, policy).items()}
    if coarse:  # nearly everything happens at the moment of a decision
        delay_s = np.random.default_rng(seed).choice(GRID_S, unsent.plan.citizens)
        unsent = replace(unsent, plan=_on_a_grid(unsent.plan, seed), delay_s=delay_s)
        outs = tuple(replace(one, sms_per_s=2.0) for one in outs)
    one, other = SimpyLife(scenario, unsent.plan), CompiledLife(scenario, unsent.plan)
    plan, same = (sent_by_feedback(policy, outs, unsent, life, known) for life in (one, other))
    event(f"{min(len(np.unique(plan.sent_s)), 4)} moments or more")
    assert plan.sha256 == same.sha256
    assert attempts_of(other.record()) == attempts_of(one.record())
    assert other.record().digest() == one.record().digest()


@pytest.mark.parametrize("strategy", Strategy)
def test_both_engines_agree_when_nearly_everything_happens_at_the_same_moment(strategy: Strategy) -> None:
    # Seven of ten of these differ if an opening of the page comes after a timeout of the same moment, not before it.
    for seed in range(8):
        scenario = _on_the_beat(strategy, seed)
        plan = _on_a_grid(plan_of(scenario, scenario.policy, 0), seed)
        assert attempts_of(live(scenario, plan)) == simulate(scenario, plan)


@pytest.mark.parametrize("strategy", Strategy)
def test_both_engines_agree_when_nearly_everything_happens_at_the_moment_of_a_decision(strategy: Strategy) -> None:
    # Some of these differ if whoever comes goes before every timeout of the moment, and nearly all if behind every one.
    rule = {**ON_A_BEAT, "kind": "feedback_on_rejections", "target": 0.2}
    policy = FeedbackOnRejections.model_validate(rule)
    for seed in range(8):
        scenario = _on_the_beat(strategy, seed)
        unsent = unsent_of(scenario, policy, 0)
        delay_s = np.random.default_rng(seed).choice(GRID_S, unsent.plan.citizens)
        unsent = replace(unsent, plan=_on_a_grid(unsent.plan, seed), delay_s=delay_s)
        outs = [replace(one, sms_per_s=2.0) for one in send_outs(scenario, policy)]
        one, other = SimpyLife(scenario, unsent.plan), CompiledLife(scenario, unsent.plan)
        plan, same = (sent_by_feedback(policy, outs, unsent, life) for life in (one, other))
        assert attempts_of(other.record()) == attempts_of(one.record())
        assert plan.sha256 == same.sha256


ON_A_BEAT = {"first": 3, "increase": 2, "least": 1, "most": 9, "window": "10 s", "delay": "1 s", "pause": "2 s",
             "start": "09:07"}  # fmt: skip


def _on_the_beat(strategy: Strategy, seed: int) -> Scenario:
    """A platform that is done with everything after whole and half seconds."""
    return a.scenario(
        {
            "invitation.invited": 50,
            "slots": [{"book": "Hall", "dates": ["2021-05-10"], "open": {"from": "08:00", "to": "09:00"},
                       "length": "5 min", "parallel": 1 + seed % 3}],
            "behaviour.patience": {"page": "30 s", "answer": "60 s"},
            "platform.workers": 2 + seed % 2,
            "platform.service_time": {"list": "500 ms", "confirm": "1 s"},
            "platform.login": {"workers": 3, "service_time": "500 ms"},
            "platform.ehr": {"workers": 1 + seed % 2, "service_time": "1 s"},
            "platform.sigma": 0.0,
            "platform.strategy": strategy.value,
            "experiment.seed": seed,
        }
    )  # fmt: skip


@pytest.mark.parametrize("strategy", Strategy)
@pytest.mark.parametrize("order", QueueOrder)
def test_both_engines_agree_at_a_door_where_many_stand_at_the_same_moment(
    strategy: Strategy, order: QueueOrder
) -> None:
    # Sessions end so soon that the line outgrows the kernel's room for it, and more lots are drawn than there are.
    outgrown = False
    for seed in range(4):
        scenario = a.scenario(
            {
                "invitation.invited": 60,
                "slots": [{"book": "Hall", "dates": ["2021-05-10"], "open": {"from": "08:00", "to": "09:00"},
                           "length": "5 min", "parallel": 1}],
                "behaviour.patience": {"page": "30 s", "answer": "60 s", "queue": "2 min"},
                "behaviour.after_rejection": {"retry": 1.0, "wait": "5 s", "give_up_after": 6},
                "platform.sigma": 0.0,
                "platform.strategy": strategy.value,
                "platform.waiting_room": {"total_active_users": 3 + seed, "new_users_per_minute": 100,
                                          "session_duration": "500 ms", "order": order.value},
                "experiment.seed": seed,
            }
        )  # fmt: skip
        plan = _on_a_grid(plan_of(scenario, scenario.policy, 0), seed)
        plan = replace(plan, queue_patience_s=np.full(plan.citizens, 200.0))
        run = Prepared.of(scenario, plan)
        assert attempts_of(run.run()) == simulate(scenario, plan)
        assert run.room is not None
        outgrown |= bool(run.room.room["arrivals"] > max(run.room.room["line_room"], plan.citizens))
    assert outgrown or strategy is not Strategy.QUEUED, "nobody else asks for so much"


@pytest.mark.parametrize("strategy", Strategy)
def test_both_engines_agree_where_a_place_comes_free_at_the_moment_at_which_others_look(strategy: Strategy) -> None:
    given = 0
    for seed in range(6):
        scenario = a.scenario(
            {
                "invitation.invited": 60,
                "slots": [{"book": "Hall", "dates": ["2021-05-10"], "open": {"from": "08:00", "to": "09:00"},
                           "length": "30 min", "parallel": 2}],
                "behaviour.cancel": {"share": "80 %", "median": "1 s", "sigma": 0.0},
                "behaviour.waitlist": "60 %",
                "behaviour.patience": {"page": "30 s", "answer": "60 s"},
                "platform.workers": 3,
                "platform.service_time": {"list": "500 ms", "confirm": "1 s"},
                "platform.ehr": {"workers": 1 + seed % 2, "service_time": "1 s"},
                "platform.sigma": 0.0,
                "platform.strategy": strategy.value,
                "experiment.seed": seed,
            }
        )  # fmt: skip
        plan = _on_a_grid(plan_of(scenario, scenario.policy, 0), seed)
        attempts = simulate(scenario, plan)
        given += sum(one.outcome is Outcome.CONFIRMED and not one.requests for one in attempts)
        assert attempts_of(live(scenario, plan)) == attempts
    assert given > 5


def test_both_engines_agree_where_messages_come_again_at_the_moment_at_which_the_record_system_goes_on() -> None:
    # Everything lasts whole seconds, so deliveries, stops and looks in the inbox meet.
    met = set[Outcome]()
    for seed in range(12):
        scenario = a.scenario(
            {
                "invitation.invited": 50,
                "behaviour.patience": {"page": "30 s", "answer": "2 min"},
                "platform.workers": 3,
                "platform.service_time": {"list": "500 ms", "confirm": "1 s"},
                "platform.ehr": {"workers": 1 + seed % 3, "service_time": "1 s", "failing": "60 %",
                                 "redeliver_after": "2 s", "deliveries": 1 + seed % 4,
                                 "stopped": [{"from": "8 s", "to": "12 s"}, {"from": "20 s", "to": "21 s"}]},
                "platform.sigma": 0.0,
                "experiment.seed": seed,
            }
        )  # fmt: skip
        plan = replace(_on_a_grid(plan_of(scenario, scenario.policy, 0), seed), poll_s=1.0)
        attempts = simulate(scenario, plan)
        met |= {one.outcome for one in attempts}
        assert attempts_of(live(scenario, plan)) == attempts
    assert met >= {Outcome.CONFIRMED, Outcome.REJECTED, Outcome.FAILED}


@pytest.mark.parametrize("strategy", Strategy)
def test_both_engines_agree_on_a_rush_of_a_thousand(strategy: Strategy) -> None:
    scenario = a.scenario(
        {
            "invitation.invited": 1000,
            "policy.batch_size": "all",
            "platform.strategy": strategy.value,
            "behaviour.patience": {"page": "60 s", "answer": "2 min"},
        }
    )
    source = PlanSource(scenario=scenario, policy=scenario.policy, replication=0)
    plan = source.plan()
    assert columns_of(simulate(scenario, plan)).digest() == live(scenario, plan).digest()
    assert live_drawing(source).digest() == live(scenario, plan).digest()
    run = run_of(scenario, plan, live(scenario, plan), with_timeline=False)
    assert measure(source) == replace(run, plan_sha256=source.sha256)


def test_a_record_that_outgrows_its_room_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = a.scenario({"behaviour.session": {"login": "20 s", "choose": "20 s", "poll": "20 ms"}})
    plan = plan_of(scenario, scenario.policy, 0)
    monkeypatch.setattr(compiled, "SLICE", 7)
    record = live(scenario, plan)
    assert len(record.requests) > 8 * int(plan.acts.sum()) + 16
    assert attempts_of(record) == simulate(scenario, plan)


@pytest.mark.parametrize("strategy", Strategy)
def test_however_many_are_on_the_way_room_is_made_for_them(strategy: Strategy, monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = a.scenario({"policy.batch_size": "all", "platform.strategy": strategy.value})
    source = PlanSource(scenario=scenario, policy=scenario.policy, replication=0)
    roomy = live(scenario, source.plan()).digest()
    monkeypatch.setattr(compiled, "ON_THE_WAY", 1)
    assert live(scenario, source.plan()).digest() == live_drawing(source).digest() == roomy


def test_what_is_counted_is_taken_out_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = a.scenario()
    source = PlanSource(scenario=scenario, policy=scenario.policy, replication=0)
    at_once = measure(source)
    monkeypatch.setattr(tallying, "KEPT", 16)
    monkeypatch.setattr(compiled, "KEPT", 16)
    assert measure(source) == at_once


def test_nobody_acting_is_an_empty_record() -> None:
    scenario = a.scenario({"behaviour.uptake": 0.0})
    assert attempts_of(live(scenario, plan_of(scenario, scenario.policy, 0))) == []


def test_a_run_ends_soon_after_it_is_told_to(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = a.scenario()
    stop = threading.Event()
    stop.set()
    monkeypatch.setattr(compiled, "SLICE", 100)
    with pytest.raises(compiled.Stopped):
        live(scenario, plan_of(scenario, scenario.policy, 0), stop)


def test_more_citizens_than_an_event_can_name_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = a.scenario()
    monkeypatch.setattr(codes, "MOST_CITIZENS", 50)
    with pytest.raises(compiled.TooManyEvents, match="50"):
        live(scenario, plan_of(scenario, scenario.policy, 0))


def test_the_numbers_in_the_kernel_are_those_of_the_enums() -> None:
    assert [getattr(codes, one.name) for one in OPERATIONS] == list(range(len(OPERATIONS)))
    assert list(Pick) == [codes.FIRST, codes.PREFERRED, codes.UNIFORM]
    strategies = [Strategy.QUEUED, Strategy.IMMEDIATE, Strategy.HOLD, Strategy.ASSIGN]
    assert [tuple(Strategy).index(one) for one in strategies] == [
        codes.QUEUED, codes.IMMEDIATE, codes.HOLDING, codes.ASSIGN,
    ]  # fmt: skip
    for outcome in (Outcome.CONFIRMED, Outcome.REJECTED, Outcome.NO_SLOT, Outcome.FAILED, Outcome.UNKNOWN,
                    Outcome.ABANDONED):  # fmt: skip
        assert getattr(codes, outcome.name) == OUTCOMES.index(outcome)
    for status in (Status.OK, Status.FAILED, Status.UNKNOWN, Status.ABANDONED):
        assert getattr(codes, f"STATUS_{status.name}") == STATUSES.index(status)
    assert [COLUMN[one] for one in OPERATIONS[:6]] == [0, 1, 2, 3, 4, 5]
    assert (COLUMN[Operation.HOLD], EHR) == (codes.HOLD_COLUMN, codes.EHR_COLUMN)
    assert (layout.ATTEMPT, layout.REQUEST) == (ATTEMPT_ROW, REQUEST_ROW)


def test_an_edit_anywhere_in_the_kernel_is_compiled_anew(tmp_path: Path) -> None:
    kernel = Path(kernel_package.__file__).parent
    assert compiling.compiled(loop.advance).__qualname__ == f"advance_{compiling.digest_of(kernel)}"
    files = [shutil.copy(path, tmp_path) for path in kernel.glob("*.py")]
    assert compiling.digest_of(tmp_path) == compiling.digest_of(kernel)
    digests = {compiling.digest_of(tmp_path)}
    for file in map(Path, files):
        file.write_bytes(file.read_bytes() + b"#")
        digests.add(compiling.digest_of(tmp_path))
    assert len(digests) == len(files) + 1


def test_a_kernel_is_known_to_be_kept_until_it_is_edited(tmp_path: Path) -> None:
    live(a.scenario(), plan_of(a.scenario(), a.scenario().policy, 0))
    assert is_kept() or "NUMBA_CACHE_DIR" in os.environ
    kernel = Path(kernel_package.__file__).parent
    for path in kernel.glob("*.py"):
        shutil.copy(path, tmp_path)
    assert not is_kept(tmp_path)
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / f"loop.advance_{compiling.digest_of(kernel)}-1.py311.nbi").touch()
    assert is_kept(tmp_path)
    (tmp_path / "loop.py").write_text("edited")
    assert not is_kept(tmp_path)


@pytest.mark.parametrize("strategy", Strategy)
def test_both_engines_make_a_list_anew_at_the_same_moment(strategy: Strategy) -> None:
    # On the grid requests come exactly when a list is as old as it may be, before it and after it, and holds end.
    for seed in range(6):
        scenario = a.scenario(
            {
                "invitation.invited": 60,
                "slots": [{"book": "Hall", "dates": ["2021-05-10", "2021-05-11"], "length": "15 min", "parallel": 2,
                           "open": {"from": "08:00", "to": "09:00"}}],
                "behaviour.patience": {"page": "10 min", "answer": "10 min"},
                "platform.workers": 50,
                "platform.service_time": {"list": "500 ms", "confirm": "500 ms"},
                "platform.login": {"workers": 50, "service_time": "500 ms"},
                "platform.ehr": {"workers": 1, "service_time": "500 ms"},
                "platform.sigma": 0.0,
                "platform.strategy": strategy.value,
                "platform.listing": ("earliest", "spread")[seed % 2],
                "platform.list_age": ("0 s", "500 ms", "1 s", "5 s", "30 s", "10 min")[seed],
                "experiment.seed": seed,
            }
        )  # fmt: skip
        plan = _on_a_grid(plan_of(scenario, scenario.policy, 0), seed)
        assert attempts_of(live(scenario, plan)) == simulate(scenario, plan)


@pytest.mark.parametrize("strategy", Strategy)
def test_both_engines_agree_on_reloads_that_come_with_the_answer(strategy: Strategy) -> None:
    # On the grid an answer, the next reload and the end of patience fall on the same moment again and again.
    replaced = 0
    for seed in range(8):
        scenario = a.scenario(
            {
                "invitation.invited": 50,
                "slots": [{"book": "Hall", "dates": ["2021-05-10"], "open": {"from": "08:00", "to": "09:00"},
                           "length": "5 min", "parallel": 1 + seed % 3}],
                "behaviour.patience": {"page": "30 s", "answer": "60 s"},
                "behaviour.reload": {"share": "80 %", "after": "1 s", "most": 1 + seed % 4},
                "platform.workers": 3 + seed % 3,
                "platform.service_time": {"list": "500 ms", "confirm": "1 s"},
                "platform.login": {"workers": 3, "service_time": "500 ms"},
                "platform.ehr": {"workers": 1 + seed % 2, "service_time": "1 s"},
                "platform.sigma": 0.0,
                "platform.strategy": strategy.value,
                "platform.list_age": (None, "2 s")[seed % 2],
                "experiment.seed": seed,
            }
        )  # fmt: skip
        plan = _on_a_grid(plan_of(scenario, scenario.policy, 0), seed)
        attempts = simulate(scenario, plan)
        assert attempts_of(live(scenario, plan)) == attempts
        replaced += sum(len([one for one in each.requests[:-1] if one.status is Status.ABANDONED]) for each in attempts)
    assert replaced > 400


def test_moments_of_reloads_that_were_not_needed_outgrow_no_heap() -> None:
    # Everybody looks in the inbox again and again, and each look leaves a moment behind.
    scenario = a.scenario(
        {
            "behaviour.session": {"login": "20 s", "choose": "20 s", "poll": "100 ms"},
            "behaviour.reload": {"share": "100 %", "after": "20 s"},
            "policy.batch_size": "all",
            "platform.ehr": {"workers": 1, "service_time": "1 s"},
        }
    )
    plan = plan_of(scenario, scenario.policy, 0)
    run = Prepared.of(scenario, plan)
    room = len(run.arrays["heap"])
    record = run.run()
    assert len(run.arrays["heap"]) > room
    assert attempts_of(record) == simulate(scenario, plan)


@pytest.mark.parametrize("slots_per_s", [2.0**-10, 1.0, 2.0**20])
def test_how_long_a_slot_of_time_is_changes_nothing(slots_per_s: float) -> None:
    scenario = a.scenario({"policy.batch_size": "all"})
    plan = plan_of(scenario, scenario.policy, 0)
    run = Prepared.of(scenario, plan)
    run.world["slots_per_s"] = slots_per_s
    record, usual = run.run(), live(scenario, plan)
    assert record.attempts.tobytes() == usual.attempts.tobytes()
    assert record.requests.tobytes() == usual.requests.tobytes()
