"""What is said of a search for capacity: the knee or why there is none, every wave, and what happens beyond."""

import pytest

from reports.capacity_screen import capacity_screen
from reports.capacity_section import the_capacity
from reports.capacity_words import capacity_sentence
from reports.language import LANGUAGES, language_of
from reports.notation import LanguageCode
from tests import a_result

ENDINGS = ("found", "never_broke", "always_broke", "too_few_waves", "no_time", "generator", "anomaly")
EN = language_of("en")


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("ending", ENDINGS)
def test_every_ending_is_a_sentence_in_both_languages(ending: str, code: LanguageCode) -> None:
    changes = (
        {} if ending == "found" else {"knee": None, "overload": None, "ending": ending, "reason": "starts were late"}
    )
    found = a_result.capacity(**changes).capacity
    assert found is not None
    assert len(capacity_sentence(found, language_of(code))) > 40


def test_the_knee_is_told_with_its_interval_and_the_limit_that_breaks() -> None:
    found = a_result.capacity().capacity
    assert found is not None
    assert capacity_sentence(found, EN) == (
        "The platform bears about 161 residents a minute (95% sure between 148 and 176). "
        "Above that breaks: response time, slowest in twenty."
    )


def test_an_unfit_generator_is_never_blamed_on_the_platform_and_what_was_borne_is_told() -> None:
    found = a_result.capacity(knee=None, overload=None, ending="generator", reason="starts were late").capacity
    assert found is not None
    said = capacity_sentence(found, EN)
    assert "not fit to measure larger waves: starts were late" in said
    assert said.endswith("A wave of 155 a minute kept every limit.")


def test_the_screen_lists_every_wave_and_what_happens_beyond() -> None:
    said = capacity_screen(a_result.capacity())
    assert said.count("✓ kept") == 4
    assert said.count("✗ ") == 2
    assert "≈ inconclusive: the generator was late" in said
    assert "800 pages were asked for anew" in said
    assert "not while anybody was there" in said
    assert "Not made, too few people or too little time: 2 ×." in said


def test_a_result_of_something_else_has_no_such_section() -> None:
    assert the_capacity(a_result.simulated(), EN) == []


def test_a_search_of_one_wave_can_be_shown() -> None:
    once = a_result.capacity()
    assert once.capacity is not None
    changes = {"tried": once.capacity.tried[:1], "knee": None, "overload": None, "ending": "no_time"}
    short = once.capacity.model_copy(update=changes)
    sections = the_capacity(once.model_copy(update={"capacity": short}), EN)
    assert [one.id for one in sections] == ["capacity"]
