"""The quick answer: bounded by the question alone, the same every time, and honest about how little it rests on."""

import pytest

from reports.planner.view import view_of
from reports.planner.words import words_of
from scenarios.policy_value import BatchesValue
from scenarios.reading import load
from scenarios.result import Result
from simulation.engine import Engine
from simulation.quick import DOTS, quick_answer, runs_for
from tests import a

_WIDE = {"thresholds": {"rejections": "p90(rejections_per_100_attempts) <= 100"}}


@pytest.fixture(scope="module")
def good() -> Result:
    return quick_answer(a.scenario(_WIDE))


def test_the_same_question_has_the_same_answer(good: Result) -> None:
    again = quick_answer(a.scenario(_WIDE))
    assert good.model_copy(update={"provenance": again.provenance}) == again


def test_a_plan_is_the_soonest_that_kept_the_limits_and_is_marked_as_quick(good: Result) -> None:
    recommendation = good.recommendation
    assert recommendation is not None
    assert (recommendation.answer, recommendation.quick, recommendation.guarantee) == ("plan", True, None)
    assert isinstance(recommendation.policy, BatchesValue)
    assert recommendation.policy.batch_size == "all"
    chosen = next(one for one in good.candidates if "recommended" in one.roles)
    assert (chosen.runs, chosen.kept, chosen.standing) == (DOTS, DOTS, "kept")
    said = " ".join(view_of(good, words_of("en")).sure)
    assert f"The plan kept all limits in {DOTS} of {DOTS}." in said
    assert "of 100 send-outs" in said


def test_no_more_runs_are_made_than_the_time_allows_for() -> None:
    small, large = (runs_for(load(name), Engine.COMPILED) for name in ("medium", "large"))
    assert small > 2 * DOTS > large
    assert quick_answer(a.scenario()).provenance.replications <= runs_for(a.scenario(), Engine.COMPILED) + DOTS


def test_too_few_appointments_are_answered_before_any_plan() -> None:
    result = quick_answer(a.scenario({"behaviour.uptake": 1.0, "invitation.delivered": 1.0, "invitation.invited": 400}))
    assert result.recommendation is not None
    assert (result.recommendation.answer, result.recommendation.schedule) == ("too_few_slots", [])
    assert all(one.roles for one in result.candidates)
