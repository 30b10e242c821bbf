"""The levers: one thing changed at a time, and what is said of it."""

import pytest

from reports.advice import headline
from reports.language import language_of
from reports.lever_words import would_help
from reports.terminal import recommend_screen
from scenarios.differences import differences
from scenarios.inventory import inventory_of, total_capacity, total_invited
from scenarios.levers import Lever, invited_now, turned
from scenarios.result import Result
from scenarios.scenario import Scenario
from scenarios.writing import written
from simulation.answer import recommended
from tests import a, a_result

CHANGED = {
    Lever.COARSER_TIMES: {"slots.0.length", "slots.0.parallel"},
    Lever.FEWER_INVITED: {"invitation.invited"},
    Lever.SPREAD: {"platform.listing"},
    Lever.HOLD: {"platform.strategy"},
    Lever.ASSIGN: {"platform.strategy"},
    Lever.MORE_PLACES: {"slots.0.parallel"},
}
FEW_RUNS = {"experiment.runs": {"min": 2, "max": 4}}


def _turned(lever: Lever, asked: Scenario | None = None) -> Scenario:
    changed = turned(asked or a.scenario(), lever)
    assert changed is not None
    return changed


@pytest.mark.parametrize("lever", CHANGED)
def test_a_lever_changes_what_it_is_about_and_nothing_else(lever: Lever) -> None:
    keys = {one.key for one in differences(a.scenario(), _turned(lever))}
    assert {key.replace("[0]", ".0").replace("slots[1]", "slots.0") for key in keys} == CHANGED[lever]


@pytest.mark.parametrize("lever", Lever)
def test_what_a_lever_leads_to_is_a_valid_question(lever: Lever) -> None:
    changed = _turned(lever)
    assert Scenario.model_validate(written(changed)) == changed


def test_coarser_times_hold_as_many_appointments_and_half_as_many_times() -> None:
    before, after = a.scenario(), _turned(Lever.COARSER_TIMES)
    assert total_capacity(after) == total_capacity(before)
    times = [len(inventory_of(one)[0].books[0].starts) for one in (before, after)]
    assert times[0] == 2 * times[1]


def test_twice_as_many_places_are_twice_as_many() -> None:
    assert total_capacity(_turned(Lever.MORE_PLACES)) == 2 * total_capacity(a.scenario())


def test_fewer_are_invited_than_there_are_places_for() -> None:
    assert total_invited(_turned(Lever.FEWER_INVITED)) == 96  # 80 % of 120
    scarce = a.scenario({"invitation.invited": 400})
    assert invited_now(scarce) == 189  # 144 places / 95 % / 80 %, where 80 % of 400 would be too many


def test_what_is_so_already_is_no_lever() -> None:
    assert turned(a.scenario({"platform.listing": "spread"}), Lever.SPREAD) is None
    assert turned(a.scenario({"platform.strategy": "hold"}), Lever.HOLD) is None
    assert turned(a.scenario({"platform.strategy": "assign"}), Lever.SPREAD) is None
    assert turned(a.scenario_of_three_municipalities(), Lever.FEWER_INVITED) is None


@pytest.fixture(scope="module")
def without_a_plan() -> Result:
    """Nobody may be rejected more than once in 50 tries: no batch does that, a spread list does."""
    search = {"batch_size": [20, "all"], "pause": ["5 min"], "finish_by": "12:00", "runs": 100}
    limit = {"rejections": "p90(rejections_per_100_attempts) <= 5"}
    scenario = a.scenario({**FEW_RUNS, "search": search, "thresholds": limit, "today": None})
    return recommended(scenario, jobs=1, progress=None, command=["bolk"])


def test_where_no_plan_keeps_the_limits_the_cheapest_change_that_is_shown_to_help_is_named(
    without_a_plan: Result,
) -> None:
    turning = without_a_plan.turning
    assert without_a_plan.recommendation is not None
    assert without_a_plan.recommendation.answer == "no_feasible_plan"
    assert turning is not None
    assert turning.asked
    by_change = {one.change: one for one in turning.effects}
    order = [change for change in by_change if change not in ("as_is", "all_at_once")]
    assert order == [lever.value for lever in Lever]
    assert turning.cheapest is not None
    assert by_change[turning.cheapest].standing == "kept"
    cheaper = order[: order.index(turning.cheapest)]
    assert all(by_change[change].standing != "kept" for change in cheaper)


def test_the_answer_says_first_that_no_plan_helps_and_what_would(without_a_plan: Result) -> None:
    nb, turning = language_of("nb"), without_a_plan.turning
    assert turning is not None
    assert turning.cheapest is not None
    name = nb.text(f"lever.{turning.cheapest}.name")
    assert headline(without_a_plan, nb).endswith(f"{name}.")
    assert would_help(without_a_plan, nb) is not None
    assert name in recommend_screen(without_a_plan, "nb")


def test_effects_are_differences_on_the_same_chance(without_a_plan: Result) -> None:
    turning = without_a_plan.turning
    assert turning is not None
    spread = next(one for one in turning.effects if one.change == "spread")
    as_is = next(one for one in turning.effects if one.change == "as_is")
    difference = spread.differences["rejections_per_100_attempts"]
    assert difference is not None
    assert difference.shown == "lower"
    assert difference.n == as_is.runs == 4
    assert as_is.differences == {}


def test_where_nothing_is_enough_alone_that_is_said() -> None:
    result = a_result.no_plan(cheapest=None)
    assert headline(result, language_of("en")).startswith("No plan keeps every limit, and none of the changes")
    assert would_help(result, language_of("en")) is None
