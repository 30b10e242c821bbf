"""A plan from the middle: what has gone has gone, and the rest is planned from then on."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from reports.advice import the_answer
from reports.blocks import Paragraph
from reports.language import language_of
from reports.terminal import recommend_screen
from scenarios.inventory import total_invited
from scenarios.levers import Lever, turned
from scenarios.plan_source import PlanSource
from scenarios.policies.batches import Batches
from scenarios.policies.feedback_on_rejections import FeedbackOnRejections
from scenarios.policy import Policy, sent_times
from scenarios.scenario import Scenario
from scenarios.sending import largest_send_out, with_rule_followed
from scenarios.streams import FloatArray
from simulation.answer import recommendation_of
from simulation.engine import Engine, run_with
from simulation.search import Finding
from tests import a, a_result

START = dt.time(9, 7)


def _under_way(sent: int, at: str, **changes: object) -> Scenario:
    already = {"invitation.already": {"sent": sent, "at": at}}
    return with_rule_followed(a.scenario(already | {key.replace("__", "."): value for key, value in changes.items()}))


def _sent_s(scenario: Scenario, policy: Policy) -> FloatArray:
    assert isinstance(policy, Batches)
    return sent_times(policy, largest_send_out(scenario, policy))


@given(batches=st.integers(1, 3), size=st.integers(20, 39), pause_min=st.integers(2, 15))
@settings(max_examples=15, deadline=None)
def test_who_goes_on_as_before_from_the_next_batch_on_sends_as_if_nobody_had_asked(
    batches: int, size: int, pause_min: int
) -> None:
    rule = {"batch_size": size, "pause": f"{pause_min} min", "start": "09:07"}
    whole = a.scenario({"policy": rule})
    at = (dt.datetime.combine(dt.date(2021, 5, 3), START) + dt.timedelta(minutes=batches * pause_min)).time()
    halfway = _under_way(batches * size, f"{at:%H:%M}", policy=rule)
    assert halfway.invitation.already is not None
    assert halfway.invitation.already.followed == whole.policy
    assert np.array_equal(_sent_s(halfway, whole.policy), _sent_s(whole, whole.policy))


@given(sent=st.integers(1, 119), minutes=st.integers(1, 200), size=st.integers(1, 120))
@settings(max_examples=30, deadline=None)
def test_everybody_has_one_sms_and_the_rest_none_before_the_hour(sent: int, minutes: int, size: int) -> None:
    at_s = minutes * 60.0
    at = (dt.datetime.combine(dt.date(2021, 5, 3), START) + dt.timedelta(seconds=at_s)).time()
    scenario = _under_way(sent, f"{at:%H:%M}")
    times = _sent_s(scenario, Batches.of(size, 300.0, START))
    assert len(times) == total_invited(scenario) == 120
    assert (times[sent:] >= at_s).all()
    assert (np.diff(times) >= 0).all()
    assert times[0] == 0


def test_more_than_the_rule_had_sent_by_then_went_evenly() -> None:
    scenario = _under_way(90, "09:37")  # by its rule 40 go at 09:07, 40 at 09:12 and 40 at 09:17: by 09:37 all
    assert scenario.invitation.already is not None
    assert scenario.invitation.already.followed is not None
    evenly = _under_way(90, "09:17")  # and by 09:17 no more than 80
    assert evenly.invitation.already is not None
    assert evenly.invitation.already.followed is None
    times = _sent_s(evenly, Batches.of("all", 0.0, START))
    assert [int((times[:90] // 60 == minute).sum()) for minute in range(10)] == [9] * 10
    assert (times[90:] >= 600).all()


@pytest.mark.parametrize("engine", [Engine.SIMPY, Engine.COMPILED])
def test_a_rule_with_feedback_goes_on_from_what_has_gone(engine: Engine) -> None:
    if engine is Engine.COMPILED:
        pytest.importorskip("numba")
    table = {"kind": "feedback_on_rejections", "first": 10, "increase": 5, "most": 40, "target": "5 %"}
    rule = FeedbackOnRejections.model_validate(table | {"pause": "5 min", "start": "09:07"})
    scenario = _under_way(80, "09:30", policy=rule)
    run = run_with(engine, PlanSource(scenario=scenario, policy=rule, replication=0), with_timeline=True)
    assert run.timeline is not None
    by_then = int(23 * 60 // run.timeline.step_s)
    assert run.timeline.sent[by_then - 1] == 80
    assert run.timeline.sent[-1] == 120


@pytest.mark.parametrize(
    ("already", "where", "what"),
    [
        ({"sent": 120, "at": "09:30"}, ("sent",), "nobody is left"),
        ({"sent": 10, "at": "09:07"}, ("at",), "before the first SMS"),
        ({"sent": 10, "at": "15:30"}, ("at",), "after the window closes"),
    ],
)
def test_a_send_out_that_cannot_be_half_done_is_refused(
    already: dict[str, object], where: tuple[str, ...], what: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        a.scenario({"invitation.already": already})
    assert what in str(refused.value)
    assert refused.value.errors()[0].get("ctx", {})["where"][2:] == where


def test_who_has_been_invited_is_not_left_out_by_a_lever() -> None:
    assert turned(_under_way(96, "09:30"), Lever.FEWER_INVITED) is None
    assert turned(_under_way(60, "09:30"), Lever.FEWER_INVITED) is not None


def test_the_answer_says_that_it_is_made_from_the_middle_and_lists_the_rest_alone() -> None:
    scenario = _under_way(60, "09:30")
    plan = Batches.of("all", 0.0, START)
    finding = Finding(answer="plan", chosen=plan, tied=(), close=(), among=1, trials=())
    answer = recommendation_of(scenario, finding)
    assert answer.replan is not None
    assert (answer.replan.sent, answer.replan.left, answer.replan.at) == (60, 60, "09:30")
    assert [(line.batch, line.at[11:16], line.count, line.sent) for line in answer.schedule] == [(1, "09:30", 60, 120)]
    assert answer.schedule[0].wait_below  # those who had their SMS before tell whether it goes as it should
    result = a_result.recommended().model_copy(update={"recommendation": answer})
    assert "At 09:30, 60 SMS had been sent (batches of 40" in recommend_screen(result)
    blocks = [block for section in the_answer(result, language_of("nb")) for block in section.blocks]
    page = " ".join(block.text for block in blocks if isinstance(block, Paragraph))
    assert "Planen gjelder de 60 som ikke har fått SMS." in page
    assert "Send til resten samtidig." in page
