"""What stands in the terminal: limits first, aligned, plain text."""

import re

import pytest

from reports.language import LANGUAGES
from reports.notation import LanguageCode
from reports.terminal import loadtest_screen, recommend_screen, simulate_screen
from tests import a, a_result

CODES = pytest.mark.parametrize("code", LANGUAGES)


def screens(code: LanguageCode) -> list[str]:
    answers = [recommend_screen(one, code) for one in (a_result.recommended(), a_result.too_few(), a_result.no_plan())]
    simulations = [a_result.simulated(), a_result.against(), a_result.against(reached=False)]
    answers += [simulate_screen(one, code) for one in simulations]
    return [*answers, loadtest_screen(a_result.load_tested(), code)]


@CODES
def test_every_screen_is_plain_text_that_ends_with_one_line_end(code: LanguageCode) -> None:
    for screen in screens(code):
        assert "\x1b" not in screen
        assert "\u00a0" not in screen
        assert screen.endswith("\n")
        assert not screen.endswith("\n\n")
        assert not re.search(r"[ \t]\n|\{\w+\}|None", screen)
        assert max(len(line) for line in screen.splitlines()) <= 120


def test_the_recommendation_says_slots_then_plan_then_limits() -> None:
    screen = recommend_screen(a_result.recommended())
    order = [
        "Beste municipality, ages 45–54 · 2,000 SMS · 1,680 free slots · seed 20210503",
        "Enough appointments? Yes.",
        "✓ Send in batches of 500, 30 minutes apart.",
        "First batch 09:07, last 10:37, 4 batches.",
        "p90(rejections_per_100_attempts)",
        "OTHER PLANS",
        "Batches remove queues.",
        "Evidence level 0 of 3",
    ]
    assert [screen.find(one) for one in order] == sorted(screen.find(one) for one in order)
    assert -1 not in [screen.find(one) for one in order]


def test_limits_are_aligned_under_their_columns() -> None:
    lines = recommend_screen(a_result.recommended()).splitlines()
    start = next(k for k, line in enumerate(lines) if "THE LIMITS" in line)
    table = lines[start : start + 6]
    assert len({len(line) for line in table}) == 1
    assert all(line[2] in "✓✗" for line in table[1:])
    assert "<= 25" in table[1]


def test_too_few_slots_says_how_many_to_invite() -> None:
    screen = recommend_screen(a_result.too_few(), "nb")
    assert "✗ Inviter 789 nå." in screen
    assert "600 timer rekker til 789 SMS." in screen


def test_no_plan_says_what_kind_of_limit_stands_in_the_way() -> None:
    assert "Avslag kommer av at flere velger samme time." in recommend_screen(a_result.no_plan(), "nb").replace(
        "\n  ", " "
    )


def test_a_simulation_with_one_run_and_no_thresholds_is_said_too() -> None:
    alone = a_result.simulated(a.scenario({"thresholds": {}}), runs=1)
    screen = simulate_screen(alone)
    assert "THE LIMITS" not in screen
    assert "±" not in screen


def test_a_load_test_shows_the_generator_and_both_columns() -> None:
    screen = loadtest_screen(a_result.load_tested())
    assert "The load generator kept to the plan: 90 of 90 started" in screen
    assert re.search(r"CALCULATED AND MEASURED\s+Calculated\s+Measured", screen)
